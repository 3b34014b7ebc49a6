"""Amounts that somebody puts into a payment by hand: proposed by one person, approved by another (workflows §5)."""

from decimal import Decimal
from functools import partial

from workflows.engine import door
from workflows.engine.errors import Forbidden, Invalid, Refused
from workflows.engine.typed import faults_of_text
from workflows.parties.actor import Actor
from workflows.register.rules import rounded

from . import generating, notices
from .acting import movable_payment, open_payment, tell_total
from .flow import ScheduledPaymentFlow
from .models import PaymentLine, ScheduledPayment

_run = partial(door.run, ScheduledPaymentFlow)


def adjust(
    *, actor: Actor, case_id: int, task_id: int, line_id: int, excl: Decimal, vat: Decimal, text: str, key: str
) -> door.Outcome:
    """Add an amount by hand, for a reason; it counts once a second person has approved it (design, workflows §5)."""
    faults = dict(faults_of_text(text, "Say why this is paid or taken back"))
    if not excl and not vat:
        faults["excl"] = "Enter an amount"
    if rounded(excl) != excl or rounded(vat) != vat:
        faults["excl"] = "Enter pounds and pence"
    if faults:
        raise Invalid(faults)

    def act(turn: door.Turn) -> None:
        payment = movable_payment(case_id)
        if not payment.contract.lines.filter(pk=line_id).exists():
            raise Invalid({"line": "Choose a line of this contract"})
        made = PaymentLine.objects.create(
            payment=payment,
            line_id=line_id,
            kind=PaymentLine.Kind.MANUAL,
            first=payment.first,
            last=payment.last,
            excl=excl,
            vat=vat,
            total=excl + vat,
            written_by_id=actor.user_id,
            note_id=turn.event.write_down("note", text.strip()),
        )
        turn.facts.update({"adjustment": made.pk, "line": line_id, "excl": excl, "vat": vat})
        turn.notify(notices.ADJUSTED, turn.desk("payments"))

    said = {"line": line_id, "excl": str(excl), "vat": str(vat), "text": text}
    return _run(verb="adjust", actor=actor, case_id=case_id, task_id=task_id, key=key, body=said, act=act)


def approve_adjustment(*, actor: Actor, case_id: int, task_id: int, adjustment_id: int, key: str) -> door.Outcome:
    """A second person approves an amount by hand; from now on it is part of the payment."""

    def act(turn: door.Turn) -> None:
        payment = movable_payment(case_id)
        made = _waiting(payment, adjustment_id)
        if made.written_by_id == actor.user_id:
            raise Forbidden("Somebody else must approve what you have written.")
        PaymentLine.objects.filter(pk=made.pk).update(approved_by=actor.user_id)
        before = payment.total
        generating.add_up([case_id])
        turn.facts["adjustment"] = adjustment_id
        tell_total(turn, before)

    said = {"adjustment": adjustment_id}
    return _run(verb="approve_adjustment", actor=actor, case_id=case_id, task_id=task_id, key=key, body=said, act=act)


def refuse_adjustment(
    *, actor: Actor, case_id: int, task_id: int, adjustment_id: int, text: str, key: str
) -> door.Outcome:
    """A second person does not approve it, or who proposed it takes it back: it is gone, and the story says why."""
    if faults := faults_of_text(text, "Say why it is not approved"):
        raise Invalid(faults)

    def act(turn: door.Turn) -> None:
        made = _waiting(open_payment(case_id), adjustment_id)
        turn.event.write_down("reason", text.strip())
        turn.facts.update({"adjustment": made.pk, "line": made.line_id, "excl": made.excl, "vat": made.vat})
        made.delete()

    said = {"adjustment": adjustment_id, "text": text}
    return _run(verb="refuse_adjustment", actor=actor, case_id=case_id, task_id=task_id, key=key, body=said, act=act)


def _waiting(payment: ScheduledPayment, adjustment_id: int) -> PaymentLine:
    """An adjustment of the payment that nobody has approved; else Refused."""
    made = payment.lines.filter(pk=adjustment_id, kind=PaymentLine.Kind.MANUAL, approved_by=None).first()
    if made is None:
        raise Refused("This adjustment does not wait for anybody any more.", "none")
    return made
