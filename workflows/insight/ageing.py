"""How old open work is, in working days of the council: a pure function of the calendar and today."""

from dataclasses import dataclass
from datetime import date, timedelta

from workflows.engine.calendar import Calendar

#: The last working day of each age but the oldest: 0 to 2, 3 to 5, 6 to 10, 11 and more.
LASTS = (2, 5, 10)


@dataclass(frozen=True, slots=True)
class Band:
    """An age: `words`, and the days of opening that have it (None: no such end)."""

    words: str
    first: date | None
    last: date | None

    def holds(self, day: date) -> bool:
        """Whether what was opened on `day` is of this age."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


def bands(calendar: Calendar, today: date) -> list[Band]:
    """The ages, youngest first; together they hold every day once."""
    found: list[Band] = []
    last: date | None = None
    low = 0
    for most in LASTS:
        first = earliest(calendar, today, most)
        found.append(Band(f"{low} to {most} days", first, last))
        last, low = first - timedelta(days=1), most + 1
    return [*found, Band(f"{low} days or more", None, last)]


def earliest(calendar: Calendar, today: date, age: int) -> date:
    """The first day of opening that is at most `age` working days ago."""
    day, passed = today, 0
    while True:
        passed += calendar.works_on(day)
        if passed > age:
            return day
        day -= timedelta(days=1)


def working_days(calendar: Calendar, opened: date, today: date) -> int:
    """How many working days have begun since the day of opening."""
    return sum(calendar.works_on(opened + timedelta(days=place)) for place in range(1, (today - opened).days + 1))
