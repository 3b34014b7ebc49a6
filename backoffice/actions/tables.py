"""The lists of actions."""

from backoffice.web.pieces import Tag
from backoffice.web.tables import Cell, ListTable
from backoffice.web.tag_cell import TagCell
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


RESULTS = {"waiting": Tag("Waiting", "grey"), "done": Tag("Sent", "green"), "refused": Tag("Not sent", "red")}


class Sent(ListTable):
    """What became of a sending at each provider."""

    provider = Cell("Provider", lambda row: row["provider"], name=True)
    result = TagCell("Result", lambda row: RESULTS[row["result"]])
    message = Cell("What became of it", lambda row: row["message"])
    action = Cell("Action", lambda row: row["reference"], link=lambda row: row["href"])

    class Meta(ListTable.Meta):
        caption = "What became of it at each provider"
        empty = "There is none of these."
