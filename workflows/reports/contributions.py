"""Clients' contributions by client and period, for whoever assesses and collects them (domain.md §4.1).

For the council alone. A row is one amount a week of one line, on the days of it that were asked for and on which the
line is there; what it comes to is rounded once. `net`: by the contract's payment method on the last of these days the
provider collects it, and it is taken off what is paid; else it is the council's to collect.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import (
    BooleanField,
    Count,
    DateField,
    DecimalField,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Greatest, Least, Round

from workflows.council.profile import current
from workflows.payments.models import PaymentMethod
from workflows.register.models import Contribution

from . import asking

NAME = "contributions"
ZERO = Decimal("0.00")
MONEY: "DecimalField[Any, Any]" = DecimalField(max_digits=14, decimal_places=2)
ORDER = ("line__client__surname", "line__client__forename", "line_id", "start", "id")
COLUMNS: Mapping[str, Any] = {
    "client_id": F("line__client_id"),
    "surname": F("line__client__surname"),
    "forename": F("line__client__forename"),
    "ss_ref": F("line__client__ss_ref"),
    "reference": F("line__reference"),
    "service": F("line__service__name"),
    "service_level": F("line__service_level__name"),
    "contract": F("line__contract__reference"),
    "provider": F("line__service__organisation__name"),
}
PLAIN = ("id", "line_id", "amount", "from_day", "to_day", "days", "comes_to", "net")


@dataclass(frozen=True, slots=True)
class Asked(asking.Parameters):
    """Whose, and on which days."""

    organisation_id: int | None
    client_id: int | None
    first: date
    last: date
    DAYS: ClassVar[frozenset[str]] = frozenset({"first", "last"})


@dataclass(frozen=True, slots=True)
class Row:
    """One amount a week, on some days."""

    id: int
    line_id: int
    amount: Decimal
    from_day: date
    to_day: date
    days: int
    comes_to: Decimal
    net: bool | None
    client_id: int
    surname: str
    forename: str
    ss_ref: str
    reference: str
    service: str
    service_level: str
    contract: str
    provider: str

    @property
    def client(self) -> str:
        """The client's name as lists write it."""
        return f"{self.surname}, {self.forename}"

    @property
    def collected(self) -> str:
        """Who collects it."""
        if self.net is None:
            return "No payment method yet"
        return "The provider" if self.net else "The council"


@dataclass(frozen=True, slots=True)
class Total:
    """The sums of all rows."""

    rows: int
    comes_to: Decimal
    taken_off: Decimal  # of it, what providers collect


def name() -> str | None:
    """What the council calls it; None: it has no such report."""
    return current().reports.contributions if asking.pays() else None


def rows(asked: Asked) -> QuerySet[Contribution, dict[str, Any]]:
    """The amounts as plain rows, to be ordered by ORDER."""
    found: Any = _found(asked).values(*PLAIN, **COLUMNS)
    return found  # type: ignore[no-any-return]


def total(asked: Asked) -> Total:
    """Their sums, in one query."""
    sums = (
        _found(asked)
        .order_by()
        .aggregate(rows=Count("pk"), together=Sum("comes_to"), taken_off=Sum("comes_to", filter=Q(net=True)))
    )
    return Total(sums["rows"], sums["together"] or ZERO, sums["taken_off"] or ZERO)


def _found(asked: Asked) -> QuerySet[Contribution]:
    found = Contribution.objects.filter(line__client__erased_at=None, start__lte=asked.last)
    if asked.organisation_id is not None:
        found = found.filter(line__service__organisation=asked.organisation_id)
    if asked.client_id is not None:
        found = found.filter(line__client=asked.client_id)
    day: DateField[Any, Any] = DateField()
    method = PaymentMethod.objects.filter(contract=OuterRef("line__contract"), start__lte=OuterRef("to_day"))
    return (
        found.annotate(
            from_day=Greatest(F("start"), F("line__start"), Value(asked.first, day), output_field=day),
            to_day=Least(F("end"), F("line__end"), Value(asked.last, day), output_field=day),
        )
        .filter(to_day__gte=F("from_day"))
        .annotate(days=Days(F("to_day"), F("from_day")))
        .annotate(
            comes_to=Round(F("amount") * F("days") / Value(Decimal(7)), 2, output_field=MONEY),
            net=Subquery(method.order_by("-start").values("net")[:1], output_field=BooleanField()),
        )
    )


class Days(Func):
    """How many days there are from the second to the first, both included."""

    template = "(%(expressions)s + 1)"
    arg_joiner = " - "
    output_field = IntegerField()
