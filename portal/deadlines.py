"""Until when something is to be done, as a heading and as a sentence say it."""

from dataclasses import dataclass
from datetime import datetime

from backoffice.web.clock import Clock, clock
from backoffice.web.pieces import Tag
from backoffice.web.words import clock_time, weekday_date, weekday_moment
from workflows.engine.calendar import LONDON, council_calendar


@dataclass(frozen=True, slots=True)
class Deadline:
    """A due time in words: `by` ends a heading ("by Friday 20 April 2018"), `on` names the day, `clock` what is left.

    `soon` is true from one working day before.
    """

    by: str
    on: str
    clock: Clock
    soon: bool

    @property
    def tag(self) -> Tag | None:
        """A tag only where it needs somebody: past, today, or the next working day."""
        if self.clock.tag or not self.soon or not self.on:
            return self.clock.tag
        return Tag(self.clock.words, "yellow")

    @property
    def rest(self) -> str:
        """What is left to say beside the tag."""
        return "" if self.tag and self.tag.text == self.clock.words else self.clock.words


def deadline(due: datetime | None, now: datetime) -> Deadline:
    """Say when something is due."""
    left = clock(due, now)
    if due is None:
        return Deadline("", "", left, soon=False)
    soon = council_calendar().days_left(now, due) <= 1
    return Deadline(_by(due, now), weekday_date(due), left, soon)


def _by(due: datetime, now: datetime) -> str:
    if due <= now:
        return f"now: it was due on {weekday_moment(due)}"
    if due.astimezone(LONDON).date() == now.astimezone(LONDON).date():
        return f"by {clock_time(due)} today"
    return f"by {weekday_date(due)}"
