"""The list of one-off claims."""

from typing import Any

from django.urls import reverse

from backoffice.web import claimed
from backoffice.web.tables import Cell, ListTable
from backoffice.web.words import date_words, money
from workflows.claims.rules import State
from workflows.council.profile import current

Listed = dict[str, Any]


def _next(row: Listed) -> str:
    """Who acts next, or what became of it."""
    if row["state"] == State.QUERIED:
        return "Answer the council"
    return f"LA ({row['team']})" if row["team"] else claimed.outcome(row)


class Claims(ListTable):
    """The claims of one page."""

    claim = Cell(
        "Claim", lambda row: row["reference"], name=True,
        link=lambda row: reverse("portal:claim", args=[row["case_id"]]),
        second=claimed.kind_of,
    )  # fmt: skip
    about = Cell("About", claimed.about_row, second=lambda row: row["service"] if row["ss_ref"] else "")
    sent = Cell("Sent", lambda row: date_words(row["created"]), nowrap=True)
    amount = Cell("Amount", lambda row: money(row["amount"]), number=True)
    state = Cell("Status", lambda _: "", tag=lambda row: claimed.state_tag(row["state"]), nowrap=True)
    following = Cell("Next", _next, second=lambda row: f"due {date_words(row['due_at'])}" if row["due_at"] else "",
                     tag=lambda row: row["clock"])  # fmt: skip

    class Meta(ListTable.Meta):
        caption = "Claims, those sent last first"

    def __init__(self, rows: list[Listed], *, filtered: bool) -> None:
        super().__init__(rows)
        self.filtered = filtered

    @property
    def empty(self) -> str:
        """Why there are none, and what fills the list."""
        if self.filtered:
            return "There are no claims that match your filter."
        module = current().claims
        button = module.new_button if module else "New claim"
        return f"There are no claims yet. Press {button} to claim an amount that no plan pays."
