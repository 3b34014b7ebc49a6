"""A week of planned care as rows, what of it was delivered, and what that comes to. Pure values, nothing is read.

A row belongs to one line and one price: where a line starts, ends, is suspended or changes its rate inside the week, it
has a row for each stretch of days. One rounding rule: a row's cost is its units times its price, rounded half-up to
the penny once; every total is a sum of rows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from workflows.register.rules import Span, Standing, rounded

from .rules import DAYS_A_WEEK, NOTHING, days_of, to_step

ALWAYS = Span(date.min)


@dataclass(frozen=True, slots=True)
class Visits:
    """Units on each of these days of the week (0 is Monday), by so many carers at once (a double-up is two rows).

    They are planned so in `span`.
    """

    units: Decimal
    days: frozenset[int]
    carers: int = 1
    span: Span = ALWAYS


@dataclass(frozen=True, slots=True)
class Line:
    """A care package line, as far as its weeks are concerned: `quantity` is its units a week.

    On days for which no `visits` stand nobody planned days: its units are spread evenly over the seven days. `prices`
    as register.rules.standing_prices tells them.
    """

    id: int
    span: Span
    quantity: Decimal
    prices: tuple[Standing, ...]
    visits: tuple[Visits, ...] = ()
    suspensions: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A planned row: `units` on each of `days`, or (days is None) in all from `first` to `last`.

    `number` tells the rows of a line and week apart. No `price`: none was in force.
    """

    line: int
    number: int
    first: date
    last: date
    days: frozenset[date] | None
    units: Decimal
    price: Decimal | None

    @property
    def planned(self) -> Decimal:
        """What was planned in all."""
        return total_units(self.units, self.days)

    @property
    def cost(self) -> Decimal | None:
        """What it would cost as planned; None without a price."""
        return cost(self.planned, self.price)


@dataclass(frozen=True, slots=True)
class Week:
    """The rows of a week; the lines that are live in it and suspended throughout have none."""

    rows: tuple[Row, ...]
    suspended: tuple[int, ...]

    @property
    def planned(self) -> Decimal:
        """Units planned in all."""
        return sum((each.planned for each in self.rows), NOTHING)

    @property
    def cost(self) -> Decimal:
        """What the rows with a price come to."""
        return sum((each.cost or NOTHING for each in self.rows), NOTHING)

    @property
    def unpriced(self) -> tuple[Row, ...]:
        """The rows that nothing prices: they cannot be paid until somebody sets a rate."""
        return tuple(each for each in self.rows if each.price is None)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in a row on which a line is provided at one price, all of them with planned visits or all without."""

    days: tuple[date, ...]
    price: Decimal | None
    visited: bool = False


def total_units(units: Decimal, days: frozenset[date] | None) -> Decimal:
    """Units in all: on each ticked day, or as they are where no days are ticked (suffolk-user-guide §2)."""
    return units if days is None else units * len(days)


def cost(units: Decimal, price: Decimal | None) -> Decimal | None:
    """What units come to, rounded once; None without a price."""
    return None if price is None else rounded(units * price)


def generate(lines: Iterable[Line], week: date, step: Decimal) -> Week:
    """The rows of a week (its Monday) as commissioned, the lines in their order."""
    rows: list[Row] = []
    suspended: list[int] = []
    for line in lines:
        rows += rows_of(line, week, step)
        if is_suspended(line, week):
            suspended.append(line.id)
    return Week(tuple(rows), tuple(suspended))


def is_suspended(line: Line, week: date) -> bool:
    """Whether a line that is live in a week is suspended on all those days.

    Source: bedford-actuals-guide: "If the message appears under a particular client, the client is suspended".
    """
    live = [day for day in days_of(week) if line.span.covers(day)]
    return bool(live) and not any(_is_provided(line, day) for day in live)


def rows_of(line: Line, week: date, step: Decimal) -> list[Row]:
    """The rows of one line in a week: none when it is not provided on any day of it."""
    stretches = stretches_of(line, week)
    spread = dict(zip((each for each in stretches if not each.visited), _spread(line, stretches, step), strict=True))
    parts: list[Part] = []
    for stretch in stretches:
        parts += _visited(line, stretch) if stretch.visited else [(stretch, None, spread[stretch])]
    return [
        Row(line.id, number, stretch.days[0], stretch.days[-1], days, units, stretch.price)
        for number, (stretch, days, units) in enumerate(parts, start=1)
    ]


def stretches_of(line: Line, week: date) -> list[Stretch]:
    """The days of a week on which a line is provided, in stretches of one price and one way of planning."""
    found: list[Stretch] = []
    broken = True
    for day in days_of(week):
        if not _is_provided(line, day):
            broken = True
            continue
        price, visited = _price_on(line, day), any(each.span.covers(day) for each in line.visits)
        if broken or (found[-1].price, found[-1].visited) != (price, visited):
            found.append(Stretch((day,), price, visited))
        else:
            found[-1] = Stretch((*found[-1].days, day), price, visited)
        broken = False
    return found


Part = tuple[Stretch, frozenset[date] | None, Decimal]


def _visited(line: Line, stretch: Stretch) -> list[Part]:
    """A row for each carer of each kind of visit that falls into a stretch."""
    parts: list[Part] = []
    for visits in line.visits:
        days = frozenset(day for day in stretch.days if day.weekday() in visits.days and visits.span.covers(day))
        parts += [(stretch, days, visits.units)] * (visits.carers if days else 0)
    return parts


def _spread(line: Line, stretches: Sequence[Stretch], step: Decimal) -> list[Decimal]:
    """The week's units by days, in whole steps, for stretches without visits; those of a full week are its quantity.

    What is rounded are the units up to the end of each stretch, not each by itself, so that nothing is lost or added.
    """
    parts: list[Decimal] = []
    passed, given = 0, NOTHING
    for stretch in (each for each in stretches if not each.visited):
        passed += len(stretch.days)
        share = to_step(line.quantity * passed / DAYS_A_WEEK, step)
        until = line.quantity if passed == DAYS_A_WEEK else min(share, line.quantity)
        parts.append(until - given)
        given = until
    return parts


def _is_provided(line: Line, day: date) -> bool:
    return line.span.covers(day) and not any(each.covers(day) for each in line.suspensions)


def _price_on(line: Line, day: date) -> Decimal | None:
    return next((each.amount for each in line.prices if each.span.covers(day)), None)
