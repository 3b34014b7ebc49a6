"""A clock is a pure function of its definition, its calendar, when it ran, and now (architecture §4)."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.council.profile import current
from workflows.council.targets import parse
from workflows.engine import urgency
from workflows.engine.calendar import LONDON, Calendar, from_profile
from workflows.engine.clocks import minutes_in_words
from workflows.engine.models import Task
from workflows.engine.timing import Definition, Run, limits, replay, while_held

NORFOLK = from_profile(current().calendar)
MINUTE = timedelta(minutes=1)


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def clock_of(
    target: str, *, share: str = "0.75", left: str = "1 working day", calendar: Calendar = NORFOLK
) -> Definition:
    return Definition(1, "a.clock", 1, "provider", parse(target), Decimal(share), parse(left), 1, calendar)


FIVE_DAYS = clock_of("5 working days")


@pytest.mark.parametrize(
    ("begin", "target", "due"),
    [
        ("2018-12-24 16:59:59", "1 working day", "2018-12-27 17:00"),  # the last second before Christmas still counts
        ("2018-12-24 17:00:01", "1 working day", "2018-12-28 17:00"),
        ("2018-04-13 15:20", "0 working days", "2018-04-13 17:00"),  # a target of zero: by the end of business
        ("2018-04-14 15:20", "0 working days", "2018-04-16 17:00"),
        ("2018-04-13 15:20", "0 working hours", "2018-04-13 15:20"),  # at once
        ("2018-03-29 12:00", "5 working days", "2018-04-09 17:00"),  # over Good Friday and Easter Monday
        ("2024-02-28 12:00", "1 working day", "2024-02-29 17:00"),
        ("2018-03-23 16:00", "2 working hours", "2018-03-26 10:00"),  # the clocks go forward in between
    ],
)
def test_when_a_turn_is_due(begin: str, target: str, due: str) -> None:
    within = limits(clock_of(target), london(begin))
    assert within.due == london(due)
    assert within.at_risk <= within.due


def test_it_is_at_risk_when_a_share_has_gone_or_so_much_is_left_whichever_is_first() -> None:
    begin = london("2018-04-16 09:00")  # a Monday: forty working hours until Friday 17:00, were it five days of eight
    assert limits(clock_of("4 working days", left="0 working hours"), begin).at_risk == london("2018-04-19 15:00")
    assert limits(clock_of("4 working days", left="2 working days"), begin).at_risk == london("2018-04-18 09:00")
    assert limits(clock_of("4 working days", share="1", left="3 working hours"), begin).at_risk == london(
        "2018-04-20 14:00"
    )
    assert limits(clock_of("1 working day", left="5 working days"), begin).at_risk == begin


def test_a_turn_is_in_time_until_it_is_due_and_late_a_moment_after() -> None:
    begin, due = london("2018-04-13 15:20"), london("2018-04-20 17:00")
    in_time = replay(FIVE_DAYS, [Run(begin, due)], due, due + MINUTE)
    assert in_time is not None and (in_time.state, in_time.breached) == ("met", False)
    late = replay(FIVE_DAYS, [Run(begin, due + MINUTE)], due + MINUTE, due + MINUTE)
    assert late is not None and (late.state, late.breached_at) == ("missed", due)
    still = replay(FIVE_DAYS, [Run(begin)], None, due + MINUTE)
    assert still is not None and (still.state, still.at_risk, still.due) == ("breached", True, due)


def test_what_has_not_begun_has_no_clock() -> None:
    assert replay(FIVE_DAYS, [], None, london("2018-04-20 17:00")) is None


def test_a_case_clock_runs_only_while_its_party_holds_the_case() -> None:
    spans = [
        ("provider", london("2018-04-16 09:00"), london("2018-04-16 12:00")),
        ("team", london("2018-04-16 12:00"), london("2018-04-18 12:00")),
        ("provider", london("2018-04-18 12:00"), None),
    ]
    eight = clock_of("8 working hours", left="2 working hours")
    now = london("2018-04-18 14:00")
    clock = replay(eight, while_held(spans, "provider"), None, now)
    assert clock is not None
    assert (clock.state, clock.elapsed, clock.paused) == ("running", 5 * 60, 16 * 60)
    assert clock.due == london("2018-04-18 17:00")
    assert (clock.at_risk_at, clock.at_risk) == (london("2018-04-18 15:00"), False)
    council = replay(eight, while_held(spans, "team"), None, now)
    assert council is not None
    assert (council.state, council.breached_at) == ("breached", london("2018-04-17 12:00"))


def test_a_clock_that_is_put_down_is_due_at_no_time() -> None:
    runs = [Run(london("2018-04-16 09:00"), london("2018-04-16 12:00"))]
    clock = replay(clock_of("8 working hours"), runs, None, london("2018-05-16 12:00"))
    assert clock is not None and (clock.state, clock.due, clock.elapsed) == ("paused", None, 180)


def test_a_breach_is_a_fact_that_stays_when_the_clock_is_put_down_and_taken_up() -> None:
    runs = [Run(london("2018-04-16 09:00"), london("2018-04-16 12:00")), Run(london("2018-04-18 09:00"))]
    clock = replay(clock_of("2 working hours"), runs, None, london("2018-04-18 09:30"))
    assert clock is not None and clock.breached_at == london("2018-04-16 11:00")


def test_days_cannot_be_put_down() -> None:
    runs = [Run(london("2018-04-16 09:00"), london("2018-04-16 12:00")), Run(london("2018-04-18 09:00"))]
    with pytest.raises(ValueError, match="working hours"):
        replay(FIVE_DAYS, runs, None, london("2018-04-19 09:00"))


def test_a_holiday_proclaimed_while_a_clock_runs_moves_it_only_with_its_calendar() -> None:
    begin = london("2022-09-09 12:00")  # the holiday of Monday 19 September was proclaimed on the tenth
    early = Calendar(NORFOLK.hours, NORFOLK.cut_off, bank_holidays={2022: frozenset()})
    before = clock_of("6 working days", calendar=early)
    after = replace(before, calendar=replace(early, bank_holidays={2022: frozenset({date(2022, 9, 19)})}))
    assert limits(before, begin).due == london("2022-09-19 17:00")
    assert limits(after, begin).due == london("2022-09-20 17:00")


moments = st.integers(0, 60 * 24 * 60).map(lambda minutes: datetime(2018, 3, 1, tzinfo=UTC) + minutes * MINUTE)
councils = st.sampled_from([NORFOLK, Calendar({day: (time(8), time(20)) for day in range(7)}, time(20))])


@settings(deadline=None)
@given(councils, st.lists(moments, min_size=2, max_size=9, unique=True).map(sorted), st.integers(0, 60), moments)
def test_what_ran_and_what_stood_still_are_the_whole(
    calendar: Calendar, at: list[datetime], hours: int, now: datetime
) -> None:
    """However often a case goes to and fro, both parties' clocks count each working minute once."""
    holders = ["provider", "team"] * 5
    spans = [(holders[place], at[place], at[place + 1]) for place in range(len(at) - 1)]
    last = max(now, at[-1])
    clocks = [replay(clock_of(f"{hours} working hours", calendar=calendar), while_held(spans, party), at[-1], last)
              for party in ("provider", "team")]  # fmt: skip
    whole = calendar.minutes_between(at[0], at[-1])
    assert sum(clock.elapsed for clock in clocks if clock) == whole
    for clock in clocks:
        if clock is not None:
            assert clock.elapsed + clock.paused == calendar.minutes_between(clock.begun, at[-1])
            assert clock.breached == (clock.elapsed > hours * 60 or (hours == 0 and clock.breached))


@settings(deadline=None)
@given(st.lists(moments, min_size=2, max_size=8, unique=True).map(sorted), st.integers(1, 30))
def test_time_only_brings_a_clock_nearer_to_its_end(at: list[datetime], hours: int) -> None:
    definition = clock_of(f"{hours} working hours", left="1 working hour")
    states = [replay(definition, [Run(at[0])], None, now) for now in at]
    order = {"running": 0, "breached": 1}
    assert [order[each.state] for each in states if each] == sorted(order[each.state] for each in states if each)
    assert [each.at_risk for each in states if each] == sorted(each.at_risk for each in states if each)
    assert len({each.due for each in states if each}) == 1


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0 working minutes"), (1, "1 working minute"), (60, "1 working hour"), (135, "2 working hours 15 minutes")],
)
def test_minutes_in_words(minutes: int, words: str) -> None:
    assert minutes_in_words(minutes) == words


def test_what_is_past_target_comes_before_any_priority_and_that_before_any_money() -> None:
    late = Task(breached_at=london("2018-04-16 09:00"), amount=None)
    pressing = Task(priority=2, amount=Decimal(1))
    high = Task(priority=1, amount=Decimal("1148.20"))
    dear, cheap = Task(amount=Decimal("9999999999")), Task(amount=Decimal("536.49"))
    order = [late, pressing, high, dear, cheap, Task(amount=Decimal("-5"))]
    assert sorted(order, key=urgency.of, reverse=True) == order
    assert urgency.why(high) == ["it has high priority", "£1,148.20 hangs on it"]


def test_a_turn_may_be_due_at_a_moment_of_its_own() -> None:
    begin, by = london("2025-02-10 00:00"), london("2025-02-18 17:00")
    within = limits(clock_of("a moment of its own", left="1 working day"), begin, by=by)
    assert within.due == by
    assert within.at_risk == london("2025-02-17 09:00")
    with pytest.raises(ValueError, match="was not told which"):
        limits(clock_of("a moment of its own"), begin)
    stands = replay(clock_of("a moment of its own"), [Run(begin)], None, london("2025-02-18 17:01"), by)
    assert stands is not None
    assert stands.breached_at == by
