"""Working time: when something is due, and how much working time is left. Pure, Europe/London.

The council's hours, closure days and cut-off come from its profile; bank holidays are shipped with the `holidays`
package, so nothing is fetched. `written` and `read` turn a calendar into what a CalendarVersion keeps and back: bank
holidays of the years around are in it, so that a later package or profile moves nothing that has begun.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from workflows.council.clocks import Calendar as CalendarInProfile
from workflows.council.profile import current
from workflows.council.tables import Weekday
from workflows.council.targets import Target

LONDON = ZoneInfo("Europe/London")
WEEKDAYS: tuple[str, ...] = Weekday.__args__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Calendar:
    """When a council works: hours by weekday (0 is Monday), days it is closed, and the cut-off for receipt."""

    hours: Mapping[int, tuple[time, time]]
    cut_off: time
    closed: frozenset[date] = field(default_factory=frozenset)
    bank_holidays: Mapping[int, frozenset[date]] = field(default_factory=dict)  # of a year that is missing: as shipped

    def works_on(self, day: date) -> bool:
        """Whether `day` is a working day."""
        return day.weekday() in self.hours and day not in self.closed and not self._is_holiday(day)

    def minutes_on(self, day: date) -> int:
        """Minutes worked on a day, as they really pass: hours over a change of the clocks are longer or shorter."""
        known = self._known.get(day)
        if known is None:
            known = _minutes(self._start_of(day), self._end_of(day)) if self.works_on(day) else 0
            self._known[day] = known
        return known

    @cached_property
    def _known(self) -> dict[date, int]:
        """Days that were asked for already: every command that ends a turn asks for the days of its life."""
        return {}

    @cached_property
    def usual_day(self) -> int:
        """Minutes of a working day: the hours of a week, shared out among its working days."""
        lengths = [
            _minutes(datetime.combine(date.min, a), datetime.combine(date.min, b)) for a, b in self.hours.values()
        ]
        return sum(lengths) // len(lengths)

    def hours_on(self, day: date) -> tuple[datetime, datetime]:
        """When a day opens and shuts, in UTC; one that is not worked opens and shuts at its midnight."""
        if not self.works_on(day):
            midnight = datetime.combine(day, time(), LONDON).astimezone(UTC)
            return midnight, midnight
        return self._start_of(day), self._end_of(day)

    def minutes_between(self, begin: datetime, end: datetime) -> int:
        """Working minutes from one moment to another, both cut to the minute, so that parts add up to the whole.

        Never below zero.
        """
        first, last = _to_the_minute(begin), _to_the_minute(end)
        if last <= first:
            return 0
        days = _days(first.astimezone(LONDON).date(), last.astimezone(LONDON).date() - timedelta(days=1))
        return self.minutes_before(last) - self.minutes_before(first) + sum(map(self.minutes_on, days))

    def minutes_before(self, moment: datetime) -> int:
        """Working minutes of the moment's own day that have passed by then."""
        day = moment.astimezone(LONDON).date()
        if not self.works_on(day):
            return 0
        start = self._start_of(day)
        return _minutes(start, max(start, min(self._end_of(day), _to_the_minute(moment))))

    def add_minutes(self, begin: datetime, minutes: int) -> datetime:
        """The moment that many working minutes later, in UTC; for none, when the council next works."""
        return self._after_working_time(begin, timedelta(minutes=minutes))

    def due(self, target: Target, received: datetime) -> datetime:
        """When a target that began at `received` is due, in UTC.

        Days: end of business on the nth working day after the day of receipt. What arrives after the cut-off, or on a
        day that is not worked, counts as received on the next working day. Hours: that much working time later.
        """
        if target.unit == "hour":
            return self._after_working_time(received, timedelta(hours=target.count))
        return self._end_of(self._nth_after(self.day_of_receipt(received), target.count))

    def before(self, due: datetime, target: Target) -> datetime:
        """When no more than `target` is left: the start of business that many working days before the day on which
        something is due, or so many working hours before it is due.
        """
        day = due.astimezone(LONDON).date()
        if target.unit == "hour":
            return self._before_working_time(due, timedelta(hours=target.count))
        for _ in range(target.count):
            day = self._previous(day)
        return self._start_of(day if self.works_on(day) else self._previous(day))

    def over_since(self, target: Target, now: datetime) -> datetime:
        """The latest moment such that `target`, begun at it, is over `now`: turns "due, and a working day more" into
        one comparison with what is due (for the ladder).
        """
        if target.unit == "hour":
            return self._before_working_time(now, timedelta(hours=target.count))
        local = now.astimezone(LONDON)
        day = local.date()
        if not self.works_on(day) or local.time() < self.hours[day.weekday()][1]:
            day = self._previous(day)
        for _ in range(target.count):
            day = self._previous(day)
        return datetime.combine(day, self.cut_off, LONDON).astimezone(UTC)

    def known_until(self) -> date | None:
        """The last day whose bank holidays are written in this calendar; None when they are all taken as shipped."""
        return date(max(self.bank_holidays), 12, 31) if self.bank_holidays else None

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
        moment = self.next_open(begin).astimezone(UTC)
        while True:
            end = self._end_of(moment.astimezone(LONDON).date())
            if moment + left <= end:
                return moment + left
            left -= end - moment
            moment = self._start_of(self._next(moment.astimezone(LONDON).date()))

    def _before_working_time(self, end: datetime, left: timedelta) -> datetime:
        moment = self._last_open(end).astimezone(UTC)
        while left:
            start = self._start_of(moment.astimezone(LONDON).date())
            if moment - left >= start:
                return moment - left
            left -= moment - start
            moment = self._end_of(self._previous(start.astimezone(LONDON).date()))
        return moment

    def _last_open(self, now: datetime) -> datetime:
        """`now` when the council works, otherwise when it last stopped."""
        local = now.astimezone(LONDON)
        day = local.date()
        if not self.works_on(day) or local.time() < self.hours[day.weekday()][0]:
            return self._end_of(self._previous(day))
        return min(now, self._end_of(day))

    def _is_holiday(self, day: date) -> bool:
        return day in (self.bank_holidays[day.year] if day.year in self.bank_holidays else shipped_holidays(day.year))

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


def from_profile(profile: CalendarInProfile) -> Calendar:
    """The calendar that a council profile describes."""
    hours = {}
    for day, text in profile.hours.items():
        start, end = (time.fromisoformat(part) for part in text.split("-"))
        hours[WEEKDAYS.index(day)] = (start, end)
    return Calendar(hours=hours, cut_off=profile.cut_off, closed=profile.closure_days)


def council_calendar() -> Calendar:
    """The calendar of this installation's council; made anew when its closure days have changed."""
    global _made  # noqa: PLW0603
    wanted = current().calendar
    made = _made
    if made is None or made[0] is not wanted:
        made = _made = (wanted, from_profile(wanted))
    return made[1]


_made: tuple[CalendarInProfile, Calendar] | None = None


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


@lru_cache(maxsize=64)
def shipped_holidays(year: int) -> frozenset[date]:
    """The bank holidays of England in a year, as the package that is installed knows them."""
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def holiday_names(year: int) -> dict[date, str]:
    """The bank holidays of England in a year with their names."""
    return dict(holidays.country_holidays("GB", subdiv="ENG", years=year))


def shipped_until() -> date:
    """The last day whose bank holidays the package that is installed can tell."""
    return date(holidays.country_holidays("GB", subdiv="ENG").end_year, 12, 31)


def written(calendar: Calendar, years: Iterable[int]) -> dict[str, Any]:
    """A calendar as plain data, with the bank holidays of these years (those of the package, where it has none)."""
    known = calendar.bank_holidays
    return {
        "hours": {WEEKDAYS[day]: [f"{at:%H:%M}" for at in hours] for day, hours in sorted(calendar.hours.items())},
        "cut_off": f"{calendar.cut_off:%H:%M:%S}",
        "closed": sorted(day.isoformat() for day in calendar.closed),
        "bank_holidays": {
            str(year): sorted(day.isoformat() for day in known.get(year) or shipped_holidays(year)) for year in years
        },
    }


def read(content: Mapping[str, Any]) -> Calendar:
    """The calendar that `written` wrote."""
    return Calendar(
        hours={
            WEEKDAYS.index(day): (time.fromisoformat(start), time.fromisoformat(end))
            for day, (start, end) in content["hours"].items()
        },
        cut_off=time.fromisoformat(content["cut_off"]),
        closed=frozenset(map(date.fromisoformat, content["closed"])),
        bank_holidays={
            int(year): frozenset(map(date.fromisoformat, days)) for year, days in content["bank_holidays"].items()
        },
    )


def _minutes(start: datetime, end: datetime) -> int:
    return (end - start) // timedelta(minutes=1)


def _to_the_minute(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(second=0, microsecond=0)
