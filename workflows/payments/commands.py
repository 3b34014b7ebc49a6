"""The verbs of a scheduled payment: the only writers of its rows (design, workflows §5).

Each goes through the engine's door with the payment's case locked. What a command refuses is a `Refused` with a
sentence for people (`Invalid` with faults by field), and then nothing was written.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Sum

from workflows.council.payments import Payments
from workflows.council.profile import current
from workflows.engine import door
from workflows.engine.calendar import LONDON, council_calendar
from workflows.engine.errors import Forbidden, Invalid, NotFound, Refused
from workflows.engine.models import Case
from workflows.engine.typed import TEXT_LIMIT, faults_of_text
from workflows.parties.actor import Actor
from workflows.register.models import Contract
from workflows.register.rules import rounded

from . import generating, notices
from .calendar import Period
from .calendar import period as period_of
from .flow import ScheduledPaymentFlow
from .models import Confirmation, PaymentLine, PaymentMethod, Rejected, ScheduledPayment
from .rules import State

_run = partial(door.run, ScheduledPaymentFlow)


@dataclass(frozen=True, slots=True)
class Wrong:
    """A line that a provider says is wrong: since when, whether the client has died, and in their words why."""

    line_id: int
    since: date | None
    died: bool = False
    text: str = ""


def profile() -> Payments:
    """The council's module; NotFound where it has none: what is not there does not exist."""
    module = current().payments
    if module is None:
        raise NotFound
    return module


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
        payment = _open(case_id)
        before = payment.total
        turn.facts["lines"] = generating.fill([payment], profile(), now=turn.now)
        _tell_total(turn, before)

    return _run(verb="recalculate", actor=actor, case_id=case_id, task_id=task_id, key=key, body={}, act=act)


def confirm(*, actor: Actor, case_id: int, task_id: int, comments: str = "", key: str) -> door.Outcome:
    """The provider confirms the payment (norfolk-handbook §10); lines that were rejected count as taken back."""
    if len(comments) > TEXT_LIMIT:
        raise Invalid({"comments": f"Use {TEXT_LIMIT:,} characters or fewer"})

    def act(turn: door.Turn) -> None:
        _answers(turn.actor)
        payment = _open(case_id)
        open_ = Rejected.objects.filter(payment=payment, answer="")
        open_.update(answer=Rejected.Answer.WITHDRAWN, answered_at=turn.now)
        _say(turn, payment, Confirmation.CONFIRMED, comments)

    said = {"comments": comments}
    return _run(verb="confirm", actor=actor, case_id=case_id, task_id=task_id, key=key, body=said, act=act)


def reject(
    *, actor: Actor, case_id: int, task_id: int, wrong: Sequence[Wrong], comments: str = "", key: str
) -> door.Outcome:
    """The provider says what is wrong: which lines, since when and why. It does not stop the payment (§10)."""
    faults = _faults(wrong, comments)
    if faults:
        raise Invalid(faults)

    def act(turn: door.Turn) -> None:
        _answers(turn.actor)
        payment = _open(case_id)
        amounts = dict(payment.lines.filter(kind="scheduled").values_list("line_id", "total"))
        if unknown := {each.line_id for each in wrong} - amounts.keys():
            raise Invalid({f"line-{min(unknown)}": "Choose a line of this payment"})
        for each in wrong:
            Rejected.objects.create(
                payment=payment,
                line_id=each.line_id,
                since=each.since,
                died=each.died,
                why_id=turn.event.write_down(f"why-{each.line_id}", each.text.strip()),
                at_stake=_at_stake(payment, amounts[each.line_id], each.since),
                at=turn.now,
                by_id=actor.user_id,
            )
        if not wrong:
            Rejected.objects.create(payment=payment, at_stake=payment.total, at=turn.now, by_id=actor.user_id)
        turn.case.amount = _stakes(payment)
        turn.work.by = _answer_by(turn.now, payment)
        turn.facts["lines"] = len(wrong)
        _say(turn, payment, Confirmation.REJECTED, comments)
        turn.notify(notices.REJECTED, turn.desk("payments"))

    said = {"wrong": [repr(each) for each in wrong], "comments": comments}
    return _run(verb="reject", actor=actor, case_id=case_id, task_id=task_id, key=key, body=said, act=act)


def amend(*, actor: Actor, case_id: int, task_id: int, text: str, key: str) -> door.Outcome:
    """Payments has put right what was rejected (the lines, or what is known of the client): it is worked out again."""
    return _answer("amend", actor, case_id, task_id, text, key, Rejected.Answer.AMENDED)


def leave(*, actor: Actor, case_id: int, task_id: int, text: str, key: str) -> door.Outcome:
    """Payments leaves the payment as it is, for a reason."""
    return _answer("leave", actor, case_id, task_id, text, key, Rejected.Answer.LEFT)


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
        payment = _open(case_id)
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
        turn.facts.update({"adjustment": made.pk, "excl": excl, "vat": vat})

    said = {"line": line_id, "excl": str(excl), "vat": str(vat), "text": text}
    return _run(verb="adjust", actor=actor, case_id=case_id, task_id=task_id, key=key, body=said, act=act)


def approve_adjustment(*, actor: Actor, case_id: int, task_id: int, adjustment_id: int, key: str) -> door.Outcome:
    """A second person approves an amount by hand; from now on it is part of the payment."""

    def act(turn: door.Turn) -> None:
        payment = _open(case_id)
        made = payment.lines.filter(pk=adjustment_id, kind=PaymentLine.Kind.MANUAL, approved_by=None).first()
        if made is None:
            raise Refused("There is no such adjustment to approve.", "none")
        if made.written_by_id == actor.user_id:
            raise Forbidden("Somebody else must approve what you have written.")
        PaymentLine.objects.filter(pk=made.pk).update(approved_by=actor.user_id)
        before = payment.total
        generating.add_up([case_id])
        turn.facts["adjustment"] = adjustment_id
        _tell_total(turn, before)

    said = {"adjustment": adjustment_id}
    return _run(verb="approve_adjustment", actor=actor, case_id=case_id, task_id=task_id, key=key, body=said, act=act)


def hold_out(*, actor: Actor, case_id: int, task_id: int, lines: Collection[int], text: str, key: str) -> door.Outcome:
    """Hold lines of the payment out, for a reason: it is then finalised without them (§8 "Partially finalised")."""
    faults = faults_of_text(text, "Say why these lines are held out")
    if faults or not lines:
        raise Invalid(faults or {"lines": "Choose one line or more"})

    def act(turn: door.Turn) -> None:
        payment = _open(case_id)
        rows = payment.lines.filter(pk__in=lines, held_out_at=None)
        if rows.count() != len(set(lines)):
            raise Refused("Some of these lines are held out already, or are not of this payment.", "lines")
        why = turn.event.write_down("reason", text.strip())
        rows.update(held_out_at=turn.now, held_out_by=actor.user_id, held_out_why=why)
        before = payment.total
        generating.add_up([case_id])
        turn.facts["lines"] = sorted(lines)
        _tell_total(turn, before)

    said = {"lines": sorted(lines), "text": text}
    return _run(verb="hold_out", actor=actor, case_id=case_id, task_id=task_id, key=key, body=said, act=act)


def put_back(*, actor: Actor, case_id: int, task_id: int, lines: Collection[int], key: str) -> door.Outcome:
    """Put lines back that were held out: into the payment, or, once it is finalised, into the next one."""

    def act(turn: door.Turn) -> None:
        payment = ScheduledPayment.objects.get(pk=case_id)
        rows = payment.lines.filter(pk__in=lines, held_out_at__isnull=False, put_back_at=None)
        if not lines or rows.count() != len(set(lines)):
            raise Refused("Some of these lines are not held out.", "lines")
        turn.facts["lines"] = sorted(lines)
        if payment.finalised_at is not None:
            rows.update(put_back_at=turn.now)
            if not payment.lines.filter(held_out_at__isnull=False, put_back_at=None).exists():
                turn.state(State.FINALISED)
            _changed(payment.contract_id)
            return
        rows.update(held_out_at=None, held_out_by=None, held_out_why=None)
        before = payment.total
        generating.add_up([case_id])
        _tell_total(turn, before)

    said = {"lines": sorted(lines)}
    return _run(verb="put_back", actor=actor, case_id=case_id, task_id=task_id, key=key, body=said, act=act)


def finalise(*, actor: Actor, case_id: int, task_id: int, run_id: int, key: str) -> door.Outcome:
    """Finalise the payment in a run: from now on nothing of it changes (suffolk-user-guide §3)."""

    def act(turn: door.Turn) -> None:
        payment = _open(case_id)
        if payment.run_id != run_id:
            raise Refused("This payment is not in the run.", "run")
        if payment.changed:
            raise Refused("Something of this payment has changed since the run was counted.", "changed")
        out = payment.lines.filter(held_out_at__isnull=False).exists()
        ScheduledPayment.objects.filter(pk=case_id).update(finalised_at=turn.now)
        Rejected.objects.filter(payment=case_id, answer="").update(answer=Rejected.Answer.LEFT, answered_at=turn.now)
        turn.case.amount = payment.payable
        turn.state(State.PARTLY if out else State.FINALISED)
        turn.facts.update({"run": run_id, "total": payment.total, "payable": payment.payable})
        _changed(payment.contract_id)
        turn.notify(notices.FINALISED, turn.provider())

    return _run(verb="finalise", actor=actor, case_id=case_id, task_id=task_id, key=key, body={"run": run_id}, act=act)


def remit(*, actor: Actor, case_id: int, task_id: int, reference: str, key: str) -> door.Outcome:
    """It was paid: finance's return file says so, with its reference."""

    def act(turn: door.Turn) -> None:
        own = {"paid_at": turn.now, "paid_reference": reference.strip()[:60]}
        ScheduledPayment.objects.filter(pk=case_id).update(**own)
        turn.facts["reference"] = own["paid_reference"]
        turn.state(State.PAID)
        turn.notify(notices.PAID, turn.provider())

    said = {"reference": reference}
    return _run(verb="remit", actor=actor, case_id=case_id, task_id=task_id, key=key, body=said, act=act)


def mark_changed(contracts: Collection[int]) -> int:
    """Something that payments of these contracts are worked out from has changed; returns how many are concerned."""
    rows = ScheduledPayment.objects.filter(contract__in=contracts, finalised_at=None, changed=False)
    return rows.update(changed=True)


def _changed(contract_id: int) -> None:
    mark_changed([contract_id])


def _open(case_id: int) -> ScheduledPayment:
    """The payment, whose case is locked; Refused once it is finalised."""
    payment = ScheduledPayment.objects.select_related("contract").get(pk=case_id)
    if payment.finalised_at is not None:
        raise Refused("This payment is finalised. No further changes can be made to it.", "finalised")
    return payment


def _answers(actor: Actor) -> None:
    """Only whoever acts for the whole provider answers for a contract; and only where the council asks for it."""
    if profile().review != "confirm":
        raise Forbidden("Payments are shown here. The council does not ask you to confirm them.")
    if actor.services_for(ScheduledPaymentFlow.function, "edit") is not None:
        raise Forbidden("Your role is for some services only. Ask whoever answers for the whole contract.")


def _say(turn: door.Turn, payment: ScheduledPayment, confirmation: Confirmation, comments: str) -> None:
    own: dict[str, Any] = {
        "confirmation": confirmation,
        "confirmed_by": turn.actor.user_id,
        "confirmed_at": turn.now,
        "comments": turn.event.write_down("comments", comments.strip()),
    }
    ScheduledPayment.objects.filter(pk=payment.pk).update(**own)


def _answer(
    verb: str, actor: Actor, case_id: int, task_id: int, text: str, key: str, answer: Rejected.Answer
) -> door.Outcome:
    if faults := faults_of_text(text, "Say what you did: the provider reads this"):
        raise Invalid(faults)

    def act(turn: door.Turn) -> None:
        payment = _open(case_id)
        turn.event.write_down("answer", text.strip())
        Rejected.objects.filter(payment=payment, answer="").update(answer=answer, answered_at=turn.now)
        before = payment.total
        generating.fill([payment], profile(), now=turn.now)
        _tell_total(turn, before)
        turn.notify(notices.ANSWERED, turn.provider())

    return _run(verb=verb, actor=actor, case_id=case_id, task_id=task_id, key=key, body={"text": text}, act=act)


def _tell_total(turn: door.Turn, before: Decimal) -> None:
    after = ScheduledPayment.objects.values_list("total", flat=True).get(pk=turn.case.pk)
    turn.facts["total"] = [before, after]
    turn.case.amount = after


def _faults(wrong: Sequence[Wrong], comments: str) -> dict[str, str]:
    found = {}
    for each in wrong:
        if each.died and each.since is None:
            found[f"line-{each.line_id}"] = "Enter the date of death"
        if len(each.text) > TEXT_LIMIT:
            found[f"line-{each.line_id}"] = f"Use {TEXT_LIMIT:,} characters or fewer"
    if not wrong and not comments.strip():
        found["comments"] = "Say what is wrong, or choose the lines that are"
    if len(comments) > TEXT_LIMIT:
        found["comments"] = f"Use {TEXT_LIMIT:,} characters or fewer"
    return found


def _at_stake(payment: ScheduledPayment, amount: Decimal, since: date | None) -> Decimal:
    """The money that a rejected line is about: from the day on that was named, else all of it."""
    if since is None or since <= payment.first:
        return amount
    days = max((payment.last - since).days + 1, 0)
    return rounded(amount * days / ((payment.last - payment.first).days + 1))


def _stakes(payment: ScheduledPayment) -> Decimal:
    found: Decimal | None = Rejected.objects.filter(payment=payment, answer="").aggregate(all=Sum("at_stake"))["all"]
    return found or Decimal(0)


def _answer_by(now: datetime, payment: ScheduledPayment) -> datetime:
    """Until when a rejection is answered: by the promise, never past finalisation (design, workflows §5)."""
    within = profile().answer_within
    end = datetime.combine(payment.finalise_on, time(), LONDON)
    due = council_calendar().due(within, now) if within is not None else end
    return max(min(due, end), now + timedelta(minutes=1))


def period_for(method: PaymentMethod, number: int) -> Period:
    """A period of a method's calendar, its dates moved off days on which the council is closed."""
    return period_of(profile().calendar(method.calendar), number, council_calendar().works_on)
