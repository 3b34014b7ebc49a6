"""The rows of a week as commissioned: days, stretches, units and money (workflows.actuals.week)."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policies import oracle
from workflows.actuals.rules import days_of
from workflows.actuals.week import Line, Row, Visits, generate, is_suspended, rows_of, stretches_of, total_units
from workflows.register.rules import GENERAL, Span, Standing

MONDAY = date(2018, 7, 16)  # suffolk-user-guide §2 "Week Beginning 16 Jul 2018"
QUARTER = Decimal("0.25")
EVERY_DAY = frozenset(range(7))
ALWAYS = (Standing(Span(date(2018, 1, 1)), Decimal("18.40"), GENERAL),)

days = st.integers(-5, 12).map(lambda number: MONDAY + timedelta(days=number))
spans = st.tuples(days, st.none() | st.integers(0, 9)).map(
    lambda each: (each[0], None if each[1] is None else each[0] + timedelta(days=each[1]))
)
amounts = st.sampled_from(["17.35", "18.40", "0.01", "536.49"]).map(Decimal)
visit = st.tuples(
    st.sampled_from(["0.25", "0.5", "0.75", "1.5"]).map(Decimal), st.frozensets(st.integers(0, 6)), st.integers(1, 2)
)


@st.composite
def prices(draw: st.DrawFn) -> list[tuple[oracle.Days, Decimal]]:
    """Prices that follow each other, with or without a gap."""
    made: list[tuple[oracle.Days, Decimal]] = []
    begin = MONDAY - timedelta(days=3)
    for _ in range(draw(st.integers(0, 4))):
        end = begin + timedelta(days=draw(st.integers(0, 4)))
        made.append(((begin, end), draw(amounts)))
        begin = end + timedelta(days=draw(st.integers(1, 2)))
    return made


def line_of(
    span: oracle.Days,
    quantity: Decimal,
    suspended: Sequence[oracle.Days],
    priced: Sequence[tuple[oracle.Days, Decimal]],
    visits: Sequence[tuple[Decimal, frozenset[int], int]] = (),
) -> Line:
    return Line(
        id=1,
        span=Span(*span),
        quantity=quantity,
        prices=tuple(Standing(Span(*each), amount, GENERAL) for each, amount in priced),
        visits=tuple(Visits(*each) for each in visits),
        suspensions=tuple(Span(*each) for each in suspended),
    )


def pence(amount: Fraction) -> Decimal:
    """Rounded half a penny up, by whole numbers."""
    return Decimal(int(amount * 100 + Fraction(1, 2))) / 100


@given(
    span=spans, suspended=st.lists(spans, max_size=2), priced=prices(), visits=st.lists(visit, min_size=1, max_size=3)
)
def test_each_day_has_the_visits_and_the_price_that_the_day_by_day_oracle_finds(
    span: oracle.Days, suspended: list[oracle.Days], priced: list[tuple[oracle.Days, Decimal]],
    visits: list[tuple[Decimal, frozenset[int], int]],
) -> None:  # fmt: skip
    week = generate([line_of(span, Decimal(7), suspended, priced, visits)], MONDAY, QUARTER)
    for day in days_of(MONDAY):
        here = [row for row in week.rows if row.days is not None and day in row.days]
        wanted = oracle.units_on(day, visits) if oracle.provided_on(day, span, suspended) else Fraction(0)
        assert sum((Fraction(row.units) for row in here), Fraction(0)) == wanted
        assert {row.price for row in here} <= {oracle.price_on(day, priced)}
    total = Fraction(0)
    for row in week.rows:
        assert row.days
        assert row.first <= min(row.days) <= max(row.days) <= row.last
        if row.price is None:
            assert row.cost is None
        else:
            assert row.cost == pence(sum((Fraction(row.units) * Fraction(row.price) for _ in row.days), Fraction(0)))
            total += Fraction(row.cost)
    assert Fraction(week.cost) == total
    assert len({(row.line, row.number) for row in week.rows}) == len(week.rows)


@given(
    span=spans, suspended=st.lists(spans, max_size=2), priced=prices(),
    quantity=st.decimals("0.01", 60, places=2), step=st.sampled_from(["0.25", "0.5", "1"]).map(Decimal),
)  # fmt: skip
def test_units_without_planned_days_are_spread_and_never_lost(
    span: oracle.Days, suspended: list[oracle.Days], priced: list[tuple[oracle.Days, Decimal]],
    quantity: Decimal, step: Decimal,
) -> None:  # fmt: skip
    week = generate([line_of(span, quantity, suspended, priced)], MONDAY, step)
    live = [day for day in days_of(MONDAY) if oracle.provided_on(day, span, suspended)]
    covered = [day for row in week.rows for day in days_of(MONDAY) if row.first <= day <= row.last]
    assert sorted(covered) == live  # each day once: no day is paid twice
    for row in week.rows:
        assert row.days is None
        assert row.units >= 0
        assert {oracle.price_on(day, priced) for day in live if row.first <= day <= row.last} == {row.price}
    if len(live) == 7:
        assert week.planned == quantity
    else:
        assert abs(Fraction(week.planned) - Fraction(quantity) * len(live) / 7) <= Fraction(step) / 2
    assert is_suspended(line_of(span, quantity, suspended, priced), MONDAY) == (
        not live and any(oracle.lies_in(day, span) for day in days_of(MONDAY))
    )


@given(quantity=st.decimals("0.01", 60, places=2), last=st.integers(0, 5), other=st.booleans())
def test_a_line_and_the_one_that_follows_it_in_the_week_lose_nothing_to_each_other(
    quantity: Decimal, last: int, other: bool
) -> None:
    end = MONDAY + timedelta(days=last)
    priced = [((date(2018, 1, 1), end), Decimal("17.35")), ((end + timedelta(days=1), None), Decimal("18.40"))]
    week = generate([line_of((date(2018, 1, 1), None), quantity, [], priced)], MONDAY, QUARTER)
    assert [row.last for row in week.rows] == [end, MONDAY + timedelta(days=6)]
    assert week.planned == quantity


def planned(line: Line) -> list[tuple[str, str, str, Decimal | None]]:
    rows = rows_of(line, MONDAY, QUARTER)
    return [(f"{row.first:%a}", f"{row.last:%a}", str(row.planned), row.price) for row in rows]


SPREAD = Line(1, Span(date(2018, 1, 1)), Decimal("14.00"), ALWAYS)


def test_a_line_that_starts_inside_the_week() -> None:
    line = Line(1, Span(MONDAY + timedelta(days=3)), SPREAD.quantity, ALWAYS)
    assert planned(line) == [("Thu", "Sun", "8.00", Decimal("18.40"))]


def test_a_line_that_ends_inside_the_week_is_planned_on_its_last_day_too() -> None:
    line = Line(1, Span(date(2018, 1, 1), MONDAY), SPREAD.quantity, ALWAYS)
    assert planned(line) == [("Mon", "Mon", "2.00", Decimal("18.40"))]


def test_a_line_that_is_suspended_inside_the_week_has_a_row_before_and_a_row_after() -> None:
    away = Span(MONDAY + timedelta(days=2), MONDAY + timedelta(days=3))
    line = Line(1, SPREAD.span, SPREAD.quantity, ALWAYS, suspensions=(away,))
    assert planned(line) == [("Mon", "Tue", "4.00", Decimal("18.40")), ("Fri", "Sun", "6.00", Decimal("18.40"))]


def test_a_line_that_changes_its_rate_inside_the_week_has_a_row_for_each() -> None:
    change = MONDAY + timedelta(days=4)
    changed = (
        Standing(Span(date(2018, 1, 1), change - timedelta(days=1)), Decimal("18.40"), GENERAL),
        Standing(Span(change), Decimal("19.10"), GENERAL),
    )
    line = Line(1, SPREAD.span, SPREAD.quantity, changed)
    assert planned(line) == [("Mon", "Thu", "8.00", Decimal("18.40")), ("Fri", "Sun", "6.00", Decimal("19.10"))]


def test_a_line_that_is_suspended_all_week_has_no_rows_and_is_named() -> None:
    line = Line(7, SPREAD.span, SPREAD.quantity, ALWAYS, suspensions=(Span(date(2018, 7, 1)),))
    week = generate([line, SPREAD], MONDAY, QUARTER)
    assert (week.suspended, {row.line for row in week.rows}) == ((7,), {1})


def test_a_line_that_is_not_live_has_no_rows_and_is_not_called_suspended() -> None:
    for span in (Span(date(2018, 7, 23)), Span(date(2018, 1, 1), date(2018, 7, 15))):
        week = generate([Line(1, span, Decimal(7), ALWAYS)], MONDAY, QUARTER)
        assert (week.rows, week.suspended, week.cost) == ((), (), 0)


def test_a_line_without_a_price_is_planned_and_named_as_unpriced() -> None:
    week = generate([Line(1, SPREAD.span, SPREAD.quantity, ())], MONDAY, QUARTER)
    assert (week.planned, week.cost, len(week.unpriced)) == (Decimal(14), 0, 1)


def test_a_price_of_another_day_does_not_reach_over_a_gap() -> None:
    changed = (
        Standing(Span(date(2018, 1, 1), MONDAY), Decimal("18.40"), GENERAL),
        Standing(Span(MONDAY + timedelta(days=2)), Decimal("18.40"), GENERAL),
    )
    found = stretches_of(Line(1, SPREAD.span, SPREAD.quantity, changed), MONDAY)
    assert [(len(each.days), each.price) for each in found] == [
        (1, Decimal("18.40")), (1, None), (5, Decimal("18.40"))
    ]  # fmt: skip


def test_suffolks_45_minutes_every_day_are_5_25_hours_and_4_50_without_the_sunday() -> None:
    line = Line(1, SPREAD.span, Decimal("5.25"), ALWAYS, visits=(Visits(Decimal("0.75"), EVERY_DAY),))
    (row,) = rows_of(line, MONDAY, QUARTER)
    assert (row.units, row.planned, row.cost) == (Decimal("0.75"), Decimal("5.25"), Decimal("96.60"))
    assert row.days is not None
    assert total_units(row.units, row.days - {MONDAY + timedelta(days=6)}) == Decimal("4.50")


def test_suffolks_double_assist_is_two_rows() -> None:
    twice = Visits(Decimal("0.75"), EVERY_DAY, carers=2)
    week = generate([Line(1, SPREAD.span, Decimal("10.50"), ALWAYS, visits=(twice,))], MONDAY, QUARTER)
    first, second = week.rows
    assert (first.number, second.number) == (1, 2)
    assert (first.days, first.units, first.price) == (second.days, second.units, second.price)
    assert week.planned == Decimal("10.50")


def test_visits_of_several_lengths_have_a_row_each() -> None:
    visits = (Visits(Decimal("0.5"), frozenset({0, 2})), Visits(Decimal("1"), frozenset({1})))
    found = rows_of(Line(1, SPREAD.span, Decimal("2"), ALWAYS, visits=visits), MONDAY, QUARTER)
    assert [(row.units, len(row.days or ()), row.planned) for row in found] == [
        (Decimal("0.5"), 2, Decimal("1.0")), (Decimal("1"), 1, Decimal("1")),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("units", "price", "cost"),
    [("0.75", "17.35", "13.01"), ("0.25", "0.02", "0.01"), ("0.25", "0.01", "0.00"), ("1.5", "17.35", "26.03")],
)
def test_a_rows_cost_is_rounded_half_up_once(units: str, price: str, cost: str) -> None:
    row = Row(1, 1, MONDAY, MONDAY, frozenset({MONDAY}), Decimal(units), Decimal(price))
    assert row.cost == Decimal(cost)


def test_a_quantity_smaller_than_a_step_is_never_planned_below_zero_or_above_itself() -> None:
    sunday = MONDAY + timedelta(days=6)
    changed = (
        Standing(Span(date(2018, 1, 1), sunday - timedelta(days=1)), Decimal("18.40"), GENERAL),
        Standing(Span(sunday), Decimal("19.10"), GENERAL),
    )
    assert [row.units for row in rows_of(Line(1, SPREAD.span, Decimal("0.15"), changed), MONDAY, QUARTER)] == [
        Decimal("0.15"), 0
    ]  # fmt: skip
