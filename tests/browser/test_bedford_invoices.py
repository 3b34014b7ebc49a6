"""bedford-actuals-guide "Invoice/Credit Notes" and "Reports", walked by both sides as Bedford's own profile."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from tests import factories as make
from tests.browser.conftest import Open
from tests.councils import served
from tests.files import PDF
from tests.invoices import Ouse, finalised, payment
from workflows.engine import moment
from workflows.invoices import ledger
from workflows.invoices.models import Invoice

ANCHOR, PERIOD = date(2018, 4, 9), 28


@pytest.fixture
def ouse() -> Iterator[Ouse]:
    with served("bedford"):
        over = (moment.today() - ANCHOR).days // PERIOD - 1  # the last period that is over
        yield Ouse(ANCHOR + timedelta(days=over * PERIOD), vat=True)


def test_bedford_invoices(open_tab: Open, ouse: Ouse) -> None:
    """From the list on the left to Submit Invoice, with the useful tip and the VAT supporting invoice; the finance team
    asks and accepts; then the reports that show what was paid and what is put right."""
    ouse.recorded(*ouse.weeks[:3])
    invoice = ouse.invoice()
    nina = ouse.user(name="Nina Patel")
    tab = open_tab("Nina Patel", user=nina)
    page = tab.page
    page.goto("/portal/")
    page.get_by_role("main").get_by_role("link", name=re.compile("^Invoices.Credit Notes")).click()
    expect(page.get_by_role("navigation", name="Invoices/Credit Notes")).to_contain_text("Unsubmitted")
    tab.step("1-invoices-and-credit-notes")

    page.get_by_role("link", name=re.compile(invoice.case.reference)).click()
    expect(page.get_by_text("It cannot be created yet")).to_be_visible()
    expect(page.get_by_role("button", name="Create")).to_have_count(0)
    tab.step("2-a-week-is-not-submitted")
    page.get_by_role("link", name=re.compile("^Create an action: Invoice Support")).click()
    expect(page.get_by_label("Title")).to_have_value(f"Invoice {invoice.case.reference}")
    tab.step("2-an-action-is-filled-in")

    ouse.recorded(ouse.weeks[3])
    page.goto(f"/portal/invoices/{invoice.pk}/")
    page.get_by_role("link", name=re.compile("^Why. Amber")).click()
    expect(page.get_by_text("that you collect from the client").first).to_be_visible()
    tab.step("3-the-items")
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_text("was created. Submit it when it is correct.")).to_be_visible()
    expect(page.get_by_role("navigation", name="Invoices/Credit Notes")).to_contain_text("Pending")
    page.get_by_role("button", name="Submit Invoice").click()
    expect(page.get_by_role("alert")).to_contain_text("Attach your VAT invoice: this invoice claims VAT")
    tab.step("3-vat-is-missing")
    page.get_by_label("VAT registration number").fill("GB 123 4567 82")
    page.get_by_label("VAT invoice", exact=True).set_input_files(
        {"name": "vat.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    page.get_by_role("button", name="Save the VAT invoice").click()
    expect(page.get_by_text("has your VAT invoice.")).to_be_visible()
    tab.step("3-the-vat-invoice-is-attached")

    page.get_by_role("button", name="Submit Invoice").click()
    expect(page.get_by_text("was submitted. Finance Team checks it.")).to_be_visible()
    expect(page.get_by_role("button", name="Submit Invoice")).to_have_count(0)
    tab.step("4-submitted")
    frozen = payment(invoice)
    assert frozen.frozen_at is not None
    assert frozen.vat > 0

    desk = open_tab("Tom Bullard", user=make.staff_user("finance", name="Tom Bullard"))
    officer = desk.page
    officer.goto("/invoices/")
    officer.get_by_role("link", name=re.compile(invoice.case.reference)).first.click()
    expect(officer.get_by_role("heading", name="Now: check the invoice")).to_be_visible()
    desk.step("4-the-finance-team-checks")
    officer.get_by_role("main").get_by_role("link", name="Query", exact=True).click()
    officer.get_by_label("What do you ask?").fill("Was Ann away in the second week?")
    officer.get_by_role("button", name="Send the query").click()
    expect(officer.get_by_text("You asked: “Was Ann away in the second week?”")).to_be_visible()
    desk.step("4-and-asks")
    page.reload()
    expect(page.get_by_text("“Was Ann away in the second week?”")).to_be_visible()
    tab.step("5-the-finance-team-asks")
    page.get_by_role("button", name="Submit Invoice").click()
    expect(page.get_by_text("was submitted. Finance Team checks it.")).to_be_visible()
    officer.goto(f"/cases/{invoice.pk}/")
    officer.get_by_role("main").get_by_role("button", name="Accept", exact=True).click()
    desk.step("5-before-it-is-accepted")
    officer.get_by_role("button", name="Accept the invoice").click()
    expect(officer.get_by_text("Accepted. The next payment run takes it.")).to_be_visible()
    desk.step("5-accepted")
    page.reload()
    expect(page.get_by_text("The next payment run takes it.")).to_be_visible()
    page.get_by_role("link", name="What happened to this invoice").click()
    tab.step("6-what-happened")
    assert Invoice.objects.get(pk=invoice.pk).vat_number == "GB123456782"

    finalised(invoice, ouse.officer())
    ouse.changed(0, ouse.weeks[1], "6", ouse.nina())
    ouse.invoice(ouse.first + timedelta(days=PERIOD))  # what is put right stands in the next period
    page.goto("/portal/")
    page.get_by_role("main").get_by_role("link", name="Reports", exact=True).click()
    for name in ("Commissioned Vs Actuals", "Pending Payments Exceptions", "Remittance Advice Provider Payments"):
        expect(page.get_by_role("link", name=name)).to_be_visible()
    tab.step("reports-1-and-2")
    page.get_by_role("link", name="Pending Payments Exceptions").click()
    page.get_by_role("button", name="View").click()
    expect(page.get_by_text("−£85.92").first).to_be_visible()  # four hours of £21.48
    tab.step("reports-pending-payments-exceptions")
    page.get_by_role("link", name="Close and return").last.click()
    page.get_by_role("link", name="Remittance Advice Provider Payments").click()
    page.get_by_label(re.compile("^Period")).select_option(index=1)
    page.get_by_role("button", name="View").click()
    expect(page.get_by_role("row", name="Total for Client")).to_have_count(2)
    tab.step("reports-remittance-advice")
    assert ledger.verify() == []
