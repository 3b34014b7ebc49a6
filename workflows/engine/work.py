"""The unit of work of one command: what its activations changed, written once, in one statement.

Guards stand in the statement itself: the case at the version that was read, each task in the status that was read.
Any guard that misses means that nothing was written.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any

from django.db import connection, models
from django.db.backends.utils import CursorWrapper
from psycopg import RawCursor

from . import definitions, spans, tally, timing, urgency
from .models import Case, Content, Delta, Event, Outbox, Receipt, Rung, Task

#: The columns of a case that a command may change.
CASE_COLUMNS = (
    "status",
    "finished",
    "state",
    "version",
    "head",
    "open_tasks",
    "holder",
    "holder_team",
    "holder_since",
    "team",
    "amount",
)
#: The columns of an open task that a command may change.
TASK_COLUMNS = (
    "status",
    "owner",
    "team",
    "outside",
    "assigned",
    "started",
    "finished",
    "outcome",
    "not_before",
    "priority",
    "standing_in_for",
    "urgency",
    "claimed_at",
    "calendar",
)
#: Those that only a re-based clock changes as well (rebasing.py).
CLOCK_COLUMNS = ("clock", "due_at", "at_risk_at", "at_risk_marked_at")

#: Fields whose values the driver takes as they are; others (JSON, our flows and nodes) prepare theirs.
PLAIN = {
    models.AutoField,
    models.BigAutoField,
    models.BigIntegerField,
    models.BinaryField,
    models.BooleanField,
    models.CharField,
    models.DateField,
    models.DateTimeField,
    models.DecimalField,
    models.ForeignKey,
    models.IntegerField,
    models.SmallIntegerField,
    models.TextField,
    models.UUIDField,
}


class GuardMissed(Exception):
    """The case or a task was not as it was read: somebody was faster in spite of the lock."""


@dataclass(frozen=True, slots=True)
class Own:
    """An UPDATE of one row of the command's own tables that rides in the door's statement; `miss` says why not."""

    sql: str
    parameters: Sequence[Any]
    miss: Callable[[], Exception]


@dataclass(slots=True)
class Work:
    """What one command does to one case. `case.work` points here while the command runs."""

    case: Case
    verb: str
    now: datetime
    service_group: str | None
    title: str = ""  # of the next task; empty: the node's own
    clock: str = ""  # of the next task, one of those that its node declares; empty: the node's first
    by: datetime | None = None  # when the next task is due, where its clock is a moment of its own
    path: list[str] = field(default_factory=list)
    opened: list[Task] = field(default_factory=list)
    changed: list[tuple[Task, str]] = field(default_factory=list)  # with the status that was read
    read: dict[int, str] = field(default_factory=dict)
    stood: dict[int, tally.Standing] = field(default_factory=dict)  # as it was read, for the figures of managers
    held: spans.Held | None = None  # who held the open case as it was read, since when
    span: spans.Change | None = None
    own: list[Own] = field(default_factory=list)
    person: int = 0  # who of the council carries it out
    acted: int | None = None  # the turn that it is carried out on
    did: str = ""  # what that is called among the figures of people (metrics.OF_PEOPLE)
    rebased: bool = False  # the clocks of the changed turns were moved on purpose

    def reading(self, task: Task) -> None:
        """Remember a task as it was read under the lock."""
        self.read[task.pk] = task.status
        self.stood[task.pk] = tally.standing(task)

    def open(self, task: Task) -> None:
        """A new turn begins."""
        self.opened.append(task)
        self.case.open_tasks += 1

    def close(self, task: Task) -> None:
        """A turn ends."""
        task.calendar_id = definitions.present().calendar_id
        self.change(task)
        self.case.open_tasks -= 1

    def change(self, task: Task) -> None:
        """A turn stays open, with other columns."""
        task.urgency = urgency.of(task)
        self.changed.append((task, self.read[task.pk]))

    def reclock(self, task: Task, path: str) -> dict[str, Any]:
        """Give an open turn another promise, counted from the same beginning; returns what the event tells of it.

        A promise that was broken already stays broken.
        """
        definition = definitions.present().by_key[path]
        self._move(task, definition, timing.limits(definition, task.created))
        return {"rebased": [[task.pk, definition.id]]}

    def retime(self, task: Task, by: datetime) -> dict[str, Any]:
        """Move an open turn that is due at a moment of its own to another one; returns what the event tells of it."""
        definition = definitions.by_id({task.clock_id or 0})[task.clock_id or 0]
        self._move(task, definition, timing.limits(definition, task.created, by=by))
        return {"retimed": [[task.pk, by.isoformat()]]}

    def _move(self, task: Task, definition: timing.Definition, within: timing.Limits) -> None:
        task.clock_id, task.due_at, task.at_risk_at = definition.id, within.due, within.at_risk
        if task.breached_at is None and within.at_risk > self.now:
            if task.at_risk_marked_at is not None:
                Rung.objects.filter(task=task).delete()  # the new promise is warned of in its own time
            task.at_risk_marked_at = None
        self.rebased = True
        self.change(task)

    def also(self, sql: str, parameters: Sequence[Any], miss: Callable[[], Exception] | None = None) -> None:
        """Let the door's statement also make this UPDATE, which must find one row and return it (`RETURNING 1`)."""
        self.own.append(Own(sql, parameters, miss or GuardMissed))

    def deltas(self) -> list[Delta]:
        """What this command changes in the figures of managers."""
        changed = {task.pk: (self.stood[task.pk], task) for task, _ in self.changed}
        calendar = definitions.present().calendar
        acted = tally.Acted(self.person, self.acted, self.did)
        of_turns = tally.deltas(tally.Change(self.opened, changed.values(), self.now, calendar, acted))
        span = self.span
        whole = tally.Whole(
            self.case,
            self.now,
            calendar,
            begun=self.verb if self.case.version == 1 else "",
            ended=self.ends,
            held=(*self.held[:2], span.minutes) if self.held and span is not None and span.ending is not None else None,
        )
        return [*of_turns, *tally.of_case(whole)]

    @property
    def ends(self) -> bool:
        """Whether this command ends the case."""
        return self.case.finished is not None and (self.held is not None or self.case.version == 1)

    def moved(self) -> list[list[int]]:
        """The turns that change teams: [task, from, to], as the event tells it and the figures are rebuilt from."""
        pairs = [(self.stood[task.pk], task) for task, _ in self.changed]
        return [[task.pk, was.team, task.team_id or 0] for was, task in pairs if was.team != (task.team_id or 0)]

    def walked(self, node: str) -> None:
        """Note a node on the path."""
        self.path.append(node)

    def hold(self, holder: str, team_id: int | None = None) -> None:
        """Give the case to somebody, from now on."""
        if (self.case.holder, self.case.holder_team_id) != (holder, team_id):
            self.case.holder = holder
            self.case.holder_team_id = team_id
            back = self.held is not None and self.held[:2] == (holder, team_id)
            self.case.holder_since = self.held[2] if self.held and back else self.now

    def promise(self, path: str | None) -> tuple[timing.Definition, timing.Limits] | None:
        """The clock of a turn that opens now, by its path into the profile; None where it has none."""
        definition = definitions.present().by_key.get(path) if path else None
        return (definition, timing.limits(definition, self.now, by=self.by)) if definition is not None else None

    def timed(self, seq: int) -> dict[str, Any]:
        """What the event tells about clocks, for them to be a function of the case's events (replaying.py)."""
        facts: dict[str, Any] = {}
        if self.opened:
            facts["opened"] = [[task.node, task.clock_id, *self._own_moment(task)] for task in self.opened]
        if seq == 1 and (clocks := definitions.present().case_clocks(self.case.kind)):
            facts["case_clocks"] = clocks
        if self.case.finished is not None:
            facts["ended"] = True
        self.span = spans.change(self.case, self.held, self.now, seq)
        if self.span is not None and self.span.ending is not None:
            facts["calendar"] = self.span.calendar_id
        return facts

    def _own_moment(self, task: Task) -> list[str]:
        """When a turn that opens is due, where its promise alone does not say it."""
        own = {each.id for each in definitions.present().by_key.values() if each.target.unit == "moment"}
        return [self.by.isoformat()] if self.by is not None and task.clock_id in own else []


class Statement:
    """Builds one statement of several writing parts (`WITH … SELECT`), with its parameters in order.

    The same rows and columns give the same text, made once: so PostgreSQL finds it prepared.
    """

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.parameters: list[Any] = []
        self.guards: list[Callable[[], Exception]] = []

    def insert(self, rows: Sequence[models.Model], *, once: bool = False, key: bool = False) -> None:
        """Insert rows of one model; `key`: with their primary key; `once`: a row that exists already is no error."""
        if not rows:
            return
        columns = _columns(type(rows[0]), None, key)
        for row in rows:
            self.parameters += columns.of(row, add=True)
        self.parts.append(_insert(type(rows[0]), columns, len(rows), once))

    def update(self, row: models.Model, columns: tuple[str, ...], guard: str, value: Any) -> None:
        """Update one row if `guard` still has `value`; a miss fails the whole statement."""
        changed = _columns(type(row), columns, False)
        self.parameters += [*changed.of(row), row.pk, value]
        self.parts.append(_update(type(row), changed, guard))
        self.guards.append(GuardMissed)

    def plain(self, sql: str, parameters: Sequence[Any]) -> None:
        """Add a part of its own that finds what it finds."""
        self.parameters += parameters
        self.parts.append(sql)

    def guarded(self, sql: str, parameters: Sequence[Any], miss: Callable[[], Exception]) -> None:
        """Add an UPDATE that must find exactly one row and returns it; else the whole statement fails with `miss()`."""
        self.parameters += parameters
        self.parts.append(sql)
        self.guards.append(miss)

    def run(self) -> None:
        """Send it; GuardMissed when a guarded row was not as it was read, or what its own guard says."""
        with _cursor() as cursor:
            cursor.execute(_whole(tuple(self.parts)), self.parameters)
            found = cursor.fetchone()
        for count, miss in zip(found, self.guards, strict=False):
            if count != 1:
                raise miss()


class Numbered(RawCursor[Any]):
    """Takes `%s` for `$1`, `$2` … and keeps the text: the driver itself reads one of more than 50 parameters anew
    every time, for as long as the server takes to carry it out."""

    def execute(self, query: str, params: Any = None, **options: Any) -> "Numbered":  # type: ignore[override]
        """Run one statement."""
        return super().execute(_numbered(query), params, **options)


@lru_cache(maxsize=256)
def _numbered(text: str) -> str:
    first, *rest = text.split("%s")
    return first + "".join(f"${place}{piece}" for place, piece in enumerate(rest, start=1))


def _cursor() -> CursorWrapper:
    """One that Django wraps and counts as it does its own."""
    wrap = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    return wrap(Numbered(connection.connection))  # type: ignore[arg-type]  # the stubs know only their own cursors


@dataclass(frozen=True, eq=False)
class Columns:
    """Some columns of a model, and how a row's values become parameters."""

    names: tuple[str, ...]
    read: Callable[[Any], tuple[Any, ...]]
    prepared: tuple[tuple[int, Any], ...]  # the places of fields that change what they are given

    def of(self, row: models.Model, *, add: bool = False) -> list[Any]:
        """The values of one row."""
        values = list(self.read(row))
        for place, column in self.prepared:
            values[place] = column.get_db_prep_save(column.pre_save(row, add), connection)
        return values


@cache
def _columns(model: type[models.Model], names: tuple[str, ...] | None, key: bool) -> Columns:
    """Columns by field name; None: all, of a new row, with or without its `key`."""
    every: list[Any] = list(model._meta.concrete_fields)
    if names is not None:
        every = [model._meta.get_field(name) for name in names]
    elif not key:
        every = [each for each in every if not isinstance(each, models.AutoField)]
    prepared = tuple((place, each) for place, each in enumerate(every) if not _plain(each))
    return Columns(tuple(each.column for each in every), attrgetter(*(each.attname for each in every)), prepared)


def _plain(column: Any) -> bool:
    """Whether the driver takes the column's values as they are."""
    return type(column) in PLAIN and not getattr(column, "auto_now", False)


@cache
def _insert(model: type[models.Model], columns: Columns, rows: int, once: bool) -> str:
    names = ", ".join(f'"{each}"' for each in columns.names)
    line = "(" + ", ".join(["%s"] * len(columns.names)) + ")"
    suffix = " ON CONFLICT DO NOTHING" if once else ""
    return f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES {", ".join([line] * rows)}{suffix}'


@cache
def _update(model: type[models.Model], columns: Columns, guard: str) -> str:
    changes = ", ".join(f'"{each}" = %s' for each in columns.names)
    return f'UPDATE "{model._meta.db_table}" SET {changes} WHERE "id" = %s AND "{guard}" = %s RETURNING 1'


@lru_cache(maxsize=256)
def _whole(parts: tuple[str, ...]) -> str:
    """The text of a statement; each part that updates gives a row for its guard."""
    named = ", ".join(f"p{place} AS ({part})" for place, part in enumerate(parts))
    met = ", ".join(f"(SELECT count(*) FROM p{place})" for place, part in enumerate(parts) if part.startswith("UPDATE"))
    return f"WITH {named} SELECT {met or '0'}"


def flush(
    work: Work, event: Event, contents: list[Content], receipt: Receipt, outbox: list[Outbox], read_version: int | None
) -> None:
    """Write everything that the command did. `read_version` None: the case is new."""
    statement = Statement()
    if read_version is None:
        statement.insert([work.case], key=True)
    else:
        statement.update(work.case, CASE_COLUMNS, "version", read_version)
    for task, status in work.changed:
        statement.update(task, TASK_COLUMNS + (CLOCK_COLUMNS if work.rebased else ()), "status", status)
    for own in work.own:
        statement.guarded(own.sql, own.parameters, own.miss)
    statement.insert(work.opened)
    statement.insert([event])
    statement.insert(contents, key=True)
    statement.insert(outbox, once=True)
    deltas = work.deltas()
    statement.insert(deltas)
    if work.ends:
        whole = next(each for each in deltas if each.metric == "closed")
        statement.plain(tally.ROUNDS, [whole.day, whole.minutes, work.case.pk])
    if work.span is not None and work.span.ending is not None:
        statement.guarded(spans.END, work.span.ending, GuardMissed)
    if work.span is not None and work.span.beginning is not None:
        statement.insert([work.span.beginning])
    statement.insert([receipt], key=True)
    statement.run()
