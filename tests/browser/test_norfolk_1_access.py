"""norfolk-handbook §1: the first sign-in, what a passcode may not be, and the lock after three wrong tries."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests import factories as make
from tests.browser.conftest import Open
from tests.browser.oasis import PASSCODE, oasis, with_passcode
from tests.browser.tab import Tab

GIVEN = make.PASSWORD
CHOSEN = "Harbour-lamp-2719"


def sign_in_as(page: Page, email: str, password: str) -> None:
    """Step 1."""
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Continue").click()


def test_norfolk_1_the_first_sign_in_changes_the_password_and_creates_a_passcode(open_tab: Open) -> None:
    james = oasis(clients=1).james
    james.must_change_password, james.passcode = True, ""
    james.save()
    tab = open_tab("James Beiley")
    page = tab.page

    page.goto("/")
    tab.step("sign-in")
    sign_in_as(page, james.email, GIVEN)
    tab.step("change-the-password-of-the-helpdesk")
    page.get_by_label("New password").fill("short")
    page.get_by_role("button", name="Change my password").click()
    for rule in ("Use at least 9 characters", "Use at least 1 capital letter", "Use at least 2 digits"):
        expect(page.get_by_role("alert")).to_contain_text(rule)
    tab.step("a-weak-password")
    page.get_by_label("New password").fill(CHOSEN)
    page.get_by_role("button", name="Change my password").click()
    tab.step("create-a-passcode")
    an_ascending_run_is_refused(tab)
    create_passcode(page, PASSCODE, PASSCODE)
    expect(page.get_by_text("James Beiley @ Oasis Care and Support")).to_be_visible()
    tab.step("signed-in")
    page.get_by_role("button", name="Sign out").click()
    tab.step("signed-out")
    the_second_time_asks_for_the_passcode(tab, james.email)


def create_passcode(page: Page, first: str, again: str) -> None:
    page.get_by_label("New passcode").fill(first)
    page.get_by_label("The same passcode again").fill(again)
    page.get_by_role("button", name="Create and sign in").click()


def an_ascending_run_is_refused(tab: Tab) -> None:
    """ "You are unable to use ascending numbers of more than three or descending numbers of more than three.\""""
    for digits in ("123486", "694321"):
        create_passcode(tab.page, digits, digits)
        expect(tab.page.get_by_role("alert")).to_contain_text("Your passcode was not created")
    tab.step("a-run-of-four-is-refused")


def the_second_time_asks_for_the_passcode(tab: Tab, email: str) -> None:
    tab.page.get_by_role("button", name="Sign in again").click()
    sign_in_as(tab.page, email, CHOSEN)
    tab.page.get_by_label("Your passcode").fill("111222")
    tab.page.get_by_role("button", name="Sign in").click()
    expect(tab.page.get_by_role("alert")).to_contain_text("You have 2 more tries")
    tab.step("a-wrong-passcode")
    tab.page.get_by_label("Your passcode").fill(PASSCODE)
    tab.page.get_by_role("button", name="Sign in").click()
    expect(tab.page.get_by_role("heading", level=1)).to_be_visible()
    expect(tab.page).to_have_url(re.compile("/portal/$"))


@pytest.mark.parametrize("known", [True, False], ids=["a-known-address", "an-unknown-address"])
def test_norfolk_1_three_wrong_tries_lock_out_and_say_whom_to_call(open_tab: Open, known: bool) -> None:
    """The same words for an address that does not exist: nobody learns who has an account."""
    email = with_passcode(make.staff_user()).email if known else "nobody@provider.example"
    tab = open_tab("Somebody")
    tab.page.goto("/sign-in/")
    for left in ("2 more tries", "1 more try"):
        sign_in_as(tab.page, email, "not-my-password")
        expect(tab.page.get_by_role("alert")).to_contain_text(left)
        expect(tab.page.get_by_label("E-mail address")).to_have_value(email)
    tab.step("one-try-is-left")
    with tab.refused(403):
        sign_in_as(tab.page, email, "not-my-password")
    expect(tab.page.locator("main")).to_contain_text("01603 495702")
    tab.step("locked-out")
    tab.page.goto("/sign-in/")
    with tab.refused(403):
        sign_in_as(tab.page, email, GIVEN)
    expect(tab.page.locator("main")).to_contain_text("01603 495702")


def test_norfolk_1_the_pages_that_need_no_sign_in(open_tab: Open) -> None:
    tab = open_tab("Somebody")
    for name in ("help", "accessibility", "privacy", "cookies"):
        tab.page.goto(f"/{name}/")
        tab.step(name)
    with tab.refused(404):
        tab.page.goto("/no-such-page/")
    tab.step("a-page-that-does-not-exist")
