"""What has moved in an invoice since it was created, or asked about: by client, by what, and who recorded it.

bedford-actuals-guide: "Changes made to actuals will be reflected in 'Unsubmitted' and 'Pending' Invoices". The lines of
the payment are held against what they were worth then, by the same rule that tells adjustments.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from workflows.actuals.models import LineWeek
from workflows.payments import adjustments, why
from workflows.payments.facts import Cause
from workflows.payments.models import PaymentLine
from workflows.payments.snapshot import read
from workflows.register.models import CarePackageLine

from .acting import counted
from .models import Invoice

ZERO = Decimal("0.00")
WEEK = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Saved:
    """Who recorded a week last, and when."""

    week: date
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Moved:
    """What one line was worth then and is worth now, and why it moved."""

    line: CarePackageLine
    before: Decimal
    after: Decimal
    because: tuple[str, ...]
    saved: tuple[Saved, ...]  # the weeks of actuals that moved it

    @property
    def by(self) -> Decimal:
        """More, or less."""
        return self.after - self.before


def taken(payment_id: int) -> dict[str, Any]:
    """What the lines of a payment are worth now, to be held against what they come to later."""
    found: dict[str, Any] = {}
    for row in counted(payment_id).order_by("pk"):
        kept = found.setdefault(str(row.line_id), {"total": "0.00"})
        kept["total"] = str(Decimal(kept["total"]) + row.total)
        if row.kind == PaymentLine.Kind.SCHEDULED:
            kept["worth"] = row.worth
    return found


def since(invoice: Invoice) -> list[Moved]:
    """What has moved since the invoice was last shown, by client; nothing before it was created."""
    if invoice.shown_at is None:
        return []
    now = taken(invoice.payment_id)
    before: Mapping[str, Any] = invoice.shown
    ids = {int(key) for key in (*now, *before) if now.get(key) != before.get(key)}
    if not ids:
        return []
    rows = CarePackageLine.objects.filter(pk__in=ids).select_related("client")
    saved = _saved(ids, invoice)
    found = [
        _moved(line, before.get(str(line.pk), {}), now.get(str(line.pk), {}), saved.get(line.pk, ()))
        for line in rows.order_by("client__surname", "client__forename", "pk")
    ]
    return [each for each in found if each.by]


def _moved(line: CarePackageLine, before: Mapping[str, Any], now: Mapping[str, Any], saved: Sequence[Saved]) -> Moved:
    items = _items(before.get("worth"), now.get("worth"))
    weeks = {each.week for each in saved}
    own = {week for week in weeks for item in items if item.cause in _BY_ACTUALS and _shares(item, week)}
    return Moved(
        line,
        Decimal(before.get("total", "0")),
        Decimal(now.get("total", "0")),
        tuple(why.Moved(each).words for each in items) or _other(before, now),
        tuple(each for each in saved if each.week in own),
    )


_BY_ACTUALS = {Cause.ACTUALS, Cause.DISPUTE, Cause.QUANTITY}


def _shares(item: adjustments.Item, week: date) -> bool:
    return item.first <= week + WEEK and item.last >= week


def _items(before: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> Sequence[adjustments.Item]:
    if before is None or now is None:
        return ()
    return adjustments.difference(read(before), read(now))


def _other(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    """Why, where the period itself is worth what it was: the line is new or gone, or an amount beside it."""
    if not before:
        return ("It was not in this invoice before",)
    return ("It is not in this invoice any more",) if not now else ("What is put right with this invoice changed",)


def _saved(ids: Iterable[int], invoice: Invoice) -> dict[int, list[Saved]]:
    """Who has recorded weeks of these lines since then."""
    payment = invoice.payment
    rows = LineWeek.objects.filter(
        line__in=ids, week__gte=payment.first - WEEK, week__lte=payment.last, saved_at__gt=invoice.shown_at
    )
    found: dict[int, list[Saved]] = {}
    for each in rows.select_related("saved_by").order_by("week"):
        if each.saved_by is not None and each.saved_at is not None:
            found.setdefault(each.line_id, []).append(Saved(each.week, each.saved_by.name, each.saved_at))
    return found
