"""A payment run from what is due to the remittance advice (norfolk-handbook §8) and what finance has paid; the officer
who prepares it and brings in the return file has no script."""

import re

import pytest
from playwright.sync_api import expect

from tests import factories as make
from tests.browser.conftest import Open
from tests.paying import handbook, oasis
from workflows.engine import batches
from workflows.engine.models import Batch, Case
from workflows.payments import running


def test_a_run_and_its_remittance_advice(open_tab: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    with handbook(monkeypatch, second_person_above=5000):
        place = oasis()
        payment = place.opened()
        colin = open_tab("Colin Sayer", user=make.staff_user("payments_residential", name="Colin Sayer"), script=False)
        mary = open_tab("Mary Dunn", user=make.staff_user("payments_residential", name="Mary Dunn"))
        desk = colin.page
        desk.goto("/payment-runs/")
        colin.step("1-what-is-due")
        desk.get_by_role("link", name=re.compile("^23 April 2018")).click()
        colin.step("2-what-waits")
        desk.get_by_role("button", name="Prepare a run").click()
        expect(desk.get_by_text("The run is prepared. Nothing is finalised yet.")).to_be_visible()
        colin.step("3-the-control-totals")

        desk.get_by_role("link", name=re.compile("^Payments")).last.click()
        colin.step("4-its-payments")
        desk.get_by_role("main").get_by_role("link", name=re.compile("^PAY-")).first.click()
        desk.get_by_label("Select Kent, Karl").check(force=True)
        desk.get_by_role("button", name="Hold out the ticked lines").click()
        expect(desk.get_by_role("alert").first).to_contain_text("Say why these lines are held out")
        expect(desk.get_by_label("Select Kent, Karl")).to_be_checked()
        desk.get_by_label("Why are they held out?").fill("The rate is to be agreed")
        desk.get_by_role("button", name="Hold out the ticked lines").click()
        expect(desk.get_by_text("1 line held out. The run is counted again.")).to_be_visible()
        colin.step("5-held-out")

        run = Case.objects.get(kind="payment_run").pk
        desk.goto(f"/cases/{run}/")
        desk.get_by_role("button", name="Propose it for approval").click()
        colin.step("6-propose")
        desk.get_by_role("button", name="Propose it for approval").click()
        expect(desk.get_by_role("heading", name="It waits for a second person")).to_be_visible()
        expect(desk.get_by_role("button", name="Approve and finalise it")).to_have_count(0)

        page = mary.page
        page.goto(f"/cases/{run}/")
        page.get_by_role("button", name="Approve and finalise it").click()
        page.get_by_label("Your password").fill(make.PASSWORD)
        mary.step("7-the-second-person")
        page.get_by_role("button", name="Approve and finalise it").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Finalising 1 payment")
        batches.run_slice(Batch.objects.get(kind=running.FINALISE).pk, 0)
        page.reload()
        expect(page.get_by_role("heading", level=1)).to_have_text("Finalised: 1 of 1 payment")
        mary.step("8-finalised")

        desk.goto(f"/cases/{run}/")
        colin.step("9-the-payment-file")
        with desk.expect_download() as download:
            desk.get_by_role("link", name=re.compile("^Download payment-run-1.csv")).click()
        assert download.value.suggested_filename == "payment-run-1.csv"
        desk.get_by_role("link", name="It was sent").click()
        desk.get_by_role("button", name="Yes, it was sent").click()

        james = open_tab("James Beiley", user=place.user(name="James Beiley"))
        mine = james.page
        mine.goto("/portal/reports/")
        mine.get_by_role("link", name="Remittance Advice Provider Payments").click()
        mine.get_by_label(re.compile("^Period")).select_option(label="09/04/2018 - 06/05/2018 *")
        james.step("10-the-report-s-parameters")
        mine.get_by_role("button", name="View").click()
        expect(mine.get_by_role("row", name="Total for Client £1,986.44")).to_have_count(4)
        expect(mine.get_by_text("The rate is to be agreed")).to_be_visible()
        james.step("11-the-remittance-advice")
        mine.get_by_role("link", name="Summary: totals only").click()
        james.step("12-its-summary")

        reference = Case.objects.get(pk=payment.pk).reference
        rows = f"PaymentRef,Amount,PaidOn,BacsRef\r\n{reference},{{0}},23/04/2018,BACS 77\r\nCONTROL,1,{{0}}\r\n"
        desk.get_by_role("button", name="Bring in the return file").click()
        for amount in ("9932.20", "7945.76"):
            content = rows.format(amount).encode()
            field = desk.get_by_label("Return file", exact=True)
            field.set_input_files({"name": "returned.csv", "mimeType": "text/csv", "buffer": content})
            desk.get_by_role("button", name="Bring in what was paid").click()
            if amount == "9932.20":
                expect(desk.get_by_text("was finalised at £7,945.76, and the file says £9,932.20")).to_be_visible()
                colin.step("13-what-is-wrong-line-by-line")
        expect(desk.get_by_role("heading", name="All of it is paid")).to_be_visible()
        mine.reload()
        expect(mine.get_by_text("Paid on 23/04/2018, BACS 77")).to_be_visible()
