"""The lists of actions."""

from backoffice.web.tables import Cell, ListTable
from backoffice.web.words import date_words, moment
from workflows.actions import selectors

from .present import status_tag, type_label


class Actions(ListTable):
    """Actions, the last post first."""

    title = Cell(
        "Action",
        lambda row: row["words"] or "The words were erased",
        link=lambda row: row["href"],
        more=lambda row: row["reference"],
        second=lambda row: f"{type_label(row['type'])}, {row['reference']}",
        name=True,
    )
    about = Cell("Related to", selectors.about, second=lambda row: row["organisation"])
    assigned = Cell(
        "Assigned to",
        lambda row: selectors.assigned_to(row["holder"], row["team"]) or "Nobody",
        tag=lambda row: status_tag(row["state"]),
    )
    due = Cell(
        "Due",
        lambda row: date_words(row["due_at"]) if row["due_at"] else "",
        tag=lambda row: row["clock"].tag,
        second=lambda row: f"wanted by {date_words(row['wanted_by'])}" if row["wanted_by"] else "",
        late=lambda row: row["clock"].late,
    )
    last = Cell("Last post", lambda row: moment(row["last_post_at"]))

    class Meta(ListTable.Meta):
        caption = "Actions, the last post first"
        empty = "There are no actions that match. Take a filter away, or show closed ones too."
