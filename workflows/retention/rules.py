"""When something is due: pure functions from a period of the profile to the day before which it must have ended."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta

from workflows.council.retention import Retention
from workflows.engine.calendar import LONDON


def back(day: date, keep: str) -> date:
    """The day that lies a period before another; of a shorter month the last."""
    number, unit = int(keep.split()[0]), keep.split()[1].rstrip("s")
    if unit == "day":
        return day - timedelta(days=number)
    months = day.year * 12 + day.month - 1 - number * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def due_before(rule: Retention, today: date) -> date:
    """What ended before this day is due today: it has been kept for the whole period."""
    latest = back(today, rule.keep)
    if rule.counted_from == "end":
        return latest
    # Kept from the 31 March that follows the end: what ended before the last 1 April that lies the period back.
    return date(latest.year if latest >= date(latest.year, 4, 1) else latest.year - 1, 4, 1)


def moment_of(day: date) -> datetime:
    """Its beginning in London."""
    return datetime.combine(day, time.min, LONDON)
