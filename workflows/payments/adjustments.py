"""What finalised periods have to be put right by: what a line is worth now, less what was finalised. Pure.

Finalised never changes. So for each line and finalised period there is the entitlement that was last settled, by the
period itself or by an adjustment since. `adjustment` compares it with what is worth now; once that is finalised in a
later period, its `now` is what was settled, and the next adjustment is nothing. Adjustments that somebody makes by
hand are another kind and take no part in this.

The difference is told by cause. Days that are no longer paid count under the cause that stops them, days that are paid
again under the cause that had stopped them; days paid before and after under what moved their price.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from workflows.council.payments import PaymentRules

from .entitlement import DAY, Entitlement, Part, joined, nothing, rules_on
from .facts import WEEK, Cause
from .money import ZERO, Money, pounds, total

Moved = tuple[Cause, Fraction, Fraction]  # by what, a week without VAT, VAT a week


@dataclass(frozen=True, slots=True)
class Item:
    """What one cause comes to, and from which to which day it moved anything."""

    cause: Cause
    first: date
    last: date
    money: Money


@dataclass(frozen=True, slots=True)
class Adjustment:
    """By what a finalised period has to be put right for one line; `now` is settled once this is finalised."""

    before: Entitlement
    now: Entitlement
    items: tuple[Item, ...]

    @property
    def money(self) -> Money:
        """The whole difference: the sum of its items."""
        return total(each.money for each in self.items)

    def __bool__(self) -> bool:
        """Whether there is anything to put right; causes that cancel each other out are told too."""
        return bool(self.items)


def adjustment(worth: Entitlement, settled: Entitlement | None, rules: Sequence[PaymentRules]) -> Adjustment:
    """By what a finalised range has to be put right.

    `worth` is the entitlement by what is known now, `settled` the one that was last finalised for the same line and
    the same days (None: the line was not in that period). ValueError when they are not about the same.
    """
    before = settled or nothing(worth.line_id, worth.first, worth.last)
    if (worth.line_id, worth.first, worth.last) != (before.line_id, before.first, before.last):
        raise ValueError("An adjustment compares one line in one range of days")
    if worth.parts == before.parts:  # nearly always: nothing came to be known
        return Adjustment(before, before, ())
    now = _kept(worth, before, rules)
    return Adjustment(before, now, _items(before, now))


def _kept(worth: Entitlement, before: Entitlement, rules: Sequence[PaymentRules]) -> Entitlement:
    """What is worth now, but days that were paid stay so while they wait for what takes nothing back.

    An unanswered document holds what is still to be paid; whether a notice takes back is the profile's.
    """
    parts = (_kept_part(old, new, rules) for old, new in _together(before, worth))
    return Entitlement(worth.line_id, joined(parts))


def _kept_part(old: Part, new: Part, rules: Sequence[PaymentRules]) -> Part:
    if not old.paid or new.wait is None:
        return new
    notice = new.cause is Cause.HOLD and not rules_on(rules, new.wait.span.start).notice_recovers
    return old if notice or new.cause is Cause.DOCUMENT else new


def _together(one: Entitlement, other: Entitlement) -> Iterator[tuple[Part, Part]]:
    """The parts of two entitlements of the same days, cut so that each pair has the same days."""
    starts = sorted({part.first for part in (*one.parts, *other.parts)})
    ends = [*(day - DAY for day in starts[1:]), one.last]
    for first, last in zip(starts, ends, strict=True):
        yield _cut(one, first, last), _cut(other, first, last)


def _cut(whole: Entitlement, first: date, last: date) -> Part:
    part = next(part for part in whole.parts if part.first <= first <= part.last)
    return replace(part, first=first, last=last)


def _items(before: Entitlement, now: Entitlement) -> tuple[Item, ...]:
    """The difference of two entitlements in whole pennies, by cause, the causes in their order."""
    excl: dict[Cause, Fraction] = defaultdict(Fraction)
    vat: dict[Cause, Fraction] = defaultdict(Fraction)
    days: dict[Cause, tuple[date, date]] = {}
    for old, new in _together(before, now):
        for cause, weekly, weekly_vat in _moved(old, new):
            excl[cause] += weekly * old.days / WEEK
            vat[cause] += weekly_vat * old.days / WEEK
            if weekly or weekly_vat:
                days[cause] = (days.get(cause, (old.first,))[0], old.last)
    change = now.money - before.money
    amounts, taxes = shares(change.excl, excl), shares(change.vat, vat)
    money = {cause: Money(amounts.get(cause, ZERO), taxes.get(cause, ZERO)) for cause in Cause}
    return tuple(
        Item(cause, *days.get(cause, (now.first, now.last)), amount) for cause, amount in money.items() if amount
    )


def _moved(old: Part, new: Part) -> Iterator[Moved]:
    """What moved the worth of a week from one part to the other, by cause."""
    if old.paid and new.paid:
        yield from _repriced(old, new)
    elif old.paid and new.cause is not None:
        yield new.cause, -old.weekly, -_vat(old.weekly, old)
    elif new.paid and old.cause is not None:
        yield old.cause, new.weekly, _vat(new.weekly, new)


def _repriced(old: Part, new: Part) -> Iterator[Moved]:
    """By quantity, then by rate, then by contribution, then by VAT: they add up to the whole difference."""
    was, now = Fraction(old.unit_cost or 0), Fraction(new.unit_cost or 0)
    taken_off = Fraction(old.taken_off - new.taken_off)
    quantity, rate = (new.quantity - old.quantity) * was, new.quantity * (now - was)
    if _has_cost(old) or _has_cost(new):  # the actuals say themselves what they come to
        quantity, rate = (new.weekly + Fraction(new.taken_off)) - (old.weekly + Fraction(old.taken_off)), Fraction(0)
    moved = {
        _cause_of_quantity(old, new): quantity,
        Cause.RATE: rate,
        Cause.CONTRIBUTION if old.net == new.net else Cause.BASIS: taken_off,
    }
    yield from ((cause, weekly, _vat(weekly, old)) for cause, weekly in moved.items())
    yield Cause.VAT, Fraction(0), _vat(new.weekly, new) - _vat(new.weekly, old)


def _has_cost(part: Part) -> bool:
    return part.actual is not None and part.actual.cost is not None


def _cause_of_quantity(old: Part, new: Part) -> Cause:
    rows = [part.actual for part in (old, new) if part.actual]
    if any(row.disputed for row in rows):
        return Cause.DISPUTE
    return Cause.ACTUALS if rows else Cause.QUANTITY


def _vat(amount: Fraction, part: Part) -> Fraction:
    return amount * Fraction(part.vat) / 100


def shares(whole: Decimal, exact: Mapping[Cause, Fraction]) -> dict[Cause, Decimal]:
    """Share out an amount in whole pennies to the causes behind it, so that they add up to it.

    Each cause is rounded by itself; the pennies that are left over go to the largest of them (of equals to the first),
    or to "rounding" when nothing but the place of a rounding moved.
    """
    causes = {cause: amount for cause in Cause if (amount := exact.get(cause, Fraction(0)))}
    found = {cause: pounds(amount) for cause, amount in causes.items()}
    largest = max(causes, key=lambda cause: abs(causes[cause]), default=Cause.ROUNDING)
    rest = whole - sum(found.values(), ZERO)
    return found | {largest: found.get(largest, ZERO) + rest}


def difference(before: Entitlement, now: Entitlement) -> tuple[Item, ...]:
    """By cause, what moved between two entitlements of one line and the same days: what waits counts as not paid."""
    return () if before.parts == now.parts else _items(before, now)
