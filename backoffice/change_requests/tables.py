"""The council's list of change requests."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from backoffice.web.changing import STATES, name_of
from backoffice.web.tables import Cell, ListTable
from backoffice.web.words import moment
from workflows.changes.rules import State

Row = dict[str, Any]


class Requests(ListTable):
    """The requests of one page."""

    reference = Cell(
        "Change request",
        lambda row: row["reference"],
        name=True,
        link=lambda row: reverse("council:case", args=[row["case_id"]]),
        second=lambda row: name_of(row["what"]),
    )
    provider = Cell("Provider", lambda row: row["organisation"], second=lambda row: row["service"] or "")
    sent = Cell("Sent", lambda row: moment(row["created"]), second=lambda row: f"by {row['asked_by']}")
    state = Cell(
        "State",
        lambda row: f"With {row['team']}" if row["team"] else "",
        tag=lambda row: STATES[State(row["state"])],
        bare=True,
    )

    class Meta(ListTable.Meta):
        caption = "Change requests, the newest first"
        empty = "There is no change request here. Providers send them from their contacts and details."

    def __init__(self, rows: Sequence[Row]) -> None:
        super().__init__(rows)
