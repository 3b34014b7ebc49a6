"""What a purchase order comes to: what is commissioned of one line in one financial year. Pure.

A purchase order is a line in a financial year, as the handbook's remittance names it: "Kent, Karl (2750571) - 2018/2019
(ID 219165)" (norfolk-handbook §8). A year has the payment periods that begin in it (payments.calendar), so that what is
ordered is, to the penny, what those periods pay when all is delivered and nothing waits. Without a payment method it is
the year from 1 April on.

Ordered is what the line says: price, quantity and contribution, less days on which it is suspended, or that are decided
not to be paid. Whatever only waits, and what was delivered, changes nothing of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from workflows.council.payments import PaymentRules, Payments
from workflows.payments.calendar import year_span
from workflows.payments.entitlement import Entitlement, Part, entitlement
from workflows.payments.facts import Line, Method
from workflows.payments.money import NOTHING, Money, total

Span = tuple[date, date]
Known = dict[tuple[object, ...], Money]


@dataclass(frozen=True, slots=True)
class Paying:
    """How a contract is paid from a day on."""

    start: date
    calendar: str
    net: bool


@dataclass(frozen=True, slots=True)
class Ordered:
    """What one line is worth in one period of a year: all of it, and its days so far."""

    first: date
    last: date
    worth: Entitlement
    money: Money
    so_far: Money


@dataclass(frozen=True, slots=True)
class Order:
    """What was ordered of a line in a year: period by period, all of it, and its days until today."""

    periods: tuple[Ordered, ...]
    whole: Money
    so_far: Money


def order(line: Line, spans: Sequence[Span], today: date, rules: Sequence[PaymentRules]) -> Order:
    """What a line's periods of a year are worth by what the line says (`commissioned`)."""
    if not spans:
        return Order((), NOTHING, NOTHING)
    whole = entitlement(line, spans[0][0], spans[-1][1], rules)
    there = [span for span in spans if span[0] <= (line.end or span[0]) and span[1] >= line.start]
    known: Known = {}
    periods = tuple(_ordered(whole, first, last, today, known) for first, last in there)
    return Order(periods, total(each.money for each in periods), total(each.so_far for each in periods))


def commissioned(line: Line) -> Line:
    """A line as it was ordered: nothing waits, nothing was recorded, and some method holds for all its days."""
    methods = tuple(replace(each, on_actuals=False) for each in line.methods)
    first = Method(date.min, methods[0].net if methods else False)
    return replace(line, methods=(first, *methods), waits=(), actuals=())


def spans_of_year(methods: Sequence[Paying], module: Payments, year: int) -> tuple[Span, ...]:
    """The periods of a financial year by how a contract is paid (opening._wanted); `year` is that of its 1 April."""
    return _spans(tuple(methods), module.go_live, _calendars(module), year)


def _calendars(module: Payments) -> tuple[tuple[str, date, int], ...]:
    return tuple((each.key, each.anchor, each.days) for each in module.calendars)


@lru_cache(maxsize=1_024)
def _spans(
    methods: tuple[Paying, ...], go_live: date | None, calendars: tuple[tuple[str, date, int], ...], year: int
) -> tuple[Span, ...]:
    begin, end = year_span(date(year, 4, 1))
    if not methods:
        return ((max(begin, go_live or begin), end),) if go_live is None or go_live <= end else ()
    by_key = {key: (anchor, days) for key, anchor, days in calendars}
    return tuple(_periods(methods, go_live, by_key, (begin, end)))


def _periods(
    methods: tuple[Paying, ...], go_live: date | None, calendars: dict[str, tuple[date, int]], year: Span
) -> Iterator[Span]:
    for place, method in enumerate(methods):
        until = methods[place + 1].start if place + 1 < len(methods) else date.max
        anchor, days = calendars[method.calendar]
        begin = max(method.start, go_live or method.start)
        first = anchor + timedelta(days=days * ((max(begin, year[0]) - anchor).days // days))
        while first <= year[1] and first < until:
            if first >= begin and first >= year[0]:
                yield first, first + timedelta(days=days - 1)
            first += timedelta(days=days)


def _ordered(whole: Entitlement, first: date, last: date, today: date, known: Known) -> Ordered:
    worth = _cut(whole, first, last)
    money = _money(worth, known)
    if last <= today:
        return Ordered(first, last, worth, money, money)
    so_far = _money(_cut(whole, first, today), known) if first <= today else NOTHING
    return Ordered(first, last, worth, money, so_far)


def _money(worth: Entitlement, known: Known) -> Money:
    """What days come to; periods that are alike, as nearly all are, are worked out once."""
    alike = tuple((each.price, each.paid, each.days) for each in worth.parts)
    if alike not in known:
        known[alike] = worth.money
    return known[alike]


def _cut(whole: Entitlement, first: date, last: date) -> Entitlement:
    parts = (_within(part, first, last) for part in whole.parts if part.first <= last and part.last >= first)
    return Entitlement(whole.line_id, tuple(parts))


def _within(part: Part, first: date, last: date) -> Part:
    if first <= part.first and part.last <= last:
        return part
    return replace(part, first=max(part.first, first), last=min(part.last, last))
