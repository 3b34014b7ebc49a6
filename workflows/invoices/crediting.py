"""The verbs of a credit note: against a line of an invoice that was processed, taken off a later period.

Accepted, it becomes an amount by hand in the contract's next open payment, written by whoever raised it and approved by
whoever accepted it: payments knows no other way to take something back that nothing it is worked out from says.
What is locked: the line of the processed invoice (two notes never take more than it was worth), the payment that takes
it up, the note's own case.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Sum

from workflows.engine import door
from workflows.engine.errors import Busy, Forbidden, Invalid, NotFound, Refused, Stale
from workflows.engine.models import Case, Task
from workflows.engine.typed import faults_of_text
from workflows.parties.actor import Actor
from workflows.parties.selectors import system_actor
from workflows.payments import invoicing
from workflows.payments.models import PaymentLine, ScheduledPayment

from . import notices, rules
from .acting import counted, of_the_whole, profile
from .flow import CreditNoteFlow
from .models import CreditNote, Invoice
from .rules import NoteState

ZERO = Decimal("0.00")


def raise_note(
    *, actor: Actor, invoice_id: int, line_id: int, amount: Decimal | None, reason: str, key: str
) -> door.Outcome:
    """Raise a credit note against a line (`PaymentLine`) of an invoice; Invalid with faults by field."""
    if not profile().credit_notes:
        raise NotFound
    invoice = Invoice.objects.select_related("case").filter(pk=invoice_id, case__organisation=actor.organisation_id)
    found = invoice.first()
    if found is None:
        raise NotFound
    case = Case(organisation_id=found.case.organisation_id, state=NoteState.SUBMITTED, amount=amount or ZERO)

    def act(turn: door.Turn) -> None:
        of_the_whole(turn.actor)
        line = _line(found, line_id)
        if faults := rules.faults_of_credit(amount, left_of(line), reason):
            raise Invalid(faults)
        CreditNote(
            case=turn.case, invoice=found, line=line, **_money(amount or ZERO, line), raised_at=turn.now,
            raised_by_id=actor.user_id, reason_id=turn.event.write_down("reason", reason.strip()),
        ).save(force_insert=True)  # fmt: skip
        turn.facts.update({"invoice": invoice_id, "line": line_id, "amount": amount})
        turn.notify(notices.NOTE_RAISED, turn.desk("payments"))

    said = {"verb": "raise", "invoice": invoice_id, "line": line_id, "amount": str(amount), "reason": reason}
    return door.begin(
        CreditNoteFlow, actor=actor, verb="raise", case=case, key=key, body=said, act=act, service_group=None
    )


def accept(*, actor: Actor, case_id: int, task_id: int, key: str) -> door.Outcome:
    """Payments accepts it; it is taken off the contract's next open period at once, or as soon as there is one."""

    def act(turn: door.Turn) -> None:
        note = _note(case_id)
        if note.raised_by_id == turn.actor.user_id:
            raise Forbidden("Somebody else must accept what you have raised.")
        CreditNote.objects.filter(pk=case_id).update(decided_by=turn.actor.user_id)
        turn.state(NoteState.ACCEPTED)
        turn.notify(notices.NOTE_DECIDED, turn.provider())

    outcome = _run("accept", act, actor, case_id, task_id, key, {})
    if not outcome.repeated:
        credit_due(case_id)
    return outcome


def query(*, actor: Actor, case_id: int, task_id: int, text: str, key: str) -> door.Outcome:
    """Payments asks about it."""
    if faults := faults_of_text(text, "Say what you ask: the provider reads this"):
        raise Invalid(faults)

    def act(turn: door.Turn) -> None:
        CreditNote.objects.filter(pk=case_id).update(question=turn.event.write_down("question", text.strip()))
        turn.state(NoteState.QUERIED)
        turn.notify(notices.NOTE_QUERIED, turn.provider())

    return _run("query", act, actor, case_id, task_id, key, {"text": text})


def refuse(*, actor: Actor, case_id: int, task_id: int, text: str, key: str) -> door.Outcome:
    """Payments refuses it, for a reason; what it was about can be credited by another."""
    if faults := faults_of_text(text, "Say why it is refused: the provider reads this"):
        raise Invalid(faults)

    def act(turn: door.Turn) -> None:
        words = turn.event.write_down("question", text.strip())
        CreditNote.objects.filter(pk=case_id).update(question=words, void=True, decided_by=turn.actor.user_id)
        turn.state(NoteState.REFUSED)
        turn.notify(notices.NOTE_DECIDED, turn.provider())

    return _run("refuse", act, actor, case_id, task_id, key, {"text": text})


def resend(*, actor: Actor, case_id: int, task_id: int, amount: Decimal | None, reason: str, key: str) -> door.Outcome:
    """The provider answers: the amount and the reason as they are to be now."""

    def act(turn: door.Turn) -> None:
        of_the_whole(turn.actor)
        note = _note(case_id)
        line = _line(note.invoice, note.line_id)
        if faults := rules.faults_of_credit(amount, left_of(line) + note.amount, reason):
            raise Invalid(faults)
        words = turn.event.write_down("reason", reason.strip())
        CreditNote.objects.filter(pk=case_id).update(reason=words, **_money(amount or ZERO, line))
        turn.case.amount = amount or ZERO
        turn.facts["amount"] = amount
        turn.state(NoteState.SUBMITTED)
        turn.notify(notices.NOTE_RAISED, turn.desk("payments"))

    return _run("resend", act, actor, case_id, task_id, key, {"amount": str(amount), "reason": reason})


def withdraw(*, actor: Actor, case_id: int, task_id: int, key: str) -> door.Outcome:
    """The provider takes it back."""

    def act(turn: door.Turn) -> None:
        of_the_whole(turn.actor)
        CreditNote.objects.filter(pk=case_id).update(void=True)
        turn.state(NoteState.WITHDRAWN)

    return _run("withdraw", act, actor, case_id, task_id, key, {})


def credit_due(case_id: int | None = None) -> int:
    """Take accepted credit notes off the next open period of their contracts (tasks/schedule.py); returns how many.
    One whose contract has no open period waits, and who is busy is taken the next time."""
    waiting = CreditNote.objects.filter(case__state=NoteState.ACCEPTED, credited_in=None)
    rows = waiting.filter(pk=case_id) if case_id is not None else waiting
    done = 0
    for note in rows.select_related("invoice__payment").order_by("pk"):
        target = _next_open(note.invoice.payment.contract_id)
        task = Task.objects.filter(process=note.pk, finished=None).values_list("pk", flat=True).first()
        if target is None or task is None:
            continue
        try:
            _credit(note.pk, task, target)
        except (Busy, Stale, Refused):
            continue
        done += 1
    return done


def _credit(case_id: int, task_id: int, payment_id: int) -> None:
    def act(turn: door.Turn) -> None:
        note = _note(case_id)
        line = note.line
        made = invoicing.credit(
            payment_id, line=line, excl=note.amount - note.vat, vat=note.vat, written_by=note.raised_by_id,
            approved_by=note.decided_by_id or 0, note=note.reason_id, key=f"note:{case_id}",
        )  # fmt: skip
        CreditNote.objects.filter(pk=case_id).update(credited_in=made)
        turn.facts.update({"payment": payment_id, "line": made.pk})
        turn.state(NoteState.CREDITED)

    key = f"credit:{case_id}:{payment_id}"
    door.run(
        CreditNoteFlow, actor=system_actor(), verb="credit", case_id=case_id, task_id=task_id, key=key,
        body={"payment": payment_id}, act=act, first=partial(invoicing.lock, payment_id),
    )  # fmt: skip


def left_of(line: PaymentLine) -> Decimal:
    """What of a line was not credited yet; its row is locked by whoever writes."""
    taken: Decimal | None = CreditNote.objects.filter(line=line, void=False).aggregate(all=Sum("amount"))["all"]
    left: Decimal = line.total - (taken or ZERO)
    return left


def _next_open(contract_id: int) -> int | None:
    """The first payment of a contract that takes something up: neither final nor frozen."""
    rows = ScheduledPayment.objects.filter(contract=contract_id, finalised_at=None, frozen_at=None)
    return rows.filter(generated_at__isnull=False).order_by("first").values_list("pk", flat=True).first()


def _line(invoice: Invoice, line_id: int) -> PaymentLine:
    """A line of a processed invoice, locked: what others credit of it meanwhile waits."""
    rows = counted(invoice.payment_id).filter(pk=line_id, payment__finalised_at__isnull=False)
    line = rows.select_for_update(of=("self",), no_key=True).first()
    if line is None:
        raise Invalid({"item": "Choose a line of an invoice that was processed"})
    return line


def _note(case_id: int) -> CreditNote:
    return CreditNote.objects.select_related("invoice__payment", "line").get(pk=case_id)


def _money(amount: Decimal, line: PaymentLine) -> dict[str, Decimal]:
    return {"amount": amount, "vat": rules.vat_within(amount, line.total, line.vat)}


def _run(
    verb: str,
    act: Callable[[door.Turn], None],
    actor: Actor,
    case_id: int,
    task_id: int,
    key: str,
    body: Mapping[str, Any],
) -> door.Outcome:
    profile()
    return door.run(
        CreditNoteFlow, actor=actor, verb=verb, case_id=case_id, task_id=task_id, key=key, body=body, act=act
    )
