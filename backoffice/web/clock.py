"""How a due time is said, on both sides: a tag only when it needs somebody, and always words (pictures "Wording").

Why it is due then is said by `workflows.engine.clocks`, from what happened; this is what stands beside a due time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from workflows.engine.calendar import Calendar, council_calendar

from .pieces import Tag
from .words import LONDON, NOTHING, clock_time, plural, weekday_date, weekday_moment

BREACHED = Tag("Breached", "red")
DUE_TODAY = Tag("Due today", "orange")
AT_RISK = Tag("At risk", "yellow")
NOT_BEFORE = Tag("Not before", "blue")


@dataclass(frozen=True, slots=True)
class Clock:
    """What to show beside a due time: `words`, with a tag when it is today, past, or at risk."""

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
        """The same inside a sentence: `breached yesterday 14:10`, `at risk, 1 working day left`."""
        if self.tag is AT_RISK:
            return f"at risk, {self.words}"
        return f"{self.tag.text.lower()} {self.words}" if self.tag else self.words


@dataclass(frozen=True, slots=True)
class Deadline:
    """A due time in words: `by` ends a heading ("by Friday 20 April 2018"), `on` names the day, `clock` what is left.

    `soon` is true from one working day before, and whenever it is at risk.
    """

    by: str
    on: str
    clock: Clock
    soon: bool

    @property
    def tag(self) -> Tag | None:
        """A tag only where it needs somebody: past, today, at risk, or the next working day."""
        if self.clock.tag or not self.soon or not self.on:
            return self.clock.tag
        return Tag(self.clock.words, "yellow")

    @property
    def rest(self) -> str:
        """What is left to say beside the tag and the day: never the day again."""
        if self.tag and self.tag.text == self.clock.words:
            return ""
        return self.clock.note.removeprefix(self.on).lstrip(", ")


def clock(
    due: datetime | None, now: datetime, calendar: Calendar | None = None, *, at_risk_at: datetime | None = None
) -> Clock:
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
    tag = AT_RISK if at_risk_at is not None and at_risk_at <= now else None
    return Clock(f"{plural(days, 'working day')} left" if days else weekday_moment(due), tag)


def clock_of(row: Mapping[str, Any], now: datetime, calendar: Calendar | None = None) -> Clock:
    """The clock of a row of work: at risk when it says so, and kept for a later day when somebody put that day on it.

    A follow-up date stops no clock, so what is past target stays breached.
    """
    found = clock(row["due_at"], now, calendar, at_risk_at=row["at_risk_at"])
    day: date | None = row["not_before"]
    if day is None or day <= now.astimezone(LONDON).date():
        return found
    if found.late:
        return replace(found, words=f"{found.words}, not before {weekday_date(day)}")
    return Clock(weekday_date(day), NOT_BEFORE)


def deadline(due: datetime | None, now: datetime, *, at_risk_at: datetime | None = None) -> Deadline:
    """Say when something is due, as a heading and as a sentence say it."""
    left = clock(due, now, at_risk_at=at_risk_at)
    if due is None:
        return Deadline("", "", left, soon=False)
    soon = left.tag is not None or council_calendar().days_left(now, due) <= 1
    return Deadline(_by(due, now), weekday_date(due), left, soon)


def _by(due: datetime, now: datetime) -> str:
    if due <= now:
        return f"now: it was due on {weekday_moment(due)}"
    if due.astimezone(LONDON).date() == now.astimezone(LONDON).date():
        return f"by {clock_time(due)} today"
    return f"by {weekday_date(due)}"


def _past(due: datetime, days: int) -> str:
    if days == 0:
        return f"today {clock_time(due)}"
    return f"yesterday {clock_time(due)}" if days == 1 else weekday_moment(due)


def _left(rest: timedelta) -> str:
    minutes = int(rest.total_seconds() // 60)
    return plural(minutes // 60, "hour") if minutes >= 60 else plural(minutes, "minute")
