"""Fields that say what is wrong in words and lose nothing of what was typed."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.template import Context, Template

from backoffice.web.fields import Choice, DateField, LongText, PasswordField, Pick, TextField
from backoffice.web.forms import ClientKeyMixin, ConcordForm, summary_of, summary_title


def day(*parts: str) -> Any:
    return DateField(label="Start date").clean(list(parts))


@pytest.mark.parametrize("month", ["4", "04", "April", "apr"])
def test_a_date_takes_numbers_and_names(month: str) -> None:
    assert day("9", month, "2018") == date(2018, 4, 9)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (("31", "2", "2018"), "Start date must be a real date with a year of 4 digits: you entered 31 2 2018"),
        (("9", "4", "18"), "Start date must be a real date with a year of 4 digits: you entered 9 4 18"),
        (("9", "Foo", "2018"), "Start date must be a real date with a year of 4 digits: you entered 9 Foo 2018"),
        (("9", "", "2018"), "Start date must include a month"),
        (("", "", "2018"), "Start date must include a day and a month"),
        (("", "", ""), "Enter the start date"),
    ],
)
def test_a_wrong_date_says_what_was_typed(parts: tuple[str, ...], said: str) -> None:
    with pytest.raises(ValidationError) as wrong:
        day(*parts)
    assert wrong.value.messages == [said]


def test_a_long_text_counts_as_people_do() -> None:
    field = LongText(label="Description", max_length=10)
    assert field.clean("12345\r\n789") == "12345\n789"
    with pytest.raises(ValidationError) as wrong:
        field.clean("x" * 11)
    assert wrong.value.messages == ["Description must be 10 characters or fewer: you entered 11 characters"]


class Answer(ClientKeyMixin, ConcordForm):
    what_failed = "The answer was not sent"
    answer = Choice(label="Your answer", choices=[("a", "Agree"), ("r", "Reject")], missing="Choose agree or reject")
    title = TextField(label="Title", missing="Enter a title")
    team = Pick(label="Team", choices=[("x", "Brokerage")], missing="Choose a team")
    start = DateField(label="Start date")
    text = LongText(label="Text", required=False)
    password = PasswordField(label="Password")


def test_the_summary_says_what_did_not_happen_and_leads_to_each_field() -> None:
    form = Answer({"answer": "", "start_day": "1"})
    errors = summary_of(form)
    assert summary_title(form, len(errors)) == "The answer was not sent: 5 things to put right"
    assert errors == [
        ("#id_answer_0", "Choose agree or reject"),
        ("#id_title", "Enter a title"),
        ("#id_team", "Choose a team"),
        ("#id_start_0", "Start date must include a month and a year"),
        ("#id_password", "Enter the password"),
    ]


def test_each_link_of_the_summary_leads_to_a_control() -> None:
    form = Answer({"start_day": "1"})
    html = _written(form)
    for target, _ in summary_of(form):
        assert f'id="{target[1:]}"' in html


def test_what_was_typed_comes_back_save_the_password() -> None:
    typed = {
        "answer": "r",
        "title": "<b>",
        "text": "line one\n\n\nline four",
        "start_day": "31",
        "password": "secret-99",
    }
    html = _written(Answer(typed))
    assert "line one\n\n\nline four" in html
    assert "&lt;b&gt;" in html
    assert 'value="31"' in html
    assert 'value="r" checked' in html
    assert "secret-99" not in html


def test_a_form_that_comes_back_keeps_its_client_key() -> None:
    key = str(Answer()["client_key"].value())
    assert f'value="{key}"' in _written(Answer({"client_key": key}))
    assert Answer()["client_key"].value() != Answer()["client_key"].value()


@pytest.mark.parametrize("sent", ["", "not-a-key"])
def test_a_lost_client_key_blocks_nobody(sent: str) -> None:
    class Small(ClientKeyMixin, ConcordForm):
        pass

    form = Small({"client_key": sent})
    assert form.is_valid()
    assert isinstance(form.cleaned_data["client_key"], UUID)


def test_each_error_is_described_to_a_screen_reader() -> None:
    html = _written(Answer({}))
    assert 'aria-describedby="id_title_error_1"' in html
    assert 'id="id_title_error_1" class="govuk-error-message"' in html
    assert 'class="govuk-input govuk-input--error"' in html


def test_a_quiet_form_shows_what_was_typed_without_judging_it() -> None:
    form = Answer({"title": "Half"}, quiet=True)
    assert not form.errors
    assert summary_of(form) == []
    assert 'value="Half"' in _written(form)


def test_rendering_does_not_change_the_form() -> None:
    form = Answer({})
    assert _written(form) == _written(form)


def _written(form: forms.Form) -> str:
    return Template("{% show_form form %}").render(Context({"form": form, "csrf_token": "t"}))
