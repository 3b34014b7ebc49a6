"""The verbs of an import: start, read, update the system, cancel (suffolk-user-guide §2 "Actuals Bulk Import").

Long files go through a worker by the outbox topics `import.read` and `import.apply`; `read` and `apply` may come
twice and have one effect.
"""

import codecs
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from functools import partial
from itertools import count, islice, repeat

from django.db import Error, IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Count, Q
from psycopg.types.json import Jsonb

from workflows.council.profile import current
from workflows.engine import moment, outbox
from workflows.engine.atomic import command
from workflows.engine.errors import Busy, Forbidden, NotFound, Refused, Stale
from workflows.parties.actor import Actor
from workflows.parties.models import User
from workflows.register.models import ImportRow, ImportRun
from workflows.register.notices import FINISHED, READ

from . import cutting, parsing
from .checks import check, compare
from .copying import copy_values
from .kinds import KINDS, Kind
from .rooms import AtTheEnd, Judging, Line, Tell, Told, declare, room_of
from .stage import Stage
from .telling import telling
from .updating import lock, take_over

MOST_BYTES = 50 * 1024 * 1024
AT_ONCE = 1_000  # longer files are read and taken over by a worker
CHUNK = 5_000
PIECE = 1 << 20  # bytes of a file in memory at a time
READING = 20180423  # the advisory lock's space
Status = ImportRun.Status
ROW = ("run_id", "number", "raw", "data", "problem", "verdict", "message", "issue", "record_id")


def require_importer(actor: Actor, kind: Kind | None = None) -> None:
    """Let the system pass, and the teams whose desk a kind of file belongs to (None: any kind)."""
    if actor.kind == "system":
        return
    desks = kind.desks if kind else {desk for each in KINDS.values() for desk in each.desks}
    groups = [None, *(group.key for group in current().service_groups)]
    teams = {current().team_for(desk, group) for desk in desks for group in groups}
    if not (actor.is_staff and teams & set(actor.teams)):
        raise Forbidden("Your team does not import files of this kind.")


@command
def start(
    *,
    actor: Actor,
    file_name: str,
    content: bytes,
    kind: str | None = None,
    publish: bool = False,
    at_once: bool = False,
) -> ImportRun:
    """Take a file in and read it, here or (when it is long and not `at_once`) in a worker.

    Refused with a sentence when the file as a whole cannot be read; nothing is kept then.
    """
    if len(content) > MOST_BYTES:
        raise Refused("The file is larger than 50 MB. Cut it into parts.", "too_large")
    try:
        text, encoding = parsing.decoded(content)
        layout = parsing.layout(text, kind, file_name)
    except cutting.Unreadable as error:
        raise Refused(str(error), "unreadable") from error
    room_of(layout.kind).require(actor)
    run = ImportRun.objects.create(
        kind=layout.kind,
        file_name=file_name[-200:],
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        layout={**asdict(layout), "unused": layout.unused, "encoding": encoding},
        actor_id=actor.user_id,
        organisation_id=actor.organisation_id if actor.is_provider else None,
        publish=publish,
    )
    if at_once or content.count(b"\n") <= AT_ONCE:
        return read(run.pk)
    outbox.put("import.read", f"import:{run.pk}:read", {"run": run.pk})
    return run


def read(run_id: int) -> ImportRun:
    """Read the file of a run into pending records and say what each would do; live records are not touched."""
    with _alone(run_id):
        run = ImportRun.objects.defer("content").get(pk=run_id)
        if run.status != Status.READING:
            return run
        judging = room_of(run.kind).judge(run)
        return _judged(run_id, _copied(run, judging), judging)


def _copied(run: ImportRun, judging: Judging) -> int:
    """Bring the records of a file into staging, a commit a chunk so that progress is seen; returns how many."""
    plan = layout_of(run)
    with transaction.atomic():
        ImportRow.objects.filter(run=run).delete()  # of a worker that was stopped half way
    records = cutting.records(_text(run), plan.delimiter, plan.header_ends)
    reader, total = parsing.Reader(plan), 0
    while lines := [_line(reader, record) for record in islice(records, CHUNK)]:
        with transaction.atomic():
            told = list(judging.part(lines))
            total += copy_values(ImportRow._meta.db_table, ROW, map(_row, repeat(run.pk), lines, told))
            ImportRun.objects.filter(pk=run.pk).update(progress=total)
    return total


def _text(run: ImportRun) -> Iterator[str]:
    """The text of a file, a piece of it in memory at a time."""
    encoding = run.layout.get("encoding") or parsing.decoded(bytes(run.content or b""))[1]
    decoder = codecs.getincrementaldecoder(encoding)()
    for place in count(1, PIECE):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT substring(content FROM %s FOR %s) FROM register_importrun WHERE id = %s",
                [place, PIECE, run.pk],
            )
            piece = bytes(cursor.fetchone()[0])
        yield decoder.decode(piece, final=len(piece) < PIECE)
        if len(piece) < PIECE:
            return


@command
def update_system(*, actor: Actor, run_id: int, at_once: bool = False) -> ImportRun:
    """Take the pending records over, here or in a worker. Refused unless the run is pending."""
    run = _locked(run_id, actor, Status.PENDING)
    run.status, run.decided_by_id, run.progress = Status.UPDATING, actor.user_id, 0
    run.save(update_fields=["status", "decided_by", "progress"])
    if at_once or run.total <= min(AT_ONCE, room_of(run.kind).kind.at_once):
        return apply(run_id)
    outbox.put("import.apply", f"import:{run_id}:apply", {"run": run_id})
    return run


def apply(run_id: int) -> ImportRun:
    """Write the records of a run that somebody has decided to take over: all of them, with events, or none.

    They are judged as the register is by then, because it may have moved since they were read. How far it is can be
    seen meanwhile.
    """
    with telling(run_id) as tell:
        return _applied(run_id, tell)


@command
def _applied(run_id: int, tell: Tell) -> ImportRun:
    _claim(run_id)
    run = ImportRun.objects.defer("content").get(pk=run_id)
    if run.status != Status.UPDATING or run.decided_by_id is None:
        return run
    try:
        with transaction.atomic():
            room_of(run.kind).take_over(run, tell)
    except IntegrityError as error:
        # Somebody added the same record between our look and our writing; the next try sees theirs.
        raise Busy from error
    except (Busy, Stale):
        raise
    except Refused as refusal:
        run.message = refusal.reason
        return _finish(run, Status.FAILED)
    _finish(run, Status.DONE)
    _tell(run, FINISHED, {"new": run.new, "updated": run.updated, "rejected": run.rejected})
    return run


@command
def cancel(*, actor: Actor, run_id: int) -> ImportRun:
    """Give a pending import up; its records, which hold names, are removed."""
    run = _locked(run_id, actor, Status.PENDING, Status.READING)
    run.rows.all().delete()
    room_of(run.kind).forget(run)
    run.content = None
    return _finish(run, Status.CANCELLED)


def layout_of(run: ImportRun) -> parsing.Layout:
    """How the file of a run is laid out."""
    kept = run.layout
    return parsing.Layout(
        kept["kind"], kept["delimiter"], tuple(kept["header"]), tuple(kept["columns"]), kept["header_ends"]
    )


def _is_theirs(run: ImportRun, actor: Actor) -> bool:
    """Whether a run can be somebody's business: the council's files the council's, a provider's whoever sent it."""
    if not actor.is_provider:
        return run.organisation_id is None
    return (run.actor_id, run.organisation_id) == (actor.user_id, actor.organisation_id)


@contextmanager
def _alone(run_id: int) -> Iterator[None]:
    """Keep a second worker out of a run that is being read, also between its commits; Busy for that one.

    Inside a transaction of the caller nobody else sees the run yet, and there is nothing to keep out.
    """
    if connection.in_atomic_block:
        yield
        return
    place = [READING, run_id % 2**31]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", place)
        if not cursor.fetchone()[0]:
            raise Busy
    try:
        yield
    finally:
        with suppress(Error), connection.cursor() as cursor:  # a connection that is gone has let go of it
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", place)


def _claim(run_id: int) -> None:
    """Keep a second worker out of a run until the end of this transaction; Busy for that one.

    The run's own row is left alone, so that progress can be written there.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [READING, run_id % 2**31])
        if not cursor.fetchone()[0]:
            raise Busy


def _line(reader: parsing.Reader, record: cutting.Record) -> Line:
    data, problems = reader.values(record)
    return Line(record.number, record.raw, data, " ".join(problems))


def _row(run_id: int, line: Line, told: Told) -> tuple[object, ...]:
    """A record as it is kept, in the columns of ROW."""
    note = (told.verdict, told.message, told.issue, told.record_id)
    return (run_id, line.number, line.raw, Jsonb(line.data), line.problem, *note)


@command
def _judged(run_id: int, total: int, judging: Judging) -> ImportRun:
    run = ImportRun.objects.select_for_update().defer("content").get(pk=run_id)
    if run.status != Status.READING:
        return run
    judging.end()
    run.total, run.content = total, None
    _finish(run, Status.PENDING)
    _tell(run, READ, {"read": run.total, "rejected": run.rejected})
    return run


class Register:
    """The register's own kinds of file."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind

    def require(self, actor: Actor) -> None:
        """Let the teams pass whose desk such files belong to."""
        require_importer(actor, self.kind)

    def judge(self, run: ImportRun) -> Judging:
        """What says what each record would do."""
        return AtTheEnd(partial(self._judge, run))

    def forget(self, run: ImportRun) -> None:
        """Nothing is kept but the records."""

    def _judge(self, run: ImportRun) -> None:
        with connection.cursor() as cursor:
            self._stage(run, cursor, locked=False)

    def take_over(self, run: ImportRun, tell: Tell) -> None:  # noqa: ARG002 (a few statements for all records)
        """Write the new and the updated records, with their events."""
        with connection.cursor() as cursor:
            stage = self._stage(run, cursor, locked=True)
            take_over(stage, run.decided_by_id or run.actor_id, run.publish)
            stage.keep_ids()

    def _stage(self, run: ImportRun, cursor: CursorWrapper, *, locked: bool) -> Stage:
        """Stage the records of a run, check them, and give each its verdict."""
        stage = Stage(self.kind, layout_of(run).given, cursor)
        stage.create(run.pk)
        stage.resolve()
        if locked:
            lock(stage)
        stage.refuse_twice()
        stage.fill()
        check(stage)
        compare(stage)
        stage.judge(run.pk)
        return stage


for _kind in KINDS.values():
    declare(Register(_kind))


def _finish(run: ImportRun, status: str) -> ImportRun:
    """Keep the status and, save for a cancelled run, the counters: read = new + updated + unchanged + rejected."""
    if status != Status.CANCELLED:
        verdicts = {name: Count("pk", filter=Q(verdict=name)) for name in ImportRow.Verdict.values}
        counts = run.rows.aggregate(
            **verdicts, quality_issues=Count("pk", filter=~Q(issue="") & ~Q(verdict="rejected"))
        )
        for name, count in counts.items():
            setattr(run, name, count)
    run.status, run.progress = status, run.total
    run.finished_at = None if status == Status.PENDING else moment.now()
    run.save()
    return run


def _tell(run: ImportRun, kind: str, figures: Mapping[str, int]) -> None:
    """Tell whoever started the run; the system itself (a command of the shell, the demonstration) reads no news."""
    if run.actor.kind in {User.Kind.STAFF, User.Kind.PROVIDER}:
        told = {"kind": kind, "reference": f"{run.pk}", "figures": dict(figures), "audience": {"user": run.actor_id}}
        outbox.put("notify", f"import:{run.pk}:{run.status}", told)


def _locked(run_id: int, actor: Actor, *statuses: str) -> ImportRun:
    run = ImportRun.objects.select_for_update().defer("content").filter(pk=run_id).first()
    if run is None:
        raise NotFound
    room_of(run.kind).require(actor)
    if not _is_theirs(run, actor):
        raise NotFound
    if run.status not in statuses:
        raise Refused(f"This import cannot be changed any more: {run.get_status_display().lower()}.", "decided")
    return run
