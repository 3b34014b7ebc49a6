"""The planned visits of a line, as both sides show them (suffolk-user-guide §2 "45 minutes every day")."""

from collections.abc import Iterable

from workflows.register.models import LineVisits
from workflows.register.rules import plain

from .tables import Cell, ListTable
from .words import WEEKDAYS, date_range, listing, upper_first

WORKING_DAYS, EVERY_DAY = (0, 1, 2, 3, 4), (0, 1, 2, 3, 4, 5, 6)


def days(numbers: Iterable[int]) -> str:
    """`Every day`, `Monday to Friday`, `Monday and Wednesday`."""
    found = tuple(sorted(numbers))
    named = {EVERY_DAY: "Every day", WORKING_DAYS: "Monday to Friday", (5, 6): "Saturday and Sunday"}
    return named.get(found) or listing(WEEKDAYS[each] for each in found)


def carers(number: int) -> str:
    """`1`, `2 (double assist)`: each carer is a row of the week."""
    return "2 (double assist)" if number == 2 else str(number)


class PlannedVisits(ListTable):
    """On which days so many units are planned, by how many carers, and since when."""

    days = Cell("Days", lambda row: days(row.days), name=True)
    units = Cell("Units on each", lambda row: plain(row.units), number=True)
    carers = Cell("Carers", lambda row: carers(row.carers), number=True)
    week = Cell("Units a week", lambda row: plain(row.units * len(row.days) * row.carers), number=True)
    dates = Cell("Dates", lambda row: upper_first(date_range(row.start, row.end)))

    class Meta(ListTable.Meta):
        caption = "Planned visits with their dates"
        empty = "No days are planned: the units of a week can be given on any day."


def planned_visits(rows: Iterable[LineVisits]) -> PlannedVisits:
    """The table of a line's visits, those that hold now or later last."""
    return PlannedVisits(list(rows))
