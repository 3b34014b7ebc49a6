"""What of open payments waits for somebody: kept beside each payment, a few rows by cause, when it is worked out.

Worked out with the payment's lines and in their transaction (generating.fill), so that a page of a hundred thousand
lines adds up a few thousand rows. Whose turn it is stands in the case that a row is `about`, and is read there, never
copied. What is decided (ended, away, not due) waits for nobody and is not among them.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from workflows.actuals.models import ActualWeek
from workflows.actuals.rules import monday_of
from workflows.engine.models import Case
from workflows.register.models import CarePackageLine

from .entitlement import Entitlement, Part
from .facts import Cause, Wait
from .models import PaymentStop, PaymentWait
from .money import with_vat

ZERO = Decimal("0.00")
#: Causes for which somebody still has to do something (why.WAITS_FOR).
CAUSES = frozenset({Cause.NO_PRICE, Cause.NO_METHOD, Cause.HOLD, Cause.DOCUMENT, Cause.DISPUTE, Cause.ACTUALS})


@dataclass(frozen=True, slots=True)
class Waiting:
    """Days, or units of days, that wait: for what, what they come to with VAT, and the case that is about it."""

    cause: Cause
    what: str
    worth: Decimal
    first: date
    since: date | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class _Key:
    """What makes waits of a payment one row. `place`: of actuals of which nothing is known yet, the week's."""

    payment: int
    cause: Cause
    what: str
    reference: str
    place: tuple[int, str, date] | None
    earlier: bool


@dataclass(slots=True)
class _Sum:
    lines: int = 0
    worth: Decimal = ZERO
    since: date | None = None


@dataclass
class Waits:
    """Collects what waits of the payments that are worked out together."""

    found: dict[_Key, _Sum] = field(default_factory=dict)

    def add(self, payment: int, line: CarePackageLine, worth: Entitlement, *, earlier: bool) -> None:
        """Take what waits of one line; `earlier`: of a period that is settled already."""
        new: set[_Key] = set()
        for each in waiting(worth):
            key = _key(payment, line, each, earlier=earlier)
            sums = self.found.setdefault(key, _Sum())
            sums.lines += key not in new
            sums.worth += each.worth
            sums.since = min(filter(None, (sums.since, each.since)), default=None)
            new.add(key)

    def keep(self, payments: Collection[int]) -> None:
        """Write the rows of these payments, whose rows are locked; what they had before goes."""
        PaymentWait.objects.filter(payment__in=payments).delete()
        cases, weeks = self._cases(), self._weeks()
        rows: dict[tuple[object, ...], PaymentWait] = {}
        for key, sums in self.found.items():
            about = cases.get(key.reference) or (weeks.get(key.place) if key.place else None)
            same = (key.payment, key.cause, key.what, about, key.earlier)
            row = rows.get(same)
            if row is None:
                rows[same] = PaymentWait(
                    payment_id=key.payment, cause=key.cause, what=key.what, about_id=about, earlier=key.earlier,
                    lines=sums.lines, worth=sums.worth, since=sums.since,
                )  # fmt: skip
                continue
            row.lines += sums.lines
            row.worth += sums.worth
            row.since = min(filter(None, (row.since, sums.since)), default=None)
        PaymentWait.objects.bulk_create(rows.values(), batch_size=5_000)

    def _cases(self) -> Mapping[str, int]:
        """The cases by their references; instead of a notice, the stop that payments has to check."""
        references = {key.reference for key in self.found if key.reference}
        known = dict(Case.objects.filter(reference__in=references).values_list("reference", "pk"))
        stops = PaymentStop.objects.filter(notice__in=known.values()).values_list("notice__reference", "pk")
        return known | dict(stops)

    def _weeks(self) -> Mapping[tuple[int, str, date], int]:
        """The opened weeks of services and lots of which nothing was generated."""
        places = {key.place for key in self.found if key.place is not None}
        if not places:
            return {}
        rows = ActualWeek.objects.filter(
            service__in={service for service, _, _ in places}, week__in={week for _, _, week in places}
        )
        return {
            (service, lot, week): case for service, lot, week, case in rows.values_list("service", "lot", "week", "pk")
        }


def waiting(worth: Entitlement) -> Iterator[Waiting]:
    """What of an entitlement waits for somebody, in the order of its days: why.not_paid less what is decided, with
    VAT. Pure."""
    for part in worth.parts:
        if part.cause in CAUSES:
            yield _days(part, part.cause)
        elif part.paid and part.actual is not None and part.actual.disputed:
            yield _units(part)


def _days(part: Part, cause: Cause) -> Waiting:
    worth = with_vat(part.worth, part.vat).total if part.unit_cost is not None else ZERO
    return _told(part, Waiting(cause, "", worth, part.first), part.wait)


def _units(part: Part) -> Waiting:
    row, unit_cost = part.actual, part.unit_cost
    if row is None or unit_cost is None:
        raise ValueError("Only priced actuals have units in dispute")
    exact = Fraction(row.disputed) * Fraction(unit_cost) * part.days / row.days
    return _told(part, Waiting(Cause.DISPUTE, "", with_vat(exact, part.vat).total, part.first), row.wait)


def _told(part: Part, found: Waiting, wait: Wait | None) -> Waiting:
    if wait is None:
        return found
    return replace(found, what=wait.what, first=part.first, since=wait.since, reference=wait.reference)


def _key(payment: int, line: CarePackageLine, found: Waiting, *, earlier: bool) -> _Key:
    """Documents are one a line: they count by what they wait for. A week counts by its case, whatever stands in it."""
    about = "" if found.cause is Cause.DOCUMENT else found.reference
    what = found.what if found.cause in {Cause.DOCUMENT, Cause.HOLD} else ""
    unknown = found.cause is Cause.ACTUALS and not about
    place = (line.service_id, line.lot, monday_of(found.first)) if unknown else None
    return _Key(payment, found.cause, what, about, place, earlier)
