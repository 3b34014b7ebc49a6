"""norfolk-handbook §2 "One-Off Claims", a function of roles 1 to 3: a claim from the provider, who uses no scripts, to
the payment that pays it."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests import factories as make
from tests.browser.conftest import Open
from tests.councils import usual_council
from tests.files import PDF
from tests.paying import handbook, oasis
from workflows.council import profile
from workflows.engine import moment
from workflows.engine.models import Case
from workflows.payments import opening

BEGUN = timedelta(days=9)


@pytest.fixture(autouse=True)
def norfolk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Norfolk with a period that is in its tenth day."""
    calendar = profile.current().payments.calendars[0].model_dump()  # type: ignore[union-attr]
    dates = {"anchor": moment.today() - BEGUN, "cut_off": 12, "finalise": 13, "when_closed": "after"}
    with handbook(monkeypatch, None, calendars=[calendar | dates]):
        yield
    usual_council()


def test_norfolk_2_one_off_claims(open_tab: Open) -> None:
    begin = moment.today() - BEGUN
    place = oasis(start=begin)
    payment = place.opened(begin)
    marek = open_tab("Marek Nowak", user=place.user("payments", name="Marek Nowak"), script=False)
    page = marek.page
    page.goto("/portal/")
    page.get_by_role("main").get_by_role("link", name="One-Off Claims").click()
    marek.step("1-the-chapter")
    page.get_by_role("button", name="New Claim").click()
    page.get_by_label("What is it about?").select_option(f"line:{place.lines[0].pk}")
    page.get_by_label("Transport to an appointment").check()
    page.get_by_label("Amount in pounds").fill("240.50")
    page.get_by_label("What is it for?").fill("A taxi to the eye clinic and back.")
    page.get_by_label("Evidence").set_input_files({"name": "taxi.pdf", "mimeType": "application/pdf", "buffer": PDF})
    page.get_by_role("button", name="Send the claim").last.click()
    expect(page.get_by_role("alert")).to_contain_text("Enter the date that it is for")
    marek.step("2-what-is-to-be-put-right")
    on = page.get_by_role("group", name="Date that it is for")
    for label, part in (("Day", begin.day), ("Month", begin.month), ("Year", begin.year)):
        on.get_by_label(label).fill(str(part))
    page.get_by_role("button", name="Send the claim").last.click()
    expect(page.get_by_text("Your claim was sent.")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("taxi.pdf"))).to_be_visible()
    marek.step("3-sent")
    case = Case.objects.get(kind="claim")

    colin = open_tab("Colin Sayer", user=make.staff_user("payments_residential", name="Colin Sayer"))
    desk = colin.page
    desk.goto("/queues/")
    desk.get_by_role("link", name=re.compile(case.reference)).first.click()
    expect(desk.get_by_role("heading", name="Now: accept, query or reject")).to_be_visible()
    colin.step("4-the-claim")
    desk.get_by_role("link", name="Query", exact=True).click()
    desk.get_by_label("What do you want to know?").fill("The receipt says £24.50.")
    desk.get_by_role("button", name="Send the query").click()
    expect(desk.get_by_text("The query is sent.")).to_be_visible()

    page.goto("/portal/")
    page.get_by_role("link", name=re.compile("Answer 1 query about claims")).first.click()
    page.get_by_role("link", name=re.compile(case.reference)).click()
    expect(page.get_by_text("The receipt says £24.50.").first).to_be_visible()
    page.get_by_label("Amount in pounds").fill("24.50")
    page.get_by_role("textbox", name="Your answer").fill("You are right.")
    marek.step("5-the-answer")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_text("your answer was sent")).to_be_visible()

    desk.goto(f"/cases/{case.pk}/")
    desk.get_by_role("button", name="Accept", exact=True).click()
    colin.step("6-accept")
    desk.get_by_role("button", name="Accept the claim").click()
    expect(desk.get_by_text("Accepted. The provider is told.")).to_be_visible()
    opening.work_out_changed()
    desk.reload()
    desk.get_by_role("link", name=f"See the payment {payment.case.reference}").click()
    desk.get_by_role("link", name=re.compile("^Show the working of Kent, Karl")).click()
    expect(desk.get_by_text(f"One-off claim {case.reference}: Transport to an appointment")).to_be_visible()
    colin.step("7-why-in-the-payment")
    desk.goto("/claims/")
    colin.step("8-all-claims")
    page.goto(f"/portal/claims/{case.pk}/")
    expect(page.get_by_text(f"With {payment.case.reference}").first).to_be_visible()
    marek.step("9-paid-with")
