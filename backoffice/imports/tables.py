"""The list of the council's imports."""

from backoffice.web.importing import state_of
from backoffice.web.tables import Cell, ListTable
from backoffice.web.tag_cell import TagCell
from backoffice.web.words import moment


class Runs(ListTable):
    """The imports, the latest first."""

    file = Cell("File", lambda row: row.file_name, link=lambda row: row.href, more=lambda row: f"number {row.pk}",
                second=lambda row: row.kind_title, name=True)  # fmt: skip
    status = TagCell("Status", state_of)
    by = Cell("By", lambda row: row.actor.name, second=lambda row: moment(row.created_at))
    records = Cell("Records", lambda row: f"{row.total:,}", number=True,
                   second=lambda row: f"{row.rejected:,} rejected" if row.rejected else "")  # fmt: skip

    class Meta(ListTable.Meta):
        caption = "Imports, the latest first"
        empty = "Nothing was imported yet. Import a file to begin."
