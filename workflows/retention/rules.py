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


def due_on(rule: Retention, ended: datetime) -> date:
    """The first day on which something that ended at a moment is due: before it has been kept for the whole period."""
    first = ended.astimezone(LONDON).date()
    low, high = first.toordinal(), first.toordinal() + 366_000
    while low < high:
        middle = (low + high) // 2
        due = ended < moment_of(due_before(rule, date.fromordinal(middle)))
        low, high = (low, middle) if due else (middle + 1, high)
    return date.fromordinal(low)
