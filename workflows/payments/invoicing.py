"""What an invoice does to the payment that it claims: it is frozen, opened again, released to a run.

The invoice (workflows.invoices) holds no money: its items are the payment's lines. So from its submission on these stay
as they are, whatever comes to be known; a later period puts that right, as it does for what was finalised. The frozen
payments of a contract are the first of those that are open: one is not frozen before an earlier one, nor opened again
after a later one was frozen, because that may have put right already what the earlier one would now say by itself.

Each is a verb of the payment through its own door, carried out inside the invoice's: whoever calls has locked the
payment's case first (`lock`), then the invoice's.
"""

from datetime import date
from decimal import Decimal
from functools import partial
from uuid import UUID

from workflows.engine import door
from workflows.engine.errors import Invalid, NotFound, Refused
from workflows.engine.models import Case, Task
from workflows.parties.selectors import system_actor

from . import generating
from .acting import locked_open, mark_changed, movable_payment, open_payment, profile, tell_total
from .flow import ScheduledPaymentFlow
from .models import PaymentLine, ScheduledPayment

_run = partial(door.run, ScheduledPaymentFlow)


def lock(payment_id: int) -> None:
    """Lock the payment's case, before any case that hangs on it."""
    list(Case.objects.select_for_update(no_key=True).filter(pk=payment_id).values_list("pk"))


def freeze(payment_id: int, *, seen: Decimal, key: str) -> ScheduledPayment:
    """Work the payment out by what is known now and keep it so. Invalid (`changed`) when it is not what was `seen`."""

    def act(turn: door.Turn) -> None:
        payment = _invoiced(payment_id)
        if payment.frozen_at is not None:
            raise Refused("This invoice was submitted already.", "frozen")
        if (earlier := _earlier(payment)) is not None:
            raise Refused(f"The invoice of the period from {earlier:%d/%m/%Y} must be submitted first.", "order")
        before = payment.total
        generating.fill([payment], profile(), now=turn.now)
        tell_total(turn, before)
        payment.refresh_from_db()
        if payment.total != seen:
            said = f"It came to £{seen:,.2f} when you looked, and comes to £{payment.total:,.2f} now"
            raise Invalid({"changed": f"{said}. Look at what changed, then submit it again"})
        mark_changed([payment.contract_id])  # from now on a later period puts this one right
        ScheduledPayment.objects.filter(pk=payment_id).update(frozen_at=turn.now, changed=False)

    _carried_out("freeze", payment_id, key, act)
    return ScheduledPayment.objects.get(pk=payment_id)


def thaw(payment_id: int, *, key: str) -> ScheduledPayment:
    """Open the payment again, and work it out by what is known now. Refused when a run has it, or when a later one of
    the contract is frozen."""

    def act(turn: door.Turn) -> None:
        payment = _invoiced(payment_id)
        if payment.frozen_at is None:
            raise Refused("This invoice is with the provider already.", "open")
        if payment.run_id is not None:
            raise Refused("A payment run has it. Cancel the run first.", "run")
        if (later := _later(payment)) is not None:
            raise Refused(f"Query the invoice of the period from {later:%d/%m/%Y} first: it came after this.", "order")
        before = payment.total
        ScheduledPayment.objects.filter(pk=payment_id).update(frozen_at=None, released_at=None)
        payment.refresh_from_db()
        mark_changed([payment.contract_id])
        generating.fill([payment], profile(), now=turn.now)
        tell_total(turn, before)

    _carried_out("thaw", payment_id, key, act)
    return ScheduledPayment.objects.get(pk=payment_id)


def release(payment_id: int, *, key: str) -> None:
    """Let the next run take the payment: its invoice was accepted."""

    def act(turn: door.Turn) -> None:
        payment = _invoiced(payment_id)
        if payment.frozen_at is None or payment.released_at is not None:
            raise Refused("Only what was submitted can be accepted, and once.", "released")
        ScheduledPayment.objects.filter(pk=payment_id).update(released_at=turn.now)

    _carried_out("release", payment_id, key, act)


def _carried_out(verb: str, payment_id: int, key: str, act: door.Act) -> None:
    task = Task.objects.filter(process=payment_id, finished=None).values_list("pk", flat=True).first()
    if task is None:
        raise Refused("This payment is final. No further changes can be made to it.", "finalised")
    _run(verb=verb, actor=system_actor(), case_id=payment_id, task_id=task, key=f"{verb}:{key}", body={}, act=act)


def _invoiced(payment_id: int) -> ScheduledPayment:
    """The payment with the rows of its contract locked; NotFound when it is not paid by invoices."""
    locked_open([open_payment(payment_id).contract_id])
    payment = open_payment(payment_id)
    if not payment.invoiced:
        raise NotFound
    return payment


def _earlier(payment: ScheduledPayment) -> date | None:
    """The first day of an earlier payment of the contract that is still open, and by invoices."""
    rows = ScheduledPayment.objects.filter(contract=payment.contract_id, invoiced=True, first__lt=payment.first)
    open_ = rows.filter(finalised_at=None, frozen_at=None).order_by("first")
    return open_.values_list("first", flat=True).first()


def _later(payment: ScheduledPayment) -> date | None:
    """The first day of a later payment of the contract that is frozen or final."""
    rows = ScheduledPayment.objects.filter(contract=payment.contract_id, first__gt=payment.first)
    settled = rows.filter(generating.SETTLED).order_by("-first")
    return settled.values_list("first", flat=True).first()


def credit(
    payment_id: int, *, line: PaymentLine, excl: Decimal, vat: Decimal, written_by: int, approved_by: int,
    note: UUID | None, key: str,
) -> PaymentLine:  # fmt: skip
    """Take a credit note off a payment that is open: an amount by hand against the line that it is about, with the
    days of that. Refused when the payment was frozen or finalised meanwhile."""
    made: list[PaymentLine] = []

    def act(turn: door.Turn) -> None:
        payment = movable_payment(payment_id)
        locked_open([payment.contract_id])
        before = movable_payment(payment_id).total
        made.append(
            PaymentLine.objects.create(
                payment=payment, line_id=line.line_id, kind=PaymentLine.Kind.MANUAL, about_id=line.payment_id,
                first=line.first, last=line.last, excl=-excl, vat=-vat, total=-excl - vat,
                written_by_id=written_by, approved_by_id=approved_by, note_id=note,
            )
        )  # fmt: skip
        generating.add_up([payment_id])
        turn.facts.update({"credit": made[0].pk, "excl": -excl, "vat": -vat})
        tell_total(turn, before)

    _carried_out("credit", payment_id, key, act)
    return made[0]
