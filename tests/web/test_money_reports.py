"""The reports about money on both sides (suffolk-user-guide §5, bedford-actuals-guide "Reports")."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backoffice.web.reports.pages import NEEDED
from tests import factories as make
from tests.councils import another_council, served
from tests.paying import FIRST, Paying, handbook, oasis
from tests.runs import finalised
from workflows.engine import moment
from workflows.engine.calendar import LONDON
from workflows.engine.models import Access
from workflows.parties.selectors import system_actor
from workflows.payments import opening
from workflows.payments.models import PaymentLine, ScheduledPayment
from workflows.register import commands as register

from .conftest import browser_of
from .portal import sign_in, text

pytestmark = pytest.mark.django_db
D = Decimal
MOST_QUERIES = 12
NAMES = {
    "pending_payments_exceptions": "Pending Payments Exception",
    "pending_scheduled_payments": "Pending Scheduled Payments",
    "purchase_orders": "Purchase Orders",
    "late_payments": "Late payments",
    "contributions": "Client contributions",
}
#: Each report, whether providers have it, and what is chosen for it.
SPAN = {"first_day": "1", "first_month": "4", "first_year": "2018",
        "last_day": "31", "last_month": "3", "last_year": "2019"}  # fmt: skip
REPORTS: dict[str, tuple[bool, dict[str, str]]] = {
    "pending-payments-exceptions": (True, {}),
    "pending-scheduled-payments": (True, SPAN),
    "purchase-orders": (True, {"client": "", "year": "2018/2019"}),
    "late-payments": (False, SPAN | {"on_time": "on"}),
    "contributions": (False, SPAN | {"client": ""}),
}
#: The second period of the handbook's calendar, in which the first is put right.
SECOND = datetime(2018, 5, 17, 10, tzinfo=LONDON)


@pytest.fixture
def norfolk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with handbook(monkeypatch):
        another_council(monkeypatch, {"reports": NAMES})
        yield


@pytest.fixture
def paying(norfolk: None) -> Paying:
    """The handbook's five people: the first period is finalised; then it is known that Karl Kent's line ended."""
    found = oasis()
    payment = found.opened()
    with moment.at(datetime(2018, 4, 20, 10, tzinfo=LONDON)):
        finalised(payment)
    with moment.at(SECOND):
        line = found.lines[0]
        line.refresh_from_db()
        register.end_line(
            actor=system_actor(),
            line_id=line.pk,
            version=line.version,
            end=date(2018, 4, 30),
            reason="Moved to her family",
        )
        opening.open_due()
    return found


@pytest.fixture
def browser(paying: Paying) -> Client:
    return sign_in(paying.user())


@pytest.fixture
def ours(paying: Paying) -> Client:
    return browser_of(make.staff_user("payments_residential"))


def ask(browser: Client, slug: str, *, side: str = "portal", do: str = "view", **more: str) -> Any:
    chosen = {"organisation_id": "", "do": do} | REPORTS[slug][1] | more
    return browser.post(reverse(f"{side}:report", args=[slug]), chosen, follow=True)


def rows_of(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


def test_the_adjustments_of_the_next_run_with_what_each_is_because_of(
    browser: Client, ours: Client, paying: Paying
) -> None:
    with moment.at(SECOND):
        for who, side in ((browser, "portal"), (ours, "council")):
            page = ask(who, "pending-payments-exceptions", side=side)
            said = text(page).split("Totals of all rows")[-1]
            assert "Kent, Karl" in said and "Land, Lucy" not in said
            for words in ("−£425.67", "The end date changed: 01/05/2018 to 06/05/2018", "Adjustment", "PAY-"):
                assert words in said, words
            taken = ask(who, "pending-payments-exceptions", side=side, do="csv")
            [row] = rows_of(taken)
            assert (row["Total"], row["CarePackageRef"]) == ("-425.67", paying.lines[0].reference)
        line = PaymentLine.objects.get(kind="adjustment")
        assert (
            f"/scheduled-payments/{line.payment_id}/?from={line.line_id}"
            in ask(browser, "pending-payments-exceptions").content.decode()
        )
    seen = set(Access.objects.filter(what__contains="exceptions").values_list("what", flat=True))
    assert seen == {"report.pending_payments_exceptions", "report.pending_payments_exceptions.csv"}


def test_what_is_pending_is_not_final_and_narrowed_by_status_and_dates(browser: Client, paying: Paying) -> None:
    with moment.at(SECOND):
        page = text(browser.get(reverse("portal:report", args=["pending-scheduled-payments"])))
        places = [page.index(each) for each in ("Status", "Date from", "Date to", "View", "Download Data", NEEDED)]
        assert places == sorted(places)
        whole = text(ask(browser, "pending-scheduled-payments"))
        assert "These payments are not final until Norfolk County Council carries out the finalisation" in whole
        assert "£7,520.09" in whole  # four people's period, less what Karl Kent's was put right by
        assert "There is nothing to display." in text(ask(browser, "pending-scheduled-payments", status="confirmed"))
        assert "£7,520.09" in text(ask(browser, "pending-scheduled-payments", status="unconfirmed"))
        earlier = {"last_day": "6", "last_month": "5", "last_year": "2018"}
        assert "There is nothing to display." in text(ask(browser, "pending-scheduled-payments", **earlier))


def test_a_purchase_order_is_what_is_ordered_paid_and_left(browser: Client, ours: Client, paying: Paying) -> None:
    kent, lucy = paying.lines[:2]
    with moment.at(SECOND):
        said = text(ask(browser, "purchase-orders"))
        assert f"Land, Lucy ({lucy.client.ss_ref}) - 2018/2019 (ID {lucy.reference})" in said
        rows = {row["ID"]: row for row in rows_of(ask(browser, "purchase-orders", do="csv"))}
        # 13 periods of £1,986.44; until today one period and 11 days at £496.61 / 7
        own = rows[lucy.reference]
        assert [own[name] for name in ("Ordered", "Ordered until today", "Paid", "of which to be paid", "Left")] == [
            "25823.72", "2766.83", "1986.44", "1986.44", "23837.28",
        ]  # fmt: skip
        # ended on 30 April: 22 days are ordered, and six more were paid
        assert (rows[kent.reference]["Ordered"], rows[kent.reference]["Left"]) == ("1560.77", "-425.67")
        for who, side in ((browser, "portal"), (ours, "council")):
            page = who.get(reverse(f"{side}:purchase_order", args=[kent.pk, 2018]))
            for words in ("£1,560.77", "More was paid than is ordered by now", "£1,986.44", "PAY-", "−£425.67"):
                assert words in text(page), (side, words)
        assert "Kent" not in page.content.decode().split("</title>")[0]
    assert Access.objects.filter(what="purchase_order", client_id=kent.client_id).count() == 2


def test_what_was_paid_is_the_year_of_the_period_that_it_puts_right(paying: Paying, browser: Client) -> None:
    """All 13 periods finalised: nothing is left, to the penny."""
    lucy = paying.lines[1]
    with moment.at(datetime(2019, 4, 20, 10, tzinfo=LONDON)):
        opening.open_due()
        for each in ScheduledPayment.objects.filter(finalised_at=None, financial_year="2018/2019").order_by("first"):
            opening.work_out_changed()
            finalised(each)
        rows = {row["ID"]: row for row in rows_of(ask(browser, "purchase-orders", do="csv"))}
    assert (rows[lucy.reference]["Ordered until today"], rows[lucy.reference]["Left"]) == ("25823.72", "0.00")
    assert rows[paying.lines[0].reference]["Left"] == "0.00"


def test_late_payments_are_the_councils_and_say_what_interest_may_come_to(ours: Client, paying: Paying) -> None:
    payment = ScheduledPayment.objects.get(contract=paying.contract, first=FIRST)
    assert (payment.pay_on, payment.payable) == (date(2018, 4, 23), D("9932.20"))
    with moment.at(datetime(2018, 6, 5, 12, tzinfo=LONDON)):  # 30 days after the last of the period, in advance paid
        said = text(ask(ours, "late-payments", side="council", on_time=""))
        # 30 days at 8 + 0.50 % on £9,932.20, and £70
        for words in ("£69.39", "30 days at 8 + 0.5%", "£70.00", "£139.39", "43 days late", "Not yet"):
            assert words in said, words
        [row] = rows_of(ask(ours, "late-payments", side="council", do="csv"))
        assert (row["Exposure"], row["Interest runs after"]) == ("139.39", "2018-05-06")
    with moment.at(datetime(2018, 4, 23, 12, tzinfo=LONDON)):
        assert "There is nothing to display." in text(ask(ours, "late-payments", side="council", on_time=""))


def test_what_waits_for_an_invoice_is_pending_for_the_council_and_its_thirty_days_begin_with_the_invoice(
    norfolk: None,
) -> None:
    paying = oasis()
    payment = paying.opened()
    invoiced = datetime(2018, 5, 10, 10, tzinfo=LONDON)
    ScheduledPayment.objects.filter(pk=payment.pk).update(invoiced=True, frozen_at=invoiced)
    browser, ours = sign_in(paying.user()), browser_of(make.staff_user("payments_residential"))
    assert "There is nothing to display." in text(ask(browser, "pending-scheduled-payments"))
    assert "£9,932.20" in text(ask(ours, "pending-scheduled-payments", side="council"))
    with moment.at(invoiced):
        ScheduledPayment.objects.filter(pk=payment.pk).update(released_at=invoiced)
        finalised(payment)
    with moment.at(datetime(2018, 6, 8, 12, tzinfo=LONDON)):
        assert "There is nothing to display." in text(ask(ours, "late-payments", side="council", on_time=""))
    with moment.at(datetime(2018, 7, 1, 12, tzinfo=LONDON)):
        [row] = rows_of(ask(ours, "late-payments", side="council", do="csv"))
        # 23 days at 8 + 0.50 % on £9,932.20
        names = ("Interest runs after", "Days of interest", "Days after the pay day", "Interest")
        assert [row[name] for name in names] == ["2018-06-08", "23", "23", "53.20"]
        page = browser.get(reverse("portal:purchase_order", args=[paying.lines[0].pk, 2018]))
        assert reverse("portal:remittance", args=[payment.pk]) in page.content.decode()


def test_contributions_by_client_and_dates(ours: Client, paying: Paying) -> None:
    rows = rows_of(ask(ours, "contributions", side="council", do="csv"))
    by_client = {row["Client"]: row for row in rows}
    assert len(rows) == 5
    kent, lucy = by_client["Kent, Karl"], by_client["Land, Lucy"]
    assert [kent[name] for name in ("From", "To", "Days", "A week", "Comes to", "Collected by")] == [
        "2018-04-09", "2018-04-30", "22", "39.88", "125.34", "The provider",
    ]  # fmt: skip
    assert (lucy["Days"], lucy["Comes to"]) == ("357", "2033.88")
    assert "£8,260.86" in text(ask(ours, "contributions", side="council"))


@pytest.mark.parametrize("slug", REPORTS)
def test_who_reads_a_report_and_of_what(slug: str, paying: Paying, ours: Client) -> None:
    provider, address = REPORTS[slug][0], reverse("portal:report", args=[slug])
    far = make.service(paying.organisation)
    with moment.at(SECOND):
        local = sign_in(make.provider_user(paying.organisation, only=far))
        elsewhere = sign_in(oasis().user())
        none = sign_in(paying.user("payments"))
        assert none.get(address).status_code == (403 if provider else 404)
        brokerage = browser_of(make.staff_user("service_brokerage"))
        assert brokerage.get(reverse("council:report", args=[slug])).status_code == 403
        for who in (local, elsewhere) if provider else ():
            page = ask(who, slug)
            assert page.status_code == 200
            assert paying.lines[0].reference not in text(page)
            if slug == "purchase-orders":
                assert who.get(reverse("portal:purchase_order", args=[paying.lines[0].pk, 2018])).status_code == 404


@pytest.mark.parametrize("slug", REPORTS)
def test_as_many_queries_for_a_hundred_rows_as_for_one(slug: str, paying: Paying, ours: Client) -> None:
    browsers = {"portal": sign_in(paying.user()), "council": ours} if REPORTS[slug][0] else {"council": ours}

    def count() -> dict[str, int]:
        found = {}
        for side, who in browsers.items():
            place = who.post(reverse(f"{side}:report", args=[slug]), REPORTS[slug][1] | {"do": "view"})["Location"]
            with CaptureQueriesContext(connection) as few:
                assert who.get(place).status_code == 200
            found[side] = len(few)
        return found

    with moment.at(SECOND):
        before = count()
        for number in range(100):
            paying.line(paying.home, f"Person{number}", "P")
        for each in ScheduledPayment.objects.filter(finalised_at=None):
            ScheduledPayment.objects.filter(pk=each.pk).update(changed=True)
        opening.work_out_changed()
        assert count() == before
        assert max(before.values()) <= MOST_QUERIES


def test_pages_follow_each_other_and_name_nobody(paying: Paying, browser: Client) -> None:
    for number in range(30):
        paying.line(paying.home, f"Person{number:02}", "P")
    with moment.at(SECOND):
        first = ask(browser, "purchase-orders")
        address = first.redirect_chain[-1][0]
        assert "Person19" in text(first).split("By client")[-1] and "Person21" not in text(first).split("By client")[-1]
        found = re.search(r'href="(\?after=[^"]+)" rel="next"', first.content.decode())
        assert found is not None
        second = browser.get(address + found[1])
        assert "Person21" in text(second).split("By client")[-1]
        assert browser.get(address + "?after=x").status_code == 200


def test_a_cell_never_runs(paying: Paying, browser: Client) -> None:
    client = paying.lines[0].client
    type(client).objects.filter(pk=client.pk).update(surname="=1+1")
    with moment.at(SECOND):
        rows = rows_of(ask(browser, "pending-payments-exceptions", do="csv"))
    assert [row["Client"] for row in rows] == ["'=1+1, Karl"]


def test_the_reports_of_suffolk_by_their_names() -> None:
    with served("suffolk"):
        user = make.provider_user(make.organisation(), role="finance")
        page = text(sign_in(user).get(reverse("portal:reports")))
        names = ("Commissioned v Actuals", "Pending Payments Exception", "Pending Scheduled Payments",
                 "Remittance Advice Provider Payments Report")  # fmt: skip
        places = [page.index(each) for each in names]
        assert places == sorted(places)
        assert "Late payments" not in page
        council = text(browser_of(make.staff_user("business_finance")).get("/reports/"))
        assert "Late payments and interest" in council and "Units that clients are not charged for" in council
    with served("bradford"):
        user = make.provider_user(make.organisation(), role=make.current().roles[0].key)
        assert {sign_in(user).get(reverse("portal:report", args=[slug])).status_code for slug in REPORTS} == {404}


def test_the_days_are_in_their_order(browser: Client) -> None:
    wrong = {"last_year": "2017"}
    assert "Date to must not be before Date from" in text(ask(browser, "pending-scheduled-payments", **wrong))
    far = {"last_year": "2030"}
    assert "two years at most" in text(ask(browser, "pending-scheduled-payments", **far))
