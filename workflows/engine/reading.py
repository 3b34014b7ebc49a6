"""What the door reads: a case and its turn, locked in that order, and the words for whoever was slower."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection

from workflows.parties.actor import Actor
from workflows.parties.models import Service, User

from .errors import NotFound, Stale
from .flow import CaseFlow
from .models import Case, Event, Task
from .rules import INSIDE

#: Tests take the lock out to show that they would notice.
LOCK = "FOR UPDATE OF"


@dataclass(frozen=True, slots=True)
class Read:
    """A case and a turn of it as they stand under the lock."""

    case: Case
    task: Task | None
    service_group: str | None


def locked(case_id: int, task_id: int | None, actor: Actor) -> Read:
    """Lock and read a case, with one of its tasks; NotFound when it does not exist for this actor.

    Both rows are locked, the case first: after a wait PostgreSQL reads only locked rows again.
    """
    sql, parameters = _query(case_id, task_id, actor)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        row = cursor.fetchone()
    if row is None:
        raise NotFound
    width = len(_columns(Case))
    case = _make(Case, row[:width])
    if not _sees(actor, case):
        raise NotFound
    task = _make(Task, row[width:-1]) if task_id is not None else None
    return Read(case, task, row[-1])


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
    """Give a new case its id (which is in its hash and its outbox keys) and the reference that people read out."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('engine_case', 'id'))")
        case.pk = cursor.fetchone()[0]
    case.flow_class = flow
    case.kind = flow.kind
    case.created = case.holder_since = now
    case.reference = f"{flow.prefix}-{now.year}-{case.pk:06d}"


def _query(case_id: int, task_id: int | None, actor: Actor) -> tuple[str, list[Any]]:
    where, own = _scope(actor)
    turn = [] if task_id is None else [task_id]
    return _text(task_id is not None, where, LOCK), [*turn, case_id, *own]


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
