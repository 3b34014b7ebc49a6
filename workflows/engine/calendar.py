"""Working time: when something is due, and how much working time is left. Pure, Europe/London.

The council's hours, closure days and cut-off come from its profile; bank holidays are shipped with the `holidays`
package, so nothing is fetched.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from workflows.council import schema
from workflows.council.profile import current
from workflows.council.targets import Target

LONDON = ZoneInfo("Europe/London")
WEEKDAYS: tuple[str, ...] = schema.Weekday.__args__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Calendar:
    """When a council works: hours by weekday (0 is Monday), days it is closed, and the cut-off for receipt."""

    hours: Mapping[int, tuple[time, time]]
    cut_off: time
    closed: frozenset[date] = field(default_factory=frozenset)
    bank_holidays: bool = True

    def works_on(self, day: date) -> bool:
        """Whether `day` is a working day."""
        return day.weekday() in self.hours and day not in self.closed and not (self.bank_holidays and _is_holiday(day))

    def due(self, target: Target, received: datetime) -> datetime:
        """When a target that began at `received` is due, in UTC.

        Days: end of business on the nth working day after the day of receipt. What arrives after the cut-off, or on a
        day that is not worked, counts as received on the next working day. Hours: that much working time later.
        """
        if target.unit == "hour":
            return self._after_working_time(received, timedelta(hours=target.count))
        return self._end_of(self._nth_after(self.day_of_receipt(received), target.count))

    def before(self, due: datetime, target: Target) -> datetime:
        """The start of business `target` working days before the day on which something is due (for reminders)."""
        day = due.astimezone(LONDON).date()
        for _ in range(target.count if target.unit == "day" else 0):
            day = self._previous(day)
        return self._start_of(day)

    def day_of_receipt(self, received: datetime) -> date:
        """The working day on which something counts as received."""
        local = received.astimezone(LONDON)
        if self.works_on(local.date()) and local.time() <= self.cut_off:
            return local.date()
        return self._next(local.date())

    def days_left(self, now: datetime, due: datetime) -> int:
        """Whole working days from today to the day on which something is due; negative when it is past."""
        today, last = now.astimezone(LONDON).date(), due.astimezone(LONDON).date()
        if last >= today:
            return sum(1 for day in _days(today + timedelta(days=1), last) if self.works_on(day))
        return -sum(1 for day in _days(last + timedelta(days=1), today) if self.works_on(day))

    def is_open(self, now: datetime) -> bool:
        """Whether the council works at this moment."""
        local = now.astimezone(LONDON)
        if not self.works_on(local.date()):
            return False
        start, end = self.hours[local.weekday()]
        return start <= local.time() < end

    def next_open(self, now: datetime) -> datetime:
        """`now` when the council works, otherwise when it next begins to (no alerts at midnight)."""
        if self.is_open(now):
            return now
        local = now.astimezone(LONDON)
        if self.works_on(local.date()) and local.time() < self.hours[local.weekday()][0]:
            return self._start_of(local.date())
        return self._start_of(self._next(local.date()))

    def _after_working_time(self, begin: datetime, left: timedelta) -> datetime:
        moment = self.next_open(begin)
        while True:
            end = self._end_of(moment.astimezone(LONDON).date())
            if moment + left <= end:
                return moment + left
            left -= end - moment
            moment = self._start_of(self._next(moment.astimezone(LONDON).date()))

    def _nth_after(self, day: date, count: int) -> date:
        for _ in range(count):
            day = self._next(day)
        return day

    def _next(self, day: date) -> date:
        return next(each for each in _days(day + timedelta(days=1), day + timedelta(days=366)) if self.works_on(each))

    def _previous(self, day: date) -> date:
        day -= timedelta(days=1)
        while not self.works_on(day):
            day -= timedelta(days=1)
        return day

    def _start_of(self, day: date) -> datetime:
        return datetime.combine(day, self.hours[day.weekday()][0], LONDON).astimezone(UTC)

    def _end_of(self, day: date) -> datetime:
        return datetime.combine(day, self.hours[day.weekday()][1], LONDON).astimezone(UTC)


def from_profile(profile: schema.Calendar) -> Calendar:
    """The calendar that a council profile describes."""
    hours = {}
    for day, text in profile.hours.items():
        start, end = (time.fromisoformat(part) for part in text.split("-"))
        hours[WEEKDAYS.index(day)] = (start, end)
    return Calendar(hours=hours, cut_off=profile.cut_off, closed=profile.closure_days)


@lru_cache(maxsize=1)
def council_calendar() -> Calendar:
    """The calendar of this installation's council."""
    return from_profile(current().calendar)


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


@lru_cache(maxsize=64)
def _holidays_of(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def _is_holiday(day: date) -> bool:
    return day in _holidays_of(day.year)
