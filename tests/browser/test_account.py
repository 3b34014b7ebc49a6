"""One's own account in a browser: notices, e-mail notifications, absence and substitute; by mouse, by keyboard alone,
and without a script."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests import factories as make
from tests.browser.conftest import Open
from workflows.engine import moment
from workflows.engine.models import Notice
from workflows.parties.models import Absence, User
from workflows.people import preferences


def told(user: User, *texts: str) -> None:
    case = make.published().case
    for text in texts:
        Notice.objects.create(user=user, kind="x", case=case, text=f"{text} {case.reference}", key=text)


def type_days(page: Page, substitute: str) -> None:
    today = moment.today()
    for name, day in (("First day away", today), ("Last day away", today + timedelta(days=4))):
        group = page.get_by_role("group", name=name)
        for part, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
            group.get_by_label(part, exact=True).fill(str(value))
    page.get_by_label("Who has the work meanwhile?").select_option(substitute)


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without a script"])
def test_an_officer_is_away_and_comes_back_early(open_tab: Open, script: bool) -> None:
    priya = make.staff_user(name="Priya Raman")
    make.staff_user(name="Tom Bullard")
    tab = open_tab("Priya Raman", user=priya, script=script)
    page = tab.page
    page.goto("/")
    page.locator("header summary").filter(has_text="Priya Raman").click()
    tab.step("account-menu")
    page.locator("header").get_by_role("link", name="Absence and substitute").click()
    tab.step("absences-none")
    page.get_by_role("button", name="Record my absence").click()
    page.get_by_role("button", name="Record the absence").click()
    expect(page.get_by_role("alert")).to_contain_text("The absence was not recorded: 3 things to put right")
    tab.step("absence-errors")
    type_days(page, "Tom Bullard")
    page.get_by_role("button", name="Record the absence").click()
    expect(page.locator("main")).to_contain_text("Priya Raman is recorded as away")
    tab.step("absences-away")
    page.get_by_role("link", name="End it early").click()
    tab.step("absence-end")
    page.get_by_role("button", name="End the absence").click()
    expect(page.locator("main")).to_contain_text("The absence of Priya Raman has ended")
    assert Absence.objects.get().ended_at is not None


def test_a_manager_records_it_for_somebody_by_keyboard_alone(open_tab: Open) -> None:
    manager = make.staff_user(role="manager", name="Megan Frost")
    make.staff_user(name="Priya Raman")
    tab = open_tab("Megan Frost", user=manager)
    page = tab.page
    page.goto("/absences/")
    page.get_by_label("Somebody else who is away").focus()
    page.keyboard.type("Pri")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Record an absence: Priya Raman")
    today = moment.today()
    page.get_by_role("group", name="First day away").get_by_label("Day", exact=True).focus()
    for _ in range(2):
        for value in (today.day, today.month, today.year):
            page.keyboard.type(str(value))
            page.keyboard.press("Tab")
    page.keyboard.type("Meg")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Megan Frost has the work meanwhile")
    tab.step("recorded-for-another")


@pytest.mark.parametrize(("side", "script"), [("council", True), ("provider", False)])
def test_news_is_read_one_by_one_and_together(open_tab: Open, side: str, script: bool) -> None:
    user = make.staff_user() if side == "council" else make.provider_user(make.organisation())
    told(user, "Something awaits you:", "Something else awaits you:", "There is news about")
    tab = open_tab(side, user=user, script=script)
    page = tab.page
    page.goto("/")
    expect(page.locator("header")).to_contain_text("3 unread")
    tab.step("home")
    page.get_by_role("link", name="All my notices").click()
    tab.step("notices")
    page.get_by_role("button", name=re.compile("^Mark as read.*Something else")).focus()
    page.keyboard.press("Enter")
    expect(page.locator("header")).to_contain_text("2 unread")
    expect(page.locator("main li").last).to_contain_text("Something else awaits you")
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.get_by_role("button", name="Mark all as read")).to_have_count(0)
    tab.step("notices-read")


@pytest.mark.parametrize(("side", "script"), [("council", True), ("provider", False)])
def test_what_comes_by_mail_is_chosen(open_tab: Open, side: str, script: bool) -> None:
    user = make.staff_user() if side == "council" else make.provider_user(make.organisation())
    name = "I am mentioned in a note" if side == "council" else "A contract document awaits my answer"
    tab = open_tab(side, user=user, script=script)
    page = tab.page
    page.goto("/notices/")
    page.get_by_role("link", name="Choose which of it comes by e-mail").click()
    page.get_by_label(name).select_option("One e-mail a day")
    tab.step("notifications")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("Your choice is saved")
    expect(page.get_by_label(name)).to_have_value("daily")
    assert "daily" in preferences.read(user.pk).values()
