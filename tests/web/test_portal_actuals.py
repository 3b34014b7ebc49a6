"""A provider's weeks of actuals: the calendar, a week, one service user."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from portal.actuals import views
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
from workflows.actuals.entry import Absence, read
from workflows.actuals.models import ActualWeek, LineWeek, LineWeekVersion, Standing
from workflows.actuals.rules import State
from workflows.council.profile import current
from workflows.engine.models import Case, Event
from workflows.parties.models import Client as Person
from workflows.parties.models import Service
from workflows.register import commands as register
from workflows.register.models import CarePackageLine

__all__ = ["bradford", "browser", "farida", "home", "nadia", "suffolk", "week"]
pytestmark = pytest.mark.django_db
D = Decimal
CALENDAR = "/portal/actuals/"


# --- the calendar -------------------------------------------------------------------------------------------------


def test_the_calendar_opens_on_the_week_that_awaits_the_person(browser: Client, week: ActualWeek) -> None:
    care.opened(week.service, week.week + timedelta(weeks=1), generated=False)
    page = browser.get(CALENDAR)
    said = text(page)
    assert "First: the week Monday 17 to Sunday 23 February 2025" in said
    assert "1 more week after that" in said
    assert "0 of 1 done" in said
    assert "Not started" in said
    assert "Cut-off 25 February 2025, 17:00" in said
    assert page.content.decode().count('aria-current="page"') >= 1


def test_services_and_lots_stand_on_the_left_and_narrow_the_calendar(browser: Client, week: ActualWeek) -> None:
    other = make.service(week.service.organisation, group="supported_living", name="Second House")
    care.opened(other, lot="Lot 2", generated=False)
    page = browser.get(CALENDAR)
    assert "Second House, Lot 2" in text(page)
    narrowed = browser.get(CALENDAR, {"service": other.pk, "lot": "Lot 2"})
    assert len(narrowed.context["table"].shown) == 1
    assert len(browser.get(CALENDAR, {"service": "x", "lot": ""}).context["table"].shown) == 2


def test_the_menu_has_the_chapter_with_its_count(browser: Client, week: ActualWeek) -> None:
    assert re.search(r"Actuals 1 to do", text(browser.get("/portal/")))


def test_a_council_without_the_module_has_no_chapter() -> None:
    somebody = sign_in(make.provider_user(make.organisation(), role="super_user_actuals"))
    assert CALENDAR not in somebody.get("/portal/").content.decode()
    assert somebody.get(CALENDAR).status_code == 404


# --- the week -----------------------------------------------------------------------------------------------------


def test_a_week_that_was_not_generated_offers_to_generate_it(browser: Client, nadia: CarePackageLine) -> None:
    week = care.opened(nadia.service, generated=False)
    page = browser.get(page_of(week))
    assert "Generate (Actuals)" in text(page)
    answer = browser.post(page_of(week), fields(page) | {"do": "generate"}, follow=True)
    assert "1 line is filled in as planned." in text(answer)
    assert care.of_line(nadia).planned == 21


def test_a_week_in_which_nobody_was_planned_says_so(browser: Client, home: Service) -> None:
    assert "There are no actuals for this week" in text(browser.get(page_of(care.opened(home))))


def test_a_suspended_service_user_is_named_with_what_to_do(browser: Client, nadia: CarePackageLine) -> None:
    register.suspend_line(
        actor=make.actor(make.staff_user("support_options")), line_id=nadia.pk, version=nadia.version,
        start=WEEK - timedelta(weeks=1), end=None, reason="In hospital for long.",
    )  # fmt: skip
    week = care.opened(nadia.service)
    said = text(browser.get(page_of(week)))
    assert "There are no actuals for this week: this service user is suspended. Contact the social worker" in said
    assert f"/portal/actions/new/?line={nadia.pk}" in browser.get(page_of(week)).content.decode()
    assert "this service user is suspended" in text(browser.get(line_of(week, nadia)))


def test_the_week_says_what_it_comes_to_and_saves_a_box(browser: Client, week: ActualWeek) -> None:
    page = browser.get(page_of(week))
    said = text(page)
    assert "Planned £397.32 21.00 hours" in said
    assert "I have reviewed the 0 service users with differences" in said
    assert "As planned" in said
    answer = send(browser, page_of(week), {"-missed-0": "4"})
    assert answer.status_code == 302
    said = text(browser.get(page_of(week)))
    assert "4.00 missed: choose a cause" in said
    assert "£75.68 depends on it." in said
    assert "Not decided £75.68 1 cause to choose" in said
    assert "First: choose a cause for Hussain, Nadia, then confirm the week" in said
    assert "Will be paid £321.64" in said


def test_a_cause_says_why_it_is_paid_and_where_the_rule_stands(browser: Client, week: ActualWeek) -> None:
    send(browser, page_of(week), {"-frustrated-0": "3"})
    send(browser, page_of(week), {"-frustrated-0-cause": "hospital", "-frustrated-0-comment": "Week 1. BRI"})
    said = text(browser.get(page_of(week)))
    assert "3.00 frustrated. Hospital admission, week 1" in said
    assert "weeks 1 to 6 are paid." in said
    assert "Source: bradford-supported-living, “Shared Support”." in said
    assert read(LineWeek.objects.get().rows)[0].absent == (
        Absence("frustrated", D(3), "hospital", None, "Week 1. BRI"),
    )


def test_confirming_needs_the_review_and_then_submits_the_whole_week(browser: Client, week: ActualWeek) -> None:
    send(browser, page_of(week), {"-frustrated-0": "3"})
    send(browser, page_of(week), {"-frustrated-0-cause": "hospital", "-frustrated-0-comment": "Week 1. BRI"})
    page = browser.get(page_of(week))
    assert "I have reviewed the 1 service user with differences" in text(page)
    refused = browser.post(page_of(week), fields(page) | {"do": "submit"})
    assert refused.status_code == 422
    assert "Say that you have reviewed the service users with differences" in text(refused)
    answer = browser.post(page_of(week), fields(page) | {"do": "submit", "reviewed": "on"}, follow=True)
    assert "The week is confirmed and submitted." in text(answer)
    assert Case.objects.get(pk=week.pk).state == State.SUBMITTED
    assert LineWeekVersion.objects.count() == 1


def test_a_week_as_planned_is_confirmed_without_a_tick(browser: Client, week: ActualWeek) -> None:
    assert send(browser, page_of(week), do="submit").status_code == 302
    assert Case.objects.get(pk=week.pk).state == State.SUBMITTED


def test_confirming_with_something_typed_saves_it_and_shows_the_differences_first(
    browser: Client, week: ActualWeek
) -> None:
    form = fields(browser.get(page_of(week)))
    form |= {name_of(form, "-missed-0"): "4", "do": "submit", "reviewed": "on"}
    answer = browser.post(page_of(week), form)
    assert "What you typed is saved. Now 1 service user differ" in text(answer)
    assert Case.objects.get(pk=week.pk).state == State.RECORDING
    assert LineWeek.objects.get().standing == Standing.SAVED


def test_what_lacks_a_cause_cannot_be_confirmed_and_is_pointed_at(browser: Client, week: ActualWeek) -> None:
    send(browser, page_of(week), {"-missed-0": "4"})
    answer = send(browser, page_of(week), do="submit")
    assert answer.status_code == 422
    assert f'href="#l{LineWeek.objects.get().pk}"' in answer.content.decode()


def test_a_double_click_has_one_effect(browser: Client, week: ActualWeek) -> None:
    form = fields(browser.get(page_of(week)))
    form |= {name_of(form, "-missed-0"): "4", "do": "save"}
    assert [browser.post(page_of(week), form).status_code for _ in range(2)] == [302, 302]
    assert LineWeek.objects.get().version == 2
    assert Event.objects.filter(kind="actuals.save").count() == 1


def test_what_is_no_figure_comes_back_with_all_that_was_typed(browser: Client, week: ActualWeek) -> None:
    answer = send(browser, page_of(week), {"-actual-0": "twenty", "-missed-0": "4"})
    said = text(answer)
    assert "Enter a number such as 3.25" in said
    form = fields(answer)
    assert (form[name_of(form, "-actual-0")], form[name_of(form, "-missed-0")]) == ("twenty", "4")
    assert LineWeek.objects.get().version == 1


def test_more_than_planned_is_refused_in_the_councils_words(browser: Client, week: ActualWeek) -> None:
    send(browser, page_of(week), {"-actual-0": "22"})
    said = text(browser.get(page_of(week)))
    assert "1.00 above" in said
    assert "Extras should not be claimed for Supported Living." in said
    assert "To be amended" in said


def test_tabs_show_the_differences_and_what_needs_the_person(browser: Client, week: ActualWeek) -> None:
    page = browser.get(page_of(week), {"tab": "differences"})
    assert page.context["rows"] == []
    send(browser, page_of(week), {"-missed-0": "4"})
    assert len(browser.get(page_of(week), {"tab": "differences"}).context["rows"]) == 1
    assert len(browser.get(page_of(week), {"tab": "needs"}).context["rows"]) == 1


def test_three_hundred_service_users_are_one_page_and_one_post(browser: Client, nadia: CarePackageLine) -> None:
    names = [Person(ss_ref=f"6{number:06}", surname=f"Name{number:03}", forename="Pat") for number in range(299)]
    same = {name: getattr(nadia, name) for name in ("service", "contract", "service_level", "quantity", "start")}
    CarePackageLine.objects.bulk_create(
        CarePackageLine(reference=f"AQ{each.ss_ref}", client=each, **same) for each in Person.objects.bulk_create(names)
    )
    week = care.opened(nadia.service)
    page = browser.get(page_of(week))
    assert len(page.context["rows"]) == 300
    form = fields(page)
    form |= {name: "1" for name in form if name.endswith("-missed-0")} | {"do": "save"}
    assert len(form) > 1000
    assert browser.post(page_of(week), form).status_code == 302
    assert LineWeek.objects.filter(case=week.pk, standing=Standing.SAVED).count() == 300


def test_more_than_fit_follow_on_another_page(
    browser: Client, nadia: CarePackageLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    care.line(nadia.service, nadia.service_level, client=make.client_("Iqbal", "Sana"))
    week = care.opened(nadia.service)
    monkeypatch.setattr(views, "MOST_LINES", 1)
    assert "Hussain" in browser.get(page_of(week)).context["rows"][0].client
    assert "Iqbal" in browser.get(page_of(week), {"page": "2"}).context["rows"][0].client
    assert browser.get(page_of(week), {"page": "9"}).status_code == 200


# --- one service user ---------------------------------------------------------------------------------------------


def test_a_service_user_has_all_their_lines_and_the_next_one(browser: Client, nadia: CarePackageLine) -> None:
    community = care.level("community_support", group="supported_living", amount="19.40")
    care.line(nadia.service, community, "10", client=nadia.client)
    other = care.line(nadia.service, community, "6", client=make.client_("Iqbal", "Sana"))
    week = care.opened(nadia.service)
    said = text(browser.get(line_of(week, nadia)))
    assert "Hussain, Nadia" in said
    assert "Shared Support £18.92 an hour, 21.00 hours planned" in said
    assert "Community Support £19.40 an hour, 10.00 hours planned" in said
    assert "Service user 1 of 2 Next: Iqbal, Sana" in said
    answer = send(browser, line_of(week, nadia), do="next")
    assert answer.headers["Location"] == line_of(week, other)


def test_one_service_users_page_saves_a_cause_and_says_the_answer(browser: Client, week: ActualWeek,
                                                                  nadia: CarePackageLine) -> None:  # fmt: skip
    send(browser, line_of(week, nadia), {"-missed-0": "3"})
    said = text(browser.get(line_of(week, nadia)))
    assert "3.00 hours missed" in said
    send(browser, line_of(week, nadia), {"-missed-0-cause": "planned", "-missed-0-comment": "On holiday"})
    said = text(browser.get(line_of(week, nadia)))
    assert "Because of “Planned absence with notice”." in said
    assert "The client is not charged." in said
    assert care.of_line(nadia).payable_cost == D("397.32")


def test_undo_is_the_page_as_it_was_saved(browser: Client, week: ActualWeek, nadia: CarePackageLine) -> None:
    page = browser.get(line_of(week, nadia))
    assert re.search(rf'href="{line_of(week, nadia)}"[^>]*data-cc-undo>Undo<', page.content.decode())


def test_another_service_level_is_a_row_of_its_own_with_its_own_price(suffolk: None) -> None:
    """suffolk-user-guide §2: "unless you are adding a different service type (e.g. half day, …)" """
    organisation, home = care.provider("day_services")
    full = care.level("full_day", group="day_services", amount="40.00", unit="Session")
    half = care.level("half_day", group="day_services", amount="22.00", unit="Session")
    line = care.line(home, full, "3", client=make.client_("Land", "Lucy"))
    week = care.opened(home)
    role = next(each.key for each in current().roles if "actuals" in each.edit)
    browser = sign_in(make.provider_user(organisation, role=role))
    assert "Half Day" in text(browser.get(line_of(week, line)))
    typed = {"-n1-quantity": "1", "-n1-level": str(half.pk), "-n1-comment": "Came for the morning"}
    assert send(browser, line_of(week, line), typed).status_code == 302
    own, extra = read(care.of_line(line).rows)
    assert (own.price, extra.price, extra.level) == (D("40.00"), D("22.00"), half.pk)
    assert "Added row" in text(browser.get(line_of(week, line)))


def test_no_care_in_the_whole_week_is_nothing_in_every_box(suffolk: None) -> None:
    """suffolk-user-guide §2: "do not delete the row, just update the quantity to 0 and add a comment" """
    organisation, home = care.provider("home_care")
    visits = (("0.75", tuple(range(7)), 1),)
    line = care.line(home, care.level("home_care", group="home_care"), "5.25", visits=visits)
    week = care.opened(home)
    role = next(each.key for each in current().roles if "actuals" in each.edit)
    browser = sign_in(make.provider_user(organisation, role=role))
    form = fields(browser.get(line_of(week, line)))
    own = care.of_line(line).pk
    typed = {f"l{own}-none": "on", name_of(form, "-1-comment"): "In hospital all week", "do": "save"}
    assert browser.post(line_of(week, line), form | typed).status_code == 302
    assert (care.of_line(line).delivered, care.of_line(line).payable_cost) == (0, 0)
    said = text(browser.get(page_of(week)))
    assert "5.25 below plan" in said
    assert "Will not be paid" in said
    assert "Edit days" in said  # a line by day is filled in on its own page
    assert 'class="govuk-input cc-box"' not in browser.get(page_of(week)).content.decode()
