"""The lists of what is kept: legal holds, what is due to be erased, and what was put together for a client."""

from django.urls import reverse

from backoffice.web.tables import Cell, ListTable
from backoffice.web.words import moment


class Holds(ListTable):
    """Legal holds."""

    number = Cell(
        "Hold",
        lambda row: f"Hold {row.pk}",
        link=lambda row: reverse("council:hold", args=[row.pk]),
        name=True,
        nowrap=True,
    )
    on = Cell("On", lambda row: row.called or "(erased)", second=lambda row: row.note)
    why = Cell("Why", lambda row: row.why.text or "(erased)")
    placed = Cell("Placed", lambda row: moment(row.placed_at), second=lambda row: f"by {row.placed_by.name}")
    lifted = Cell(
        "Lifted",
        lambda row: moment(row.lifted_at) if row.lifted_at else "Stands",
        second=lambda row: f"by {row.lifted_by.name}" if row.lifted_by else "",
    )

    class Meta(ListTable.Meta):
        caption = "Legal holds, the newest first"
        empty = "There is none."
