"""What the pages of an import share, whoever imports: its state, its counters, its records, the errors to download."""

import csv
from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any, cast

from django import forms
from django.http import HttpRequest, StreamingHttpResponse

from backoffice.web.pieces import Tag
from backoffice.web.tables import Cell, ListTable
from backoffice.web.tag_cell import TagCell
from backoffice.web.words import listing, plural
from workflows.engine import selectors as engine
from workflows.engine.tabular import safe
from workflows.parties.actor import Actor
from workflows.register.imports import selectors
from workflows.register.models import ImportRow, ImportRun

Status = ImportRun.Status
MOST_UNUSED = 5
RUNNING = {Status.READING, Status.UPDATING}
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


class Records(ListTable):
    """Records of a file, each with what will become of it."""

    number = Cell("Line", lambda row: f"Line {row.number:,}", name=True)
    status = TagCell("Line Status", lambda row: VERDICTS.get(row.verdict))
    data = Cell("Row Data", lambda row: row.raw.strip())
    problem = Cell("Problem", problem_of, late=lambda row: row.verdict == "rejected")

    class Meta(ListTable.Meta):
        caption = "Pending records"
        empty = "There is none of these."


class ViewForm(forms.Form):
    """Which records are shown (suffolk-user-guide: Errors, Non-errors, Both)."""

    WHICH = (("errors", "Errors"), ("non-errors", "Non-errors"), ("both", "Both"))
    which = forms.ChoiceField(choices=WHICH, required=False)

    def chosen(self) -> str:
        """The chosen part; what is not known shows both."""
        return (self.is_valid() and self.cleaned_data["which"]) or "both"


def context(
    request: HttpRequest, actor: Actor, run: ImportRun, *, may: bool, links: Mapping[str, str]
) -> dict[str, Any]:
    """What `web/import_run.html` shows of a run that was fetched for this person; that it was looked at is recorded.

    `links`: the addresses of the list, and of the posts that update the system or cancel, and of the errors.
    """
    found: dict[str, Any] = {
        "run": run,
        "running": run.status in RUNNING,
        "may": may,
        "links": links,
        "counters": selectors.counters(run),
        "problems": run.rejected + run.quality_issues,
        "same": selectors.same_file(run),
        "latest": _after(request) is None,
        "unused": unused(run),
    }
    if run.status in {Status.PENDING, Status.DONE}:
        engine.viewed(actor, "import", run.pk)
        found |= _records(request, run)
    return found


def unused(run: ImportRun) -> str:
    """The columns of the file that mean nothing here, as a sentence has them: the first few by name."""
    names = [f"“{each[:40]}”" for each in run.layout.get("unused", ())]
    more = len(names) - MOST_UNUSED
    return listing([*names[:MOST_UNUSED], plural(more, "other column")] if more > 0 else names)


def errors(run: ImportRun, actor: Actor) -> StreamingHttpResponse:
    """The records that have an error, as a file to put right and import again."""
    engine.viewed(actor, "import.errors", run.pk)
    return download(f"import-{run.pk}-errors.csv", selectors.error_file(run))


def download(name: str, rows: Iterator[list[str]]) -> StreamingHttpResponse:
    """Rows as a file that a spreadsheet may open, sent as they are made."""
    response = StreamingHttpResponse(_csv(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _after(request: HttpRequest) -> int | None:
    text = request.GET.get("after", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _records(request: HttpRequest, run: ImportRun) -> dict[str, Any]:
    which = cast("selectors.Which", ViewForm(request.GET).chosen())
    found = selectors.rows(run, which, _after(request) or 0)
    more = found[-1].number if len(found) == selectors.PAGE else None
    return {"table": Records(found), "which": which, "choices": ViewForm.WHICH, "more": more}


def _csv(rows: Iterator[list[str]]) -> Iterator[str]:
    """Rows as CSV that a spreadsheet may open: nothing in it runs, and a mark lets it read the letters right."""
    yield "\ufeff"
    for row in rows:
        line = StringIO()
        csv.writer(line).writerow([safe(cell) for cell in row])
        yield line.getvalue()
