"""The readers of the import pages. Pending records hold names, so only who may import sees them, and auditors."""

from collections.abc import Iterator
from typing import Literal

from django.db.models import Q, QuerySet

from workflows.engine.errors import NotFound
from workflows.parties.actor import Actor
from workflows.register.models import ImportRow, ImportRun

from . import cutting
from .commands import layout_of, require_importer
from .kinds import KINDS, Kind
from .rooms import room_of

Which = Literal["errors", "non-errors", "both"]
PAGE = 50


def kinds() -> list[Kind]:
    """The kinds of file, in the order in which they must come."""
    return [*KINDS.values()]


def runs(actor: Actor, *, before: int | None = None, limit: int = PAGE) -> list[ImportRun]:
    """The imports, the latest first; `before` is the id of the last one seen."""
    _require_reader(actor)
    rows = _theirs(actor).filter(kind__in=KINDS).order_by("-id")
    return list(rows.filter(pk__lt=before)[:limit] if before else rows[:limit])


def run(actor: Actor, run_id: int, *, only: str | None = None) -> ImportRun:
    """One import with its counters and how far it is; NotFound, also for another kind than the `only` one."""
    kind = ImportRun.objects.filter(pk=run_id).values_list("kind", flat=True).first()
    if only is not None and kind != only:
        raise NotFound
    if kind is not None and "auditor" not in actor.duties:
        room_of(kind).require(actor)
    elif not actor.is_provider:
        _require_reader(actor)
    found = _theirs(actor).filter(pk=run_id).first()
    if found is None:
        raise NotFound
    return found


def of_kind(actor: Actor, kind: str, *, before: int | None = None, limit: int = PAGE) -> list[ImportRun]:
    """A person's own imports of files of one kind, the latest first."""
    room_of(kind).require(actor)
    rows = _theirs(actor).filter(kind=kind).order_by("-id")
    return list(rows.filter(pk__lt=before)[:limit] if before else rows[:limit])


def same_file(found: ImportRun) -> ImportRun | None:
    """The last import of the very same file that was taken over before, by whoever may see this one; or None."""
    runs = ImportRun.objects.filter(
        sha256=found.sha256, kind=found.kind, organisation=found.organisation_id, status=ImportRun.Status.DONE
    )
    return runs.defer("content").select_related("decided_by").exclude(pk=found.pk).order_by("-id").first()


def _theirs(actor: Actor) -> QuerySet[ImportRun]:
    rows = ImportRun.objects.defer("content").select_related("actor", "decided_by")
    if not actor.is_provider:
        return rows.filter(organisation=None)
    return rows.filter(organisation=actor.organisation_id, actor=actor.user_id)


def _require_reader(actor: Actor) -> None:
    """Let auditors pass, who look at everything and change nothing, and whoever may import some file."""
    if "auditor" not in actor.duties:
        require_importer(actor)


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
        cells = _cells(row.raw, plan.delimiter)[: len(plan.header)]
        padded = [*cells, *[""] * (len(plan.header) - len(cells))]
        yield [*padded, str(row.number), " ".join(part for part in (row.message, row.issue) if part)]


def _cells(raw: str, delimiter: str) -> tuple[str, ...]:
    """The cells of a record; the whole of it in one where it cannot be cut."""
    try:
        return cutting.cells(raw, delimiter)
    except cutting.Unreadable:
        return (raw,)


def _which(found: ImportRun, which: Which) -> QuerySet[ImportRow]:
    error = Q(verdict=ImportRow.Verdict.REJECTED) | ~Q(issue="")
    return found.rows.filter({"errors": error, "non-errors": ~error, "both": Q()}[which])
