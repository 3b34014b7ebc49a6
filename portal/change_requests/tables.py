"""The list of change requests: one, in order, the latest response at the bottom (bedford-actuals-guide)."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from backoffice.web.changing import STATES, name_of
from backoffice.web.tables import Cell, ListTable
from backoffice.web.words import moment
from workflows.changes.rules import State, reason_label
from workflows.council.profile import current

Row = dict[str, Any]


def about(row: Row) -> str:
    """Whom or what a request is about."""
    if row["surname"] is not None or row["forename"] is not None:
        return f"{row['forename']} {row['surname']}".strip()
    return str(row["service"] or row["organisation"])


def _response(row: Row) -> str:
    if row["state"] == State.SUBMITTED:
        return f"With {row['team']}"
    return moment(row["responded_at"])


class Requests(ListTable):
    """The requests of one page."""

    reference = Cell(
        "Change request",
        lambda row: row["reference"],
        name=True,
        link=lambda row: reverse("portal:change_request", args=[row["case_id"]]),
        second=lambda row: name_of(row["what"]),
    )
    record = Cell("About", about)
    sent = Cell("Sent", lambda row: moment(row["created"]), second=lambda row: f"by {row['asked_by']}")
    response = Cell(
        "Response",
        _response,
        tag=lambda row: STATES[State(row["state"])],
        second=lambda row: reason_label(current().change_requests, row["reason"]) if row["reason"] else "",
        nowrap=True,
    )

    class Meta(ListTable.Meta):
        caption = "Change requests, the latest response at the bottom"

    def __init__(self, rows: Sequence[Row]) -> None:
        super().__init__(rows)

    @property
    def empty(self) -> str:
        """The council's own words for an empty list (norfolk-handbook §9)."""
        return current().change_requests.empty
