"""A line's week as people fill it in (workflows.actuals.entry): kept, put together, judged, and what it sets going."""

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policies import actuals
from workflows.actuals.assessing import Before, Decided, Raised, assess, occasions_of
from workflows.actuals.entry import Absence, FilledRow, Row, merged, read, written
from workflows.actuals.policy import Decision
from workflows.actuals.rules import Occasion
from workflows.register.rules import Span

D = Decimal
MONDAY = date(2025, 2, 17)
BRADFORD, SUFFOLK = actuals("bradford"), actuals("suffolk")
SHARED, PERSONAL = BRADFORD.kind("shared_support"), BRADFORD.kind("community_personal")
HOME_CARE = SUFFOLK.kind("home_care")
NIL = D(0)

units = st.decimals(0, 40, places=2)
absences = st.builds(
    Absence,
    box=st.sampled_from(["frustrated", "missed"]),
    units=units,
    cause=st.sampled_from(["", "hospital", "planned"]),
    day=st.none() | st.integers(0, 6),
    comment=st.text(max_size=20),
)
rows = st.builds(
    Row,
    number=st.integers(1, 9),
    first=st.just(MONDAY),
    last=st.just(MONDAY + timedelta(days=6)),
    planned=st.tuples(units) | st.tuples(*[units] * 7),
    actual=st.tuples(units),
    price=st.none() | units,
    absent=st.lists(absences, max_size=2).map(tuple),
    comment=st.text(max_size=20),
    added=st.booleans(),
    level=st.none() | st.integers(1, 5),
    visits=st.none() | st.integers(0, 9),
)


def row(
    planned: str = "21", actual: str | None = None, *absent: Absence, comment: str = "", price: str = "18.92"
) -> Row:
    return Row(1, MONDAY, MONDAY + timedelta(days=6), (D(planned),), (D(actual or planned),), D(price), absent, comment)


def days(*figures: str) -> tuple[Decimal, ...]:
    return tuple(D(each) for each in figures)


def hospital(units: str, comment: str = "Week 1") -> Absence:
    return Absence("frustrated", D(units), "hospital", None, comment)


def away(weeks: int, cause: str = "hospital") -> Before:
    """So many whole weeks of absence before this one."""
    spans = [MONDAY - timedelta(weeks=each) for each in range(1, weeks + 1)]
    return Before(stays={cause: tuple(Span(each, each + timedelta(days=6)) for each in spans)})


@given(st.lists(rows, max_size=4))
def test_what_is_kept_is_read_as_it_was(made: list[Row]) -> None:
    assert read(json.loads(json.dumps(written(made)))) == tuple(made)


def test_a_form_changes_what_was_delivered_and_never_the_plan_or_the_price() -> None:
    stored = [row()]
    filled = FilledRow(1, (D(20),), (), "One hour less")
    assert merged(stored, [filled], (), MONDAY, {}) == (replace(stored[0], actual=(D(20),), comment="One hour less"),)


def test_suffolks_extra_half_hours_are_one_more_row() -> None:
    """suffolk-user-guide §2: "Extra half hour on both Monday and Wednesday" is one row, with two ticks."""
    stored = [Row(1, MONDAY, MONDAY, days(*["0.75"] * 7), days(*["0.75"] * 7), D("18.40"))]
    extra = FilledRow(0, days("0.5", "0", "0.5", "0", "0", "0", "0"), (), "Authorised by telephone")
    made = merged(stored, [extra], (), MONDAY, {})
    assert (made[1].number, made[1].added, sum(made[1].planned), sum(made[1].actual)) == (2, True, 0, D(1))
    assert made[1].price == D("18.40")
    allowed = assess(SUFFOLK, HOME_CARE, MONDAY, made, Before(authorised=D(1)))
    refused = assess(SUFFOLK, HOME_CARE, MONDAY, made, Before())
    assert (allowed.paid_units, refused.paid_units) == (D("6.25"), D("5.25"))


def test_an_added_row_can_be_taken_out_again_and_a_planned_one_cannot() -> None:
    stored = merged([row()], [FilledRow(0, (D(1),))], (), MONDAY, {})
    assert [each.number for each in merged(stored, [], {1, 2}, MONDAY, {})] == [1]


def test_figures_that_do_not_fit_a_row_are_refused() -> None:
    with pytest.raises(ValueError, match="1 places, not 7"):
        merged([row()], [FilledRow(1, days(*["3"] * 7))], (), MONDAY, {})


def test_another_service_level_has_its_own_price() -> None:
    made = merged([row()], [FilledRow(0, (D(1),), level=7)], (), MONDAY, {7: D("9.50")})
    assert (made[1].level, made[1].price) == (7, D("9.50"))


def test_suffolks_week_without_a_sunday_says_so_and_pays_4_50() -> None:
    """suffolk-user-guide §2 "Week Beginning 16 Jul 2018": 45 minutes every day, no call on Sunday."""
    plan = days(*["0.75"] * 7)
    done = replace(Row(1, MONDAY, MONDAY, plan, plan, D("18.40")), actual=(*plan[:6], NIL))
    found = assess(SUFFOLK, HOME_CARE, MONDAY, [done], Before())
    assert (found.verdict.planned, found.paid_units, found.pay) == (D("5.25"), D("4.50"), D("82.80"))
    assert found.lacks == {"comment"}  # "Comments are mandatory for all changes"
    assert assess(SUFFOLK, HOME_CARE, MONDAY, [replace(done, comment="No call")], Before()).ready


def test_a_box_without_a_cause_lacks_one_and_is_no_fault() -> None:
    found = assess(BRADFORD, SHARED, MONDAY, [row("14", "14", Absence("missed", D(4)))], Before())
    assert (found.faults, "cause" in found.lacks, found.ready) == ({}, True, False)


def test_less_than_planned_without_a_cause_lacks_one() -> None:
    assert "cause" in assess(BRADFORD, SHARED, MONDAY, [row("14", "10", comment="Ill")], Before()).lacks


def test_a_comment_must_say_which_week_of_the_absence_it_is() -> None:
    told = assess(BRADFORD, SHARED, MONDAY, [row("21", "21", hospital("21", "Week 3"))], away(2))
    untold = assess(BRADFORD, SHARED, MONDAY, [row("21", "21", hospital("21", "Week 2"))], away(2))
    assert (told.lacks, untold.lacks) == (frozenset(), {"comment"})
    assert told.judged[0].number == 3


@pytest.mark.parametrize(("kind", "weeks", "paid"), [
    (SHARED, 5, True), (SHARED, 6, False), (PERSONAL, 1, True), (PERSONAL, 2, False),
])  # fmt: skip
def test_bradfords_weeks_6_and_7_and_2_and_3(kind: object, weeks: int, paid: bool) -> None:
    """bradford-supported-living: shared support "up to 6 weeks", personal hours "up to 2 weeks"."""
    found = assess(BRADFORD, kind, MONDAY, [row("21", "21", hospital("21", f"Week {weeks + 1}"))], away(weeks))  # type: ignore[arg-type]
    assert (found.pay == D("397.32")) is paid
    assert (found.pay == 0) is not paid


def test_a_stay_raises_the_same_for_its_first_week_each_time_it_is_saved() -> None:
    first = assess(BRADFORD, SHARED, MONDAY, [row("21", "21", hospital("21"))], Before())
    assert first.raises == (Raised("operational_notice", "hospital", MONDAY),)
    fifth = assess(BRADFORD, SHARED, MONDAY, [row("21", "21", hospital("21", "Week 5"))], away(4))
    assert fifth.raises == (Raised("funding_decision", "hospital", MONDAY - timedelta(weeks=4)),)


def test_what_was_decided_for_an_earlier_stay_says_nothing_of_this_one() -> None:
    long_ago = Decided("hospital", MONDAY - timedelta(weeks=30), Decision(MONDAY + timedelta(days=6)))
    before = replace(away(6), decided=(long_ago,))
    assert assess(BRADFORD, SHARED, MONDAY, [row("21", "21", hospital("21", "Week 7"))], before).pay == 0
    now = replace(long_ago, since=MONDAY - timedelta(weeks=6))
    paid = assess(
        BRADFORD, SHARED, MONDAY, [row("21", "21", hospital("21", "Week 7"))], replace(before, decided=(now,))
    )
    assert paid.pay == D("397.32")


def test_a_further_decision_is_asked_for_from_the_day_after_the_last() -> None:
    until = MONDAY + timedelta(days=6)
    before = replace(away(6), decided=(Decided("hospital", MONDAY - timedelta(weeks=6), Decision(until)),))
    found = assess(BRADFORD, SHARED, MONDAY, [row("21", "21", hospital("21", "Week 7"))], before)
    assert found.raises == (Raised("funding_decision", "hospital", until + timedelta(days=1)),)


def test_a_box_that_a_council_never_uses_is_refused_in_its_words() -> None:
    found = assess(
        SUFFOLK, HOME_CARE, MONDAY, [row("21", "21", Absence("frustrated", D(1), "not_delivered"))], Before()
    )
    assert any("rustrated" in each for each in found.faults[1])


def test_occasions_are_the_planned_days_in_their_order() -> None:
    plan = days("2", "0", "2", "0", "0", "0", "0")
    refused = Absence("missed", D(2), "not_engaged", 2, "Refused entry")
    made = Row(1, MONDAY, MONDAY, plan, plan, D(1), (refused,))
    assert occasions_of(MONDAY, [made]) == [Occasion(MONDAY), Occasion(MONDAY + timedelta(days=2), "not_engaged")]


@given(st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80), st.booleans()), min_size=1, max_size=3))
def test_nothing_is_paid_beyond_the_plan_where_more_is_refused(figures: list[tuple[int, int, bool]]) -> None:
    """Whatever is typed: planned and actual quarter hours, and whether what is missing is put down to a hospital."""
    made = []
    for number, (planned, actual, in_hospital) in enumerate(figures, start=1):
        missing = max(planned - actual, 0)
        absent = (hospital(str(D(missing) / 4)),) if in_hospital and missing else ()
        made.append(replace(row(str(D(planned) / 4), str(D(actual) / 4), *absent), number=number))
    found = assess(BRADFORD, SHARED, MONDAY, made, Before())
    assert NIL <= found.paid_units <= sum((each.planned[0] for each in made), NIL)
    assert found.pay <= sum(((each.planned[0] * D("18.92")) for each in made), NIL) + D("0.03")
