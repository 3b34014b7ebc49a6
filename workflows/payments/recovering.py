"""What a provider owes after a period below zero: carried on, or to be recovered, at once or by agreed instalments.

A later period takes up what an earlier one left (carrying.py). With no later period it is a debt, and Payments is told.
An agreed plan makes a debt of it too, and takes it out of later periods in parts that add up to it exactly (Liverpool,
"Query - Pay Instalment Request": domain.md §5). What is agreed is a chapter of the payment's own story.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.db.models import F, Q

from workflows.engine import door
from workflows.engine.duties import require_desk
from workflows.engine.errors import Invalid, Refused
from workflows.engine.models import Case
from workflows.engine.typed import faults_of_text
from workflows.parties.actor import Actor
from workflows.register.models import CarePackageLine

from . import notices
from .acting import mark_changed, period_for, profile
from .calendar import DAY, Period, number_on
from .models import Debt, PaymentMethod, ScheduledPayment
from .money import pounds

ZERO = Decimal("0.00")
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
    on, or, where no later period can take it up, is to be recovered."""
    for debt in Debt.objects.filter(contract=payment.contract_id, recovered__lt=F("amount")):
        taken = sum((each.amount for each in plan_of(debt) if each.first == payment.first), ZERO)
        if taken:
            Debt.objects.filter(pk=debt.pk).update(recovered=F("recovered") + taken)
    if payment.carried_out < 0 and not _goes_on(payment):
        Debt.objects.create(payment=payment, contract_id=payment.contract_id, amount=-payment.carried_out)
        turn.facts["to_recover"] = -payment.carried_out
        turn.notify(notices.OWED, turn.desk("payments"))


def agree(
    *, actor: Actor, payment_id: int, instalments: Sequence[tuple[date, Decimal]], text: str, key: str
) -> door.Outcome:
    """Agree in which parts the periods to come take back what a payment left below zero; none: not by them.

    Raises Invalid where the parts do not add up to what is owed, or name a period that cannot take any back.
    """
    require_desk(actor, None, "payments")
    if faults := faults_of_text(text, "Say what was agreed, and with whom"):
        raise Invalid(faults)

    def act(turn: door.Turn) -> None:
        debt = _owed(payment_id)
        left = debt.amount - debt.recovered
        kept = [each for each in plan_of(debt) if _is_finalised(debt, each.first)]
        _check(debt, [*instalments], left)
        vat = -debt.payment.carried_out_vat - sum((each.vat for each in kept), ZERO)
        new = _with_vat(instalments, left, vat)
        debt.instalments = [[each.first.isoformat(), str(each.amount), str(each.vat)] for each in (*kept, *new)]
        debt.save()
        mark_changed([debt.contract_id])
        turn.event.write_down("reason", text.strip())
        turn.facts["instalments"] = [[first, amount] for first, amount in instalments]

    body = {"verb": "agree_instalments", "text": text, "plan": [[str(day), str(amount)] for day, amount in instalments]}
    return door.on_case(actor=actor, verb="agree_instalments", case_id=payment_id, key=key, act=act, body=body)


def recovered(*, actor: Actor, payment_id: int, amount: Decimal, text: str, key: str) -> door.Outcome:
    """Record what was recovered in another way, such as by an invoice; Refused while instalments are agreed."""
    require_desk(actor, None, "payments")
    faults = dict(faults_of_text(text, "Say how it was recovered"))
    if amount <= 0:
        faults["amount"] = "Enter an amount above zero"
    if faults:
        raise Invalid(faults)

    def act(turn: door.Turn) -> None:
        debt = _owed(payment_id)
        if any(not _is_finalised(debt, each.first) for each in plan_of(debt)):
            raise Refused("Instalments are agreed. Agree on none first, then record what was recovered.", "planned")
        if amount > debt.amount - debt.recovered:
            raise Invalid({"amount": f"Only £{debt.amount - debt.recovered:,.2f} is still owed"})
        debt.recovered += amount
        debt.save()
        mark_changed([debt.contract_id])
        turn.event.write_down("reason", text.strip())
        turn.facts["amount"] = amount

    body = {"verb": "recover", "text": text, "amount": str(amount)}
    return door.on_case(actor=actor, verb="recover", case_id=payment_id, key=key, act=act, body=body)


def owed(payment: ScheduledPayment) -> Debt | None:
    """What a finalised payment left below zero: its debt, or (not saved) what it carries to a period that has not been
    finalised yet; None when nothing is owed, or a later period has taken it up."""
    if payment.finalised_at is None or payment.carried_out >= 0:
        return None
    found = Debt.objects.filter(pk=payment.pk).select_related("payment").first()
    if found is not None:
        return found
    later = ScheduledPayment.objects.filter(contract=payment.contract_id, first__gt=payment.first)
    if later.filter(finalised_at__isnull=False).exists():
        return None
    return Debt(payment=payment, contract_id=payment.contract_id, amount=-payment.carried_out)


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
    """What is owed of a payment, whose case is locked, with the payments locked that could take it up meanwhile."""
    payment = ScheduledPayment.objects.filter(pk=payment_id).first()
    later = Case.objects.filter(scheduled_payment__contract=payment.contract_id if payment else None)
    open_ = later.filter(scheduled_payment__finalised_at=None)
    list(open_.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))
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
