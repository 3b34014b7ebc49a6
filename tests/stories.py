"""What may be known about a line, as plain numbers, and what it is worth counted one day after the other.

The oracle of workflows/payments: it shares no code with it. Days are numbers from 0 on, money is whole pennies,
quantities are hundredths of a unit. `facts` says the same as a `Line`, for what is tested.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import groupby
from math import lcm
from typing import Any

from hypothesis import strategies as st

from workflows.council.payments import PaymentRules
from workflows.payments.facts import Absence, Actual, Cause, Line, Method, Wait
from workflows.register.rules import Price, Span

ZERO_DAY = date(2018, 4, 9)
HORIZON = 41
#: Of what all amounts are whole numbers: hundredths of a penny, by seven, by the days of any row.
UNIT = 100 * 100 * 7 * lcm(*range(1, 10))
Spanned = tuple[int, int | None]


@dataclass(frozen=True)
class Rule:
    """A rule of the policy from a day on."""

    start: int
    day_of_death: bool
    day_of_move: bool
    hold_documents: bool
    recovers: bool


@dataclass(frozen=True)
class Story:
    """All that may be known of a line."""

    start: int
    end: int | None
    quantity: int
    prices: tuple[tuple[int, int | None, int], ...]
    methods: tuple[tuple[int, bool, bool], ...]
    contributions: tuple[tuple[int, int | None, int], ...] = ()
    vat: tuple[tuple[int, int | None, int], ...] = ()
    died: int | None = None
    suspensions: tuple[Spanned, ...] = ()
    absences: tuple[tuple[int, int | None, bool], ...] = ()
    waits: tuple[tuple[int, int | None, str, str], ...] = ()
    actuals: tuple[tuple[int, int, int, int], ...] = ()


def day(number: int | None) -> Any:
    return None if number is None else ZERO_DAY + timedelta(days=number)


def hundredths(number: int) -> Decimal:
    return Decimal(number) / 100


def facts(story: Story) -> Line:
    """The story as what is tested reads it."""
    return Line(
        line_id=1,
        start=day(story.start),
        end=day(story.end),
        quantity=hundredths(story.quantity),
        prices=_prices(story.prices),
        methods=tuple(Method(day(start), net, on_actuals) for start, net, on_actuals in story.methods),
        contributions=_prices(story.contributions),
        vat=_prices(tuple((start, end, percent * 100) for start, end, percent in story.vat)),
        died=day(story.died),
        suspensions=tuple(Span(day(start), day(end)) for start, end in story.suspensions),
        absences=tuple(Absence(Span(day(start), day(end)), "", paid) for start, end, paid in story.absences),
        waits=tuple(
            Wait(Span(day(start), day(end)), Cause(cause), what, "somebody", ZERO_DAY)  # type: ignore[arg-type]
            for start, end, cause, what in story.waits
        ),
        actuals=tuple(
            Actual(day(first), day(last), hundredths(payable), hundredths(disputed))
            for first, last, payable, disputed in story.actuals
        ),
    )


def _prices(spans: tuple[tuple[int, int | None, int], ...]) -> tuple[Price, ...]:
    return tuple(Price(Span(day(start), day(end)), hundredths(amount)) for start, end, amount in spans)


def rules(said: tuple[Rule, ...]) -> list[PaymentRules]:
    """The rules as the profile has them."""
    return [
        PaymentRules(
            start=day(each.start),
            pay_day_of_death=each.day_of_death,
            pay_day_of_move=each.day_of_move,
            unanswered_documents="hold" if each.hold_documents else "pay",
            notice_recovers=each.recovers,
        )
        for each in said
    ]


# What a day is worth, counted.


@dataclass(frozen=True)
class Day:
    """One day: what it is worth in UNITs of a pound and VAT in percent, at which price, and why it is not paid."""

    worth: int | None
    percent: int
    price: Any
    cause: str | None

    @property
    def paid(self) -> int:
        return self.worth if self.cause is None and self.worth is not None else 0


def _at(spans: Any, number: int) -> Any:
    for span in spans:
        if span[0] <= number and (span[1] is None or number <= span[1]):
            return span
    return None


def rule_on(said: tuple[Rule, ...], number: int) -> Rule:
    found = said[0]
    for each in said:
        if each.start <= number:
            found = each
    return found


def count_day(story: Story, said: tuple[Rule, ...], number: int) -> Day:
    """One day of a story."""
    method = None
    for each in story.methods:
        if each[0] <= number:
            method = each
    row = _at(story.actuals, number) if method and method[2] else None
    price = _at(story.prices, number)
    cause = _why_not(story, said, number, method, row, price)
    if number < story.start or (story.end is not None and number > story.end) or price is None:
        return Day(None, 0, None, cause)
    contribution = _at(story.contributions, number)
    taken = contribution[2] if contribution and method and method[1] else 0
    if row:
        length = row[1] - row[0] + 1
        gross = price[2] * row[2] * (UNIT // (100 * 100 * length))
    else:
        gross = price[2] * story.quantity * (UNIT // (100 * 100 * 7))
    percent = _at(story.vat, number)
    percent = percent[2] if percent else 0
    quantity = row or story.quantity
    worth = gross - taken * (UNIT // (100 * 7))
    return Day(worth, percent, (price[2], quantity, taken, percent), cause)


def _why_not(story: Story, said: tuple[Rule, ...], number: int, method: Any, row: Any, price: Any) -> str | None:
    reasons = [
        ("start", number < story.start),
        ("death", story.died is not None and _is_dead(story.died, said, number)),
        ("end", story.end is not None and number > story.end),
        ("suspension", _at(story.suspensions, number)),
        ("absence", any(_at([each], number) and not each[2] for each in story.absences)),
        ("no_price", price is None),
        ("no_method", method is None),
    ]
    held = {each[2] for each in story.waits if waits_on(each, said, number)}
    reasons += [(kind, kind in held) for kind in ("hold", "document", "dispute")]
    reasons.append(("actuals", method and method[2] and row is None))
    return next((reason for reason, holds in reasons if holds), None)


def _is_dead(died: int, said: tuple[Rule, ...], number: int) -> bool:
    return number > died or (number == died and not rule_on(said, died).day_of_death)


def waits_on(wait: tuple[int, int | None, str, str], said: tuple[Rule, ...], number: int) -> bool:
    start, end, kind, what = wait
    rule = rule_on(said, start)
    if kind == "document" and not rule.hold_documents:
        return False
    if kind == "hold" and number == start:
        if what == "death" and rule.day_of_death:
            return False
        if what == "move" and rule.day_of_move:
            return False
    return start <= number and (end is None or number <= end)


def pennies(amount: int, of: int) -> int:
    """amount / of pounds in whole pennies, half a penny away from zero."""
    whole = (2 * 100 * abs(amount) + of) // (2 * of)
    return -whole if amount < 0 else whole


def money_of(days: list[Day]) -> tuple[int, int]:
    """What days in a row come to in pennies, without VAT and VAT: each run at one price is rounded once."""
    excl = vat = 0
    for price, run in groupby(days, key=lambda each: each.price):
        if price is None:
            continue
        each = list(run)
        amount = pennies(sum(one.paid for one in each), UNIT)
        excl += amount
        vat += pennies(amount * each[0].percent, 100 * 100)
    return excl, vat


def count(story: Story, said: tuple[Rule, ...], first: int, last: int) -> list[Day]:
    """The days of a story."""
    return [count_day(story, said, number) for number in range(first, last + 1)]


# Stories that Hypothesis tells.

numbers = st.integers(0, HORIZON)
amounts = st.sampled_from([1, 3988, 9999, 33_333, 49_661, 53_649, 70_001])


@st.composite
def _apart(draw: st.DrawFn, what: Any, most: int = 3) -> tuple[Any, ...]:
    """Spans that share no day, each with something drawn."""
    starts = sorted(draw(st.sets(numbers, max_size=most)))
    found = []
    for place, start in enumerate(starts):
        latest = starts[place + 1] - 1 if place + 1 < len(starts) else None
        end = draw(st.just(latest) | st.integers(start, latest if latest is not None else HORIZON))
        found.append((start, end, *draw(what)))
    return tuple(found)


@cache
def _rows() -> st.SearchStrategy[tuple[Any, ...]]:
    quantities = st.sampled_from([0, 25, 100, 333, 700])
    week = st.tuples(quantities, quantities)
    return st.dictionaries(st.integers(0, 5), st.tuples(st.integers(0, 6), week), max_size=6).map(
        lambda weeks: tuple((7 * each, 7 * each + length, *units) for each, (length, units) in sorted(weeks.items()))
    )


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Anything that may be known of a line."""
    start = draw(st.integers(-3, HORIZON))
    spans = st.lists(st.tuples(numbers, st.none() | st.integers(0, 9)), max_size=2)
    lasting = spans.map(lambda each: [(begin, None if more is None else begin + more) for begin, more in each])
    waits = st.sampled_from(
        [("hold", "death"), ("hold", "away"), ("hold", "move"), ("document", "published"), ("dispute", "")]
    )
    methods = draw(
        st.dictionaries(st.integers(-3, 20), st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=3)
    )
    return Story(
        start=start,
        end=draw(st.none() | st.integers(start, HORIZON + 5)),
        quantity=draw(st.sampled_from([25, 100, 150, 1000])),
        prices=draw(st.just(((-3, None, 49_661),)) | _apart(st.tuples(amounts))),
        methods=tuple((begin, *each) for begin, each in sorted(methods.items())),
        contributions=draw(_apart(st.tuples(amounts), 2)),
        vat=draw(st.just(()) | _apart(st.tuples(st.sampled_from([5, 20])), 2)),
        died=draw(st.none() | numbers),
        suspensions=tuple(draw(lasting)),
        absences=tuple((*each, draw(st.booleans())) for each in draw(lasting)),
        waits=tuple((*each, *draw(waits)) for each in draw(lasting)),
        actuals=draw(_rows()),
    )


@st.composite
def policies(draw: st.DrawFn) -> tuple[Rule, ...]:
    """One or two rules."""
    starts = sorted(draw(st.sets(numbers, min_size=1, max_size=2)))
    return tuple(Rule(start, *(draw(st.booleans()) for _ in range(4))) for start in starts)


@st.composite
def changed(draw: st.DrawFn, story: Story) -> Story:
    """The story after something else came to be known."""
    other = draw(stories())
    fields = draw(st.sets(st.sampled_from(["prices", "contributions", "died", "quantity", "suspensions", "absences",
                                           "waits", "actuals", "methods", "vat"]), max_size=3))  # fmt: skip
    told = replace(story, **{name: getattr(other, name) for name in fields})
    return replace(told, start=other.start, end=other.end) if draw(st.booleans()) else told
