"""Invoices (bedford-actuals-guide "Invoice/Credit Notes"; design, workflows §7; docs/adr/0019)."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from tests.invoices import FOUR, Ouse, bedford, on, payment
from workflows.engine.errors import Refused
from workflows.invoices import commands, selectors
from workflows.invoices import ledger as invoices
from workflows.payments import ledger
from workflows.payments.models import ScheduledPayment

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
