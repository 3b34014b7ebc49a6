"""The list of disputed actuals (bedford-actuals-guide "Disputes" steps 1 to 3)."""

from typing import Any

from django.urls import reverse

from backoffice.web import disputed
from backoffice.web.disputed import Rows
from backoffice.web.tables import Cell, ListTable
from backoffice.web.words import date_words, money
from workflows.disputes.models import DisputedRow
from workflows.disputes.rules import Awaits
from workflows.register.rules import plain

Listed = dict[str, Any]


class Disputes(ListTable):
    """The disputed rows of one page."""

    client = Cell("Client", disputed.client_of, name=True, second=lambda row: row["service"])
    week = Cell(
        "Actuals", lambda row: f"Week of {date_words(row['week'])}",
        second=lambda row: f"planned {plain(row['planned'])}, claimed {plain(row['claimed'])}", nowrap=True,
    )  # fmt: skip
    money = Cell("In dispute", lambda row: money(row["at_stake"]), number=True,
                 second=lambda row: f"{money(row['payable_cost'])} is not")  # fmt: skip
    status = Cell("Status", disputed.outcome, tag=disputed.status_words, nowrap=True)
    holder = Cell("Who has it", disputed.who_has, second=disputed.since)
    due = Cell("Due", lambda row: date_words(row["due_at"]), tag=lambda row: row["clock"], nowrap=True)
    edit = Cell(
        "Dispute", lambda row: "Edit" if row["mine"] and row["awaits"] == Awaits.PROVIDER else "View",
        link=lambda row: reverse("portal:dispute", args=[row["case_id"]]),
        more=lambda row: f"{row['reference']}, {disputed.client_of(row)}",
        second=lambda row: row["reference"], nowrap=True,
    )  # fmt: skip

    class Meta(ListTable.Meta):
        caption = "Disputed actuals, those disputed last first"

    def __init__(self, rows: list[Listed], *, filtered: bool) -> None:
        super().__init__(rows)
        self.filtered = filtered

    @property
    def empty(self) -> str:
        """Why there are none, and what fills the list."""
        if self.filtered:
            return "There are no disputes that match your filter."
        return "There are no disputes. When the council disputes actuals, you see them here and are told."


class EditableRows(Rows):
    """The rows of a dispute with a link to amend those that await the provider."""

    edit = Cell(
        "Actuals",
        lambda row: "Add/Edit" if _is_open(row) else "",
        link=lambda row: reverse("portal:dispute_row", args=[row.dispute_id, row.pk]) if _is_open(row) else "",
        more=lambda row: f"the actuals of {disputed.person(row)}",
        nowrap=True,
    )

    class Meta(Rows.Meta):
        pass


def _is_open(row: DisputedRow) -> bool:
    return row.awaits == Awaits.PROVIDER
