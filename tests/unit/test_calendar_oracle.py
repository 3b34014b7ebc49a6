"""Working time against an oracle that looks at one minute after the other, in real time, and shares no code."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.council.profile import current
from workflows.council.targets import Target
from workflows.engine import calendar
from workflows.engine.calendar import Calendar, from_profile

LONDON = ZoneInfo("Europe/London")
MINUTE = timedelta(minutes=1)
NORFOLK = from_profile(current().calendar)
#: Bank holidays of England, written down from gov.uk and not taken from a package.
HOLIDAYS = {
    *(date(2018, 1, 1), date(2018, 3, 30), date(2018, 4, 2), date(2018, 5, 7), date(2018, 5, 28), date(2018, 8, 27)),
    *(date(2018, 12, 25), date(2018, 12, 26), date(2019, 1, 1)),
    *(date(2020, 1, 1), date(2020, 4, 10), date(2020, 4, 13), date(2020, 5, 8), date(2020, 5, 25), date(2020, 8, 31)),
    *(date(2020, 12, 25), date(2020, 12, 28)),
    *(date(2022, 1, 3), date(2022, 4, 15), date(2022, 4, 18), date(2022, 5, 2), date(2022, 6, 2), date(2022, 6, 3)),
    *(date(2022, 8, 29), date(2022, 9, 19), date(2022, 12, 26), date(2022, 12, 27)),
    *(date(2024, 1, 1), date(2024, 3, 29), date(2024, 4, 1), date(2024, 5, 6), date(2024, 5, 27), date(2024, 8, 26)),
    *(date(2024, 12, 25), date(2024, 12, 26)),
}
OFFICE = {day: (time(9), time(17)) for day in range(5)}
#: Always somebody there, over each change of the clocks, but for the lunch hour of Wednesday.
NIGHTS = {day: (time(0), time(23)) for day in range(7)} | {2: (time(7, 30), time(11, 45))}


def works(hours: dict[int, tuple[time, time]], closed: frozenset[date], minute: datetime) -> bool:
    """Whether the minute that begins now is worked."""
    local = minute.astimezone(LONDON)
    day = local.date()
    if day in HOLIDAYS or day in closed or local.weekday() not in hours:
        return False
    start, end = hours[local.weekday()]
    return start <= local.time() < end


def counted(hours: dict[int, tuple[time, time]], closed: frozenset[date], begin: datetime, end: datetime) -> int:
    """Working minutes between two whole minutes, one by one."""
    total, minute = 0, begin
    while minute < end:
        total += works(hours, closed, minute)
        minute += MINUTE
    return total


def after(hours: dict[int, tuple[time, time]], closed: frozenset[date], begin: datetime, minutes: int) -> datetime:
    """The moment at which so many working minutes have passed, one by one."""
    minute = begin
    while not works(hours, closed, minute):
        minute += MINUTE
    while minutes:
        minutes -= works(hours, closed, minute)
        minute += MINUTE
    return minute


def moments(first: date, last: date) -> st.SearchStrategy[datetime]:
    begin = datetime.combine(first, time(), UTC)
    return st.integers(0, (last - first).days * 24 * 60).map(lambda minutes: begin + minutes * MINUTE)


#: Weeks with something in them: Easter, the two changes of the clocks, 29 February, Christmas, a proclaimed holiday.
weeks = st.sampled_from(
    [
        date(2018, 3, 26),
        date(2018, 10, 24),
        date(2018, 12, 21),
        date(2020, 2, 26),
        date(2022, 6, 1),
        date(2022, 9, 14),
        date(2024, 2, 26),
        date(2024, 3, 27),
    ]
)
spans = weeks.flatmap(lambda day: st.tuples(*[moments(day, day + timedelta(days=12))] * 2)).map(sorted)
councils = st.tuples(
    st.sampled_from([OFFICE, NIGHTS, {1: (time(8), time(20)), 6: (time(0), time(6))}]),
    st.frozensets(st.sampled_from([date(2018, 3, 29), date(2018, 12, 27), date(2024, 2, 29), date(2022, 9, 16)])),
)


@settings(max_examples=120, deadline=None)
@given(councils, spans)
def test_minutes_between_are_those_that_one_counts(council: tuple, span: list[datetime]) -> None:
    hours, closed = council
    begin, end = span
    assert Calendar(hours, time(17), closed).minutes_between(begin, end) == counted(hours, closed, begin, end)


@settings(max_examples=60, deadline=None)
@given(councils, weeks.flatmap(lambda day: moments(day, day + timedelta(days=4))), st.integers(0, 1500))
def test_adding_minutes_comes_where_counting_comes(council: tuple, begin: datetime, minutes: int) -> None:
    hours, closed = council
    assert Calendar(hours, time(17), closed).add_minutes(begin, minutes) == after(hours, closed, begin, minutes)


@settings(deadline=None)
@given(spans, st.integers(0, 59), st.floats(0, 1))
def test_parts_add_up_to_the_whole_to_the_minute(span: list[datetime], seconds: int, share: float) -> None:
    begin, end = (each + timedelta(seconds=seconds) for each in span)
    middle = begin + (end - begin) * share
    whole = NORFOLK.minutes_between(begin, end)
    assert NORFOLK.minutes_between(begin, middle) + NORFOLK.minutes_between(middle, end) == whole


@pytest.mark.parametrize("target", [Target(1, "day"), Target(3, "day"), Target(1, "hour"), Target(11, "hour")])
@settings(max_examples=60, deadline=None)
@given(weeks.flatmap(lambda day: moments(day, day + timedelta(days=9))))
def test_what_is_over_is_found_by_one_comparison(target: Target, now: datetime) -> None:
    latest = NORFOLK.over_since(target, now)
    assert NORFOLK.due(target, latest) <= now
    assert NORFOLK.due(target, latest + timedelta(seconds=1)) > now or not NORFOLK.is_open(latest)
    assert NORFOLK.due(target, latest - timedelta(days=1)) <= now


@settings(max_examples=60, deadline=None)
@given(weeks.flatmap(lambda day: moments(day, day + timedelta(days=9))), st.integers(0, 20))
def test_what_is_left_is_what_was_asked_for(due: datetime, count: int) -> None:
    end = NORFOLK.next_open(due)
    begin = NORFOLK.before(end, Target(count, "hour"))
    assert counted(OFFICE, frozenset(), begin, end) == count * 60


@pytest.mark.parametrize(
    ("begin", "end", "minutes"),
    [
        ("2018-03-29T16:00+01:00", "2018-04-03T10:00+01:00", 120),  # over Good Friday and Easter Monday
        ("2024-02-28T16:00+00:00", "2024-03-01T10:00+00:00", 600),  # 29 February is a day like any other
        ("2018-12-24T16:59:59+00:00", "2018-12-27T09:00:30+00:00", 1),  # the last second before Christmas
        ("2018-12-24T17:00+00:00", "2018-12-27T09:00+00:00", 0),
        ("2022-09-16T16:00+01:00", "2022-09-20T10:00+01:00", 120),  # the funeral of Queen Elizabeth II
    ],
)
def test_days_that_people_argue_about(begin: str, end: str, minutes: int) -> None:
    assert NORFOLK.minutes_between(datetime.fromisoformat(begin), datetime.fromisoformat(end)) == minutes


def test_hours_over_a_change_of_the_clocks_are_as_long_as_they_are() -> None:
    nights = Calendar({6: (time(0), time(6))}, time(6))
    spring, autumn = date(2018, 3, 25), date(2018, 10, 28)
    assert (nights.minutes_on(spring), nights.minutes_on(autumn)) == (5 * 60, 7 * 60)
    assert nights.add_minutes(datetime(2018, 3, 25, tzinfo=UTC), 300) == datetime(2018, 3, 25, 5, tzinfo=UTC)


def test_a_calendar_reads_as_it_was_written() -> None:
    closed = Calendar(NORFOLK.hours, NORFOLK.cut_off, frozenset({date(2018, 12, 27)}))
    content = calendar.written(closed, range(2018, 2021))
    again = calendar.read(content)
    assert calendar.written(again, range(2018, 2021)) == content
    assert again.known_until() == date(2020, 12, 31)
    assert {day for day in HOLIDAYS if day.year == 2018} == again.bank_holidays[2018]
    assert not again.works_on(date(2018, 12, 27))


def test_what_was_written_stands_whatever_the_package_learns(monkeypatch: pytest.MonkeyPatch) -> None:
    before = calendar.read(calendar.written(NORFOLK, [2022]))
    shipped = calendar.shipped_holidays
    monkeypatch.setattr(calendar, "shipped_holidays", lambda year: shipped(year) | {date(year, 7, 15)})
    assert before.works_on(date(2022, 7, 15)) and not NORFOLK.works_on(date(2022, 7, 15))
