"""Invoices (bedford-actuals-guide "Invoice/Credit Notes"; design, workflows §7; docs/adr/0019)."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from tests import factories as make
from tests.invoices import AFTER, FIRST, FOUR, Ouse, bedford, finalised, on, payment
from workflows.engine import moment
from workflows.engine.errors import Invalid, Refused
from workflows.engine.models import Case
from workflows.invoices import commands, crediting, selectors
from workflows.invoices import ledger as invoices
from workflows.invoices.models import CreditNote
from workflows.payments import ledger
from workflows.payments.models import ScheduledPayment
from workflows.register.models import CarePackageLine

pytestmark = pytest.mark.django_db
D = Decimal
#: Four weeks of 10 hours at £21.48 less £20, and of 4 hours at £14.60.
WORTH = 4 * (10 * D("21.48") - 20) + 4 * 4 * D("14.60")


@pytest.fixture(autouse=True)
def council() -> Iterator[None]:
    with bedford():
        yield


def test_from_the_actuals_of_a_period_to_its_acceptance() -> None:
    ouse = Ouse()
    invoice = ouse.invoice()
    assert (invoice.case.state, payment(invoice).total) == ("unsubmitted", 0)
    ouse.recorded(*FOUR[:3])
    invoice = ouse.invoice()
    with pytest.raises(Refused, match="week of 24/03/2025") as weeks:
        commands.create(actor=ouse.nina(), **on(invoice.pk))
    assert weeks.value.code == "actuals"
    ouse.recorded(FOUR[3])
    invoice = ouse.invoice()
    assert payment(invoice).total == WORTH
    commands.create(actor=ouse.nina(), **on(invoice.pk))
    commands.submit(actor=ouse.nina(), seen=WORTH, **on(invoice.pk))
    page = selectors.page(ouse.officer(), invoice.pk)
    assert (page.state, page.case.amount, page.payment.frozen_at is not None) == ("submitted", WORTH, True)
    with pytest.raises(IntegrityError), transaction.atomic():
        ScheduledPayment.objects.filter(pk=invoice.payment_id).update(excl=1, total=1, payable=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        payment(invoice).lines.update(causes=[1])
    commands.accept(actor=ouse.officer(), seen=WORTH, **on(invoice.pk))
    assert payment(invoice).released_at is not None
    assert ledger.verify() + invoices.verify() == []


def test_periods_are_submitted_in_their_order_and_an_empty_one_is_closed() -> None:
    with moment.at(AFTER + timedelta(weeks=5)):
        ouse = Ouse()
        second = FIRST + timedelta(weeks=4)
        ouse.recorded(*(second + timedelta(weeks=number) for number in range(4)))
        ouse.recorded()
        late = ouse.created(second)
        with pytest.raises(Refused, match="03/03/2025 must be submitted first"):
            commands.submit(actor=ouse.nina(), seen=late.payment.total, **on(late.pk))
        with pytest.raises(Refused, match="has items"):
            commands.close_empty(actor=ouse.officer(), text="Nothing", **on(ouse.invoice().pk))
        first = ouse.accepted()
        commands.submit(actor=ouse.nina(), seen=payment(late).total, **on(late.pk))
        with pytest.raises(Refused, match="31/03/2025 first") as order:
            commands.query(actor=ouse.officer(), text="Why?", **on(first.pk))
        assert order.value.code == "order"


def test_a_blank_period_is_closed_by_payments_and_paid_with_nothing() -> None:
    ouse = Ouse()
    CarePackageLine.objects.filter(contract=ouse.contract).update(end=FIRST - timedelta(days=1))
    invoice = ouse.invoice()
    commands.close_empty(actor=ouse.officer(), text="Nobody had care", **on(invoice.pk))
    finalised(invoice, ouse.officer())
    assert Case.objects.get(pk=invoice.pk).state == "processed"
    assert ledger.verify() + invoices.verify() == []


def test_a_credit_note_is_taken_off_the_next_invoice_and_never_more_than_is_left() -> None:
    ouse = Ouse()
    ouse.recorded()
    invoice, officer, nina = ouse.accepted(), ouse.officer(), ouse.nina()
    assert selectors.creditable(invoice) == []
    finalised(invoice, officer)
    line, left = selectors.creditable(ouse.invoice())[0]
    raising = {"actor": nina, "invoice_id": invoice.pk, "line_id": line.pk, "reason": "Billed twice"}
    with pytest.raises(Invalid, match="or less"):
        crediting.raise_note(amount=left + D("0.01"), key=make.key(), **raising)
    note = crediting.raise_note(amount=D("100.00"), key=make.key(), **raising).case_id
    crediting.query(actor=officer, text="All of it?", **on(note))
    with pytest.raises(Invalid, match="or less"):
        crediting.resend(actor=nina, amount=left + 1, reason="Yes", **on(note))
    crediting.resend(actor=nina, amount=left, reason="Yes, all of it", **on(note))
    with pytest.raises(Invalid, match="already"):
        crediting.raise_note(amount=D(1), key=make.key(), **raising)
    with pytest.raises(IntegrityError), transaction.atomic():
        CreditNote.objects.filter(pk=note).update(amount=left + 1)
    crediting.accept(actor=officer, **on(note))
    found = CreditNote.objects.select_related("credited_in__payment").get(pk=note)
    assert found.credited_in is not None
    assert (found.credited_in.total, found.credited_in.payment.first) == (-left, FIRST + timedelta(weeks=4))
    assert ledger.verify() + invoices.verify() == []
