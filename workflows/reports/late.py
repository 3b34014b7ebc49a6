"""Late payments: what was paid after its day, or after the 30 days of the Act, and what statutory interest might cost.

For the council alone. The agreed day is the pay day of the payment's calendar, the supply is performed on the last day
of its period, and the council knows the amount itself: it works it out (interest.py has the law). Where it waits for an
invoice, no day is agreed, and the invoice is the notice of the amount. A payment counts as it was finalised, with what
it puts right of earlier periods.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import Case, DateField, ExpressionWrapper, F, QuerySet, Value, When
from django.db.models.functions import Coalesce, Greatest, Least, TruncDate

from workflows.council.bank_rate import BankRates, bank_rates
from workflows.council.profile import current
from workflows.engine import moment
from workflows.engine.calendar import LONDON
from workflows.parties.actor import Actor
from workflows.payments.models import ScheduledPayment

from . import asking
from .interest import PERIOD, Debt, Exposure, exposure, last_of_30_days

NAME = "late_payments"
ZERO = Decimal("0.00")
#: What was to be paid first comes first.
ORDER = ("pay_on", "case_id")
COLUMNS: Mapping[str, Any] = {
    "payment": F("case__reference"),
    "provider": F("contract__organisation__name"),
    "contract_name": F("contract__reference"),
}
PLAIN = ("case_id", "first", "last", "pay_on", "claimed_on", "invoiced", "payable", "paid_on", "transfer_name")


@dataclass(frozen=True, slots=True)
class Asked(asking.Parameters):
    """Payments whose pay day lies between two days; `on_time`: those in time too."""

    organisation_id: int | None
    first: date
    last: date
    on_time: bool = False
    DAYS: ClassVar[frozenset[str]] = frozenset({"first", "last"})


@dataclass(frozen=True, slots=True)
class Row:
    """One payment. Without `paid_on` it is not paid yet, and is reckoned until today."""

    case_id: int
    payment: str
    provider: str
    contract: str
    first: date
    last: date
    due: date  # the pay day; for an invoice the last of the 30 days
    thirty: date  # the last of the 30 days
    paid_on: date | None
    transfer: str
    amount: Decimal
    days: int  # after its day
    exposure: Exposure

    @property
    def late(self) -> bool:
        """Whether it was paid after its day, or interest runs."""
        return bool(self.days or self.exposure.days)


@dataclass(slots=True)
class Total:
    """The sums of all rows."""

    rows: int = 0
    late: int = 0
    unpaid: int = 0
    amount: Decimal = ZERO
    interest: Decimal = ZERO
    fixed: Decimal = ZERO

    def add(self, row: Row) -> None:
        """One more."""
        self.rows += 1
        self.late += row.late
        self.unpaid += row.paid_on is None
        self.amount += row.amount
        self.interest += row.exposure.interest
        self.fixed += row.exposure.fixed


def name() -> str | None:
    """What the council calls it; None: it has no such report."""
    return current().reports.late_payments if asking.pays() else None


def found(actor: Actor, asked: Asked) -> QuerySet[ScheduledPayment, dict[str, Any]]:
    """The payments as plain rows, to be ordered by ORDER."""
    rows = asking.payments(actor, asked.organisation_id)
    rows = rows.filter(finalised_at__isnull=False, payable__gt=0, pay_on__range=(asked.first, asked.last))
    paid = Coalesce(F("transfer__paid_on"), TruncDate("paid_at", tzinfo=LONDON), output_field=DateField())
    claimed = TruncDate("frozen_at", tzinfo=LONDON)
    rows = rows.annotate(paid_on=paid, transfer_name=F("paid_reference"), claimed_on=claimed)
    if not asked.on_time:
        performed = Greatest(F("last"), F("claimed_on"), output_field=DateField())
        thirty = ExpressionWrapper(performed + Value(timedelta(days=PERIOD - 1)), output_field=DateField())
        agreed = Least(F("pay_on"), thirty, output_field=DateField())
        limit = Case(When(invoiced=True, then=thirty), default=agreed, output_field=DateField())
        rows = rows.alias(until=Coalesce(F("paid_on"), Value(moment.today()), output_field=DateField()))
        rows = rows.alias(limit=limit).filter(until__gt=F("limit"))
    found_: Any = rows.values(*PLAIN, **COLUMNS)
    return found_  # type: ignore[no-any-return]


def rows_of(found_: Iterable[Mapping[str, Any]]) -> Iterator[Row]:
    """Plain rows with what each may cost."""
    rates, today = bank_rates(), moment.today()
    for each in found_:
        yield _row(each, rates, today)


def every(actor: Actor, asked: Asked) -> Iterator[Row]:
    """All of them, read from the database as they are taken."""
    return rows_of(found(actor, asked).order_by(*ORDER).iterator(chunk_size=asking.BATCH))


def count(actor: Actor, asked: Asked) -> int:
    """How many there are."""
    return found(actor, asked).count()


def total(actor: Actor, asked: Asked) -> Total:
    """Their sums, in one query that is read through."""
    made = Total()
    for row in every(actor, asked):
        made.add(row)
    return made


def known_until() -> date:
    """The last day of which Bank Rate is known here."""
    return bank_rates().known_until


def _row(said: Mapping[str, Any], rates: BankRates, today: date) -> Row:
    until = said["paid_on"] or today
    thirty = last_of_30_days(said["last"], said["claimed_on"])
    due = thirty if said["invoiced"] else said["pay_on"]
    agreed = None if said["invoiced"] else said["pay_on"]
    debt = Debt(said["payable"], performed=said["last"], agreed=agreed, notice=said["claimed_on"])
    return Row(
        case_id=said["case_id"],
        payment=said["payment"],
        provider=said["provider"],
        contract=said["contract_name"],
        first=said["first"],
        last=said["last"],
        due=due,
        thirty=thirty,
        paid_on=said["paid_on"],
        transfer=said["transfer_name"],
        amount=said["payable"],
        days=max((until - due).days, 0),
        exposure=exposure(debt, until, rates.on),
    )
