"""The readers of the import pages. Pending records hold names, so only who may import sees them, and auditors."""

from collections.abc import Iterator
from typing import Literal

from django.db.models import Q, QuerySet

from workflows.engine.errors import NotFound
from workflows.parties.actor import Actor
from workflows.register.models import ImportRow, ImportRun

from . import parsing
from .commands import layout_of, require_importer
from .kinds import KINDS, Kind

Which = Literal["errors", "non-errors", "both"]
PAGE = 50


def kinds() -> list[Kind]:
    """The kinds of file, in the order in which they must come."""
    return [*KINDS.values()]


def runs(actor: Actor, *, before: int | None = None, limit: int = PAGE) -> list[ImportRun]:
    """The imports, the latest first; `before` is the id of the last one seen."""
    _require_reader(actor)
    rows = ImportRun.objects.defer("content").select_related("actor", "decided_by").order_by("-id")
    return list(rows.filter(pk__lt=before)[:limit] if before else rows[:limit])


def run(actor: Actor, run_id: int) -> ImportRun:
    """One import with its counters and how far it is; NotFound."""
    _require_reader(actor)
    found = ImportRun.objects.defer("content").select_related("actor", "decided_by").filter(pk=run_id).first()
    if found is None:
        raise NotFound
    _require_reader(actor, KINDS[found.kind])
    return found


def _require_reader(actor: Actor, kind: Kind | None = None) -> None:
    """Let auditors pass, who look at everything and change nothing, and whoever may import such a file."""
    if "auditor" not in actor.duties:
        require_importer(actor, kind)


def counters(found: ImportRun) -> list[tuple[str, int]]:
    """The counters in the words of suffolk-user-guide §2; "unchanged" is ours, so that they add up."""
    return [
        ("Number of records read", found.total or found.progress),
        ("Number of new records", found.new),
        ("Number of updated records", found.updated),
        ("Number of unchanged records", found.unchanged),
        ("Number of rejected records", found.rejected),
        ("Number of data quality issues", found.quality_issues),
    ]


def rows(found: ImportRun, which: Which = "both", after: int = 0, limit: int = PAGE) -> list[ImportRow]:
    """The records of an import in the order of the file, from behind line `after` on.

    Errors are rejected records and those with a data quality issue.
    """
    return list(_which(found, which).filter(number__gt=after).order_by("number")[:limit])


def error_file(found: ImportRun) -> Iterator[list[str]]:
    """The rows that have an error, as a file that can be put right and imported again: header, cells, the problem."""
    plan = layout_of(found)
    yield [*plan.header, "Line", "Problem"]
    for row in _which(found, "errors").order_by("number").iterator():
        cells = parsing.cells(row.raw, plan.delimiter)[: len(plan.header)]
        padded = [*cells, *[""] * (len(plan.header) - len(cells))]
        yield [*padded, str(row.number), " ".join(part for part in (row.message, row.issue) if part)]


def _which(found: ImportRun, which: Which) -> QuerySet[ImportRow]:
    error = Q(verdict=ImportRow.Verdict.REJECTED) | ~Q(issue="")
    return found.rows.filter({"errors": error, "non-errors": ~error, "both": Q()}[which])
