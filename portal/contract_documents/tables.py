"""The list of contract documents, as a page and as a spreadsheet (norfolk-handbook §4, and the cost)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.urls import reverse

from backoffice.web.pieces import Tag
from backoffice.web.spreadsheet import Value
from backoffice.web.tables import Cell, ListTable
from backoffice.web.words import date_words, money
from workflows.contracts.rules import State
from workflows.contracts.selectors import FUNCTION
from workflows.council.profile import current
from workflows.parties.actor import Actor

from ..council import brokerage

Row = dict[str, Any]
NAMES = {
    "awaiting": "Awaiting you",
    "accepted": "Accepted",
    "rejected": "Rejected",
    "terminated": "Terminated",
    "superseded": "Superseded",
    "all": "All",
}
ORDERS: Mapping[str, tuple[str, ...]] = {
    "awaiting": ("due_at", "document_id"),
    "all": ("-published_at", "-document_id"),
}
LATEST_ANSWER = ("-answered_at", "-document_id")
STATES = {
    State.PUBLISHED: Tag("Published", "blue"),
    State.ACCEPTED: Tag("Accepted", "green"),
    State.REJECTED: Tag("Rejected", "red"),
    State.TERMINATED: Tag("Terminated", "grey"),
    State.SUPERSEDED: Tag("Superseded", "grey"),
}
EMPTY = {
    "awaiting": "Nothing awaits you. New documents appear here when {team} publishes them.",
    "accepted": "No document has been agreed to yet. Documents come here when you agree to them.",
    "rejected": "No document is rejected. Those you reject stay here until {team} publishes a new version.",
    "terminated": "No document was terminated. Documents that {team} ends or withdraws come here.",
    "superseded": "No document was superseded. Unanswered documents come here when a newer one takes their place.",
    "all": "There are no documents yet. They appear here when {team} publishes them.",
}
HEADINGS = (
    "Document Type", "Version", "Reference", "Client", "SSRef", "Care Pkg Ref", "Service", "Weekly cost in pounds",
    "Status", "Published on", "Published by", "Answer due by", "Answered on",
)  # fmt: skip


def order(tab: str) -> tuple[str, ...]:
    """What a tab is sorted by: what is due first, else what was answered last."""
    return ORDERS.get(tab, LATEST_ANSWER)


def prepared(actor: Actor, rows: Iterable[Row]) -> list[Row]:
    """Rows that know whether this person may answer them."""
    return [row | {"mine": _may_answer(actor, row)} for row in rows]


def _may_answer(actor: Actor, row: Row) -> bool:
    return row["state"] == State.PUBLISHED and actor.may(FUNCTION, "edit", row["service_id"])


def _client(row: Row) -> str:
    return f"{row['surname']}, {row['forename']}"


def _which(row: Row) -> str:
    """Words for a screen reader that make each link different from the others."""
    return f"for {_client(row)}, {row['reference']}"


def _address(row: Row) -> str:
    return reverse("portal:document", args=[row["document_id"]])


def _changed(row: Row) -> Tag | None:
    waiting = row["state"] == State.PUBLISHED and row["number"] > 1
    return Tag("Changed after your rejection", "blue") if waiting else None


def _answer(row: Row) -> str:
    if row["mine"]:
        return "Agree or reject"
    return "" if row["state"] == State.PUBLISHED else date_words(row["answered_at"])


class Documents(ListTable):
    """The documents of one tab."""

    kind = Cell(
        "Document Type",
        lambda _: current().contract_documents.type_label,
        link=_address,
        more=_which,
        second=lambda row: f"Version {row['number']}" if row["number"] > 1 else "",
    )
    client = Cell("Client", _client, name=True, nowrap=True)
    ss_ref = Cell("SSRef", lambda row: row["ss_ref"])
    care_package_ref = Cell("Care Pkg Ref", lambda row: row["care_package_ref"])
    service = Cell("Service", lambda row: row["service"])
    cost = Cell("Cost", lambda row: money(row["weekly"]), second=lambda _: "weekly", number=True)
    notes = Cell(
        "Notes",
        lambda row: f"Published by {row['publisher']}",
        second=lambda row: f"on {date_words(row['published_at'])}",
        tag=_changed,
    )
    answer = Cell(
        "Your answer",
        _answer,
        link=lambda row: f"{_address(row)}#answer" if row["mine"] else "",
        more=_which,
        tag=lambda row: None if row["mine"] else STATES[row["state"]],
        strong=True,
        bare=True,
        nowrap=True,
    )

    def __init__(self, rows: Sequence[Row], *, tab: str, filtered: bool) -> None:
        super().__init__(rows)
        self.tab, self.filtered = tab, filtered

    @property
    def caption(self) -> str:
        """Which documents these are."""
        return f"Contract documents: {NAMES[self.tab].lower()}"

    @property
    def empty(self) -> str:
        """Why there are none, and what fills the list."""
        if self.filtered:
            return "No document of this list fits the filter. Clear the filter to see all of them."
        return EMPTY[self.tab].format(team=brokerage())


def sheet(rows: Iterable[Row]) -> Iterator[Sequence[Value]]:
    """The same rows for a spreadsheet, figures as figures and days as days."""
    kind = current().contract_documents.type_label
    for row in rows:
        yield (
            kind, row["number"], row["reference"], _client(row), row["ss_ref"], row["care_package_ref"], row["service"],
            row["weekly"], STATES[row["state"]].text, row["published_at"], row["publisher"], row["due_at"],
            row["answered_at"],
        )  # fmt: skip
