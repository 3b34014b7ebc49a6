"""What a provider owes after a period below zero: carried on, or to be recovered, at once or by agreed instalments.

A later period takes up what an earlier one left (carrying.py). With no later period it is a debt: a case of its own, in
which Payments has a turn to agree how it is recovered (design, workflows §5 "with a task for Payments"). An agreed plan
takes it out of later periods in parts that add up to it exactly (Liverpool, "Query - Pay Instalment Request": domain.md
§5). What is agreed is told in the payment's own story too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

from django.db.models import F, Q

from workflows.engine import door
from workflows.engine.atomic import command
from workflows.engine.errors import Invalid, Refused
from workflows.engine.models import Case, Task
from workflows.engine.typed import faults_of_text
from workflows.parties.actor import Actor
from workflows.parties.selectors import system_actor
from workflows.register.models import CarePackageLine

from . import notices
from .acting import mark_changed, period_for, profile
from .calendar import DAY, Period, number_on
from .flow import PaymentDebtFlow
from .models import Debt, PaymentMethod, ScheduledPayment
from .money import pounds
from .rules import DebtState

ZERO = Decimal("0.00")
#: What follows when a payment leaves something that no later one takes up.
OWED = "payment.owed"
#: Instalments are agreed over two years of four-weekly periods at most.
MOST = 26


@dataclass(frozen=True, slots=True)
class Instalment:
    """What one period takes back: the period by its first day, the amount with VAT, and the VAT in it."""

    first: date
    amount: Decimal
    vat: Decimal = ZERO


def plan_of(debt: Debt) -> list[Instalment]:
    """The agreed instalments of a debt, in the order of their periods."""
    return [
        Instalment(date.fromisoformat(first), Decimal(amount), Decimal(vat)) for first, amount, vat in debt.instalments
    ]


def settle(turn: door.Turn, payment: ScheduledPayment) -> None:
    """Inside the finalisation: count the instalments of the period as taken back; what it leaves below zero is carried
    on, or, where no later period can take it up, is to be recovered: Payments has a turn for that (reactions.owed)."""
    for debt in Debt.objects.filter(contract=payment.contract_id, recovered__lt=F("amount")):
        taken = sum((each.amount for each in plan_of(debt) if each.first == payment.first), ZERO)
        if taken:
            _take_back(debt, taken, payment)
    if payment.carried_out < 0 and not _goes_on(payment):
        Debt.objects.create(payment=payment, contract_id=payment.contract_id, amount=-payment.carried_out)
        turn.facts["to_recover"] = -payment.carried_out
        turn.follow(OWED, {"payment": payment.pk})


def owe(*, actor: Actor, payment_id: int, key: str) -> door.Outcome | None:
    """Give Payments its turn for what a payment left below zero, once; None when there is one."""
    if _has_a_turn(payment_id):
        return None
    return _begin(actor=actor, payment_id=payment_id, key=key)


def _begin(*, actor: Actor, payment_id: int, key: str, text: str = "") -> door.Outcome:
    """Begin the case of a debt. Somebody of Payments (`text`: what was agreed) does it too with what the next period
    would take back: from then on it does not."""
    profile()
    payment = ScheduledPayment.objects.select_related("case").get(pk=payment_id)
    case = Case(organisation_id=payment.case.organisation_id, sensitivity="finance", state=DebtState.OWED)

    def act(turn: door.Turn) -> None:
        _lock(payment)
        debt = _owed(payment_id)
        if debt.case_id is not None:
            raise Refused("Somebody else has just done this.", "owed")
        debt.case = turn.case
        debt.save()
        turn.case.amount = _left(debt)
        turn.facts.update({"payment": payment_id, "amount": debt.amount})
        turn.answer["verb"] = "owe"
        if text:
            turn.event.write_down("reason", text)
            _tell(turn, debt, "agree_instalments", text, key)
        if actor.kind == "system":
            turn.notify(notices.OWED, turn.desk("payments"))
        mark_changed([debt.contract_id])

    said = {"verb": "owe", "payment": payment_id, "text": text}
    return door.begin(
        PaymentDebtFlow, actor=actor, verb="owe", case=case, key=key, body=said, act=act, service_group=None
    )


@command
def agree(
    *, actor: Actor, payment_id: int, instalments: Sequence[tuple[date, Decimal]], text: str, key: str,
    task_id: int | None = None,
) -> door.Outcome:  # fmt: skip
    """Agree in which parts the periods to come take back what a payment left below zero; none: not by them.

    Raises Invalid where the parts do not add up to what is owed, or name a period that cannot take any back.
    """
    if faults := faults_of_text(text, "Say what was agreed, and with whom"):
        raise Invalid(faults)

    def act(turn: door.Turn) -> None:
        debt = _owed(payment_id)
        kept = [each for each in plan_of(debt) if _is_finalised(debt, each.first)]
        _check(debt, [*instalments], _left(debt))
        vat = -debt.payment.carried_out_vat - sum((each.vat for each in kept), ZERO)
        new = _with_vat(instalments, _left(debt), vat)
        debt.instalments = [[each.first.isoformat(), str(each.amount), str(each.vat)] for each in (*kept, *new)]
        debt.save()
        mark_changed([debt.contract_id])
        turn.event.write_down("reason", text.strip())
        turn.facts["instalments"] = [[first, amount] for first, amount in instalments]
        turn.state(DebtState.PLANNED if instalments else DebtState.OWED)
        _tell(turn, debt, "agree_instalments", text, key)

    earlier = door.answered(actor, key)  # what is sent again is known by the verb that it was the first time
    begins = earlier.answer.get("verb") == "owe" if earlier else not _has_a_turn(payment_id)
    if not instalments and begins:
        return _begin(actor=actor, payment_id=payment_id, key=key, text=text.strip())
    said = {"text": text, "plan": [[str(day), str(amount)] for day, amount in instalments]}
    verb = "agree" if instalments else "give_up"
    return _run(verb, actor=actor, payment_id=payment_id, task_id=task_id, key=key, body=said, act=act)


@command
def recovered(
    *, actor: Actor, payment_id: int, amount: Decimal, text: str, key: str, task_id: int | None = None
) -> door.Outcome:
    """Record what was recovered in another way, such as by an invoice. Stale while instalments are agreed: whoever
    recovers it otherwise agrees on none of them first."""
    faults = dict(faults_of_text(text, "Say how it was recovered"))
    if amount <= 0:
        faults["amount"] = "Enter an amount above zero"
    if faults:
        raise Invalid(faults)

    def act(turn: door.Turn) -> None:
        debt = _owed(payment_id)
        if amount > _left(debt):
            raise Invalid({"amount": f"Only £{_left(debt):,.2f} is still owed"})
        if (amount == _left(debt)) != (verb == "record_last"):
            raise Refused("What is owed has changed meanwhile. Look at it again.", "changed")
        debt.recovered += amount
        debt.save()
        mark_changed([debt.contract_id])
        turn.event.write_down("reason", text.strip())
        turn.facts["amount"] = amount
        turn.answer["verb"] = verb
        turn.case.amount = _left(debt)
        if verb == "record_last":
            turn.state(DebtState.RECOVERED)
        _tell(turn, debt, "recover", text, key)

    earlier = door.answered(actor, key)
    known = owed(ScheduledPayment.objects.get(pk=payment_id))
    last = known is not None and amount == _left(known)
    verb = str(earlier.answer.get("verb", "")) if earlier else "record_last" if last else "record"
    said = {"text": text, "amount": str(amount)}
    return _run(verb, actor=actor, payment_id=payment_id, task_id=task_id, key=key, body=said, act=act)


def _run(
    verb: str, *, actor: Actor, payment_id: int, task_id: int | None, key: str, body: Mapping[str, Any], act: door.Act
) -> door.Outcome:
    """Carry a verb out on the debt of a payment, which begins with it where nobody had a turn for it yet.

    What is locked, in this order: the case of the payment with those of the contract that are not finalised, the debt.
    """
    payment = ScheduledPayment.objects.get(pk=payment_id)
    owe(actor=actor, payment_id=payment_id, key=f"{key}:owe")
    debt = Debt.objects.get(pk=payment_id)
    turn = Task.objects.filter(process=debt.case_id).order_by("-pk").values_list("pk", flat=True).first()
    return door.run(
        PaymentDebtFlow, verb=verb, actor=actor, case_id=debt.case_id or 0, task_id=task_id or turn, key=key,
        body=body, act=act, first=partial(_lock, payment),
    )  # fmt: skip


def _take_back(debt: Debt, taken: Decimal, payment: ScheduledPayment) -> None:
    """Count an instalment, inside the finalisation of its period."""
    last = debt.recovered + taken == debt.amount

    def act(turn: door.Turn) -> None:
        Debt.objects.filter(pk=debt.pk).update(recovered=F("recovered") + taken)
        turn.facts.update({"amount": taken, "payment": payment.pk})
        turn.case.amount = _left(debt) - taken
        if last:
            turn.state(DebtState.RECOVERED)

    open_turn = Task.objects.values_list("pk", flat=True).get(process=debt.case_id, finished=None)
    door.run(
        PaymentDebtFlow, verb="take_back_last" if last else "take_back", actor=system_actor(),
        case_id=debt.case_id or 0, task_id=open_turn, key=f"instalment:{debt.pk}:{payment.pk}",
        body={"payment": payment.pk}, act=act,
    )  # fmt: skip


def _tell(turn: door.Turn, debt: Debt, verb: str, text: str, key: str) -> None:
    """Tell the same in the payment's own story, where the provider reads it."""

    def act(of_payment: door.Turn) -> None:
        of_payment.event.write_down("reason", text.strip())
        of_payment.facts.update(turn.facts)

    body = {"verb": verb, "debt": turn.case.pk, "text": text}
    door.on_case(actor=turn.actor, verb=verb, case_id=debt.pk, key=f"{key}:told", act=act, body=body)


def _lock(payment: ScheduledPayment) -> None:
    """Lock the payment's case, and those that could take up meanwhile what it left; a debt is locked after them."""
    own = Q(pk=payment.pk) | Q(scheduled_payment__contract=payment.contract_id, scheduled_payment__finalised_at=None)
    cases = Case.objects.filter(own)
    list(cases.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))


def _has_a_turn(payment_id: int) -> bool:
    return bool(Debt.objects.filter(pk=payment_id, case__isnull=False).exists())


def _left(debt: Debt) -> Decimal:
    left: Decimal = debt.amount - debt.recovered
    return left


def owed(payment: ScheduledPayment) -> Debt | None:
    """What a finalised payment left below zero: its debt, or (not saved) what it carries to a period that has not been
    finalised yet; None when nothing is owed, or a later period has taken it up."""
    if payment.finalised_at is None or payment.carried_out >= 0:
        return None
    found = Debt.objects.filter(pk=payment.pk).select_related("payment", "case").first()
    if found is not None:
        return found
    later = ScheduledPayment.objects.filter(contract=payment.contract_id, first__gt=payment.first)
    if later.filter(finalised_at__isnull=False).exists():
        return None
    return Debt(payment=payment, contract_id=payment.contract_id, amount=-payment.carried_out, recovered=ZERO)


def periods_to_come(payment: ScheduledPayment, count: int = MOST) -> list[Period]:
    """The periods of the contract that can still take something back, the next one first; none without a method."""
    last = ScheduledPayment.objects.filter(contract=payment.contract_id, finalised_at__isnull=False).order_by("-first")
    after = (last.values_list("last", flat=True).first() or payment.last) + DAY
    method = PaymentMethod.objects.filter(contract=payment.contract_id, start__lte=after).order_by("-start").first()
    if method is None:
        return []
    number = number_on(profile().calendar(method.calendar), after)
    return [period_for(method, number + each) for each in range(count)]


def _owed(payment_id: int) -> Debt:
    """What is owed of a payment, once everything is locked that could take it up meanwhile."""
    payment = ScheduledPayment.objects.filter(pk=payment_id).first()
    debt = owed(payment) if payment is not None else None
    if debt is None or debt.recovered >= debt.amount:
        raise Refused("Nothing of this payment is owed any more.", "nothing")
    return debt


def _goes_on(payment: ScheduledPayment) -> bool:
    """Whether a later period of the same calendar has lines to pay, and none was finalised before this one."""
    later = ScheduledPayment.objects.filter(contract=payment.contract_id, first__gt=payment.first)
    if later.filter(finalised_at__isnull=False).exists():
        return False
    lines = CarePackageLine.objects.filter(Q(end=None) | Q(end__gt=payment.last), contract=payment.contract_id)
    after = payment.last + DAY
    method = PaymentMethod.objects.filter(contract=payment.contract_id, start__lte=after).order_by("-start").first()
    return method is not None and method.calendar == payment.calendar and lines.exists()


def _is_finalised(debt: Debt, first: date) -> bool:
    rows = ScheduledPayment.objects.filter(contract=debt.contract_id, first=first, finalised_at__isnull=False)
    return bool(rows.exists())


def _check(debt: Debt, instalments: Sequence[tuple[date, Decimal]], left: Decimal) -> None:
    days = [first for first, _ in instalments]
    allowed = {each.first for each in periods_to_come(debt.payment)}
    if len(set(days)) != len(days) or not allowed.issuperset(days):
        raise Invalid({"count": "Choose periods that are still to be paid, each once"})
    if any(amount <= 0 for _, amount in instalments):
        raise Invalid({"count": "Each instalment must be above zero"})
    if instalments and (given := sum((amount for _, amount in instalments), ZERO)) != left:
        raise Invalid({"count": f"The instalments come to £{given:,.2f}, and £{left:,.2f} is owed"})


def _with_vat(instalments: Sequence[tuple[date, Decimal]], whole: Decimal, vat: Decimal) -> list[Instalment]:
    """The instalments with their shares of the VAT, which add up to it; the last one takes the odd pennies."""
    found: list[Instalment] = []
    rest = vat
    for place, (first, amount) in enumerate(sorted(instalments)):
        share = rest if place == len(instalments) - 1 else pounds(Fraction(vat) * Fraction(amount) / Fraction(whole))
        found.append(Instalment(first, amount, share))
        rest -= share
    return found
