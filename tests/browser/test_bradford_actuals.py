"""bradford-supported-living "Key Messages", "Shared Support", "Community Support and Personal Hours", as Bradford."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests import care
from tests import factories as make
from tests.browser.conftest import Open
from tests.browser.tab import Tab, text_of
from tests.browser.weeks import Place, place, stored
from tests.care import WEEK
from tests.councils import served
from workflows.actuals import commands
from workflows.actuals.entry import read
from workflows.actuals.models import ActualWeek
from workflows.engine.models import Case
from workflows.parties.selectors import system_actor
from workflows.register import commands as register
from workflows.register.models import CarePackageLine

SHARED, COMMUNITY = "Shared Support", "Community Support"


@pytest.fixture(autouse=True)
def bradford() -> Iterator[None]:
    with served("bradford"):
        yield


@pytest.fixture
def aire() -> Place:
    return place("supported_living", organisation="Aire Valley Supported Living", service="Aire Valley",
                 person="Farida Mirza", role="main_user")  # fmt: skip


@pytest.fixture
def lines(aire: Place) -> dict[str, CarePackageLine]:
    """The picture's people: some as planned, one in hospital, one who did not engage, one suspended."""
    shared = care.level("shared_support", group="supported_living", amount="18.92")
    community = care.level("community_support", group="supported_living", amount="19.40")
    found = {
        "Akhtar": aire.line(shared, "Akhtar", "Yusuf", "1046018", "14"),
        "Hussain": aire.line(shared, "Hussain", "Nadia", "1047726", "21"),
        "Hussain 2": aire.line(community, "Hussain", "Nadia", "1047726", "10"),
        "Iqbal": aire.line(community, "Iqbal", "Sana", "1048830", "6"),
        "Lister": aire.line(shared, "Lister", "Daniel", "1044271", "14"),
        "Sugden": aire.line(shared, "Sugden", "Carol", "1052266", "7"),
    }
    register.suspend_line(
        actor=make.actor(make.staff_user("support_options")), line_id=found["Sugden"].pk, version=1,
        start=WEEK, end=None, reason="Away for long.",
    )  # fmt: skip
    return found


@pytest.fixture
def week(lines: dict[str, CarePackageLine]) -> ActualWeek:
    return care.opened(lines["Akhtar"].service, generated=False)


def open_the_week(tab: Tab) -> Page:
    """Home, Actuals, the week that awaits, Generate."""
    page = tab.page
    page.goto("/portal/")
    page.locator("header nav").get_by_role("link", name=re.compile("^Actuals")).click()
    expect(page.get_by_role("heading", name="Actual Weeks Calendar")).to_be_visible()
    tab.step("calendar")
    page.get_by_role("button", name="Open the week").click()
    page.get_by_role("button", name="Generate (Actuals)").click()
    expect(page.get_by_role("alert")).to_contain_text("5 lines are filled in as planned.")
    return page


def box(page: Page, which: str, client: str, level: str) -> object:
    return page.get_by_label(f"{which}, {client}, {level}", exact=True)


def test_a_week_with_differences_is_confirmed_and_submitted(
    open_tab: Open, aire: Place, lines: dict[str, CarePackageLine], week: ActualWeek
) -> None:
    tab = open_tab("Farida Mirza", user=aire.person)
    page = open_the_week(tab)
    tab.step("generated")
    expect(page.get_by_text("There are no actuals for this week: this service user is suspended.")).to_be_visible()
    lister = page.get_by_role("row").filter(has_text="Lister, Daniel")
    page.get_by_label(f"Missed, Lister, Daniel, {SHARED}").fill("4")
    expect(lister).to_contain_text("4.00 missed: choose a cause")
    expect(lister).to_contain_text("£75.68 depends on it.")
    expect(page.locator("#facts")).to_contain_text("£75.68")
    expect(page.get_by_text("I have reviewed the 1 service user with differences")).to_be_visible()
    lister.get_by_label(re.compile("^Cause")).select_option(label="Planned absence with notice")
    expect(lister).to_contain_text("Because of “Planned absence with notice”. The client is not charged.")
    lister.get_by_label(re.compile("^Comment")).fill("On holiday with the family")
    iqbal = page.get_by_role("row").filter(has_text="Iqbal, Sana")
    page.get_by_label(f"Actual, Iqbal, Sana, {COMMUNITY}").fill("7")
    expect(iqbal).to_contain_text("1.00 above")
    expect(iqbal).to_contain_text("Extras should not be claimed for Supported Living.")
    tab.step("typing")
    page.get_by_label(f"Actual, Iqbal, Sana, {COMMUNITY}").fill("6")
    expect(iqbal).not_to_contain_text("1.00 above")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_role("alert")).to_contain_text("Saved. It is not submitted yet")
    assert stored(lines["Lister"], week).payable_cost == stored(lines["Lister"], week).planned_cost

    page.get_by_role("link", name="Edit days of Hussain, Nadia, Shared Support").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hussain, Nadia (1047726)")
    page.get_by_label(f"Frustrated, {SHARED}", exact=True).fill("3")
    page.get_by_label(f"Cause, frustrated, {SHARED}").select_option(label="Hospital admission")
    expect(page.get_by_text("weeks 1 to 6 are paid.").first).to_be_visible()
    page.get_by_label(f"Comment, frustrated, {SHARED}").fill("Week 1. BRI, admitted")
    page.get_by_label(f"Missed, {COMMUNITY}", exact=True).fill("2")
    page.get_by_label(f"Cause, missed, {COMMUNITY}").select_option(label="Provider issue")
    expect(page.get_by_label(f"Actual, {COMMUNITY}", exact=True)).to_have_value("8.00")
    page.get_by_label(f"Comment, missed, {COMMUNITY}").fill("Support worker off sick")
    expect(page.get_by_text("2.00 below").first).to_be_visible()
    tab.step("one-service-user")
    page.get_by_role("button", name="Save and go to next service user").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Iqbal, Sana (1048830)")
    page.get_by_role("link", name="Back to the week").click()
    expect(page.get_by_role("row").filter(has_text="1047726")).to_contain_text("Hospital admission, week 1")
    tab.step("all-decided")
    page.get_by_role("link", name=re.compile("^Differences")).click()
    tab.step("differences")
    page.get_by_role("link", name=re.compile("^All service users")).click()
    with tab.refused(422):
        page.get_by_role("button", name="Confirm and submit week").click()
    expect(page.get_by_role("alert")).to_contain_text("Say that you have reviewed")
    tab.step("not-reviewed")
    page.get_by_label(re.compile("^I have reviewed the 2 service users with differences")).check()
    page.get_by_role("button", name="Confirm and submit week").click()
    expect(page.get_by_role("alert")).to_contain_text("The week is confirmed and submitted.")
    tab.step("submitted")
    assert Case.objects.get(pk=week.pk).state == "submitted"


def test_the_same_without_script(open_tab: Open, aire: Place, lines: dict[str, CarePackageLine], week: ActualWeek
                                 ) -> None:  # fmt: skip
    tab = open_tab("Farida Mirza", user=aire.person, script=False)
    page = open_the_week(tab)
    page.get_by_label(f"Missed, Lister, Daniel, {SHARED}").fill("4")
    page.get_by_label(f"Missed, Lister, Daniel, {SHARED}").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Saved. It is not submitted yet")
    lister = page.get_by_role("row").filter(has_text="Lister, Daniel")
    lister.get_by_label(re.compile("^Cause")).select_option(label="Hospital admission")
    lister.get_by_label(re.compile("^Comment")).fill("Week 1. Admitted on Tuesday")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_role("row").filter(has_text="Lister, Daniel")).to_contain_text("4.00 frustrated")
    page.get_by_label(re.compile("^I have reviewed the 1 service user with differences")).check()
    page.get_by_role("button", name="Confirm and submit week").click()
    expect(page.get_by_role("alert")).to_contain_text("The week is confirmed and submitted.")


def test_actuals_are_confirmed_even_if_there_are_no_changes(
    open_tab: Open, aire: Place, lines: dict[str, CarePackageLine], week: ActualWeek
) -> None:
    tab = open_tab("Farida Mirza", user=aire.person)
    page = open_the_week(tab)
    page.get_by_role("button", name="Confirm and submit week").dblclick()
    expect(page.get_by_role("alert")).to_contain_text("The week is confirmed and submitted.")
    page.get_by_role("link", name="Change Lister, Daniel, Shared Support").click()
    page.get_by_label(f"Actual, {SHARED}", exact=True).fill("10")
    page.get_by_label(f"Cause, less than planned, {SHARED}").select_option(label="Planned absence with notice")
    expect(page.get_by_label(f"Missed, {SHARED}", exact=True)).to_have_value("4.00")
    page.get_by_label(f"Comment, missed, {SHARED}").fill("Holiday")
    tab.step("changing")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_role("alert")).to_contain_text("Changed.")
    page.get_by_role("link", name="See days of Lister, Daniel, Shared Support").click()
    expect(page.get_by_text("Missed: 0.00, now 4.00")).to_be_visible()
    tab.step("versions")


def test_the_grid_is_walked_like_a_spreadsheet_and_nothing_typed_is_lost(
    open_tab: Open, aire: Place, lines: dict[str, CarePackageLine], week: ActualWeek
) -> None:
    tab, other = open_tab("Farida Mirza", user=aire.person), open_tab("Tariq Aziz", user=make.provider_user(
        aire.organisation, role="main_user", name="Tariq Aziz"))  # fmt: skip
    page = open_the_week(tab)
    other.page.goto(page.url)
    first = page.get_by_label(f"Actual, Akhtar, Yusuf, {SHARED}")
    first.focus()
    first.press("ArrowRight")
    expect(page.get_by_label(f"Frustrated, Akhtar, Yusuf, {SHARED}")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label(f"Missed, Hussain, Nadia, {SHARED}")).to_be_focused()
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    expect(page.get_by_label(f"Missed, Hussain, Nadia, {COMMUNITY}")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label(f"Missed, Hussain, Nadia, {SHARED}")).to_have_value("2")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_role("alert")).to_contain_text("Saved.")
    other.page.get_by_label(f"Frustrated, Hussain, Nadia, {SHARED}").fill("3")
    with other.refused(409):
        other.page.get_by_role("button", name="Save", exact=True).last.click()
    expect(other.page.get_by_role("alert")).to_contain_text("Farida Mirza saved a line of this week")
    expect(other.page.get_by_label(f"Frustrated, Hussain, Nadia, {SHARED}")).to_have_value("3")
    other.step("conflict")
    other.page.get_by_role("button", name="Send it again").click()
    expect(other.page.get_by_role("alert")).to_contain_text("Saved.")
    assert "2.00 missed" in text_of(other.page)
    assert "3.00 frustrated" in text_of(other.page)


def test_what_moves_while_a_form_is_open_is_said_and_nothing_typed_is_lost(
    open_tab: Open, aire: Place, lines: dict[str, CarePackageLine], week: ActualWeek
) -> None:
    """A line ends while its week is being filled in; then the week is taken, as at a cut-off."""
    tab = open_tab("Farida Mirza", user=aire.person)
    page = open_the_week(tab)
    missed = page.get_by_label(f"Missed, Lister, Daniel, {SHARED}")
    lister = page.get_by_role("row").filter(has_text="Lister, Daniel")

    missed.fill("4")
    lister.get_by_label(re.compile("^Cause")).select_option(label="Planned absence with notice")
    lister.get_by_label(re.compile("^Comment")).fill("On holiday")
    register.end_line(
        actor=make.actor(make.staff_user("support_options")), line_id=lines["Lister"].pk,
        version=lines["Lister"].version, end=WEEK + timedelta(days=3), reason="Moved to family.",
    )  # fmt: skip
    page.get_by_label(re.compile("^I have reviewed the 1 service user")).check()
    with tab.refused(422):
        page.get_by_role("button", name="Confirm and submit week").click()
    expect(page.get_by_role("alert")).to_contain_text("The plan of one line has changed since the week was generated.")
    expect(missed).to_have_value("4.00")
    tab.step("a-line-ended")
    page.get_by_text("A line has started, ended or changed since?").click()
    page.get_by_role("button", name="Generate again").click()
    expect(page.get_by_role("alert")).to_contain_text("The actuals were generated.")
    expect(missed).to_have_value("4.00")
    expect(lister).to_contain_text("The plan has changed since this was filled in.")
    expect(page.get_by_role("heading", name="First: look at the new plan of Lister, Daniel")).to_be_visible()
    tab.step("generated-again")
    lister.get_by_text("I have looked at the new plan: it stays").click()
    expect(lister).to_contain_text("Will be paid")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_role("alert")).to_contain_text("Saved.")
    row = stored(lines["Lister"], week)
    assert (row.lacking, read(row.rows)[0].absent[0].comment) == (False, "On holiday")

    iqbal = page.get_by_label(f"Missed, Iqbal, Sana, {COMMUNITY}")
    iqbal.fill("2")
    turn = care.turn(week.pk).pk
    commands.take(actor=system_actor(), case_id=week.pk, task_id=turn, key=make.key())
    with tab.refused(409):
        page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing of yours was recorded")
    expect(iqbal).to_have_value("2")
    tab.step("taken-meanwhile")
    sana = page.get_by_role("row").filter(has_text="Iqbal, Sana")
    sana.get_by_label(re.compile("^Cause")).select_option(label="Planned absence with notice")
    sana.get_by_label(re.compile("^Comment")).fill("At her sister's")
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_role("alert")).to_contain_text("Changed.")
    assert stored(lines["Iqbal"], week).not_charged == 2
