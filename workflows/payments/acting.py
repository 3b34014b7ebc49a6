"""What every verb of a scheduled payment asks and writes, whoever uses it."""

from collections.abc import Collection
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum

from workflows.council.payments import Payments
from workflows.council.profile import current
from workflows.engine import door
from workflows.engine.calendar import council_calendar
from workflows.engine.errors import NotFound, Refused

from .calendar import Period
from .calendar import period as period_of
from .models import PaymentMethod, Rejected, ScheduledPayment


def profile() -> Payments:
    """The council's module; NotFound where it has none: what is not there does not exist."""
    module = current().payments
    if module is None:
        raise NotFound
    return module


def mark_changed(contracts: Collection[int]) -> int:
    """Something that payments of these contracts are worked out from has changed; returns how many are concerned.

    Also what is marked already is marked again: who is working it out at this moment may have read what was before, and
    holds its row until it is done (generating.fill).
    """
    with transaction.atomic():
        return ScheduledPayment.objects.filter(pk__in=locked_open(contracts)).update(changed=True)


def locked_open(contracts: Collection[int]) -> list[int]:
    """Lock the rows of what is not finalised of these contracts, everybody in one order; returns their ids.

    A row is locked after its case, or without it.
    """
    rows = ScheduledPayment.objects.filter(contract__in=contracts, finalised_at=None)
    locked = rows.select_for_update(of=("self",), no_key=True).order_by("pk")
    return list(locked.values_list("pk", flat=True))


def open_payment(case_id: int) -> ScheduledPayment:
    """The payment, whose case is locked; Refused once it is finalised."""
    payment = ScheduledPayment.objects.select_related("contract").get(pk=case_id)
    if payment.finalised_at is not None:
        raise Refused("This payment is finalised. No further changes can be made to it.", "finalised")
    return payment


def movable_payment(case_id: int) -> ScheduledPayment:
    """The payment, whose case is locked; Refused once it is finalised, and while its invoice is with the council."""
    payment = open_payment(case_id)
    if payment.frozen_at is not None:
        raise Refused("Its invoice was submitted, so nothing of it changes. Query the invoice first.", "frozen")
    return payment


def tell_total(turn: door.Turn, before: Decimal) -> None:
    """Write down what the payment came to and comes to; a queue shows that, or what a rejection is about."""
    after = ScheduledPayment.objects.values_list("total", flat=True).get(pk=turn.case.pk)
    turn.facts["total"] = [before, after]
    at_stake = stakes(turn.case.pk)
    turn.case.amount = after if at_stake is None else at_stake


def stakes(case_id: int) -> Decimal | None:
    """The money that rejections of the payment are about which nobody has answered; None when there are none."""
    found: Decimal | None = Rejected.objects.filter(payment=case_id, answer="").aggregate(all=Sum("at_stake"))["all"]
    return found


def period_for(method: PaymentMethod, number: int) -> Period:
    """A period of a method's calendar, its dates moved off days on which the council is closed."""
    return period_of(profile().calendar(method.calendar), number, council_calendar().works_on)
