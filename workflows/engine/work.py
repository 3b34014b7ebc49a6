"""The unit of work of one command: what its activations changed, written once, in one statement.

Guards stand in the statement itself: the case at the version that was read, each task in the status that was read.
Any guard that misses means that nothing was written.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db import connection, models

from workflows.council.profile import current

from . import tally
from .calendar import council_calendar
from .models import Case, Content, Delta, Event, Outbox, Receipt, Task

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
)


class GuardMissed(Exception):
    """The case or a task was not as it was read: somebody was faster in spite of the lock."""


@dataclass(slots=True)
class Work:
    """What one command does to one case. `case.work` points here while the command runs."""

    case: Case
    verb: str
    now: datetime
    service_group: str | None
    title: str = ""  # of the next task; empty: the node's own
    path: list[str] = field(default_factory=list)
    opened: list[Task] = field(default_factory=list)
    changed: list[tuple[Task, str]] = field(default_factory=list)  # with the status that was read
    read: dict[int, str] = field(default_factory=dict)
    stood: dict[int, tally.Standing] = field(default_factory=dict)  # as it was read, for the figures of managers

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
        self.change(task)
        self.case.open_tasks -= 1

    def change(self, task: Task) -> None:
        """A turn stays open, with other columns."""
        self.changed.append((task, self.read[task.pk]))

    def deltas(self) -> list[Delta]:
        """What this command changes in the figures of managers."""
        changed = {task.pk: (self.stood[task.pk], task) for task, _ in self.changed}
        return tally.deltas(self.opened, changed.values(), self.now)

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
            self.case.holder_since = self.now

    def clock(self, clock: str | None, remind: str | None) -> tuple[datetime | None, datetime | None]:
        """When a task that opens now is due, and when to remind of it; both are paths into the profile."""
        if clock is None:
            return None, None
        calendar = council_calendar()
        due = calendar.due(attrgetter(clock)(current()), self.now)
        before = attrgetter(remind)(current()) if remind else None
        return due, calendar.before(due, before) if before else None


class Statement:
    """Builds one statement of several writing parts (`WITH … SELECT`), with its parameters in order."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.parameters: list[Any] = []
        self.guards: list[str] = []

    def insert(self, rows: Sequence[models.Model], *, once: bool = False, key: bool = False) -> None:
        """Insert rows of one model; `key`: with their primary key; `once`: a row that exists already is no error."""
        if not rows:
            return
        fields = [each for each in rows[0]._meta.concrete_fields if key or not isinstance(each, models.AutoField)]
        columns = ", ".join(f'"{each.column}"' for each in fields)
        line = "(" + ", ".join(["%s"] * len(fields)) + ")"
        for row in rows:
            self.parameters += [_value(each, row, add=True) for each in fields]
        suffix = " ON CONFLICT DO NOTHING" if once else ""
        table = rows[0]._meta.db_table
        self.parts.append(f'INSERT INTO "{table}" ({columns}) VALUES {", ".join([line] * len(rows))}{suffix}')

    def update(self, row: models.Model, columns: Sequence[str], guard: str, value: Any) -> None:
        """Update one row if `guard` still has `value`; a miss fails the whole statement."""
        fields: list[Any] = [row._meta.get_field(name) for name in columns]
        changes = ", ".join(f'"{each.column}" = %s' for each in fields)
        self.parameters += [_value(each, row) for each in fields] + [row.pk, value]
        self.guards.append(f"p{len(self.parts)}")
        self.parts.append(f'UPDATE "{row._meta.db_table}" SET {changes} WHERE "id" = %s AND "{guard}" = %s RETURNING 1')

    def run(self) -> None:
        """Send it; GuardMissed when a guarded row was not as it was read."""
        parts = ", ".join(f"p{place} AS ({part})" for place, part in enumerate(self.parts))
        met = " + ".join(f"(SELECT count(*) FROM {name})" for name in self.guards) or "0"
        with connection.cursor() as cursor:
            cursor.execute(f"WITH {parts} SELECT {met}", self.parameters)
            if cursor.fetchone()[0] != len(self.guards):
                raise GuardMissed


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
        statement.update(task, TASK_COLUMNS, "status", status)
    statement.insert(work.opened)
    statement.insert([event])
    statement.insert(contents, key=True)
    statement.insert(outbox, once=True)
    statement.insert(work.deltas())
    statement.insert([receipt], key=True)
    statement.run()


def _value(field: Any, row: models.Model, *, add: bool = False) -> Any:
    return field.get_db_prep_save(field.pre_save(row, add), connection)
