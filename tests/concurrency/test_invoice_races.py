"""Invoices raced with real connections: whoever comes first, what was submitted stays, a run takes what was accepted,
and the whole comes to what was delivered.

Submit, change of actuals, recalculation, preparing a run, accepting, asking and finalising at once, in both orders.
"""

import os
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection

from tests import factories as make
from tests.concurrency.racing import race
from tests.invoices import AFTER, FIRST, Ouse, bedford, on, settled
from workflows.engine import batches, moment
from workflows.engine.door import Outcome
from workflows.engine.errors import Busy, Refused, Stale
from workflows.engine.models import Batch, Case
from workflows.invoices import commands, crediting, ledger, selectors
from workflows.invoices.models import CreditNote, Invoice
from workflows.parties.selectors import system_actor
from workflows.payments import commands as payments
from workflows.payments import invoicing, running
from workflows.payments import ledger as payments_ledger
from workflows.payments.models import PaymentLine, PaymentRun, ScheduledPayment

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
ROUNDS = 20 if os.environ.get("CONCORD_SOAK") else 1
WORTH, LESS = Decimal("1012.80"), Decimal("42.96")


@pytest.fixture(autouse=True)
def council() -> Iterator[None]:
    with bedford(AFTER):
        yield


@pytest.fixture
def ouse(council: None) -> Ouse:
    place = Ouse()
    place.recorded()
    return place


def went_well(results: list[Any]) -> None:
    assert all(isinstance(each, Outcome | Refused | int | None) for each in results), results


def preparing(invoice: Invoice, officer: Any) -> Callable[[], Any]:
    payment = invoice.payment
    day = {"calendar": payment.calendar, "pay_on": payment.pay_on}
    return partial(running.prepare, actor=officer, key=make.key(), **day)


def adds_up(ouse: Ouse) -> None:
    """Two hours less in one week, whenever that came: in the invoice, or put right by the next period."""
    settled()
    first, second = ScheduledPayment.objects.filter(contract=ouse.contract).order_by("first")[:2]
    moved = PaymentLine.objects.filter(payment=second).exclude(kind="scheduled")
    assert first.total + sum(each.total for each in moved) == WORTH - LESS
    assert [str(each) for each in payments_ledger.verify() + ledger.verify()] == []


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("_round", range(ROUNDS))
def test_submitting_while_actuals_change_and_a_run_is_prepared(ouse: Ouse, _round: int, order: int) -> None:
    invoice, nina, officer = ouse.created(), ouse.nina(), ouse.officer()
    payment = invoice.payment_id
    calls = [
        partial(commands.submit, actor=nina, seen=WORTH, **on(invoice.pk)),
        partial(ouse.changed, 0, FIRST, "8", nina),
        partial(payments.recalculate, actor=system_actor(), **on(payment)),
        preparing(invoice, officer),
    ]
    went_well(race(calls[::order]))
    assert PaymentRun.objects.count() == 0  # nothing of it was accepted
    invoice.refresh_from_db()
    if invoice.submitted_at is not None:
        assert ScheduledPayment.objects.get(pk=payment).total == WORTH
    adds_up(ouse)


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("_round", range(ROUNDS))
def test_accepting_asking_and_a_run_at_once(ouse: Ouse, _round: int, order: int) -> None:
    invoice, officer, nina = ouse.submitted(), ouse.officer(), ouse.nina()
    now = on(invoice.pk)
    calls = [
        partial(commands.accept, actor=officer, seen=WORTH, **now | {"key": make.key()}),
        partial(commands.query, actor=officer, text="Why?", **now),
        partial(ouse.changed, 0, FIRST, "8", nina),
        preparing(invoice, officer),
    ]
    went_well(race(calls[::order]))
    state = Case.objects.values_list("state", flat=True).get(pk=invoice.pk)
    run = ScheduledPayment.objects.values_list("run", flat=True).get(pk=invoice.payment_id)
    assert state in {"accepted", "pending"}
    assert run is None or state == "accepted"
    if state == "accepted":
        taken = run or preparing(invoice, officer)().case_id
        settled()
        running.recount(actor=officer, **on(taken))
        running.finalise(actor=officer, seen=WORTH, **on(taken))
        batch = Batch.objects.filter(kind=running.FINALISE).latest("pk").pk
        asking = partial(_ask_of_accepted, invoice, ouse.officer())
        went_well(race([partial(batches.run_slice, batch, 0), asking][::order]))
        settled()
        final = ScheduledPayment.objects.get(pk=invoice.payment_id).finalised_at is not None
        assert final
        assert Case.objects.get(pk=invoice.pk).state == "processed"
    adds_up(ouse)


def _ask_of_accepted(invoice: Invoice, officer: Any) -> Any:
    return commands.query(actor=officer, text="Too late?", **on(invoice.pk))


def accept_and_ask(ouse: Ouse) -> None:
    invoice, officer = ouse.submitted(), ouse.officer()
    now = on(invoice.pk)
    results = race([
        partial(commands.accept, actor=officer, seen=WORTH, **now | {"key": make.key()}),
        partial(commands.query, actor=officer, text="Why?", **now),
    ])  # fmt: skip
    assert all(isinstance(each, Outcome | Stale | Busy) for each in results), results
    assert [str(each) for each in ledger.verify()] == []


@pytest.mark.usefixtures("without_nets")
def test_without_locks_an_invoice_would_be_accepted_and_open(ouse: Ouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: neither the cases nor the payments are locked; the database's own check speaks up."""
    from tests.concurrency.test_payment_races import Meeting

    monkeypatch.setattr(invoicing, "lock", lambda payment: None)
    monkeypatch.setattr(invoicing, "locked_open", lambda contracts: [])
    Meeting(monkeypatch, (invoicing, "_invoiced"))
    with pytest.raises(AssertionError):
        accept_and_ask(ouse)


def credit_twice(ouse: Ouse) -> None:
    invoice, officer = ouse.accepted(), ouse.officer()
    run = preparing(invoice, officer)().case_id
    running.finalise(actor=officer, seen=WORTH, **on(run))
    batches.run_slice(Batch.objects.filter(kind=running.FINALISE).latest("pk").pk, 0)
    settled()
    line, left = selectors.creditable(ouse.invoice())[0]
    nina = ouse.nina()
    raising = partial(
        crediting.raise_note, actor=nina, invoice_id=invoice.pk, line_id=line.pk, amount=left, reason="Too much"
    )
    results = race([partial(raising, key=make.key()), partial(raising, key=make.key())])
    assert sum(isinstance(each, Outcome) for each in results) == 1, results
    note = CreditNote.objects.get()
    with moment.at(AFTER):
        crediting.accept(actor=officer, **on(note.pk))
    note.refresh_from_db()
    assert note.credited_in is not None
    assert note.credited_in.total == -left
    assert [str(each) for each in payments_ledger.verify() + ledger.verify()] == []


def test_a_line_is_credited_once(ouse: Ouse) -> None:
    credit_twice(ouse)


def test_without_the_lines_lock_and_trigger_it_would_be_credited_twice(
    ouse: Ouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control of the test above."""
    from tests.concurrency.test_payment_races import Meeting

    def unlocked(invoice: Invoice, line_id: int) -> PaymentLine:
        return PaymentLine.objects.get(pk=line_id)

    monkeypatch.setattr(crediting, "_line", unlocked)
    Meeting(monkeypatch, (crediting, "left_of"))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE invoices_creditnote DISABLE TRIGGER USER")
    try:
        with pytest.raises((AssertionError, IntegrityError)):
            credit_twice(ouse)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE invoices_creditnote ENABLE TRIGGER USER")
