"""The verbs of a scheduled payment: the only writers of its rows (design, workflows §5).

Each goes through the engine's door with the payment's case locked. What a command refuses is a `Refused` with a
sentence for people (`Invalid` with faults by field), and then nothing was written.
"""

from collections.abc import Collection
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial

from workflows.engine import door
from workflows.engine.calendar import LONDON
from workflows.engine.errors import Invalid, Refused
from workflows.engine.models import Case
from workflows.engine.typed import faults_of_text
from workflows.parties.actor import Actor
from workflows.register.models import Contract

from . import generating, notices, recovering, topics
from .acting import locked_open, mark_changed, movable_payment, open_payment, period_for, profile, tell_total
from .answers import Change, Wrong, amend, confirm, leave, reject
from .by_hand import adjust, approve_adjustment, refuse_adjustment
from .calendar import Period
from .flow import ScheduledPaymentFlow
from .models import PaymentLine, PaymentMethod, Rejected, ScheduledPayment
from .rules import State

__all__ = [
    "Change",
    "Wrong",
    "adjust",
    "amend",
    "approve_adjustment",
    "confirm",
    "finalise",
    "generate",
    "hold_out",
    "leave",
    "mark_changed",
    "period_for",
    "profile",
    "put_back",
    "recalculate",
    "refuse_adjustment",
    "reject",
    "remit",
]
_run = partial(door.run, ScheduledPaymentFlow)


def generate(*, actor: Actor, contract_id: int, period: Period, method_id: int, key: str) -> door.Outcome:
    """Open the payment of a contract for a period; opening.py works its lines out. Refused `open` when there is one."""
    contract = Contract.objects.get(pk=contract_id)
    method = PaymentMethod.objects.get(pk=method_id, contract=contract)
    if ScheduledPayment.objects.filter(contract=contract, calendar=method.calendar, first=period.first).exists():
        raise Refused("This period was generated already.", "open")
    case = Case(organisation_id=contract.organisation_id, state=State.CURRENT)

    def act(turn: door.Turn) -> None:
        payment = ScheduledPayment(
            case=turn.case,
            contract=contract,
            method=method,
            calendar=method.calendar,
            number=period.number,
            first=period.first,
            last=period.last,
            visible_from=period.visible_from,
            cut_off=period.cut_off,
            finalise_on=period.finalise,
            pay_on=period.pay,
            financial_year=period.financial_year,
            invoiced=method.invoiced,
        )
        payment.save(force_insert=True)
        turn.facts.update({"contract": contract_id, "first": period.first, "last": period.last})

    body = {"verb": "generate", "contract": contract_id, "first": period.first.isoformat()}
    return door.begin(
        ScheduledPaymentFlow,
        actor=actor,
        verb="generate",
        case=case,
        key=key,
        body=body,
        act=act,
        service_group=None,
    )


def recalculate(*, actor: Actor, case_id: int, task_id: int, key: str) -> door.Outcome:
    """Work the payment out again by what is known now."""

    def act(turn: door.Turn) -> None:
        payment = open_payment(case_id)
        before = payment.total
        turn.facts["lines"] = generating.fill([payment], profile(), now=turn.now)
        tell_total(turn, before)

    return _run(verb="recalculate", actor=actor, case_id=case_id, task_id=task_id, key=key, body={}, act=act)


def hold_out(*, actor: Actor, case_id: int, task_id: int, lines: Collection[int], text: str, key: str) -> door.Outcome:
    """Hold lines of the payment out, for a reason: it is then finalised without them (§8 "Partially finalised")."""
    faults = faults_of_text(text, "Say why these lines are held out")
    if faults or not lines:
        raise Invalid(faults or {"lines": "Choose one line or more"})

    def act(turn: door.Turn) -> None:
        payment = movable_payment(case_id)
        rows = payment.lines.filter(pk__in=lines, held_out_at=None)
        if rows.count() != len(set(lines)):
            raise Refused("Some of these lines are held out already, or are not of this payment.", "lines")
        why = turn.event.write_down("reason", text.strip())
        rows.update(held_out_at=turn.now, held_out_by=actor.user_id, held_out_why=why)
        before = payment.total
        generating.add_up([case_id])
        turn.facts["lines"] = sorted(lines)
        tell_total(turn, before)

    said = {"lines": sorted(lines), "text": text}
    return _run(verb="hold_out", actor=actor, case_id=case_id, task_id=task_id, key=key, body=said, act=act)


def put_back(*, actor: Actor, case_id: int, task_id: int, lines: Collection[int], key: str) -> door.Outcome:
    """Put lines back that were held out: into the payment, or, once it is finalised, into the next one. The last line
    of one that was paid without it closes the payment."""
    last = _is_last(case_id, lines)

    def act(turn: door.Turn) -> None:
        payment = ScheduledPayment.objects.get(pk=case_id)
        rows = payment.lines.filter(pk__in=lines, held_out_at__isnull=False, put_back_at=None)
        if not lines or rows.count() != len(set(lines)) or last != _is_last(case_id, lines):
            raise Refused("Some of these lines are not held out.", "lines")
        turn.facts["lines"] = sorted(lines)
        if payment.finalised_at is not None:
            rows.update(put_back_at=turn.now)
            if not payment.lines.filter(held_out_at__isnull=False, put_back_at=None).exists():
                turn.state(State.PAID if last else State.FINALISED)
            mark_changed([payment.contract_id])
            return
        movable_payment(case_id)
        rows.update(held_out_at=None, held_out_by=None, held_out_why=None)
        before = payment.total
        generating.add_up([case_id])
        tell_total(turn, before)

    said, verb = {"lines": sorted(lines)}, "put_back_last" if last else "put_back"
    return _run(verb=verb, actor=actor, case_id=case_id, task_id=task_id, key=key, body=said, act=act)


def finalise(
    *, actor: Actor, case_id: int, task_id: int, run_id: int, seen: Decimal | None = None, key: str
) -> door.Outcome:
    """Finalise the payment in a run: from now on nothing of it changes (suffolk-user-guide §3).

    `seen` is what it came to when the run was approved. The periods of a contract are finalised one after the other:
    what one leaves below zero, and what is put right, goes on to the next.
    """

    def act(turn: door.Turn) -> None:
        locked_open([open_payment(case_id).contract_id])
        payment = open_payment(case_id)
        if payment.run_id != run_id:
            raise Refused("This payment is not in the run.", "run")
        if payment.changed:
            raise Refused("Something of this payment has changed since the run was counted.", "changed")
        if seen is not None and payment.payable != seen:
            raise Refused(f"It came to £{seen:,.2f} in the run, and comes to £{payment.payable:,.2f} now.", "changed")
        if earlier := _earlier(payment):
            raise Refused(f"{earlier} is of an earlier period of the contract, and must be finalised first.", "order")
        out = payment.lines.filter(held_out_at__isnull=False).exists()
        ScheduledPayment.objects.filter(pk=case_id).update(finalised_at=turn.now)
        Rejected.objects.filter(payment=case_id, answer="").update(answer=Rejected.Answer.LEFT, answered_at=turn.now)
        turn.case.amount = payment.payable
        turn.state(State.PARTLY if out else State.FINALISED)
        turn.facts.update({"run": run_id, "total": payment.total, "payable": payment.payable})
        recovering.settle(turn, payment)
        mark_changed([payment.contract_id])
        if payment.invoiced:
            turn.follow(topics.FINALISED, {"payment": case_id})
        else:
            turn.notify(notices.FINALISED, turn.provider())

    return _run(verb="finalise", actor=actor, case_id=case_id, task_id=task_id, key=key, body={"run": run_id}, act=act)


def remit(
    *, actor: Actor, case_id: int, task_id: int, reference: str, key: str, paid_on: date | None = None
) -> door.Outcome:
    """It was paid: finance's return file says so, with its reference. What was finalised without some line stays open
    until that is put back."""
    partly = Case.objects.filter(pk=case_id, state=State.PARTLY).exists()

    def act(turn: door.Turn) -> None:
        payment = ScheduledPayment.objects.get(pk=case_id)
        if payment.paid_at is not None or partly != (turn.case.state == State.PARTLY):
            raise Refused("This payment is marked as paid already.", "paid")
        at = datetime.combine(paid_on, time(), LONDON) if paid_on else turn.now
        own = {"paid_at": at, "paid_reference": reference.strip()[:60]}
        ScheduledPayment.objects.filter(pk=case_id).update(**own)
        turn.facts.update({"reference": own["paid_reference"], "paid_on": paid_on})
        turn.state(State.PARTLY if partly else State.PAID)
        if payment.invoiced:
            turn.follow(topics.PAID, {"payment": case_id})
        elif payment.payable:
            turn.notify(notices.PAID, turn.provider())

    said = {"reference": reference, "paid_on": paid_on.isoformat() if paid_on else None}
    verb = "remit_partly" if partly else "remit"
    return _run(verb=verb, actor=actor, case_id=case_id, task_id=task_id, key=key, body=said, act=act)


def _earlier(payment: ScheduledPayment) -> str:
    """The reference of an earlier payment of the contract that is not finalised; empty when there is none."""
    rows = ScheduledPayment.objects.filter(contract=payment.contract_id, finalised_at=None, first__lt=payment.first)
    return str(rows.order_by("first").values_list("case__reference", flat=True).first() or "")


def _is_last(case_id: int, lines: Collection[int]) -> bool:
    """Whether nothing of a payment that was paid stays held out once these lines are put back."""
    paid = ScheduledPayment.objects.filter(pk=case_id, paid_at__isnull=False).exists()
    out = PaymentLine.objects.filter(payment=case_id, held_out_at__isnull=False, put_back_at=None)
    return paid and not out.exclude(pk__in=lines).exists()
