"""What a line is worth in a range of days, by the facts that are known now. Pure (design, workflows §5).

`entitlement` cuts the range into parts, each day in exactly one: days on which everything is the same. A part is paid,
or has the one cause why it is not. Neighbouring parts at the same price make a rate segment.

The price: quantity x unit price a week, less the client's contribution where the contract pays net; times days / 7.
Everything is exact; a rate segment's paid days are added up and rounded once (`money.with_vat`). 28 days at £536.49
less £39.88 are £1,986.44; days times a rounded daily rate would give £1,986.32 (domain.md §4.1).

So the entitlement of a range is the sum of those of its parts wherever it is cut between two rate segments. A cut in
the middle of one rounds that segment twice: the sum may then differ by a penny, the exact sum never does.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import groupby, pairwise

from workflows.council.payments import PaymentRules
from workflows.register.rules import Price, Span, Standing

from .facts import WEEK, Actual, Cause, Line, Method, Wait
from .money import Money, total, with_vat

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Part:
    """Days on which everything is the same. Without `unit_cost` there is no price; with a `cause` they are not paid."""

    first: date
    last: date
    unit_cost: Decimal | None = None
    quantity: Fraction = Fraction(0)  # units a week
    contribution: Decimal = Decimal(0)  # a week, whether it is taken off or not
    net: bool = False
    vat: Decimal = Decimal(0)  # percent
    actual: Actual | None = None  # the row that the quantity is from
    cause: Cause | None = None
    wait: Wait | None = None

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1

    @property
    def paid(self) -> bool:
        """Whether these days are paid now."""
        return self.cause is None and self.unit_cost is not None

    @property
    def taken_off(self) -> Decimal:
        """The contribution that the price is reduced by, a week."""
        return self.contribution if self.net else Decimal(0)

    @property
    def weekly(self) -> Fraction:
        """The price of a week, exact; below zero when the client pays more than the price."""
        if self.actual is not None and self.actual.cost is not None:
            return Fraction(self.actual.cost) * WEEK / self.actual.days - Fraction(self.taken_off)
        return self.quantity * Fraction(self.unit_cost or 0) - Fraction(self.taken_off)

    @property
    def worth(self) -> Fraction:
        """What the days come to, paid or not, exact."""
        return self.weekly * self.days / WEEK

    @property
    def price(self) -> tuple[object, ...]:
        """What must be equal for two parts to be one rate segment."""
        return (self.unit_cost, self.quantity, self.taken_off, self.vat, self.actual)


@dataclass(frozen=True, slots=True)
class Segment:
    """Days in a row at one price, some of which may not be paid; what is rounded once."""

    parts: tuple[Part, ...]

    @property
    def first(self) -> date:
        """Its first day."""
        return self.parts[0].first

    @property
    def last(self) -> date:
        """Its last day."""
        return self.parts[-1].last

    @property
    def days(self) -> int:
        """How many days it has."""
        return sum(each.days for each in self.parts)

    @property
    def paid_days(self) -> int:
        """How many of them are paid."""
        return sum(each.days for each in self.parts if each.paid)

    @property
    def exact(self) -> Fraction:
        """What its paid days come to before it is rounded."""
        return self.parts[0].weekly * self.paid_days / WEEK

    @property
    def money(self) -> Money:
        """What its paid days come to."""
        return with_vat(self.exact, self.parts[0].vat)


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What one line is worth in a range of days; its parts cover each day once, in their order."""

    line_id: int
    parts: tuple[Part, ...]

    @property
    def first(self) -> date:
        """The first day of the range."""
        return self.parts[0].first

    @property
    def last(self) -> date:
        """The last day of the range."""
        return self.parts[-1].last

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Its rate segments; days without a price belong to none."""
        runs = (tuple(run) for _, run in groupby(self.parts, key=lambda part: part.price))
        return tuple(Segment(run) for run in runs if run[0].unit_cost is not None)

    @property
    def exact(self) -> Fraction:
        """What it comes to before anything is rounded."""
        return sum((each.exact for each in self.segments), Fraction(0))

    @property
    def money(self) -> Money:
        """What it comes to: the sum of its segments."""
        return total(each.money for each in self.segments)


def entitlement(line: Line, first: date, last: date, rules: Sequence[PaymentRules]) -> Entitlement:
    """What a line is worth from one day to another, both included, by what is known now.

    `rules` are the profile's, in the order of their start.
    """
    known = _Known(line, tuple(_held(line.waits, rules)), rules)
    starts = sorted({first, *(day for day in _turning_points(known) if first < day <= last)})
    ends = [*(day - DAY for day in starts[1:]), last]
    parts = (_part(known, start, end) for start, end in zip(starts, ends, strict=True))
    return Entitlement(line.line_id, joined(parts))


def nothing(line_id: int, first: date, last: date, cause: Cause = Cause.START) -> Entitlement:
    """That nothing was paid of a line in a range of days: what a finalised period without it says, because nothing was
    known of it, or (`cause`) because it was held out."""
    return Entitlement(line_id, (Part(first, last, cause=cause),))


def joined(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Make one part of neighbours that differ in their days alone, so that equal facts give equal parts."""
    found: list[Part] = []
    for part in parts:
        if found and replace(found[-1], last=part.last) == replace(part, first=found[-1].first):
            found[-1] = replace(found[-1], last=part.last)
        else:
            found.append(part)
    return tuple(found)


def rules_on(rules: Sequence[PaymentRules], day: date) -> PaymentRules:
    """The rules that hold on a day; the first ones hold for the days before them too."""
    return next((each for each in reversed(rules) if each.start <= day), rules[0])


def last_day_alive(died: date, rules: Sequence[PaymentRules]) -> date:
    """The last day that is paid when a client died on a day (domain.md §4.1: the seed does not say which)."""
    return died if rules_on(rules, died).pay_day_of_death else died - DAY


#: What is told first when days wait for more than one thing.
_URGENCY = (Cause.HOLD, Cause.DOCUMENT, Cause.DISPUTE, Cause.ACTUALS)


@dataclass(frozen=True, slots=True)
class _Known:
    """A line with the days that its waits really hold by the rules."""

    line: Line
    held: tuple[tuple[Span, Wait], ...]
    rules: Sequence[PaymentRules]


def _held(waits: Iterable[Wait], rules: Sequence[PaymentRules]) -> Iterator[tuple[Span, Wait]]:
    """The waits that hold payments by the rules, the most urgent first, each with the days that it holds."""
    for wait in sorted(waits, key=lambda each: _URGENCY.index(each.cause)):
        said = rules_on(rules, wait.span.start)
        if wait.cause is Cause.DOCUMENT and said.unanswered_documents == "pay":
            continue
        span = wait.span
        if wait.cause is Cause.HOLD and _first_day_is_paid(wait, said):
            if span.end is not None and span.end <= span.start:
                continue
            span = Span(span.start + DAY, span.end)
        yield span, wait


def _first_day_is_paid(notice: Wait, said: PaymentRules) -> bool:
    """Whether the day that a notice names is paid itself: of a death, of a move; never the first day away."""
    return {"death": said.pay_day_of_death, "move": said.pay_day_of_move}.get(notice.what, False)


def _turning_points(known: _Known) -> Iterator[date]:
    """The days on which anything may begin to be different."""
    line = known.line
    for span in (*_spans(line), *(span for span, _ in known.held)):
        yield span.start
        if span.end is not None:
            yield span.end + DAY
    yield from (each.start for each in line.methods)
    if line.died is not None:
        yield last_day_alive(line.died, known.rules) + DAY


def _spans(line: Line) -> Iterator[Span]:
    yield Span(line.start, line.end)
    yield from line.suspensions
    yield from (each.span for each in line.prices)
    yield from (each.span for each in (*line.contributions, *line.vat))
    yield from (each.span for each in line.absences)
    yield from (Span(each.first, each.last) for each in line.actuals)


def _part(known: _Known, first: date, last: date) -> Part:
    """The part of days on which nothing changes; what holds on the first of them holds on all."""
    line, (cause, wait) = known.line, _unpaid(known, first)
    if not Span(line.start, line.end).covers(first):
        return Part(first, last, cause=cause)
    method = _method(line, first)
    actual = _actual(line, first) if method and method.on_actuals else None
    return Part(
        first=first,
        last=last,
        unit_cost=_amount(line.prices, first),
        quantity=actual.a_week if actual else Fraction(line.quantity),
        contribution=_amount(line.contributions, first) or Decimal(0),
        net=method.net if method else False,
        vat=_amount(line.vat, first) or Decimal(0),
        actual=actual,
        cause=cause,
        wait=wait,
    )


def _unpaid(known: _Known, day: date) -> tuple[Cause | None, Wait | None]:
    """Why a day is not paid: what is decided comes before what waits."""
    if cause := _decided(known, day):
        return cause, None
    method = _method(known.line, day)
    missing = method is not None and method.on_actuals and _actual(known.line, day) is None
    for span, wait in known.held:
        if span.covers(day) and (wait.cause is not Cause.ACTUALS or missing):
            return wait.cause, wait
    return (Cause.ACTUALS if missing else None), None


def _decided(known: _Known, day: date) -> Cause | None:
    """Why a day is not paid whatever anybody still answers, or None."""
    line = known.line
    causes = {
        Cause.START: day < line.start,
        Cause.DEATH: line.died is not None and day > last_day_alive(line.died, known.rules),
        Cause.END: line.end is not None and day > line.end,
        Cause.SUSPENSION: any(span.covers(day) for span in line.suspensions),
        Cause.ABSENCE: any(each.span.covers(day) and not each.paid for each in line.absences),
        Cause.NO_PRICE: _amount(line.prices, day) is None,
        Cause.NO_METHOD: _method(line, day) is None,
    }
    return next((cause for cause, holds in causes.items() if holds), None)


def _amount(prices: Iterable[Standing | Price], day: date) -> Decimal | None:
    return next((each.amount for each in prices if each.span.covers(day)), None)


def _method(line: Line, day: date) -> Method | None:
    return next((each for each in reversed(line.methods) if each.start <= day), None)


def _actual(line: Line, day: date) -> Actual | None:
    return next((each for each in line.actuals if each.first <= day <= each.last), None)


def in_order(parts: Sequence[Part]) -> bool:
    """Whether parts cover their range without a gap: each begins the day after the one before it ended."""
    return all(one.last + DAY == two.first for one, two in pairwise(parts))
