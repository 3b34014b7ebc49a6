"""The table of the council's list of claims."""

from django.urls import reverse

from backoffice.web import claimed
from backoffice.web.tables import Cell, ListTable
from backoffice.web.words import NOTHING, date_words, money


class Claims(ListTable):
    """Claims of all providers."""

    claim = Cell(
        "Claim", lambda row: row["reference"], name=True,
        link=lambda row: reverse("council:case", args=[row["case_id"]]),
        second=claimed.kind_of,
    )  # fmt: skip
    provider = Cell("Provider", lambda row: row["organisation"], second=lambda row: row["service"] or "")
    about = Cell("About", claimed.about_row)
    sent = Cell("Sent", lambda row: date_words(row["created"]), nowrap=True)
    amount = Cell("Amount", lambda row: money(row["amount"]), number=True)
    state = Cell("Status", claimed.outcome, tag=lambda row: claimed.state_tag(row["state"]), nowrap=True)
    holder = Cell("Who has it", lambda row: "Provider" if row["holder"] == "provider" else row["team"] or NOTHING)
    due = Cell("Due", lambda row: date_words(row["due_at"]), tag=lambda row: row["clock"], nowrap=True)

    class Meta(ListTable.Meta):
        caption = "Claims, those sent last first"
        empty = "There are no claims like this. Providers send them from their own pages."
