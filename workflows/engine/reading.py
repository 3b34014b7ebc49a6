"""What the door reads: a case and its turn, locked in that order, and the words for whoever was slower."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from django.db import connection

from workflows.parties.actor import Actor
from workflows.parties.models import Service, User

from . import moment
from .errors import NotFound, Stale
from .flow import CaseFlow
from .models import Case, Event, Task
from .rules import INSIDE

#: Tests take the lock out to show that they would notice.
LOCK = "FOR UPDATE OF"
#: Until when a person is recorded as away on a day, as `parties.selectors.absences_on` finds it.
ABSENCE = (
    "(SELECT a.last_day FROM parties_absence a"
    " WHERE a.user_id = %s AND a.first_day <= %s AND a.last_day >= %s AND a.ended_at IS NULL LIMIT 1)"
)
NUMBER = (
    """SELECT nextval(pg_get_serial_sequence('engine_case', 'id')),"""
    """ (SELECT s."group" FROM parties_service s WHERE s.id = %s)"""
)


@dataclass(frozen=True, slots=True)
class Read:
    """A case and a turn of it as they stand under the lock; `away`: the last day of an absence that was asked for."""

    case: Case
    task: Task | None
    service_group: str | None
    away: date | None = None


@dataclass(frozen=True, slots=True)
class Which:
    """Which turn is read, of all there are (`t`, of the case `c`): the end of a statement with its lock."""

    sql: str
    parameters: Sequence[Any]


def locked(case_id: int, task_id: int | None, actor: Actor) -> Read:
    """Lock and read a case, with one of its tasks; NotFound when it does not exist for this actor.

    Both rows are locked, the case first: after a wait PostgreSQL reads only locked rows again.
    """
    where, own = _scope(actor)
    turn = [] if task_id is None else [task_id]
    found = _read(_text(task_id is not None, where, LOCK), [*turn, case_id, *own], actor, task_id is not None)
    if found is None:
        raise NotFound
    return found


def turn(which: int | Which, actor: Actor, *, away: bool = False) -> Read | None:
    """Lock and read a turn with its case, both found by the turn alone; None when there is none for this actor.

    `away`: read too until when the actor is recorded as absent; a question more, but no trip more.
    """
    where, own = _scope(actor)
    if isinstance(which, int):
        which = Which(f"t.id = %s{where}{_locking('c, t')}", [which, *own])
    elif own:
        raise NotFound  # only the council's people choose among turns
    today = moment.today()
    asked = [actor.user_id, today, today] if away else []
    return _read(_text_of_turn(which.sql, away), [*asked, *which.parameters], actor, True, away=away)


def case_of(task_id: int) -> int | None:
    """The case of a turn; None when there is no such turn."""
    found: int | None = Task.objects.filter(pk=task_id).values_list("process_id", flat=True).first()
    return found


def _read(sql: str, parameters: Sequence[Any], actor: Actor, with_turn: bool, *, away: bool = False) -> Read | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        row = cursor.fetchone()
    if row is None:
        return None
    width, last = len(_columns(Case)), len(row) - (2 if away else 1)
    case = _make(Case, row[:width])
    if not _sees(actor, case):
        raise NotFound
    task = _make(Task, row[width:last]) if with_turn else None
    return Read(case, task, row[last], row[-1] if away else None)


def stale(case: Case, flow: Any, actor: Actor | None = None) -> Stale:
    """The refusal that says who was faster, and what they did; a provider is told nothing of what is inside."""
    events = Event.objects.filter(stream=f"case:{case.pk}").order_by("-seq").only("actor_id", "kind", "at")
    if actor is not None and actor.is_provider:
        events = events.exclude(kind__in=[f"{case.kind}.{verb}" for verb in INSIDE])
    last = events.first()
    if last is None:
        return Stale("Somebody", "changed this", None, case.pk)
    verb = last.kind.rpartition(".")[2]
    name = User.objects.values_list("name", flat=True).get(pk=last.actor_id)
    return Stale(name, flow.said.get(verb, f"did “{verb}”"), last.at, case.pk)


def number(case: Case, flow: type[CaseFlow], now: datetime) -> None:
    """Give a new case its id (which is in its hash and its outbox keys), the reference that people read out, and the
    group of its service."""
    with connection.cursor() as cursor:
        cursor.execute(NUMBER, [case.service_id])
        case.pk, group = cursor.fetchone()
    case.service_group = group or ""
    case.flow_class = flow
    case.kind = flow.kind
    case.created = case.holder_since = now
    case.reference = f"{flow.begins_references()}-{now.year}-{case.pk:06d}"


@cache
def _text(with_turn: bool, where: str, lock: str) -> str:
    columns = [f'c."{name}"' for name in _columns(Case)]
    tables, locks = f'"{Case._meta.db_table}" c', "c"
    if with_turn:
        columns += [f't."{name}"' for name in _columns(Task)]
        tables += f' JOIN "{Task._meta.db_table}" t ON t.process_id = c.id AND t.id = %s'
        locks = "c, t"
    tables += f' LEFT JOIN "{Service._meta.db_table}" s ON s.id = c.service_id'
    sql = f'SELECT {", ".join(columns)}, s."group" FROM {tables} WHERE c.id = %s{where}'
    return f"{sql} {lock} {locks}" if lock else sql


def _locking(tables: str) -> str:
    return f" {LOCK} {tables}" if LOCK else ""


@cache
def _text_of_turn(which: str, away: bool) -> str:
    columns = [f'c."{name}"' for name in _columns(Case)] + [f't."{name}"' for name in _columns(Task)]
    columns += ['s."group"', *([ABSENCE] if away else [])]
    tables = f'"{Task._meta.db_table}" t JOIN "{Case._meta.db_table}" c ON c.id = t.process_id'
    tables += f' LEFT JOIN "{Service._meta.db_table}" s ON s.id = c.service_id'
    return f"SELECT {', '.join(columns)} FROM {tables} WHERE {which}"


def _scope(actor: Actor) -> tuple[str, list[Any]]:
    """A provider's person finds cases of their own organisation, and of services within their reach, only."""
    if not actor.is_provider:
        return "", []
    if actor.grants:
        return " AND c.organisation_id = %s", [actor.organisation_id]
    reach = sorted(actor.service_grants)
    return " AND c.organisation_id = %s AND c.service_id = ANY(%s)", [actor.organisation_id, reach]


def _sees(actor: Actor, case: Case) -> bool:
    """Whether a role or a team of theirs shows them this kind of case: else not even who was faster is told."""
    if not actor.sees(case.sensitivity):
        return False
    if actor.is_staff:
        return case.kind in actor.reads
    return not actor.is_provider or actor.may(case.flow_class.function, "view", case.service_id)


@cache
def _columns(model: Any) -> list[str]:
    return [field.column for field in model._meta.concrete_fields]


@cache
def _converters(model: Any) -> list[tuple[int, Any]]:
    """The places of columns whose values are not taken as they come."""
    fields = model._meta.concrete_fields
    return [(place, each) for place, each in enumerate(fields) if hasattr(each, "from_db_value")]


@cache
def _names(model: Any) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def _make(model: Any, row: Sequence[Any]) -> Any:
    """Make an instance as a queryset would."""
    values = list(row)
    for place, field in _converters(model):
        values[place] = field.from_db_value(values[place], None, connection)
    return model.from_db(connection.alias, _names(model), values)
