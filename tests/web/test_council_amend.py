"""Amend and republish with its check step, withdraw, terminate: what is shown, what is written, what is refused."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests import factories
from workflows.contracts import selectors as contracts
from workflows.contracts.models import ContractDocument, DocumentVersion
from workflows.engine.models import Event
from workflows.parties.models import User

from . import council
from .conftest import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def priya() -> User:
    return council.officer()


@pytest.fixture
def document() -> ContractDocument:
    return council.rejected()


def opened(user: User, document: ContractDocument) -> dict[str, Any]:
    """The fields of the amend form as the browser has them after opening it."""
    return council.fields_of(browser_of(user).get(f"/cases/{document.pk}/amend/"))


def send(user: User, document: ContractDocument, fields: dict[str, Any], **changed: Any) -> Any:
    return browser_of(user).post(f"/cases/{document.pk}/amend/", {**fields, **changed})


def own(amount: str) -> dict[str, str]:
    return {"pricing": "own", "own_price": amount}


def versions(document: ContractDocument) -> int:
    return DocumentVersion.objects.filter(document=document).count()


def test_the_form_is_filled_with_the_line_and_shows_what_was_rejected(priya: User, document: ContractDocument) -> None:
    page = browser_of(priya).get(f"/cases/{document.pk}/amend/")
    fields = council.fields_of(page)
    assert f"“{council.WORDS}”" in council.words(page)
    assert fields["service_level"] == str(document.line.service_level_id)
    assert [fields[f"start_{part}"] for part in ("day", "month", "year")] == ["9", "4", "2018"]
    assert (fields["quantity"], fields["pricing"], fields["temporary"]) == ("1", "level", "no")
    assert fields["line_version"] == str(document.line.version)


def test_the_check_shows_the_money_and_writes_nothing(priya: User, document: ContractDocument) -> None:
    before = Event.objects.count()
    page = send(priya, document, opened(priya, document), **own("612.30"))
    text = council.words(page)
    assert "£75.81 more a week, £3,942.12 more a year (52 weeks)" in text
    assert "£536.49 weekly" in text
    assert "£612.30 weekly" in text
    assert "Republish as version 2" in text
    document.line.refresh_from_db()
    assert (versions(document), document.line.version, Event.objects.count()) == (1, 1, before)


def test_confirming_changes_the_line_and_publishes_in_one(priya: User, document: ContractDocument) -> None:
    checked = council.fields_of(send(priya, document, opened(priya, document), **own("612.30")))
    answer = send(priya, document, checked, step="confirm")
    assert answer.headers["Location"] == f"/cases/{document.pk}/"
    new = council.latest(document)
    assert (new.number, new.weekly) == (2, Decimal("612.30"))
    document.case.refresh_from_db()
    assert document.case.state == "published"
    page = council.words(browser_of(priya).get(f"/cases/{document.pk}/"))
    assert "Version 2 published by Priya Raman" in page
    assert "Cost: from £536.49 weekly to £612.30 weekly, £75.81 more a week" in page


def test_a_double_click_publishes_once(priya: User, document: ContractDocument) -> None:
    checked = council.fields_of(send(priya, document, opened(priya, document), **own("612.30")))
    answers = [send(priya, document, checked, step="confirm") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert versions(document) == 2


def test_going_back_from_the_check_keeps_what_was_typed(priya: User, document: ContractDocument) -> None:
    typed = own("612.30") | {"explanation": "As agreed."}
    checked = council.fields_of(send(priya, document, opened(priya, document), **typed))
    again = council.fields_of(send(priya, document, checked, step="edit"))
    assert (again["own_price"], again["pricing"], again["explanation"]) == ("612.30", "own", "As agreed.")
    assert "Republish as version 2" in council.words(send(priya, document, again))
    assert versions(document) == 1


def test_unchanged_needs_an_explanation_and_may_then_be_republished(priya: User, document: ContractDocument) -> None:
    fields = opened(priya, document)
    page = send(priya, document, fields)
    assert "Change the line, or say why the document is right as it is" in council.words(page)
    checked = council.fields_of(send(priya, document, fields, explanation="The rate is right.\r\nSee the letter."))
    assert send(priya, document, checked, step="confirm").status_code == 302
    document.line.refresh_from_db()
    assert (versions(document), document.line.version) == (2, 1)
    assert str(council.latest(document).explanation.text) == "The rate is right.\nSee the letter."  # type: ignore[union-attr]


def test_dates_quantity_level_and_review_can_be_put_right_together(priya: User, document: ContractDocument) -> None:
    other = factories.level(amount="552.58")
    wanted = {
        "service_level": str(other.pk),
        "quantity": "2",
        "start_day": "11",
        "temporary": "yes",
        "review_date_day": "1",
        "review_date_month": "6",
        "review_date_year": "2030",
    }
    page = send(priya, document, opened(priya, document), **wanted)
    assert "£568.67 more a week" in council.words(page)
    assert send(priya, document, council.fields_of(page), step="confirm").status_code == 302
    document.line.refresh_from_db()
    line = document.line
    assert (line.service_level, line.quantity, line.start) == (other, Decimal(2), date(2018, 4, 11))
    assert (line.temporary, line.review_date) == (True, date(2030, 6, 1))
    assert council.latest(document).weekly == Decimal("1105.16")


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({"quantity": ""}, "Enter the quantity"),
        ({"quantity": "two"}, "Quantity must be a number like 1: you entered two"),
        ({"quantity": "0"}, "The quantity must be more than 0"),
        ({"quantity": "NaN"}, "Quantity must be a number like 1: you entered NaN"),
        ({"start_day": "31", "start_month": "2"}, "Start date must be a real date"),
        ({"end_day": "1", "end_month": "4", "end_year": "2018"}, "The end date must not be before the start date"),
        ({"pricing": "own", "own_price": ""}, "Enter the price of this line"),
        ({"pricing": "own", "own_price": "-1"}, "The amount must be 0 or more"),
        ({"pricing": "own", "own_price": "1.234"}, "can have two decimals at most"),
        ({"pricing": "own", "own_price": "9", "price_from_year": "2017"}, "The price must begin on a day of the line"),
        ({"temporary": "yes"}, "Enter the review date"),
        ({"service_level": "999999"}, "Choose one of the entries shown"),
        ({"explanation": "x" * 10_000}, "must be 7,500 characters or fewer: you entered 10,000 characters"),
    ],
)
def test_each_fault_is_said_at_its_field_and_nothing_typed_is_lost(
    typed: dict[str, str], error: str, priya: User, document: ContractDocument
) -> None:
    page = send(priya, document, opened(priya, document), **typed, step="confirm")
    assert page.status_code == 200
    assert error in council.words(page)
    again = council.fields_of(page)
    assert "step" not in again
    assert {name: again[name] for name in typed if name != "service_level"} == {
        name: value for name, value in typed.items() if name != "service_level"
    }
    assert versions(document) == 1


def test_what_stands_under_a_choice_not_made_does_not_count(priya: User, document: ContractDocument) -> None:
    typed = {"own_price": "nonsense", "review_date_day": "99", "explanation": "It is right."}
    page = send(priya, document, opened(priya, document), **typed)
    assert "Republish as version 2" in council.words(page)


def test_the_level_s_rate_holds_again_from_a_day(priya: User) -> None:
    line = factories.line()
    council.change(line, "600.00")
    document = council.rejected(line)
    typed = {"pricing": "level", "price_from_day": "6", "price_from_month": "4", "price_from_year": "2026"}
    page = send(priya, document, opened(priya, document), **typed)
    assert "£63.51 less a week" in council.words(page)
    assert send(priya, document, council.fields_of(page), step="confirm").status_code == 302
    assert list(line.rates.order_by("start").values_list("start", "amount")) == [
        (date(2018, 4, 9), Decimal("600.00")),
        (date(2026, 4, 6), None),
    ]


def test_a_level_without_a_rate_is_refused_at_the_form(priya: User, document: ContractDocument) -> None:
    bare = factories.level()
    bare.rates.all().delete()
    page = send(priya, document, opened(priya, document), service_level=str(bare.pk))
    assert f"There is no rate for {bare.name} then" in council.words(page)


def test_a_stale_form_says_who_was_faster_and_keeps_what_was_typed(priya: User, document: ContractDocument) -> None:
    fields = opened(priya, document)
    council.change(document.line, "600.00")
    page = send(priya, document, fields, **own("612.30"), explanation="As agreed.")
    assert page.status_code == 409
    assert "Tom Bullard changed the line" in council.words(page)
    again = council.fields_of(page)
    assert (again["own_price"], again["explanation"], again["line_version"]) == ("612.30", "As agreed.", "2")
    assert "step" not in again
    checked = council.fields_of(send(priya, document, again))
    assert send(priya, document, checked, step="confirm").status_code == 302
    assert council.latest(document).weekly == Decimal("612.30")


def test_somebody_claimed_it_meanwhile(priya: User, document: ContractDocument) -> None:
    checked = council.fields_of(send(priya, document, opened(priya, document), **own("612.30")))
    browser_of(council.officer("Tom Bullard")).post("/queues/act/", {"claim": council.turn(document).pk})
    page = send(priya, document, checked, step="confirm")
    assert page.status_code == 409
    assert "Tom Bullard claimed it" in council.words(page)
    assert council.fields_of(page)["own_price"] == "612.30"
    assert versions(document) == 1


def test_a_form_for_a_document_that_a_colleague_republished(priya: User, document: ContractDocument) -> None:
    fields, tom = opened(priya, document), council.officer("Tom Bullard")
    checked = council.fields_of(send(tom, document, opened(tom, document), **own("600")))
    send(tom, document, checked, step="confirm")
    for step in ("check", "confirm"):
        page = send(priya, document, fields, **own("612.30"), step=step)
        assert page.status_code == 409
        assert "Tom Bullard: published a new version" in council.words(page)
        assert "612.30" in council.words(page)
    assert versions(document) == 2
    assert browser_of(priya).get(f"/cases/{document.pk}/amend/").status_code == 302


@pytest.mark.parametrize("step", ["", "confirm"])
def test_a_colleague_who_republishes_while_the_page_is_read_was_faster(
    priya: User, document: ContractDocument, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """The case was read before the colleague's change and its turn after it: late, not forbidden."""
    fields = opened(priya, document) | {"explanation": "It is right.", "step": step}
    colleague, read = council.officer("Sam Okafor"), contracts.engine.open_turns

    def meanwhile(case_id: int) -> Any:
        monkeypatch.setattr(contracts.engine, "open_turns", read)
        assert send(colleague, document, fields, client_key=factories.key(), step="confirm").status_code == 302
        return read(case_id)

    monkeypatch.setattr(contracts.engine, "open_turns", meanwhile)
    answer = send(priya, document, fields)
    assert answer.status_code == 409
    assert "Sam Okafor" in council.words(answer)
    assert versions(document) == 2


def test_withdraw_needs_a_reason(priya: User, document: ContractDocument) -> None:
    browser, address = browser_of(priya), f"/cases/{document.pk}/withdraw/"
    fields = council.fields_of(browser.get(address))
    page = browser.post(address, {**fields, "text": "  "})
    assert "Say why: the provider reads this" in council.words(page)
    assert council.turn(document).node == "amend"
    long = browser.post(address, {**fields, "text": "x" * 10_000})
    assert "must be 7,500 characters or fewer" in council.words(long)
    sent = {**fields, "text": "Entered for the wrong client."}
    assert [browser.post(address, sent).status_code for _ in range(2)] == [302, 302]
    document.case.refresh_from_db()
    assert document.case.state == "terminated"
    text = council.words(browser.get(f"/cases/{document.pk}/story/"))
    assert text.count("Withdrawn by Priya Raman") == 1
    assert "“Entered for the wrong client.”" in text
    assert browser.get(address).status_code == 302


def test_terminate_works_from_published_and_accepted(priya: User) -> None:
    for prepared in (factories.published(), factories.published()):
        if prepared.pk % 2:
            council.agree(prepared)
        browser, address = browser_of(priya), f"/cases/{prepared.pk}/terminate/"
        fields = council.fields_of(browser.get(address))
        assert browser.post(address, {**fields, "text": "The contract ended."}).status_code == 302
        prepared.case.refresh_from_db()
        assert prepared.case.state == "terminated"
        again = browser.post(address, {**fields, "text": "Another reason."})
        assert "already sent with other contents" in council.words(again)
        assert Event.objects.filter(case=prepared.pk, kind__endswith=".terminate").count() == 1


def test_a_stale_withdrawal_says_who_was_faster(priya: User, document: ContractDocument) -> None:
    browser, address = browser_of(priya), f"/cases/{document.pk}/withdraw/"
    fields = council.fields_of(browser.get(address))
    browser_of(council.officer("Tom Bullard")).post("/queues/act/", {"claim": council.turn(document).pk})
    page = browser.post(address, {**fields, "text": "Entered twice."})
    assert page.status_code == 409
    assert "Tom Bullard claimed it" in council.words(page)
    again = council.fields_of(page)
    assert again["text"] == "Entered twice."
    refused = browser.post(address, again)
    assert (refused.status_code, council.fields_of(refused)["text"]) == (403, "Entered twice.")
    assert "Tom Bullard has claimed this" in council.words(refused)
    browser_of(User.objects.get(name="Tom Bullard")).post("/queues/act/", {"release": council.turn(document).pk})
    latest = council.fields_of(browser.post(address, again))
    assert browser.post(address, latest).status_code == 302
