"""The lists of administration."""

from backoffice.web.pieces import Tag
from backoffice.web.tables import Cell, ListTable
from backoffice.web.tag_cell import TagCell
from backoffice.web.words import moment


class People(ListTable):
    """Who may sign in."""

    name = Cell("Name", lambda row: row.name, second=lambda row: row.email, name=True)
    where = Cell("Where, and as what", lambda row: row.places)
    seen = Cell("Last sign-in", lambda row: moment(row.last_login) if row.last_login else "Never")
    state = TagCell("State", lambda row: Tag("Active", "green") if row.is_active else Tag("Closed"))

    class Meta(ListTable.Meta):
        caption = "People, by name"
        empty = "There is nobody here."


class Mails(ListTable):
    """E-mails that a demonstration wrote."""

    subject = Cell(
        "Subject",
        lambda row: row.subject,
        link=lambda row: row.href,
        more=lambda row: f"number {row.number}",
        name=True,
    )
    to = Cell("To", lambda row: row.to)
    when = Cell("Sent", lambda row: moment(row.when))

    class Meta(ListTable.Meta):
        caption = "E-mails, the latest first"
        empty = "No e-mail was sent yet. The first follows a published document by some seconds."
