"""norfolk-handbook §1: the first sign-in, what a passcode may not be, and the lock after three wrong tries."""

import re
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests import factories as make
from tests.access.test_nothing_leaks import carry_everything
from tests.browser.conftest import Open
from tests.browser.oasis import PASSCODE, oasis, with_passcode
from tests.browser.tab import Tab
from workflows.parties.models import User
from workflows.people import suspending

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


def test_norfolk_1_resets_by_telephone_and_by_mail_and_a_suspended_person(open_tab: Open, settings: Any) -> None:
    """ "For Password and Security code resets you can either: Telephone … Email"; "your access will be suspended"."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    james = oasis(clients=1).james
    tab, desk = open_tab("James Beiley"), open_tab("Grace Okoro", user=make.staff_user("fes_admin"))
    page = tab.page
    page.goto("/sign-in/")
    page.get_by_role("link", name="I do not know my password").click()
    ask_for(tab, "A new password", james.email, "Provider Portal Helpdesk telephones me")
    password = read_out(desk, "James Beiley")
    page.get_by_role("link", name="Sign in", exact=True).click()
    sign_in_as(page, james.email, password)
    page.get_by_label("Your passcode").fill(PASSCODE)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("New password").fill(CHOSEN)
    page.get_by_role("button", name="Change my password").click()
    expect(page.get_by_text("James Beiley @ Oasis Care and Support")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()

    page.goto("/forgotten/")
    ask_for(tab, "A new passcode", james.email, "A link by e-mail, which works once and for 60 minutes")
    (link,) = (found[0] for each in mail.outbox if (found := re.search(r"/reset/\S+", str(each.body))))
    page.goto(link)
    tab.step("the-link-of-the-mail")
    page.get_by_label("Your e-mail address").fill(james.email)
    page.get_by_label("Your password", exact=True).fill(CHOSEN)
    page.get_by_role("button", name="Continue").click()
    create_passcode(page, "482915", "482915")
    expect(page.get_by_text("James Beiley @ Oasis Care and Support")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()

    User.objects.filter(pk=james.pk).update(used_at=timezone.now() - timedelta(days=60))
    suspending.tend()
    page.goto("/sign-in/")
    with tab.refused(403):
        sign_in_as(page, james.email, CHOSEN)
    expect(page.locator("main")).to_contain_text("01603 495702")
    tab.step("suspended")


def ask_for(tab: Tab, what: str, email: str, how: str) -> None:
    """Ask for a reset, and let the workers do what follows."""
    page = tab.page
    page.get_by_label(what).check()
    page.get_by_label("Your e-mail address").fill(email)
    page.get_by_label(how).check()
    tab.step("i-cannot-sign-in")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What happens now")
    tab.step("what-happens-now")
    carry_everything()


def read_out(desk: Tab, name: str) -> str:
    """The helpline finds who waits, makes sure of them, and reads out a password."""
    page = desk.page
    page.goto("/helpline/")
    page.get_by_label("Name or e-mail address").fill("beil")
    page.get_by_role("button", name="Find").click()
    desk.step("found-and-waiting")
    page.get_by_role("link", name=name).first.click()
    page.get_by_label("The reference of their organisation").check()
    page.get_by_label("Their own job and the service where they work").check()
    page.get_by_label("Give a new password by telephone").check()
    page.get_by_role("button", name="Do it").click()
    shown = page.locator(".govuk-panel strong").inner_text()
    desk.step("a-password-to-read-out")
    return shown


def test_an_officer_adds_an_authenticator_app_and_signs_in_with_it(open_tab: Open) -> None:
    officer, tab = make.staff_user(), open_tab("An officer")
    page = tab.page
    page.goto("/sign-in/")
    sign_in_as(page, officer.email, GIVEN)
    tab.step("add-an-app")
    letters = page.locator("main ol strong").inner_text().replace(" ", "")
    page.get_by_label("The 6 digits that the app shows now").fill(pyotp.TOTP(letters).now())
    page.get_by_role("button", name="Add the app").click()
    codes = page.locator("main code").all_inner_texts()
    tab.step("recovery-codes")
    page.get_by_role("button", name="I have kept them").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in again").click()
    sign_in_as(page, officer.email, GIVEN)
    tab.step("the-digits-of-the-app")
    page.get_by_label("The 6 digits that your app shows now").fill(codes[0])
    page.get_by_role("button", name="Sign in").click()
    page.goto("/authenticator/remove/")
    tab.step("take-the-app-away")


def test_norfolk_1_the_pages_that_need_no_sign_in(open_tab: Open) -> None:
    tab = open_tab("Somebody")
    for name in ("help", "accessibility", "privacy", "cookies"):
        tab.page.goto(f"/{name}/")
        tab.step(name)
    with tab.refused(404):
        tab.page.goto("/no-such-page/")
    tab.step("a-page-that-does-not-exist")
