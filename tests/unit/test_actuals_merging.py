"""A week whose plan changes after somebody has typed in it (workflows.actuals.merging): nothing typed is lost."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from workflows.actuals.entry import Absence, Row
from workflows.actuals.merging import refresh

MONDAY = date(2018, 7, 16)
D = Decimal
NONE = D(0)


def row(number: int, days: Sequence[str], *, first: int = 0, last: int = 6, price: str = "18.40") -> Row:
    """A planned row, delivered as planned; one figure is of the week."""
    units = tuple(D(each) for each in days)
    return Row(number, MONDAY + timedelta(days=first), MONDAY + timedelta(days=last), units, units, D(price))


def typed(planned: Row, **days: str) -> Row:
    """The row with other figures on some days: `d4="1"`."""
    actual = tuple(D(days.get(f"d{day}", str(units))) for day, units in enumerate(planned.planned))
    return replace(planned, actual=actual)


EVERY_DAY = ["0.75"] * 7


def test_the_same_plan_changes_nothing() -> None:
    kept = (typed(row(1, EVERY_DAY), d1="0.5"), replace(row(7, ["1"]), added=True, planned=(NONE,)))
    assert refresh(kept, [row(1, EVERY_DAY)], MONDAY) == kept


def test_where_nothing_was_typed_the_new_plan_stands() -> None:
    assert refresh([row(1, EVERY_DAY)], [row(1, ["1"] * 7)], MONDAY) == (row(1, ["1"] * 7),)


def test_typed_days_stay_and_the_others_follow_the_plan() -> None:
    (found,) = refresh([typed(row(1, EVERY_DAY), d1="0.5")], [row(1, ["1"] * 7)], MONDAY)
    assert found.actual == (D(1), D("0.5"), *[D(1)] * 5)
    assert not found.stale


def test_a_change_of_price_gives_each_part_its_own_days() -> None:
    kept = replace(typed(row(1, EVERY_DAY), d1="0.5", d5="2"), comment="Doctor came",
                   absent=(Absence("missed", D("0.25"), "refused", 5),))  # fmt: skip
    plan = [row(1, ["0.75"] * 3 + ["0"] * 4, last=2), row(2, ["0"] * 3 + ["0.75"] * 4, first=3, price="19")]
    first, second = refresh([kept], plan, MONDAY)
    assert (first.number, first.actual[1], first.absent, first.comment) == (1, D("0.5"), (), "Doctor came")
    assert (second.number, second.actual[5], second.absent) == (2, D(2), kept.absent)
    assert not first.stale and not second.stale


def test_a_day_that_is_not_planned_any_more_keeps_its_figure_and_is_flagged() -> None:
    planned, left = refresh([typed(row(1, EVERY_DAY), d5="2")], [row(1, ["0.75"] * 3 + ["0"] * 4, last=2)], MONDAY)
    assert (planned.stale, planned.actual) == (False, planned.planned)
    assert (left.stale, left.actual[5], sum(left.actual), sum(left.planned)) == (True, D(2), D(2), NONE)
    assert left.number not in {planned.number}


def test_a_visit_that_was_taken_off_a_day_is_flagged_where_it_stands() -> None:
    (found,) = refresh([typed(row(1, EVERY_DAY), d5="2")], [row(1, ["0.75"] * 5 + ["0", "0"])], MONDAY)
    assert (found.actual[5], found.actual[6], found.stale) == (D(2), NONE, True)


def test_a_double_up_stays_two_rows() -> None:
    kept = [row(1, EVERY_DAY), typed(row(2, EVERY_DAY), d3="0")]
    one, two = refresh(kept, [row(1, ["1"] * 7), row(2, ["1"] * 7)], MONDAY)
    assert (one.actual[3], two.actual[3], one.number, two.number) == (D(1), NONE, 1, 2)


def test_of_two_kinds_of_visit_the_one_that_is_left_keeps_its_own() -> None:
    kept = [typed(row(1, EVERY_DAY), d0="0.25"), typed(row(2, ["0.5"] * 7), d0="0")]
    evening, left = refresh(kept, [row(1, ["0.5"] * 7)], MONDAY)
    assert (evening.number, evening.actual[0], evening.stale) == (2, NONE, False)
    assert (left.number, left.actual[0], left.stale) == (1, D("0.25"), True)


def test_a_figure_for_the_week_whose_days_became_fewer_is_flagged() -> None:
    (found,) = refresh([typed(row(1, ["21"]), d0="19")], [row(1, ["9"], last=2)], MONDAY)
    assert (found.actual, found.stale) == ((D(19),), True)


def test_where_only_an_absence_was_said_actual_follows_the_plan() -> None:
    """Bradford leaves Actual at the plan for a paid absence: nobody claimed more than is planned now."""
    away = (Absence("missed", D(4), "planned", None, "On holiday"),)
    (found,) = refresh([replace(row(1, ["14"]), absent=away)], [row(1, ["8"], last=3)], MONDAY)
    assert (found.actual, found.absent, found.stale) == ((D(8),), away, True)


def test_a_plan_of_days_in_place_of_one_for_the_week() -> None:
    found = refresh([typed(row(1, ["21"]), d0="19")], [row(1, ["3"] * 7)], MONDAY)
    assert [(each.actual, each.stale) for each in found] == [((D(3),) * 7, False), ((D(19),), True)]


def test_what_was_left_goes_when_somebody_has_set_it_right() -> None:
    left = replace(row(2, ["0"] * 7), stale=False)
    assert refresh([row(1, EVERY_DAY), left], [row(1, EVERY_DAY)], MONDAY) == (row(1, EVERY_DAY),)


units = st.sampled_from(["0", "0.25", "0.75", "2"])


@st.composite
def plans(draw: st.DrawFn) -> list[Row]:
    """Rows as the plan of a week has them: stretches that follow each other, one to two rows each."""
    found: list[Row] = []
    first = draw(st.integers(0, 2))
    while first <= 6 and len(found) < 4:
        last = draw(st.integers(first, 6))
        price, by_day = draw(st.sampled_from(["18.40", "19"])), draw(st.booleans())
        for _ in range(draw(st.integers(1, 2)) if by_day else 1):
            days = [draw(units) if first <= day <= last else "0" for day in range(7)] if by_day else [draw(units)]
            found.append(row(len(found) + 1, days, first=first, last=last, price=price))
        first = last + draw(st.integers(1, 3))
    return found


@given(old=plans(), new=plans(), data=st.data())
def test_nothing_typed_is_lost_and_twice_is_once(old: list[Row], new: list[Row], data: st.DataObject) -> None:
    kept = []
    for each in old:
        places = range(len(each.planned))
        said = {f"d{place}": "7" for place in data.draw(st.sets(st.sampled_from(places), max_size=3))}
        day = data.draw(st.sampled_from(places))
        absent = (Absence("missed", D("0.25"), "refused", day if each.by_day else None),)
        kept.append(replace(typed(each, **said), absent=absent if data.draw(st.booleans()) else ()))
    found = refresh(kept, new, MONDAY)
    assert _sevens(found) == _sevens(kept)
    assert sorted(map(repr, _absences(found))) == sorted(map(repr, _absences(kept)))
    assert len({each.number for each in found}) == len(found)
    assert [(each.first, each.last, each.planned, each.price) for each in found[: len(new)]] == [
        (each.first, each.last, each.planned, each.price) for each in new
    ]
    assert refresh(found, new, MONDAY) == found


def _sevens(rows: Sequence[Row]) -> int:
    return sum(units == 7 for each in rows for units in each.actual)


def _absences(rows: Sequence[Row]) -> list[Absence]:
    return [absence for each in rows for absence in each.absent]
