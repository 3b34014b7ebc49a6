"""A sixth council, from one file: an officer signs in, a provider takes a placement on and submits a week."""

import re
from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import expect

from backoffice.access import passcode
from tests import care
from tests import factories as make
from tests.browser.conftest import Open
from tests.browser.oasis import state_of
from tests.browser.weeks import place
from tests.councils import POLICIES, served
from workflows.council.schema import Council
from workflows.engine.models import Case

#: Eight figures, of which no three go up or down.
CODE = "59274186"


@pytest.fixture(autouse=True)
def westmere() -> Iterator[Council]:
    with served("westmere", POLICIES) as council:
        yield council


def test_it_is_served_signed_in_to_answered_and_submitted(open_tab: Open, westmere: Council) -> None:
    home = place("day_opportunities", organisation="Brook Days", service="Brook Centre", person="Ada Moss",
                 role="director")  # fmt: skip
    level = care.level("day_place", group="day_opportunities", amount="30.00", unit="Half day")
    line = home.line(level, "Kent", "Karl", "2750571", "3", visits=(("1", (0, 2, 4), 1),))
    document, week = make.published(line), care.opened(home.service, generated=False)
    officer = make.staff_user("hub", name="Grace Field")
    officer.passcode = passcode.hashed(officer.pk, CODE)
    officer.save()

    desk = open_tab("Grace Field")
    desk.page.goto("/")
    desk.page.get_by_label("E-mail address").fill(officer.email)
    desk.page.get_by_label("Password", exact=True).fill(make.PASSWORD)
    desk.page.get_by_role("button", name="Continue").click()
    desk.page.get_by_label("Your entry code").fill(CODE)
    desk.page.get_by_role("button", name="Sign in").click()
    desk.page.get_by_label("I have read and accept the Gateway promise").check()
    desk.page.get_by_role("button", name="Continue").click()
    letters = desk.page.locator("main ol strong").inner_text().replace(" ", "")
    desk.page.get_by_label("The 6 digits that the app shows now").fill(pyotp.TOTP(letters).now())
    desk.page.get_by_role("button", name="Add the app").click()
    desk.page.get_by_role("button", name="I have kept them").click()
    expect(desk.page.get_by_text("Grace Field, Commissioning Hub")).to_be_visible()
    expect(desk.page).to_have_title(
        re.compile("Concord, Care and Independence - Westmere Metropolitan Borough Council")
    )
    desk.step("officer")

    page = open_tab("Ada Moss", user=home.person).page
    page.goto(f"/portal/contract-documents/{document.pk}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Placement Agreement")
    page.get_by_label("Take on", exact=True).check()
    page.get_by_role("button", name="Take on").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert state_of(document) == "accepted"

    page.goto("/portal/")
    expect(page.locator("header nav").get_by_role("link", name=re.compile("^Care agreements"))).to_be_visible()
    page.locator("header nav").get_by_role("link", name=re.compile("^Delivered care")).click()
    page.get_by_role("link", name=re.compile("^Monday 17 to Sunday 23 February 2025")).click()
    page.get_by_role("button", name="Generate (Actuals)").click()
    page.get_by_role("button", name="Submit the week and tell the council").click()
    expect(page.get_by_role("alert")).to_contain_text("The week is submitted")
    assert Case.objects.get(pk=week.pk).state == "checked"  # what is clean is accepted by itself
