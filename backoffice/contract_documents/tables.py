"""The council's list of contract documents."""

from backoffice.casework.cells import weekly_cell
from backoffice.casework.states import state_tag
from backoffice.web.tables import Cell, ListTable
from backoffice.web.tag_cell import TagCell
from backoffice.web.words import date_words, moment


class Documents(ListTable):
    """All documents that a person may read, the newest first."""

    what = Cell(
        "Document",
        lambda row: row["reference"],
        link=lambda row: row["href"],
        second=lambda row: f"version {row['number']}, care package {row['care_package_ref']}",
        name=True,
    )
    status = TagCell("Status", lambda row: state_tag(row["state"]))
    who = Cell(
        "Provider and client",
        lambda row: row["service"],
        second=lambda row: f"{row['surname']}, {row['forename']} ({row['ss_ref']})",
    )
    published = Cell("Published", lambda row: moment(row["published_at"]), second=lambda row: row["publisher"])
    due = Cell("Due", lambda row: date_words(row["due_at"]))
    cost = weekly_cell("Cost", lambda row: row["weekly"])

    class Meta(ListTable.Meta):
        caption = "Contract documents, the newest first"
        empty = "There are none here. Documents appear when a line is published, by Brokerage or by an import."
