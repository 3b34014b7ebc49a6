"""How recorded visits count and in which box they stand (workflows.actuals.monitoring): minutes exhaustively, weeks
against an oracle that walks minute by minute and knows one row and one visit a day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.actuals.entry import Absence, Monitored, Row, read, written
from workflows.actuals.merging import refresh
from workflows.actuals.monitoring import Filling, Visit, Week, count, fill
from workflows.council.actuals import Kind, Monitoring, Rounding

D = Decimal
MONDAY = date(2025, 2, 17)
#: domain.md §5: "0-20 min -> 15, 21-35 -> 30, 36-50 -> 45, 51-65 -> 60".
BANDS = Rounding.model_validate({
    "bands": [{"up_to": 5 + 15 * number, "counts": 15 * number} for number in (1, 2, 3, 4)], "then_every": 15,
})  # fmt: skip
QUARTERS = Rounding(nearest=15, tolerance=7, least=5)
ROUNDINGS = [
    BANDS, BANDS.model_copy(update={"tolerance": 5}), BANDS.model_copy(update={"least": 8, "tolerance": 10}), QUARTERS,
    Rounding(nearest=1), Rounding(nearest=5, least=10), Rounding(nearest=6, tolerance=3),
]  # fmt: skip


def slowly(minutes: int, planned: int | None, rounding: Rounding) -> int:
    """The oracle: it tries every minute around a visit, and every count that the council knows."""
    if minutes < rounding.least and (planned is None or minutes < planned):
        return 0
    if planned is not None and minutes in range(planned - rounding.tolerance, planned + rounding.tolerance + 1):
        return planned
    if rounding.nearest is not None:
        steps = range(0, 200 + rounding.nearest, rounding.nearest)
        return min(steps, key=lambda step: (abs(step - minutes), -step))
    counts, until = 0, -1
    for band in rounding.bands:
        for minute in range(until + 1, band.up_to + 1):
            if minute == minutes:
                return band.counts
        counts, until = band.counts, band.up_to
    while until < minutes:
        counts, until = counts + (rounding.then_every or 0), until + (rounding.then_every or 0)
    return counts


@pytest.mark.parametrize("rounding", ROUNDINGS, ids=str)
def test_every_minute_counts_as_trying_all_of_them_says(rounding: Rounding) -> None:
    for minutes, planned in product(range(130), [None, *range(90)]):
        assert count(minutes, planned, rounding)[0] == slowly(minutes, planned, rounding), (minutes, planned)
    assert count(None, 30, rounding) == (0, "not_delivered")


@pytest.mark.parametrize(
    ("minutes", "counted"),
    [(0, 15), (20, 15), (21, 30), (35, 30), (36, 45), (50, 45), (51, 60), (65, 60), (66, 75), (80, 75), (81, 90)],
)
def test_minutes_count_as_their_band_says(minutes: int, counted: int) -> None:
    assert count(minutes, 999, BANDS) == (counted, "rounded")


def kind(**others: object) -> Kind:
    said = {"key": "home_care", "name": "Home care", "service_group": "home_care", "unit": "hours", "step": "0.25",
            "boxes": ["actual", "frustrated"], **others}  # fmt: skip
    return Kind.model_validate(said)


def week(rounding: Rounding = QUARTERS, until: int | None = 6, *, more: bool = False, of: Kind | None = None,
         without: str = "nothing") -> Week:  # fmt: skip
    said = {"kinds": ["home_care"], "rounding": rounding.model_dump(), "overlap": "doubt", "without_record": without}
    return Week(MONDAY, of or kind(), Monitoring.model_validate(said), until, refuses_more=not more)


def row(number: int, *planned: str, price: str = "20") -> Row:
    units = tuple(D(each) for each in planned)
    return Row(number, MONDAY, MONDAY + timedelta(days=6), units, units, D(price))


def visits(*said: tuple[int, int | None, int | None]) -> list[Visit]:
    """(day, planned, minutes), in the order in which they were planned."""
    return [Visit(index, day, f"{index:04}", planned, minutes) for index, (day, planned, minutes) in enumerate(said)]


def actual(filling: Filling) -> list[list[str]]:
    return [[f"{each.normalize():f}" for each in row.actual] for row in filling.rows]


DAILY = row(1, *["0.75"] * 7)


def test_a_box_shows_what_its_visits_come_to_and_a_day_without_one_nothing() -> None:
    said = visits((0, 45, 44), (1, 45, 30), (2, 45, None), (3, 45, 60))
    found = fill(week(until=4, more=True), [DAILY], said)
    assert actual(found) == [["0.75", "0.5", "0", "1", "0", "0.75", "0.75"]]
    assert [each.why for each in found.counted] == ["as_planned", "rounded", "not_delivered", "rounded"]
    assert found.rows[0].monitored == Monitored((D("0.75"), D("0.5"), D(0), D(1), D(0), None, None), 3)
    assert actual(fill(week(until=4, without="planned", more=True), [DAILY], said))[0][4] == "0.75"


def test_two_carers_are_two_rows_and_a_visit_in_two_parts_is_one_box() -> None:
    double = [DAILY, replace(DAILY, number=2)]
    found = fill(week(until=0), double, visits((0, 45, 45), (0, 45, 20)))
    assert [each[0] for each in actual(found)] == ["0.75", "0.25"]
    breakfast, tea = row(1, *["0.5"] * 7), row(2, *["1"] * 7)
    found = fill(week(until=0), [breakfast, tea], visits((0, 60, 60), (0, 30, 15), (0, None, 15)))
    assert [each[0] for each in actual(found)] == ["0.5", "1"]


def test_what_somebody_corrected_stays_and_is_named_until_the_visits_agree() -> None:
    first = fill(week(until=1), [DAILY], visits((0, 45, 30), (1, 45, 45))).rows[0]
    corrected = replace(first, actual=(D("0.75"), *first.actual[1:]), corrected="no_log_in")
    assert corrected.corrects
    later = fill(week(until=2), [corrected], visits((0, 45, 15), (1, 45, 15), (2, 45, 45)))
    assert actual(later) == [["0.75", "0.25", "0.75", "0.75", "0.75", "0.75", "0.75"]]
    assert [(each.place, each.stands, each.visits) for each in later.left] == [((1, 0), D("0.75"), D("0.25"))]
    assert later.rows[0].corrected == "no_log_in"
    agreed = fill(week(until=2), later.rows, visits((0, 45, 45), (1, 45, 15), (2, 45, 45)))
    assert not agreed.rows[0].corrects
    assert agreed.rows[0].corrected == ""
    explained = replace(first, absent=(Absence("frustrated", D("0.25"), "hospital", 0),), actual=DAILY.actual)
    assert not explained.corrects, "a cause for what the visits lack is no correction"


def test_what_is_above_the_plan_is_cut_from_the_end_where_the_council_takes_no_more() -> None:
    found = fill(week(), [DAILY], visits(*((day, 45, 60) for day in range(7))))
    assert (actual(found)[0], found.cut) == (["1", "1", "1", "1", "1", "0.25", "0"], D("1.75"))
    moved = fill(week(until=1), [DAILY], visits((0, 45, None), (1, 45, 90)))
    assert (actual(moved)[0][:2], moved.cut) == (["0", "1.5"], D(0)), "care moved to another day is no increase"


def test_a_row_without_days_is_one_figure_and_units_that_are_no_hours_are_visits() -> None:
    whole = row(1, "5.25")
    found = fill(week(), [whole], visits((0, 45, 45), (0, 45, 44), (3, None, 32)))
    assert actual(found) == [["2"]]
    calls = fill(week(of=kind(unit="visits", step="1", visits="optional")), [row(1, "3")], visits((0, 9, 9), (1, 9, 2)))
    assert (actual(calls), calls.rows[0].visits) == ([["1"]], 1)


def test_a_visit_on_a_day_that_no_row_has_counts_nowhere() -> None:
    until_friday = replace(DAILY, last=MONDAY + timedelta(days=4))
    found = fill(week(), [until_friday], visits((5, None, 45)))
    assert (found.rows[0].monitored, found.counted[0].place, found.counted[0].minutes) == (
        Monitored((D(0), D(0), D(0), D(0), D(0), D(0), D(0)), 0), None, 0)  # fmt: skip


def test_visits_that_were_another_persons_leave_the_week_as_planned() -> None:
    filled = fill(week(), [DAILY], visits((0, 45, 15))).rows
    assert fill(week(), filled, []).rows == (DAILY,)


def test_a_plan_that_moves_does_not_turn_visits_into_corrections() -> None:
    filled = fill(week(until=1), [DAILY], visits((0, 45, 15), (1, 45, 45))).rows
    renewed = refresh(filled, [row(1, *["1"] * 7)], MONDAY)
    again = fill(week(until=1), renewed, visits((0, 45, 15), (1, 45, 45)))
    assert actual(again) == [["0.25", "0.75", "1", "1", "1", "1", "1"]]
    assert not again.left


recorded = st.lists(
    st.tuples(st.integers(0, 6), st.sampled_from([None, 30, 45, 60]), st.none() | st.integers(0, 120)), max_size=9
)
plans = st.lists(st.lists(st.sampled_from(["0", "0.5", "0.75", "1"]), min_size=7, max_size=7), min_size=1, max_size=3)
typed = st.none() | st.tuples(st.integers(0, 6), st.sampled_from(["0", "0.25", "3"]))


@given(plan=plans, first=recorded, then=recorded, said=typed, more=st.booleans(), until=st.integers(0, 6))
def test_filling_twice_is_filling_once_and_nothing_typed_moves(
    plan: Sequence[Sequence[str]], first: list[tuple[int, int | None, int | None]],
    then: list[tuple[int, int | None, int | None]], said: tuple[int, str] | None, more: bool, until: int,
) -> None:  # fmt: skip
    rows = [row(number, *units) for number, units in enumerate(plan, start=1)]
    asked = week(until=until, more=more)
    filled = fill(asked, rows, visits(*first))
    assert fill(asked, read(written(filled.rows)), visits(*first)).rows == filled.rows
    if not more:
        assert sum(sum(each.actual) for each in filled.rows) <= sum(sum(each.planned) for each in rows)
    now = list(filled.rows)
    before = now[0].monitored.places[said[0]] if said and now[0].monitored else None
    if said is None or D(said[1]) == (now[0].planned[said[0]] if before is None else before):
        return
    day, units = said[0], D(said[1])
    now[0] = replace(now[0], actual=tuple(units if place == day else each for place, each in enumerate(now[0].actual)))
    later = fill(asked, now, visits(*then))
    assert later.rows[0].actual[day] == units
    assert all(each.stands == units for each in later.left if each.place == (1, day))


@given(minutes=st.lists(st.integers(0, 200), min_size=7, max_size=7), rounding=st.sampled_from(ROUNDINGS))
def test_one_visit_a_day_comes_to_what_the_oracle_adds_up(minutes: list[int], rounding: Rounding) -> None:
    found = fill(week(rounding, more=True, of=kind(step="0.01")), [DAILY],
                 visits(*((day, 45, each) for day, each in enumerate(minutes))))  # fmt: skip
    oracle = [slowly(each, 45, rounding) for each in minutes]
    assert [each.minutes for each in found.counted] == oracle
    for units, counted in zip(found.rows[0].actual, oracle, strict=True):
        assert abs(units * 60 - counted) <= D("0.3"), "in hundredths of an hour"
