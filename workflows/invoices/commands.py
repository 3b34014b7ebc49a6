"""The verbs of an invoice: the only writers of its rows (design, workflows §7; docs/adr/0019).

What is locked: the payment's case, then the invoice's, then the payments of the contract. Freezing, opening and
releasing the payment happens in the same transaction (workflows.payments.invoicing).
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from workflows.engine import door, files
from workflows.engine.errors import Invalid, Refused
from workflows.engine.models import Attachment, Case, Task
from workflows.engine.typed import faults_of_text
from workflows.parties.actor import Actor
from workflows.parties.selectors import system_actor
from workflows.payments import commands as payments
from workflows.payments import invoicing
from workflows.payments.models import ScheduledPayment

from . import changes, notices, rules, weeks
from .acting import has_items, is_over, of_the_whole, payment_of, profile
from .files import VAT_DOCUMENT
from .flow import InvoiceFlow
from .models import Invoice
from .rules import State

ZERO = Decimal("0.00")


def open_invoice(*, actor: Actor, payment_id: int, key: str) -> door.Outcome:
    """Open the invoice of a payment that a contract pays by invoices; opening.py calls it once the payment is there."""
    profile()
    payment = ScheduledPayment.objects.select_related("case").get(pk=payment_id)
    if not payment.invoiced or Invoice.objects.filter(payment=payment).exists():
        raise Refused("This period is not invoiced, or has its invoice already.", "open")
    case = Case(organisation_id=payment.case.organisation_id, state=State.UNSUBMITTED, amount=payment.total)

    def act(turn: door.Turn) -> None:
        Invoice(case=turn.case, payment=payment).save(force_insert=True)
        turn.facts.update({"payment": payment_id, "first": payment.first, "last": payment.last})
        turn.notify(notices.OPENED, turn.provider())

    said = {"verb": "open", "payment": payment_id}
    return door.begin(InvoiceFlow, actor=actor, verb="open", case=case, key=key, body=said, act=act, service_group=None)


def create(*, actor: Actor, case_id: int, task_id: int, key: str) -> door.Outcome:
    """Create the invoice: its items were looked at (bedford "Invoice/Credit Notes" 3). Refused while a week of its
    period is not submitted (`actuals`), and when it is blank (`empty`)."""

    def act(turn: door.Turn) -> None:
        of_the_whole(turn.actor)
        payment = _payment(case_id)
        _refuse_what_is_missing(payment)
        _show(turn, created_at=turn.now, created_by=turn.actor.user_id)
        turn.state(State.PENDING)
        turn.facts["total"] = turn.case.amount = payment.total

    return _run("create", act, actor, case_id, task_id, key, {})


def attach(
    *, actor: Actor, case_id: int, task_id: int, vat_number: str, file_ids: Sequence[int] = (), key: str
) -> door.Outcome:
    """Keep the VAT registration number and the provider's VAT invoices with it (bedford 3: "If applicable, attach")."""

    def act(turn: door.Turn) -> None:
        of_the_whole(turn.actor)
        _attach(turn, vat_number, file_ids)

    return _run("attach", act, actor, case_id, task_id, key, _said_of_vat(actor, vat_number, file_ids))


def submit(
    *, actor: Actor, case_id: int, task_id: int, seen: Decimal, vat_number: str = "", file_ids: Sequence[int] = (),
    key: str,
) -> door.Outcome:  # fmt: skip
    """Submit the invoice with what it came to when it was looked at: from now on nothing of it changes.

    It is worked out once more by what is known at this moment. Invalid (`changed`) when that is another figure: then
    the page shows what changed. Refused as `create`, and before the invoice of an earlier period.
    """
    payment_id = payment_of(case_id)
    if door.answered(actor, key) is None:
        _work_out(payment_id, key)

    def act(turn: door.Turn) -> None:
        of_the_whole(turn.actor)
        _attach(turn, vat_number, file_ids)
        _refuse_what_is_missing(_payment(case_id))
        payment = invoicing.freeze(payment_id, seen=seen, key=key)
        _refuse_without_vat(case_id, payment)
        Invoice.objects.filter(pk=case_id).update(submitted_at=turn.now, submitted_by=turn.actor.user_id)
        turn.case.amount = payment.total
        turn.facts.update({"total": payment.total, "vat": payment.vat})
        turn.state(State.SUBMITTED)
        turn.notify(notices.SUBMITTED, turn.desk("payments"))

    said = {"seen": str(seen), **_said_of_vat(actor, vat_number, file_ids)}
    return _run("submit", act, actor, case_id, task_id, key, said)


def query(*, actor: Actor, case_id: int, task_id: int, text: str, key: str) -> door.Outcome:
    """The council asks about an invoice, for a reason: it is with the provider again, worked out by what is known now.

    Refused when a payment run has it, and when that of a later period is with the council.
    """
    if faults := faults_of_text(text, "Say what you ask: the provider reads this"):
        raise Invalid(faults)

    def act(turn: door.Turn) -> None:
        _show(turn, question=turn.event.write_down("question", text.strip()), accepted_at=None, accepted_by=None)
        payment = invoicing.thaw(payment_of(case_id), key=key)
        turn.case.amount = payment.total
        turn.state(State.PENDING)
        turn.notify(notices.QUERIED, turn.provider())

    return _run("query", act, actor, case_id, task_id, key, {"text": text})


def accept(*, actor: Actor, case_id: int, task_id: int, seen: Decimal, key: str) -> door.Outcome:
    """Payments accepts the invoice with the total that was seen: the next payment run takes it."""

    def act(turn: door.Turn) -> None:
        payment = _payment(case_id)
        if payment.total != seen:
            raise Refused(f"It comes to £{payment.total:,.2f}, not £{seen:,.2f}.", "changed")
        invoicing.release(payment.pk, key=key)
        _accepted(turn, payment)

    return _run("accept", act, actor, case_id, task_id, key, {"seen": str(seen)})


def close_empty(*, actor: Actor, case_id: int, task_id: int, text: str, key: str) -> door.Outcome:
    """Payments says that there is nothing to invoice for a period: the next run closes it with nothing, and later
    periods can be submitted. Refused when it has items, and before the period is over."""
    if faults := faults_of_text(text, "Say why there is nothing to invoice: the provider reads this"):
        raise Invalid(faults)

    def act(turn: door.Turn) -> None:
        payment = _payment(case_id)
        if not is_over(payment):
            raise Refused(f"This period ends on {payment.last:%d/%m/%Y}: it can be closed after that.", "early")
        _refuse_items(payment.pk)
        frozen = invoicing.freeze(payment.pk, seen=ZERO, key=key)
        _refuse_items(payment.pk)  # it was worked out again just now
        invoicing.release(payment.pk, key=key)
        question = turn.event.write_down("question", text.strip())
        Invoice.objects.filter(pk=case_id).update(question=question)
        _accepted(turn, frozen)

    return _run("close_empty", act, actor, case_id, task_id, key, {"text": text})


def process(*, actor: Actor, case_id: int, task_id: int, key: str) -> door.Outcome:
    """A payment run has made its payment final (reactions.py)."""

    def act(turn: door.Turn) -> None:
        if _payment(case_id).finalised_at is None:
            raise Refused("Its payment is not final.", "open")
        turn.state(State.PROCESSED)
        turn.notify(notices.PROCESSED, turn.provider())

    return _run("process", act, actor, case_id, task_id, key, {})


def pay(*, actor: Actor, case_id: int, task_id: int, key: str) -> door.Outcome:
    """Finance has paid it (reactions.py)."""

    def act(turn: door.Turn) -> None:
        payment = _payment(case_id)
        if payment.paid_at is None:
            raise Refused("It is not paid.", "open")
        turn.state(State.PAID)
        if payment.payable:
            turn.notify(notices.PAID, turn.provider())

    return _run("pay", act, actor, case_id, task_id, key, {})


def _work_out(payment_id: int, key: str) -> None:
    """Work the payment out in a transaction of its own: what is refused because it changed then shows what changed."""
    payment = ScheduledPayment.objects.filter(pk=payment_id, finalised_at=None, frozen_at=None)
    task = Task.objects.filter(process=payment_id, finished=None).values_list("pk", flat=True).first()
    version = payment.values_list("case__version", flat=True).first()
    if task is not None and version is not None:
        payments.recalculate(actor=system_actor(), case_id=payment_id, task_id=task, key=f"invoice:{key}:{version}")


def _payment(case_id: int) -> ScheduledPayment:
    return ScheduledPayment.objects.select_related("method").get(invoice=case_id)


def _refuse_what_is_missing(payment: ScheduledPayment) -> None:
    """Refuse what is blank, and what has weeks that are not submitted."""
    if found := weeks.missing(payment):
        raise Refused(weeks.words(found), "actuals")
    if not has_items(payment.pk):
        raise Refused(profile().empty, "empty")


def _refuse_items(payment_id: int) -> None:
    if has_items(payment_id):
        raise Refused("This invoice has items: the provider submits it.", "items")


def _show(turn: door.Turn, **also: Any) -> None:
    """Keep what the lines are worth, so that the page can tell what changes from now on."""
    shown = {"shown": changes.taken(payment_of(turn.case.pk)), "shown_at": turn.now}
    names = {f"{name}_id" if name in {"created_by", "accepted_by"} else name: each for name, each in also.items()}
    Invoice.objects.filter(pk=turn.case.pk).update(**shown, **names)


def _attach(turn: door.Turn, vat_number: str, file_ids: Sequence[int]) -> None:
    if faults := rules.faults_of_number(vat_number):
        raise Invalid(faults)
    if vat_number.strip():
        Invoice.objects.filter(pk=turn.case.pk).update(vat_number=rules.vat_number(vat_number))
    if file_ids:
        files.attach(turn, file_ids, kind=VAT_DOCUMENT, owner_id=turn.case.pk)


def _said_of_vat(actor: Actor, vat_number: str, file_ids: Sequence[int]) -> dict[str, Any]:
    return {"vat_number": vat_number, **({"files": files.body_of(actor, file_ids)} if file_ids else {})}


def _refuse_without_vat(case_id: int, payment: ScheduledPayment) -> None:
    number = Invoice.objects.values_list("vat_number", flat=True).get(pk=case_id)
    attached = Attachment.objects.filter(kind=VAT_DOCUMENT, owner_id=case_id, erased_at=None).exists()
    required = profile().vat_document == "required"
    if faults := rules.faults_of_vat(payment.vat, number, attached=attached, required=required):
        raise Invalid(faults)


def _accepted(turn: door.Turn, payment: ScheduledPayment) -> None:
    Invoice.objects.filter(pk=turn.case.pk).update(accepted_at=turn.now, accepted_by=turn.actor.user_id)
    turn.facts["total"] = turn.case.amount = payment.total
    turn.state(State.ACCEPTED)
    turn.notify(notices.ACCEPTED, turn.provider())


def _run(
    verb: str,
    act: Callable[[door.Turn], None],
    actor: Actor,
    case_id: int,
    task_id: int,
    key: str,
    body: Mapping[str, Any],
) -> door.Outcome:
    first = partial(invoicing.lock, payment_of(case_id))
    return door.run(
        InvoiceFlow, actor=actor, verb=verb, case_id=case_id, task_id=task_id, key=key, body=body, act=act, first=first
    )
