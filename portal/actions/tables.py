"""The list of actions: the handbook's columns (norfolk-handbook §9)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse

from backoffice.web.clock import deadline
from backoffice.web.pieces import Tag
from backoffice.web.tables import Cell, ListTable
from backoffice.web.words import NOTHING, date_words, moment
from workflows.actions import rules, selectors
from workflows.actions.rules import State
from workflows.council.profile import current

Row = dict[str, Any]
STATES: Mapping[State, Tag] = {
    State.COUNCIL: Tag("Open", "blue"),
    State.PROVIDER: Tag("Open", "blue"),
    State.CLOSING: Tag("To be closed", "purple"),
    State.CLOSED: Tag("Closed", "grey"),
}
AWAITS_YOU = Tag("Awaits you", "yellow")
ERASED = "(erased)"


def type_label(key: str) -> str:
    """A type in the council's words; one that the profile no longer has is called by its key."""
    kind = rules.type_of(current().actions, key)
    return kind.label if kind else key


def _status(row: Row) -> Tag:
    return AWAITS_YOU if row["state"] == State.PROVIDER and row["mine"] else STATES[State(row["state"])]


def _wanted(row: Row) -> str:
    """Beside the promise, the day that whoever began it would like; alone once nobody owes an answer."""
    if row["wanted_by"] is None:
        return ""
    return f"wanted by {date_words(row['wanted_by'])}"


class Actions(ListTable):
    """The actions of one page."""

    status = Cell("Status", lambda _: "", tag=_status, nowrap=True)
    last_post = Cell("Last Post Date", lambda row: moment(row["last_post_at"]))
    title = Cell(
        "Title",
        lambda row: row["words"] or ERASED,
        link=lambda row: reverse("portal:action", args=[row["case_id"]]),
        more=lambda row: row["reference"],
        second=lambda row: row["reference"],
        name=True,
    )
    about = Cell("Re:", selectors.about)
    due = Cell("Due", lambda row: date_words(row["due_at"]), second=_wanted, tag=lambda row: row["clock"], nowrap=True)
    kind = Cell("Type", lambda row: type_label(row["type"]))
    assigned = Cell("Assigned To", lambda row: selectors.assigned_to(row["holder"], row["team"]) or NOTHING)

    def __init__(self, rows: Sequence[Row], *, filtered: bool) -> None:
        super().__init__(rows)
        self.filtered = filtered

    @property
    def caption(self) -> str:
        """What the list is called here."""
        return current().actions.name

    @property
    def empty(self) -> str:
        """Why there are none, and what fills the list."""
        if self.filtered:
            return "There are no actions that match your filter."
        return f"There are no actions yet. Press {current().actions.new_button} to write to {current().name}."


def prepared(rows: Sequence[Row], now: datetime, *, mine: bool) -> list[Row]:
    """Rows with how their due time stands; `mine`: this person may answer."""
    return [_row(row, now, mine=mine) for row in rows]


def _row(row: Row, now: datetime, *, mine: bool) -> Row:
    owed = row["state"] != State.CLOSED
    due_at = row["due_at"] if owed else None
    return row | {"due_at": due_at, "clock": deadline(due_at, now).tag if owed else None, "mine": mine}
