"""Pending Payments Exceptions: the adjustments that are due in the next payment run, with what each is because of.

suffolk-user-guide §5 "Pending Payments Exception" (organisation, view, "nothing to display"); bedford-actuals-guide
"Reports": "Displays detail on adjustments due in the next payment run." So are credit notes and claims. Adjustments
that nobody has approved yet, and lines that are held out, are due in none.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from workflows.council.profile import current
from workflows.parties.actor import Actor
from workflows.payments.models import PaymentLine

from . import asking, paid_lines

NAME = "pending_payments_exceptions"
MONEY: "DecimalField[Any, Any]" = DecimalField(max_digits=14, decimal_places=2)


@dataclass(frozen=True, slots=True)
class Asked(asking.Parameters):
    """The guide's one parameter; None: all that the person may read."""

    organisation_id: int | None


@dataclass(frozen=True, slots=True)
class Total:
    """What all adjustments come to."""

    rows: int
    taken_back: Decimal  # zero or below
    paid: Decimal
    excl: Decimal
    vat: Decimal

    @property
    def total(self) -> Decimal:
        """Both together."""
        return self.excl + self.vat


def name() -> str | None:
    """What the council calls it; None: it has no such report."""
    return current().reports.pending_payments_exceptions if asking.pays() else None


def rows(actor: Actor, asked: Asked) -> QuerySet[PaymentLine, dict[str, Any]]:
    """The adjustments, to be ordered by paid_lines.ORDER."""
    return paid_lines.as_rows(_found(actor, asked))


def total(actor: Actor, asked: Asked) -> Total:
    """Their sums, in one query."""
    return Total(**_found(actor, asked).aggregate(
        rows=Count("pk"), taken_back=_sum("total", Q(total__lt=0)), paid=_sum("total", Q(total__gt=0)),
        excl=_sum("excl"), vat=_sum("vat"),
    ))  # fmt: skip


def _found(actor: Actor, asked: Asked) -> QuerySet[PaymentLine]:
    due = asking.lines(actor, asked.organisation_id).filter(payment__finalised_at=None)
    return due.exclude(kind=PaymentLine.Kind.SCHEDULED)


def _sum(column: str, narrowed: Q | None = None) -> Coalesce:
    return Coalesce(Sum(column, filter=narrowed), Value(Decimal("0.00")), output_field=MONEY)
