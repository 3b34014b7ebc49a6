"""The lists of imports."""

from backoffice.casework.cells import TagCell
from backoffice.web.pieces import Tag
from backoffice.web.tables import Cell, ListTable
from backoffice.web.words import moment
from workflows.register.models import ImportRow, ImportRun

VERDICTS = {
    "new": Tag("New", "green"),
    "updated": Tag("Updated", "blue"),
    "unchanged": Tag("Unchanged", "grey"),
    "rejected": Tag("Rejected", "red"),
}
STATES = {
    "reading": "blue",
    "pending": "orange",
    "updating": "blue",
    "done": "green",
    "cancelled": "grey",
    "failed": "red",
}


def state_of(run: ImportRun) -> Tag:
    """The status of an import as a tag."""
    words = {"pending": "Waiting for you", "reading": "Reading", "updating": "Updating", "failed": "Not possible"}
    return Tag(words.get(run.status, run.get_status_display()), STATES[run.status])


def problem_of(row: ImportRow) -> str:
    """Why a record is rejected, or the doubt about its quality."""
    return row.message or (f"Data quality issue: {row.issue}" if row.issue else "")


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


class Records(ListTable):
    """Records of a file, each with what will become of it."""

    number = Cell("Line", lambda row: f"Line {row.number:,}", name=True)
    status = TagCell("Line Status", lambda row: VERDICTS.get(row.verdict))
    data = Cell("Row Data", lambda row: row.raw.strip())
    problem = Cell("Problem", problem_of, late=lambda row: row.verdict == "rejected")

    class Meta(ListTable.Meta):
        caption = "Pending records"
        empty = "There is none of these."
