"""Pending Scheduled Payments: what is due to providers and not finalised yet (suffolk-user-guide §5, steps 1 to 8).

"These payments are not finalised until SCC carries out the finalisation process": everything in it may still change.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import Count, DecimalField, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from workflows.council.profile import current
from workflows.parties.actor import Actor
from workflows.payments.models import Confirmation, PaymentLine, ScheduledPayment

from . import asking, paid_lines

NAME = "pending_scheduled_payments"
MONEY: "DecimalField[Any, Any]" = DecimalField(max_digits=14, decimal_places=2)
ZERO = Decimal("0.00")
#: What can be asked for besides what the provider says of a payment.
WAITING, COMPLETE = "waiting", "complete"
STATUSES = {WAITING: "Current, something waits", COMPLETE: "Current, nothing waits"}


@dataclass(frozen=True, slots=True)
class Asked(asking.Parameters):
    """The guide's parameters; `organisation_id` is asked of the council alone. Periods with a day between the two."""

    organisation_id: int | None
    status: str
    first: date
    last: date
    DAYS: ClassVar[frozenset[str]] = frozenset({"first", "last"})


@dataclass(frozen=True, slots=True)
class Total:
    """What all of it comes to. `carried` is what earlier periods below zero take off; for who sees all services."""

    rows: int
    payments: int
    excl: Decimal
    vat: Decimal
    not_paid: Decimal
    carried: Decimal | None

    @property
    def total(self) -> Decimal:
        """With VAT."""
        return self.excl + self.vat


def name() -> str | None:
    """What the council calls it; None: it has no such report."""
    return current().reports.pending_scheduled_payments if asking.pays() else None


def statuses() -> dict[str, str]:
    """What can be chosen: where providers answer payments, what they said; and whether something waits."""
    payments = current().payments
    answered = payments is not None and payments.review == "confirm"
    return ({key: str(label) for key, label in Confirmation.choices} if answered else {}) | STATUSES


def rows(actor: Actor, asked: Asked) -> QuerySet[PaymentLine, dict[str, Any]]:
    """The lines of the payments, to be ordered by paid_lines.ORDER."""
    return paid_lines.as_rows(_found(actor, asked))


def total(actor: Actor, asked: Asked) -> Total:
    """Their sums, in two queries."""
    found = _found(actor, asked).aggregate(
        rows=Count("pk"), payments=Count("payment", distinct=True), excl=_sum("excl"), vat=_sum("vat"),
        not_paid=_sum("not_paid"),
    )  # fmt: skip
    carried = _pending(actor, asked).aggregate(carried=_sum("carried_in"))["carried"]
    return Total(**found, carried=carried if asking.sees_all(actor) else None)


def _found(actor: Actor, asked: Asked) -> QuerySet[PaymentLine]:
    return asking.lines(actor, asked.organisation_id).filter(payment__in=_pending(actor, asked))


def _pending(actor: Actor, asked: Asked) -> QuerySet[ScheduledPayment]:
    found = asking.payments(actor, asked.organisation_id)
    if actor.is_provider:
        found = found.filter(invoiced=False)  # a provider meets what it is paid by invoices among its invoices
    found = found.filter(finalised_at=None, first__lte=asked.last, last__gte=asked.first)
    if not asked.status:
        return found
    waiting = PaymentLine.objects.filter(waiting=True).values("payment")
    narrowed = {
        WAITING: lambda: found.filter(pk__in=waiting),
        COMPLETE: lambda: found.exclude(pk__in=waiting),
    }
    return narrowed.get(asked.status, lambda: found.filter(confirmation=asked.status))()


def _sum(column: str) -> Coalesce:
    return Coalesce(Sum(column), Value(ZERO), output_field=MONEY)
