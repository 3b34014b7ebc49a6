"""suffolk-user-guide §2 "Actuals (no Exporting required)", steps 1 to 11, its rules and its examples, as Suffolk."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from tests import care
from tests.browser.conftest import Open
from tests.browser.tab import Tab
from tests.browser.weeks import Place, days, place, stored
from tests.councils import served
from workflows.actuals.models import ActualWeek
from workflows.actuals.reactions import tell_team
from workflows.actuals.topics import NOTICE
from workflows.council.profile import current
from workflows.engine.models import Case, Outbox
from workflows.register.models import CarePackageLine

#: "Week Beginning 16 Jul 2018"
WEEK = date(2018, 7, 16)
EVERY_DAY = tuple(range(7))
LEVEL = "Home Care Standard"


@pytest.fixture(autouse=True)
def suffolk() -> Iterator[None]:
    with served("suffolk"):
        yield


@pytest.fixture
def oak() -> Place:
    """ "1 Oak Home Care\""""
    return place("home_care", organisation="Oak Home Care", service="Oak Home Care", person="James Beiley",
                 role=role_of())  # fmt: skip


def role_of() -> str:
    return next(each.key for each in current().roles if {"actuals", "actions"} <= each.edit)


@pytest.fixture
def customer(oak: Place) -> CarePackageLine:
    """ "Customer normally has 45 minutes every day\""""
    level = care.level("home_care_standard", group="home_care", amount="20.00")
    return oak.line(level, "Kent", "Karl", "2750571", "5.25", visits=(("0.75", EVERY_DAY, 1),))


def opened(at: Place, *, lot: str = "") -> ActualWeek:
    return care.opened(at.service, WEEK, lot=lot, generated=False)


def generate(tab: Tab, week: ActualWeek) -> Page:
    """Steps 2 to 7: Actuals, the service on the left, the week on the calendar, generate."""
    page = tab.page
    page.goto("/portal/")
    page.locator("header nav").get_by_role("link", name=re.compile("^Actuals")).click()
    page.get_by_role("navigation", name="Services").get_by_role("link", name="Oak Home Care").first.click()
    page.get_by_role("link", name=re.compile("^Monday 16 to Sunday 22 July 2018")).click()
    page.get_by_role("button", name="Generate (Actuals)").click()
    expect(page.get_by_role("alert")).to_contain_text("The actuals were generated.")
    return page


def edit(page: Page, name: str = "Kent, Karl") -> None:
    """Step 8: "From the weekly summary you can edit the lines by clicking on edit\""""
    page.get_by_role("link", name=f"Edit days of {name}, {LEVEL}").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def save(page: Page) -> None:
    """Step 10: "Click save when you have finished editing\""""
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_role("alert")).to_contain_text("Saved.")


@pytest.mark.parametrize("script", [True, False])
def test_steps_1_to_11_and_no_call_on_sunday(
    open_tab: Open, oak: Place, customer: CarePackageLine, *, script: bool
) -> None:
    """ "Customer normally has 45 minutes every day but did not have a call on Sunday." 5.25 becomes 4.50, in red."""
    week = opened(oak)
    tab = open_tab("James Beiley", user=oak.person, script=script)
    page = generate(tab, week)
    expect(page.get_by_role("row").filter(has_text="Kent, Karl")).to_contain_text("5.25")
    tab.step("8-weekly-summary")
    edit(page)
    tab.step("9-edit")
    page.get_by_label(f"Delivered, {LEVEL}, Sunday 22 July").uncheck()
    page.get_by_label("Comment (needed for every change)").fill("No call on Sunday: with family")
    if script:
        expect(page.get_by_label(f"Actual, {LEVEL}, Sunday 22 July")).to_have_value("0.00")
        expect(page.get_by_text("0.75 below")).to_be_visible()
    save(page)
    expect(page.get_by_text("0.75 below")).to_be_visible()
    expect(page.get_by_text("Source: suffolk-user-guide, “2”.").first).to_be_visible()
    tab.step("10-save")
    page.get_by_role("link", name="Back to the week").click()
    expect(page.get_by_role("row").filter(has_text="Kent, Karl")).to_contain_text("0.75 below")
    tab.step("11-back")
    assert days(customer, week) == ["0.75"] * 6 + ["0.00"]
    assert (stored(customer, week).payable, stored(customer, week).payable_cost) == (Decimal("4.50"), Decimal("90.00"))


def test_the_team_is_told_by_an_action(open_tab: Open, oak: Place, customer: CarePackageLine) -> None:
    """ "submit an action to the relevant team to notify them that this has been done\""""
    week = opened(oak)
    tab = open_tab("James Beiley", user=oak.person)
    page = generate(tab, week)
    page.get_by_role("button", name="Submit the week and tell the council").click()
    expect(page.get_by_role("alert")).to_contain_text("The week is submitted, and an action tells")
    tab.step("submitted")
    assert Case.objects.get(pk=week.pk).state == "submitted"
    told = Outbox.objects.get(topic=NOTICE)
    tell_team(told.payload, told.key)  # as the worker does
    page.locator("header nav").get_by_role("link", name=re.compile("^Actions")).click()
    row = page.get_by_role("row").filter(has_text="Actuals were updated")
    expect(row).to_contain_text("Business")
    tab.step("action")


def test_half_an_hour_more_on_monday_and_wednesday_is_one_row(
    open_tab: Open, oak: Place, customer: CarePackageLine
) -> None:
    """ "Extra half hour on both Monday and Wednesday.\""""
    week = opened(oak)
    tab = open_tab("James Beiley", user=oak.person)
    page = generate(tab, week)
    edit(page)
    page.get_by_text("Add row: extra care or another service level").click()
    page.get_by_label("Quantity (hours each day)").fill("0.5")
    page.get_by_label("Monday 16 July", exact=True).check()
    page.get_by_label("Wednesday 18 July", exact=True).check()
    page.get_by_label("Comment on the new row").fill("Authorised by Customer First")
    tab.step("add-row")
    save(page)
    expect(page.get_by_role("heading", name="Added row")).to_be_visible()
    tab.step("added")
    assert days(customer, week, 1) == ["0.50", "0.00", "0.50", "0.00", "0.00", "0.00", "0.00"]
    assert stored(customer, week).delivered == Decimal("6.25")
    assert stored(customer, week).payable == Decimal("5.25")  # nobody has authorised it


@pytest.mark.parametrize("script", [True, False])
def test_half_an_hour_on_monday_and_one_on_tuesday_are_two_rows(
    open_tab: Open, oak: Place, customer: CarePackageLine, *, script: bool
) -> None:
    """ "Extra half hour on Monday. Extra 1 hour on Tuesday.\""""
    week = opened(oak)
    tab = open_tab("James Beiley", user=oak.person, script=script)
    page = generate(tab, week)
    edit(page)
    page.get_by_text("Add row: extra care or another service level").click()
    first = page.get_by_role("group", name="New row", exact=True)
    first.get_by_label("Quantity (hours each day)").fill("0.5")
    first.get_by_label("Monday 16 July", exact=True).check()
    first.get_by_label("Comment on the new row").fill("Authorised")
    page.get_by_role("button", name="Add row").click()
    second = page.get_by_role("group", name="New row 2")
    expect(page.get_by_role("group", name="New row", exact=True).get_by_label("Quantity (hours each day)")
           ).to_have_value("0.5")  # fmt: skip
    second.get_by_label("Quantity (hours each day)").fill("1")
    second.get_by_label("Tuesday 17 July", exact=True).check()
    second.get_by_label("Comment on the new row").fill("Authorised")
    save(page)
    assert (days(customer, week, 1)[:2], days(customer, week, 2)[:2]) == (["0.50", "0.00"], ["0.00", "1.00"])


def test_a_double_assist_is_two_rows_and_a_lot_is_chosen_on_the_left(open_tab: Open, oak: Place) -> None:
    """ "Remember to add, or untick, two rows where this is a double assist service." """
    level = care.level("home_care_standard", group="home_care", amount="20.00")
    line = oak.line(level, "Land", "Lucy", "9170468", "14", visits=(("1", EVERY_DAY, 2),), lot="STLH")
    week = opened(oak, lot="STLH")
    care.opened(oak.service, WEEK, generated=False)
    tab = open_tab("James Beiley", user=oak.person)
    page = tab.page
    page.goto("/portal/actuals/")
    page.get_by_role("link", name="Oak Home Care, STLH").click()
    tab.step("5-lots")
    page.get_by_role("link", name=re.compile("^Monday 16 to Sunday 22 July 2018")).click()
    page.get_by_role("button", name="Generate (Actuals)").click()
    edit(page, "Land, Lucy")
    for row in ("Row 1", "Row 2"):
        page.get_by_label(f"Delivered, {LEVEL}, {row}, Sunday 22 July").uncheck()
        page.get_by_label(f"Comment (needed for every change), {row}").fill("No call")
    tab.step("double-assist")
    save(page)
    assert stored(line, week).delivered == Decimal("12.00")
