"""bedford-actuals-guide "Actuals", steps 1 to 4, its useful tips and "Actuals Summary", as Bedford."""

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from tests import care
from tests import factories as make
from tests.browser.conftest import Open
from tests.browser.weeks import Place, days, place, stored
from tests.care import WEEK
from tests.councils import served
from workflows.actuals.models import ActualWeek
from workflows.council.profile import current
from workflows.register import commands as register
from workflows.register.models import CarePackageLine

LEVEL = "Home Care Standard"
WORKING_DAYS = (0, 1, 2, 3, 4)


@pytest.fixture(autouse=True)
def bedford() -> Iterator[None]:
    with served("bedford"):
        yield


@pytest.fixture
def ouse() -> Place:
    return place("home_care", organisation="Great Ouse Home Care", service="Great Ouse", person="Anna Leeder",
                 role="main_user")  # fmt: skip


@pytest.fixture
def lines(ouse: Place) -> dict[str, CarePackageLine]:
    level = care.level("home_care_standard", group="home_care", amount="20.00")
    found = {
        "Kent": ouse.line(level, "Kent", "Karl", "2750571", "10", visits=(("2", WORKING_DAYS, 1),)),
        "Land": ouse.line(level, "Land", "Lucy", "9170468", "5", visits=(("1", WORKING_DAYS, 1),)),
        "Nunn": ouse.line(level, "Nunn", "Nellie", "100025821", "7"),
    }
    team = current().team_for("brokerage", "home_care")
    register.suspend_line(
        actor=make.actor(make.staff_user(team)), line_id=found["Nunn"].pk, version=1, start=WEEK, end=None,
        reason="In hospital.",
    )  # fmt: skip
    return found


@pytest.fixture
def week(lines: dict[str, CarePackageLine]) -> ActualWeek:
    return care.opened(lines["Kent"].service, generated=False)


def open_kent(page: Page) -> None:
    """Steps 1 to 3: the hyperlink, Generate Actuals, Add/Edit."""
    page.goto("/portal/")
    page.get_by_role("main").get_by_role("link", name="Actuals", exact=True).click()
    page.get_by_role("button", name="Open the week").click()
    page.get_by_role("button", name="Generate (Actuals)").click()
    page.get_by_role("link", name=f"Edit days of Kent, Karl, {LEVEL}").click()


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).last.click()


def test_hours_are_removed_and_saving_submits(
    open_tab: Open, ouse: Place, lines: dict[str, CarePackageLine], week: ActualWeek
) -> None:
    """Step 4: "click Save …; this will submit the information directly". "The Total Cost and Week Total values will be
    updated automatically." """
    tab = open_tab("Anna Leeder", user=ouse.person)
    page = tab.page
    open_kent(page)
    page.get_by_label(f"Actual, {LEVEL}, Tuesday 18 February").fill("1")
    expect(page.get_by_text("1.00 below")).to_be_visible()
    expect(page.locator("#facts")).to_contain_text("£180.00")
    tab.step("3-add-edit")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label(f"Actual, {LEVEL}, Tuesday 18 February")).to_have_value("2.00")
    page.get_by_label(f"Actual, {LEVEL}, Tuesday 18 February").fill("1")
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("Saved and submitted to Finance Team.")
    tab.step("4-save")
    page.get_by_role("link", name="Back to the week").click()
    expect(page.get_by_role("button", name=re.compile("Confirm"))).to_have_count(0)
    expect(page.get_by_role("row").filter(has_text="Week Total")).to_contain_text("£280.00")
    tab.step("summary")
    assert days(lines["Kent"], week) == ["2.00", "1.00", "2.00", "2.00", "2.00", "0.00", "0.00"]


def test_a_frustrated_hour_is_recorded_as_such_and_paid(
    open_tab: Open, ouse: Place, lines: dict[str, CarePackageLine], week: ActualWeek
) -> None:
    """ "occasions when the carer attends, but is unable to provide services … are recorded as Frustrated\""""
    tab = open_tab("Anna Leeder", user=ouse.person)
    page = tab.page
    open_kent(page)
    page.get_by_label(f"Frustrated, {LEVEL}, Monday 17 February", exact=True).fill("2")
    expect(page.get_by_label(f"Actual, {LEVEL}, Monday 17 February")).to_have_value("0.00")
    cause = page.get_by_label(re.compile("^Cause, frustrated"))
    expect(cause.locator("option:checked")).to_have_text("The carer attended and could not provide the service")
    tab.step("frustrated")
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("Saved and submitted")
    assert stored(lines["Kent"], week).payable == Decimal("10.00")


def test_a_week_of_hours_is_deleted(
    open_tab: Open, ouse: Place, lines: dict[str, CarePackageLine], week: ActualWeek
) -> None:
    """ "To Delete a Week of Hours:\""""
    tab = open_tab("Anna Leeder", user=ouse.person, script=False)
    open_kent(tab.page)
    tab.page.get_by_label(re.compile("^Delete this week of hours")).check()
    save(tab.page)
    expect(tab.page.get_by_role("alert")).to_contain_text("Saved and submitted")
    assert stored(lines["Kent"], week).delivered == 0


def test_green_needs_to_be_amended_before_it_is_submitted(
    open_tab: Open, ouse: Place, lines: dict[str, CarePackageLine], week: ActualWeek
) -> None:
    """ "If Actuals appear green, … the entered actual delivery exceeds the planned delivery and will need to be amended
    before submitting." """
    tab = open_tab("Anna Leeder", user=ouse.person)
    page = tab.page
    open_kent(page)
    page.get_by_label(f"Actual, {LEVEL}, Tuesday 18 February").fill("3")
    expect(page.get_by_text("1.00 above", exact=True)).to_be_visible()
    with tab.refused(422):
        save(page)
    expect(page.get_by_role("alert")).to_contain_text("exceeds the planned delivery")
    expect(page.get_by_label(f"Actual, {LEVEL}, Tuesday 18 February")).to_have_value("3")
    tab.step("green")
    assert stored(lines["Kent"], week).version == 1


def test_a_suspended_client_is_named_with_the_action_to_create(
    open_tab: Open, ouse: Place, lines: dict[str, CarePackageLine], week: ActualWeek
) -> None:
    """ "If the message appears under a particular client, the client is suspended and you will need to contact the
    social worker/create an Action requesting services be unsuspended." """
    tab = open_tab("Anna Leeder", user=ouse.person)
    page = tab.page
    open_kent(page)
    page.get_by_role("link", name="Back to the week").click()
    row = page.get_by_role("row").filter(has_text="Nunn, Nellie")
    expect(row).to_contain_text("There are no actuals for this week: this service user is suspended.")
    row.get_by_role("link", name=re.compile("create an action asking to unsuspend")).click()
    expect(page.get_by_label("Type", exact=True)).to_have_value("unsuspend")
    tab.step("unsuspend")


def test_a_week_in_which_nobody_received_services(open_tab: Open, ouse: Place) -> None:
    """ "There are no actuals for this week", it is because no clients received services in that week."""
    empty = care.opened(ouse.service)
    tab = open_tab("Anna Leeder", user=ouse.person)
    tab.page.goto(f"/portal/actuals/{empty.pk}/")
    expect(tab.page.get_by_role("heading", name="There are no actuals for this week")).to_be_visible()
    tab.step("no-actuals")
