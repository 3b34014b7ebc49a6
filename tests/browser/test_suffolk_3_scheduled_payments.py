"""suffolk-user-guide §3 "Scheduled Payments - Provider viewing in Portal" as Suffolk's own profile: steps 1 to 7."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from backoffice.web.words import date_range
from tests.browser.conftest import Open
from tests.councils import served
from tests.paying import oasis
from workflows.actuals.rules import monday_of
from workflows.engine import moment
from workflows.engine.models import Case
from workflows.payments import opening
from workflows.payments.calendar import financial_year
from workflows.payments.models import ScheduledPayment


@pytest.fixture(autouse=True)
def suffolk() -> Iterator[None]:
    with served("suffolk"):
        yield


def test_suffolk_3_steps_1_to_7(open_tab: Open) -> None:
    last, before = (monday_of(moment.today()) - timedelta(days=days) for days in (7, 14))
    place = oasis([("Land", "Lucy")], contribution="", start=before, calendar="weekly")
    opening.open_due()
    older, newer = ScheduledPayment.objects.order_by("first")
    ScheduledPayment.objects.filter(pk=older.pk).update(finalised_at=moment.now())
    Case.objects.filter(pk=older.pk).update(state="finalised")
    tab = open_tab("James Beiley", user=place.user("finance", name="James Beiley"))
    page = tab.page

    page.goto("/portal/")
    page.get_by_role("navigation", name="Menu").get_by_role("link", name=re.compile("^Scheduled Payments")).click()
    expect(page.get_by_label("Financial year")).to_have_value(financial_year(moment.today()))
    tab.step("1-click-on-scheduled-payments")

    left = page.get_by_role("navigation", name="Periods")
    page.get_by_label("Financial year").select_option(index=1)
    page.get_by_role("button", name="View").click()
    page.get_by_label("Financial year").select_option(value=newer.financial_year)
    page.get_by_role("button", name="View").click()
    expect(left.get_by_role("listitem")).to_have_count(2 if older.financial_year == newer.financial_year else 1)
    tab.step("2-select-the-scheduled-period-on-the-left")

    left.get_by_role("link", name=re.compile(date_range(newer.first, newer.last))).click()
    expect(page.get_by_role("rowheader", name=re.compile("^Land, Lucy"))).to_be_visible()
    expect(page.get_by_text("The council does not ask you to confirm them.")).to_be_visible()
    expect(page.locator("dl").get_by_text("Current", exact=True)).to_be_visible()
    expect(page.get_by_text("It may change until then")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Confirm|Reject"))).to_have_count(0)
    tab.step("3-to-5-current-may-still-change")

    page.goto(f"/portal/scheduled-payments/{older.pk}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text(date_range(last - timedelta(days=7), older.last))
    expect(page.locator("dl").get_by_text("Finalised", exact=True).last).to_be_visible()
    expect(page.get_by_text("It does not change any more")).to_be_visible()
    tab.step("6-finalised")
    page.get_by_role("link", name="Remittance advice").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("Land, Lucy").first).to_be_visible()
    page.go_back()

    page.get_by_role("navigation", name="Menu").get_by_role("link", name="Home").click()
    expect(page.get_by_text("check the payment")).to_have_count(0)
