"""A provider's week while somebody types, while something moves, and after it was submitted."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.web.models import Draft
from tests import care
from tests import factories as make
from tests.care import WEEK
from tests.web.portal import sign_in, text
from tests.web.weeks import (
    bradford,
    browser,
    farida,
    fields,
    home,
    line_of,
    nadia,
    name_of,
    page_of,
    send,
    suffolk,
    week,
)
from workflows.actuals import commands
from workflows.actuals.entry import read
from workflows.actuals.models import ActualWeek, LineWeek, LineWeekVersion
from workflows.actuals.rules import State
from workflows.engine import moment
from workflows.engine.models import Case
from workflows.parties.models import Service, User
from workflows.register import commands as register
from workflows.register.models import CarePackageLine

__all__ = ["bradford", "browser", "farida", "home", "nadia", "suffolk", "week"]
pytestmark = pytest.mark.django_db


# --- the answer while typing --------------------------------------------------------------------------------------


def test_the_answer_while_typing_is_the_one_after_saving_and_writes_nothing(
    browser: Client, week: ActualWeek, nadia: CarePackageLine
) -> None:
    live = reverse("portal:actuals_answer", args=[week.pk])
    form = fields(browser.get(page_of(week)))
    form[name_of(form, "-missed-0")] = "4"
    said = text(browser.post(live, form))
    assert "4.00 missed: choose a cause" in said
    assert "Not decided £75.68" in said
    assert "1 service user" in said
    own = care.of_line(nadia)
    form = fields(browser.get(line_of(week, nadia))) | {
        f"l{own.pk}-1-actual-0": "18",
        f"l{own.pk}-1-less-0-cause": "hospital",
    }
    page = browser.post(f"{live}?line={own.pk}", form)
    assert "Hospital admission" in text(page)
    assert f'id="l{own.pk}-1-frustrated-0"' in page.content.decode()
    assert 'data-cc-filled="3.00"' in page.content.decode()
    assert LineWeek.objects.get().version == 1


def test_the_answer_is_for_whoever_may_edit(week: ActualWeek, nadia: CarePackageLine) -> None:
    live = reverse("portal:actuals_answer", args=[week.pk])
    reader = sign_in(make.provider_user(nadia.service.organisation, role="read_only"))
    assert reader.post(live).status_code == 403
    assert reader.get(live).status_code in {403, 405}


# --- two at once, a cut-off, a plan that moves --------------------------------------------------------------------


def test_two_people_on_one_line_are_told_and_lose_nothing(browser: Client, week: ActualWeek, home: Service) -> None:
    form = fields(browser.get(page_of(week)))
    tariq = sign_in(make.provider_user(home.organisation, role="main_user", name="Tariq Aziz"))
    send(tariq, page_of(week), {"-frustrated-0": "3"})
    answer = browser.post(page_of(week), form | {name_of(form, "-missed-0"): "4", "do": "save"})
    said = text(answer)
    assert answer.status_code == 409
    assert "Tariq Aziz saved a line of this week" in said
    again = fields(answer)
    assert (again[name_of(again, "-missed-0")], again[name_of(again, "-frustrated-0")]) == ("4", "3.00")
    assert browser.post(page_of(week), again | {"do": "save"}).status_code == 302
    assert {each.box for each in read(LineWeek.objects.get().rows)[0].absent} == {"frustrated", "missed"}


def test_a_line_that_nobody_touched_is_no_conflict(browser: Client, nadia: CarePackageLine) -> None:
    other = care.line(nadia.service, care.level("community_support", group="supported_living"), "6",
                      client=make.client_("Iqbal", "Sana"))  # fmt: skip
    week = care.opened(nadia.service)
    form = fields(browser.get(page_of(week)))
    send(browser, line_of(week, other), {"-missed-0": "1"})
    mine = f"l{care.of_line(nadia).pk}-1-missed-0"
    assert browser.post(page_of(week), form | {mine: "4", "do": "save"}).status_code == 302
    assert (care.of_line(nadia).version, care.of_line(other).version) == (2, 2)


def test_a_week_that_was_taken_meanwhile_comes_back_as_a_change(
    browser: Client, week: ActualWeek, farida: User
) -> None:
    form = fields(browser.get(page_of(week)))
    commands.submit(
        actor=make.actor(farida), case_id=week.pk, task_id=care.turn(week.pk).pk, reviewed=True, key=make.key()
    )
    answer = browser.post(page_of(week), form | {name_of(form, "-missed-0"): "4", "do": "save"})
    assert answer.status_code == 409, text(answer)
    assert "Nothing of yours was recorded" in text(answer)
    again = fields(answer)
    assert again[name_of(again, "-missed-0")] == "4"
    again |= {f"{name_of(again, '-missed-0')}-cause": "planned", f"{name_of(again, '-missed-0')}-comment": "Holiday"}
    assert 'action="?change=1"' in answer.content.decode()
    changed = browser.post(f"{page_of(week)}?change=1", again | {"do": "save"}, follow=True)
    assert "Changed." in text(changed)
    assert LineWeekVersion.objects.count() == 2


def test_a_line_that_ended_meanwhile_is_said_before_the_week_is_submitted(
    browser: Client, week: ActualWeek, nadia: CarePackageLine
) -> None:
    register.end_line(
        actor=make.actor(make.staff_user("support_options")), line_id=nadia.pk, version=nadia.version,
        end=WEEK + timedelta(days=2), reason="Moved to family.",
    )  # fmt: skip
    answer = send(browser, page_of(week), do="submit")
    said = text(answer)
    assert answer.status_code == 422
    assert "Generate again" in said
    assert Case.objects.get(pk=week.pk).state == State.RECORDING


def test_what_was_typed_when_the_session_ended_comes_back(week: ActualWeek, farida: User) -> None:
    browser = sign_in(farida)
    form = fields(browser.get(page_of(week)))

    typed = form | {name_of(form, "-missed-0"): "4"}
    draft = Draft.objects.create(
        token_hash="x", user=farida, page=page_of(week), action=page_of(week),
        fields=[[name, [value]] for name, value in typed.items()], expires_at=moment.now() + timedelta(days=1),
    )  # fmt: skip
    again = fields(browser.get(page_of(week), {"draft": draft.pk}))
    assert again[name_of(again, "-missed-0")] == "4"


# --- after it was submitted ---------------------------------------------------------------------------------------


def test_what_was_submitted_is_read_and_changed_as_a_new_version(
    browser: Client, week: ActualWeek, nadia: CarePackageLine
) -> None:
    send(browser, page_of(week), do="submit")
    page = browser.get(page_of(week))
    assert "Submitted on" in text(page)
    assert 'class="govuk-input cc-box"' not in page.content.decode()
    change = f"{line_of(week, nadia)}?change=1"
    assert change in page.content.decode()
    send(browser, change, {"-actual-0": "18"})
    form = fields(browser.get(change))
    less = f"{name_of(form, '-actual-0').removesuffix('-actual-0')}-less-0"
    said = {f"{less}-cause": "planned", f"{less}-comment": "Away", "do": "save"}
    browser.post(change, form | {name_of(form, "-actual-0"): "18"} | said)
    said = text(browser.get(line_of(week, nadia)))
    assert "Version 2" in said
    assert "Missed: 0.00, now 3.00" in said
    assert "Version 1" in said


def test_who_may_only_read_sees_no_form(week: ActualWeek, nadia: CarePackageLine) -> None:
    reader = sign_in(make.provider_user(nadia.service.organisation, role="read_only"))
    page = reader.get(page_of(week))
    assert page.status_code == 200
    assert "cc-box" not in page.content.decode()
    assert reader.post(page_of(week), {"do": "save"}).status_code == 403
    assert reader.get(line_of(week, nadia)).status_code == 200
