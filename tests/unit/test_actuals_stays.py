"""Weeks of an absence, runs of the same cause, steps, bands and comments (workflows.actuals.rules)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policies import actuals, oracle
from workflows.actuals.policy import Asked, answer
from workflows.actuals.rules import (
    Occasion,
    Run,
    fault_of_comment,
    fault_of_units,
    monday_of,
    run_of,
    sunday_of,
    to_step,
    week_of_absence,
)
from workflows.register.rules import Span

MONDAY = date(2025, 2, 10)
WEEK = timedelta(days=7)
weeks = [MONDAY + number * WEEK for number in range(12)]
days = st.integers(0, 70).map(lambda number: MONDAY + timedelta(days=number))
spans = st.tuples(days, st.none() | st.integers(0, 30)).map(
    lambda each: (each[0], None if each[1] is None else each[0] + timedelta(days=each[1]))
)


def numbers(*stays: Span, new_stay_after: int = 1) -> list[int]:
    return [week_of_absence(stays, week, new_stay_after) for week in weeks]


@given(stays=st.lists(spans, max_size=4), after=st.integers(1, 4))
def test_weeks_of_absence_are_what_walking_the_days_finds(stays: list[oracle.Days], after: int) -> None:
    found = numbers(*(Span(*stay) for stay in stays), new_stay_after=after)
    assert found == [oracle.week_number(stays, week, after) for week in weeks]


@pytest.mark.parametrize("day", range(7))
def test_the_week_of_admission_is_week_1_on_whichever_day_it_was(day: int) -> None:
    assert numbers(Span(MONDAY + timedelta(days=day)))[:3] == [1, 2, 3]


@pytest.mark.parametrize(
    ("end", "found"), [(date(2025, 3, 23), [1, 2, 3, 4, 5, 6, 0]), (date(2025, 3, 24), [1, 2, 3, 4, 5, 6, 7])]
)
def test_a_stay_to_a_sunday_is_six_weeks_and_a_day_longer_seven(end: date, found: list[int]) -> None:
    assert numbers(Span(MONDAY, end))[:7] == found


def test_a_stay_goes_on_counting_where_a_four_week_period_ends() -> None:
    shared = actuals("bradford")
    stay = Span(date(2025, 3, 5), date(2025, 5, 4))  # over the ends of the periods 10/02 to 09/03 and 10/03 to 06/04
    asked = [Asked("shared_support", "hospital", week, week_of_absence([stay], week)) for week in weeks[3:12]]
    assert [each.number for each in asked] == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert [answer(shared, each).paid for each in asked] == [True] * 6 + [False] * 3


def test_home_for_two_days_is_the_same_stay() -> None:
    first, again = Span(date(2025, 2, 12), date(2025, 2, 19)), Span(date(2025, 2, 22), date(2025, 3, 20))
    assert numbers(first, again)[:6] == [1, 2, 3, 4, 5, 6]


def test_home_for_a_whole_week_is_a_new_stay_with_week_1() -> None:
    first, again = Span(date(2025, 2, 12), date(2025, 2, 16)), Span(date(2025, 2, 24), date(2025, 3, 5))
    assert numbers(first, again)[:5] == [1, 0, 1, 2, 0]


def test_a_council_may_want_longer_at_home_before_it_pays_anew() -> None:
    first, again = Span(date(2025, 2, 12), date(2025, 2, 16)), Span(date(2025, 2, 24), date(2025, 3, 5))
    assert numbers(first, again, new_stay_after=2)[:5] == [1, 0, 2, 3, 0]


def test_two_stays_in_one_week_are_one_week_of_absence() -> None:
    assert numbers(Span(MONDAY, MONDAY), Span(date(2025, 2, 14), date(2025, 2, 18)))[:3] == [1, 2, 0]


@given(causes=st.lists(st.sampled_from(["", "not_engaged", "provider"]), max_size=9))
def test_runs_are_what_trying_every_slice_finds(causes: list[str]) -> None:
    occasions = [Occasion(MONDAY + timedelta(days=number), cause) for number, cause in enumerate(causes)]
    run = run_of(occasions, "not_engaged")
    assert (run.count if run else 0) == oracle.longest_run(causes, "not_engaged")
    if run:
        begun = (run.since - MONDAY).days
        assert set(causes[begun : begun + run.count]) == {"not_engaged"}


def test_a_visit_that_took_place_breaks_a_run() -> None:
    causes = ["not_engaged", "not_engaged", "", "not_engaged", "not_engaged", "not_engaged"]
    run = run_of([Occasion(MONDAY + timedelta(days=number), cause) for number, cause in enumerate(causes)], causes[0])
    assert run == Run(MONDAY + timedelta(days=3), 3)


@given(day=days)
def test_a_week_is_from_monday_to_sunday(day: date) -> None:
    assert (monday_of(day).weekday(), sunday_of(day).weekday()) == (0, 6)
    assert monday_of(day) <= day <= sunday_of(day)


@pytest.mark.parametrize("monday", [date(2018, 4, 9), date(2018, 4, 23), date(2018, 7, 16), date(2025, 2, 10)])
def test_the_weeks_of_the_guides_begin_on_mondays(monday: date) -> None:
    assert monday_of(monday) == monday


@given(units=st.decimals(0, 200, places=4), step=st.sampled_from(["0.25", "0.5", "1"]))
def test_the_nearest_step_is_no_further_than_half_a_step(units: Decimal, step: str) -> None:
    found = to_step(units, Decimal(step))
    assert found % Decimal(step) == 0
    assert abs(found - units) <= Decimal(step) / 2


@pytest.mark.parametrize(
    ("units", "said"),
    [
        ("0", None),
        ("0.25", None),
        ("4.50", None),
        ("4.60", "Enter hours in steps of 0.25"),
        ("-0.25", "Enter 0 or more"),
    ],
)
def test_units_are_entered_in_steps(units: str, said: str | None) -> None:
    assert fault_of_units(Decimal(units), Decimal("0.25"), "hours") == said


def test_of_two_runs_of_one_length_the_later_counts() -> None:
    causes = ["not_engaged", "not_engaged", "", "not_engaged", "not_engaged"]
    run = run_of([Occasion(MONDAY + timedelta(days=number), cause) for number, cause in enumerate(causes)], causes[0])
    assert run == Run(MONDAY + timedelta(days=3), 2)


@pytest.mark.parametrize(
    ("comment", "needed", "number", "said"),
    [
        ("", "no", 1, None),
        (" ", "yes", 1, "Say in the comment what happened"),
        ("On holiday", "yes", 1, None),
        ("", "with_week", 3, "Say in the comment what happened"),
        ("In hospital", "with_week", 3, "Say in the comment which week of the absence this is: week 3"),
        ("Hospital, Week 3", "with_week", 3, None),
        ("Hospital (week no. 3)", "with_week", 3, None),
        ("Hospital, week 13", "with_week", 3, "Say in the comment which week of the absence this is: week 3"),
        ("Hospital, week 30", "with_week", 3, "Say in the comment which week of the absence this is: week 3"),
    ],
)
def test_a_comment_says_what_the_rule_asks_for(comment: str, needed: str, number: int, said: str | None) -> None:
    assert fault_of_comment(comment, needed, number) == said
