"""Working time (architecture §4): due dates, days left, opening hours."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.council.profile import current
from workflows.council.targets import Target, parse
from workflows.engine.calendar import LONDON, Calendar, from_profile

NORFOLK = from_profile(current().calendar)


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        ("2018-04-13 15:20", 5, "2018-04-20 17:00"),  # the picture: published on Friday, due on Friday
        ("2018-04-13 17:00", 1, "2018-04-16 17:00"),  # at the cut-off still counts
        ("2018-04-13 17:01", 1, "2018-04-17 17:00"),  # after it counts as received on Monday
        ("2018-04-14 10:00", 1, "2018-04-17 17:00"),  # Saturday: the same
        ("2018-03-29 12:00", 1, "2018-04-03 17:00"),  # over Good Friday and Easter Monday
        ("2026-12-24 16:59", 1, "2026-12-29 17:00"),  # Boxing Day falls on a Saturday: Monday 28 is taken for it
        ("2024-02-28 09:00", 1, "2024-02-29 17:00"),  # 29 February
        ("2026-03-27 12:00", 1, "2026-03-30 17:00"),  # the clocks go forward on Sunday 29
        ("2026-10-23 12:00", 1, "2026-10-26 17:00"),  # and back on Sunday 25
    ],
)
def test_when_working_days_are_over(received: str, days: int, due: str) -> None:
    assert NORFOLK.due(Target(days, "day"), london(received)) == london(due)


@pytest.mark.parametrize(
    ("received", "hours", "due"),
    [
        ("2018-04-13 15:20", 1, "2018-04-13 16:20"),
        ("2018-04-13 16:20", 2, "2018-04-16 10:20"),
        ("2018-04-13 20:00", 8, "2018-04-16 17:00"),
        ("2018-04-16 09:00", 8, "2018-04-16 17:00"),
        ("2018-04-16 09:00", 0, "2018-04-16 09:00"),
    ],
)
def test_when_working_hours_are_over(received: str, hours: int, due: str) -> None:
    assert NORFOLK.due(Target(hours, "hour"), london(received)) == london(due)


@pytest.mark.parametrize(
    ("now", "due", "left"),
    [
        ("2018-04-19 10:00", "2018-04-20 17:00", 1),
        ("2018-04-20 10:00", "2018-04-20 17:00", 0),
        ("2018-04-13 10:00", "2018-04-20 17:00", 5),
        ("2018-04-23 10:00", "2018-04-20 17:00", -1),
        ("2018-04-21 10:00", "2018-04-20 17:00", 0),
    ],
)
def test_working_days_left(now: str, due: str, left: int) -> None:
    assert NORFOLK.days_left(london(now), london(due)) == left


def test_no_alert_at_midnight_or_on_a_holiday() -> None:
    assert NORFOLK.next_open(london("2018-04-13 10:00")) == london("2018-04-13 10:00")
    assert NORFOLK.next_open(london("2018-04-13 03:00")) == london("2018-04-13 09:00")
    assert NORFOLK.next_open(london("2018-03-29 23:30")) == london("2018-04-03 09:00")


def test_a_reminder_stands_at_the_start_of_business_before() -> None:
    assert NORFOLK.before(london("2018-04-20 17:00"), Target(1, "day")) == london("2018-04-19 09:00")
    assert NORFOLK.before(london("2018-04-16 17:00"), Target(1, "day")) == london("2018-04-13 09:00")


def test_a_closure_day_is_not_worked() -> None:
    closed = Calendar(NORFOLK.hours, NORFOLK.cut_off, frozenset({date(2018, 4, 16)}))
    assert closed.due(Target(1, "day"), london("2018-04-13 10:00")) == london("2018-04-17 17:00")


moments = st.datetimes(datetime(2017, 1, 1), datetime(2030, 12, 31)).map(lambda each: each.replace(tzinfo=UTC))  # noqa: DTZ001


@given(moments, st.integers(0, 30))
def test_due_dates_count_the_working_days_between(received: datetime, count: int) -> None:
    """Against a count, day by day, that shares no code."""
    due = NORFOLK.due(Target(count, "day"), received).astimezone(LONDON)
    begun = NORFOLK.day_of_receipt(received)
    worked = sum(NORFOLK.works_on(begun + timedelta(days=n)) for n in range(1, (due.date() - begun).days + 1))
    assert worked == count
    assert due.time() == time(17)
    assert NORFOLK.works_on(due.date())


@pytest.mark.parametrize("text", ["5 days", "five working days", "-1 working days", "5 working weeks", ""])
def test_a_target_needs_a_number_and_a_unit(text: str) -> None:
    with pytest.raises(ValueError, match="working days"):
        parse(text)


@pytest.mark.parametrize("text", ["5 working days", "1 working day", "8 working hours"])
def test_a_target_reads_as_it_was_written(text: str) -> None:
    assert str(parse(text)) == text
