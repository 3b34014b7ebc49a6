"""The list of absences."""

from backoffice.web.pieces import Tag
from backoffice.web.tables import Cell, ListTable
from backoffice.web.words import date_range, date_words
from workflows.parties.models import Absence


def days_of(absence: Absence) -> str:
    """`9 April to 6 May 2018`, or the one day."""
    first, last = absence.first_day, absence.last_day
    return date_words(first) if first == last else date_range(first, last)


class Absences(ListTable):
    """Who is away and who has their work, the present ones first."""

    who = Cell("Who is away", lambda row: row.user.name, name=True)
    days = Cell(
        "Days",
        days_of,
        tag=lambda row: Tag("Away now", "yellow") if row.now else None,
    )
    substitute = Cell("Who has the work", lambda row: row.substitute.name)
    end = Cell(
        "Change",
        lambda row: ("End it early" if row.now else "Take it back") if row.href else "",
        link=lambda row: row.href,
        more=lambda row: f"{row.user.name}, {days_of(row)}",
    )

    class Meta(ListTable.Meta):
        caption = "Absences of today and later, first day first"
        empty = "Nobody is recorded as away."
