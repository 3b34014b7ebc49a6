"""A row of a line's week in words: what it is called, where in the week something stands."""

from datetime import date

from backoffice.web.words import WEEKDAYS, date_words
from workflows.actuals.entry import Row, read
from workflows.actuals.rules import days_of
from workflows.actuals.selectors import Line

from . import names
from .desk import Control, Desk


def title_of(line: Line, row: Row) -> str:
    if row.added:
        return "Added row"
    if len([each for each in line.rows if not each.added]) == 1:
        return ""
    week = days_of(line.week.week)
    if (row.first, row.last) == (week[0], week[-1]):
        return f"Row {row.number}"
    return f"Row {row.number}, {WEEKDAYS[row.first.weekday()]} to {WEEKDAYS[row.last.weekday()]}"


def day_words(day: date) -> str:
    """`Thursday 13 February`."""
    return f"{WEEKDAYS[day.weekday()]} {date_words(day).rpartition(' ')[0]}"


def where_of(line: Line, row: Row, place: int) -> str:
    """`Shared Support, Thursday 13 February`, for labels that nobody sees."""
    title = title_of(line, row)
    day = f", {day_words(days_of(line.week.week)[place])}" if row.by_day else ""
    return f"{line.week.line.service_level.name}{f', {title}' if title else ''}{day}"


def looked(line: Line, desk: Desk) -> Control | None:
    """The tick that somebody has looked at a new plan and leaves what was typed as it is; None where none came."""
    if desk.fixed or not any(each.stale for each in read(line.week.rows)):
        return None
    return desk.tick(f"{names.line(line.week.pk)}-looked", "I have looked at the new plan: it stays", stored=False)


def stored_row(line: Line, row: Row) -> Row | None:
    """The row as it is stored; None for one that was only just typed."""
    return next((each for each in read(line.week.rows) if each.number == row.number), None)
