"""norfolk-handbook §10 "Scheduled Payments", the provider's side step by step, and the calendar of §11."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from backoffice.web.words import date_range
from tests.browser.conftest import Open
from tests.browser.tab import Tab
from tests.councils import usual_council
from tests.paying import Paying, handbook, oasis
from workflows.council import profile
from workflows.engine import moment
from workflows.payments.models import Confirmation, Rejected, ScheduledPayment
from workflows.payments.rules import State

TEAM = "Payments Team - Residential"
BEGUN = timedelta(days=9)


@pytest.fixture(autouse=True)
def norfolk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Norfolk with a period that is in its tenth day: it can be seen, and is cut off in three days."""
    calendar = profile.current().payments.calendars[0].model_dump()  # type: ignore[union-attr]
    dates = {"anchor": moment.today() - BEGUN, "cut_off": 12, "finalise": 13, "when_closed": "after"}
    with handbook(monkeypatch, None, calendars=[calendar | dates]):
        yield
    usual_council()


@pytest.fixture
def place() -> Paying:
    made = oasis(start=moment.today() - BEGUN)
    made.opened(moment.today() - BEGUN)
    return made


def chapter(page: Page) -> None:
    page.goto("/portal/")
    page.get_by_role("navigation", name="Menu").get_by_role("link", name=re.compile("^Scheduled Payments")).click()


def answer(tab: Tab, name: str) -> None:
    """Send the form; where no script words the button, it says what it does for either answer."""
    tab.page.get_by_role("button", name=name if tab.script else "Send my answer", exact=True).last.click()


@pytest.mark.parametrize("script", [True, False])
def test_norfolk_10_steps(open_tab: Open, place: Paying, *, script: bool) -> None:
    period = date_range(moment.today() - BEGUN, moment.today() - BEGUN + timedelta(days=27))
    tab = open_tab("James Beiley", user=place.user(name="James Beiley"), script=script)
    page = tab.page
    page.goto("/portal/")
    expect(page.get_by_role("heading", name=re.compile("^First: check the payment of £9,932.20 "))).to_be_visible()
    tab.step("1-home-says-what-is-at-stake")

    chapter(page)
    expect(page.get_by_label("Financial year")).to_be_visible()
    expect(page.get_by_role("heading", name="Please select the scheduled period on the left")).to_be_visible()
    left = page.get_by_role("navigation", name="Periods")
    expect(left.get_by_text("Unconfirmed")).to_be_visible()
    tab.step("2-the-next-pending-payment-is-unconfirmed")

    left.get_by_role("link", name=period).click()
    expect(page.get_by_text("Total Payable")).to_be_visible()
    expect(page.get_by_role("rowheader", name=re.compile("^Kent, Karl"))).to_be_visible()
    page.get_by_role("link", name=re.compile("^Show the working of Kent, Karl")).click()
    expect(page.get_by_role("heading", name="Why £1,986.44 for Kent, Karl?")).to_be_visible()
    tab.step("3-the-lines-and-why")

    page.get_by_role("link", name="confirm or reject the payment").click()
    page.get_by_label("Confirm", exact=True).check()
    page.get_by_label("Comments (optional)").fill("All five are here.")
    tab.step("4-confirm")
    answer(tab, "Confirm")
    expect(page.get_by_text("You confirmed this payment.")).to_be_visible()
    expect(page.get_by_text("“All five are here.”")).to_be_visible()
    tab.step("5-confirmed")

    page.get_by_label("Reject", exact=True).check()
    expect(page.get_by_text("It will not stop any payments being made.")).to_be_visible()
    _died(tab, place)
    page.get_by_role("button", name="Work out what changes").click()
    expect(page.get_by_text("is not overpaid")).to_be_visible()
    page.get_by_label("Comments (optional)").fill("Karl Kent, 2750571, deceased")
    tab.step("6-reject-with-the-details-of-the-end")
    answer(tab, "Reject")
    expect(page.get_by_text(f"{TEAM} is told what is wrong. It will not stop the payment.")).to_be_visible()
    expect(page.get_by_role("navigation", name="Periods").get_by_text("Rejected")).to_be_visible()
    expect(page.get_by_text("£9,932.20").first).to_be_visible()
    tab.step("7-rejected-and-still-paid")
    assert ScheduledPayment.objects.get().confirmation == Confirmation.REJECTED
    assert ScheduledPayment.objects.get().case.state == State.CURRENT
    assert Rejected.objects.get(died=True).line_id == place.lines[0].pk

    page.get_by_role("link", name=re.compile("^send the notice of death")).click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="What happened to this payment").click()
    expect(page.get_by_text("Rejected it")).to_be_visible()
    tab.step("8-what-happened")
    chapter(page)
    page.get_by_role("link", name="Payment calendar").click()
    expect(page.get_by_role("rowheader", name=period)).to_be_visible()
    tab.step("9-the-payment-calendar")
    with page.expect_download() as file:
        page.get_by_role("link", name=re.compile("for your own calendar")).click()
    assert file.value.suggested_filename.endswith(".ics")


def _died(tab: Tab, place: Paying) -> None:
    """ "Simply enter details of the Service Users end and click Reject" """
    page: Any = tab.page
    page.get_by_label("Which line").select_option(value=str(place.lines[0].pk))
    page.get_by_label("What happened").select_option(label="Died")
    day = moment.today()
    for label, part in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        page.get_by_role("group", name="Date").get_by_label(label).fill(str(part))
