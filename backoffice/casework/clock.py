"""How a due time is said: a tag only when it needs somebody, and always words (pictures/README "Wording")."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from backoffice.web.pieces import Tag
from backoffice.web.words import LONDON, NOTHING, clock_time, plural, weekday_date, weekday_moment
from workflows.engine.calendar import Calendar, council_calendar

BREACHED = Tag("Breached", "red")
DUE_TODAY = Tag("Due today", "orange")
AT_RISK = Tag("At risk", "yellow")
NOT_BEFORE = Tag("Not before", "blue")


@dataclass(frozen=True, slots=True)
class Clock:
    """What to show beside a due time: `words`, with a tag when it is today or past."""

    words: str
    tag: Tag | None = None
    late: bool = False
    ago: str = ""

    @property
    def note(self) -> str:
        """The same beside the due time itself, which need not be said again: `2 working days late`."""
        return self.ago or self.words

    @property
    def sentence(self) -> str:
        """The same inside a sentence: `breached yesterday 14:10`, `due today, 16:00, 5 hours left`."""
        return f"{self.tag.text.lower()} {self.words}" if self.tag else self.words


def clock(due: datetime | None, now: datetime, calendar: Calendar | None = None) -> Clock:
    """Say how long is left until `due`, or since when it is past."""
    if due is None:
        return Clock(NOTHING)
    today, day = now.astimezone(LONDON).date(), due.astimezone(LONDON).date()
    if due <= now:
        days = -(calendar or council_calendar()).days_left(now, due)
        ago = f"{plural(days, 'working day')} late" if days else "late"
        return Clock(_past(due, (today - day).days), BREACHED, late=True, ago=ago)
    if day == today:
        return Clock(f"{clock_time(due)}, {_left(due - now)} left", DUE_TODAY)
    days = (calendar or council_calendar()).days_left(now, due)
    return Clock(f"{plural(days, 'working day')} left" if days else weekday_moment(due))


def clock_of(row: Mapping[str, Any], now: datetime, calendar: Calendar | None = None) -> Clock:
    """The clock of a row of work: at risk when it says so, and kept for a later day when somebody put that day on it.

    A follow-up date stops no clock, so what is past target stays breached.
    """
    found = clock(row["due_at"], now, calendar)
    risky = row["at_risk_at"] is not None and row["at_risk_at"] <= now
    if found.tag is None and risky:
        found = replace(found, tag=AT_RISK)
    day: date | None = row["not_before"]
    if day is None or day <= now.astimezone(LONDON).date():
        return found
    if found.late:
        return replace(found, words=f"{found.words}, not before {weekday_date(day)}")
    return Clock(weekday_date(day), NOT_BEFORE)


def _past(due: datetime, days: int) -> str:
    if days == 0:
        return f"today {clock_time(due)}"
    return f"yesterday {clock_time(due)}" if days == 1 else weekday_moment(due)


def _left(rest: timedelta) -> str:
    minutes = int(rest.total_seconds() // 60)
    return plural(minutes // 60, "hour") if minutes >= 60 else plural(minutes, "minute")
