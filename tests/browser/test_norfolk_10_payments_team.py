"""norfolk-handbook §10, the council's part: a rejection is answered by amending the line and the provider sees it; and
§9 "Death Notification": what was paid after a death is stopped, checked and taken back; a debt is paid back by
instalments."""

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from backoffice.web.words import date_range, money
from tests import factories as make
from tests.browser.conftest import Open
from tests.councils import usual_council
from tests.db.test_scheduled_payments import _deliver, finalised
from tests.paying import Paying, handbook, oasis, officer, on
from workflows.actions.commands import open_action
from workflows.actions.rules import Asked
from workflows.council import profile
from workflows.engine import moment
from workflows.payments import commands, opening
from workflows.payments.commands import Wrong
from workflows.payments.models import PaymentStop, ScheduledPayment

BEGUN, LENGTH = timedelta(days=9), timedelta(days=28)


@pytest.fixture(autouse=True)
def norfolk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Norfolk with a period that is in its tenth day, and one before it."""
    calendar = profile.current().payments.calendars[0].model_dump()  # type: ignore[union-attr]
    dates = {"anchor": moment.today() - BEGUN, "cut_off": 12, "finalise": 13, "when_closed": "after"}
    with handbook(monkeypatch, None, calendars=[calendar | dates]):
        yield
    usual_council()


def test_norfolk_10_the_payments_team(open_tab: Open) -> None:
    begin = moment.today() - BEGUN
    place = oasis(start=begin - LENGTH)
    earlier = place.opened(begin - LENGTH)
    finalised(earlier)
    payment = ScheduledPayment.objects.get(contract=place.contract, first=begin)
    karl = place.lines[0]
    james = place.user(name="James Beiley")
    wrong = [Wrong(karl.pk, begin + timedelta(days=6), text="He went to his son's")]
    commands.reject(actor=make.actor(james), wrong=wrong, comments="The others are right", **on(payment))
    opening.work_out_changed()

    tab = open_tab("Colin Sayer", user=make.staff_user("payments_residential", name="Colin Sayer"))
    page = tab.page
    page.goto("/")
    page.get_by_role("navigation", name="Menu").get_by_role("link", name="Payments").click()
    expect(page.get_by_role("link", name="1 payment to answer")).to_be_visible()
    tab.step("1-every-period")
    page.get_by_role("link", name="Rejected (1)").click()
    tab.step("2-what-was-rejected")
    page.get_by_role("link", name=payment.case.reference).click()
    expect(page.get_by_role("heading", name=re.compile("^Now: answer what"))).to_be_visible()
    page.get_by_role("link", name=re.compile("^Show the working of Kent, Karl")).click()
    expect(page.get_by_role("heading", name="Why £1,986.44 for Kent, Karl?")).to_be_visible()
    tab.step("3-the-payment-and-why")
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.get_by_text("“He went to his son's”")).to_be_visible()
    expect(page.get_by_label("The line ended: record its last day")).to_be_checked()
    page.get_by_label("What do you tell the provider?").fill("The line ends on this day. Thank you.")
    tab.step("4-the-answer")
    page.get_by_role("button", name="See what will be paid").click()
    expect(page.get_by_text("£496.61").first).to_be_visible()  # seven of twenty-eight days
    tab.step("5-the-money-before-anything-is-written")
    page.get_by_role("button", name="Answer and tell the provider").click()
    now = ScheduledPayment.objects.get(pk=payment.pk).payable
    expect(page.get_by_text(f"Answered: {money(now)} is payable now.")).to_be_visible()
    tab.step("6-answered")
    _the_provider_sees_it(open_tab, place, money(now), begin)

    _told_of_a_death(place, james)
    page.goto("/payments/stops/")
    page.get_by_role("link", name=PaymentStop.objects.get().case.reference).click()
    expect(page.get_by_text("of what was paid already is taken back")).to_be_visible()
    tab.step("7-what-the-notice-stops")
    page.get_by_role("button", name="Confirm it").click()
    page.get_by_label("How did you check it?").fill("The registrar confirmed the day")
    tab.step("8-check-the-notice")
    page.get_by_role("button", name="Confirm the notice").click()
    expect(page.get_by_text("The notice is a fact now")).to_be_visible()
    opening.work_out_changed()
    page.goto(f"/cases/{payment.pk}/")
    page.get_by_role("link", name=re.compile("^Show the working of Land, Lucy")).click()
    expect(page.get_by_text(re.compile("^The person died: .* Puts right the payment of")).first).to_be_visible()
    tab.step("9-recovered")
    _below_zero(place, payment)
    page.goto(f"/cases/{payment.pk}/")
    page.get_by_role("link", name="Agree how it is recovered").click()
    page.get_by_label("By instalments, out of the periods to come").check()
    page.get_by_label("In how many periods?").fill("2")
    page.get_by_label("What was agreed, or how was it recovered?").fill("Agreed by telephone")
    tab.step("10-how-it-is-recovered")
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_role("heading", name=re.compile("pays it back by instalments$"))).to_be_visible()
    tab.step("11-the-debt")
    page.goto("/payments/to-recover/")
    tab.step("12-what-is-to-be-recovered")


def _below_zero(place: Paying, payment: ScheduledPayment) -> None:
    """Much is taken back by hand, and the period is finalised: it pays nothing, and leaves something."""
    one, two = officer(), officer("Mary Dunn")
    said = {"line_id": place.lines[2].pk, "excl": Decimal("-20000.00"), "vat": Decimal(0), "text": "Paid twice"}
    commands.adjust(actor=one, **said, **on(payment))
    made = payment.lines.get(kind="manual").pk
    commands.approve_adjustment(actor=two, adjustment_id=made, **on(payment))
    finalised(ScheduledPayment.objects.get(pk=payment.pk))


def _the_provider_sees_it(open_tab: Open, place: Paying, amount: str, begin: object) -> None:
    """James finds the new amount and the answer."""
    tab = open_tab("James Beiley", user=place.user(name="James Beiley"))
    page = tab.page
    page.goto("/portal/")
    page.get_by_role("navigation", name="Menu").get_by_role("link", name=re.compile("^Scheduled Payments")).click()
    period = date_range(begin, begin + LENGTH - timedelta(days=1))  # type: ignore[arg-type, operator]
    page.get_by_role("navigation", name="Periods").get_by_role("link", name=period).click()
    expect(page.get_by_text(amount).first).to_be_visible()
    expect(page.get_by_text("The line was amended").first).to_be_visible()


def _told_of_a_death(place: Paying, james: object) -> None:
    """The home tells of a death in the period that was paid."""
    since = moment.today() - BEGUN - timedelta(days=10)
    asked = Asked(
        type="death", related="client", entity=place.lines[1].client_id, wanted_by=None, team="service_brokerage",
        title="Death", text="Died in hospital", since=since,
    )  # fmt: skip
    open_action(actor=make.actor(james), asked=asked, key=make.key())  # type: ignore[arg-type]
    _deliver()
    opening.work_out_changed()
