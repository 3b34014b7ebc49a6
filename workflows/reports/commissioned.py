"""Commissioned v Actuals: what was commissioned and what was delivered, per client, line and week.

In the seeds' parameters (suffolk-user-guide §5, steps 3 to 9). Every reader is scoped to who asks.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal, Self

from django.core.exceptions import EmptyResultSet
from django.db import connection

from workflows.actuals.module import module
from workflows.actuals.planning import recorded
from workflows.actuals.rules import monday_of
from workflows.council.profile import current
from workflows.engine import moment
from workflows.engine import selectors as engine
from workflows.parties.actor import Actor

from . import statements
from .selectors import FUNCTION, reach

NAME = "commissioned_v_actuals"
KIND = "actuals"  # the kind of case that a member of staff must read
SIZE = 25
BATCH = 2_000
#: What one report covers at most.
LONGEST = timedelta(days=731)


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters, in the seed's order. Nothing chosen means all; weeks are whole ones, Monday to Sunday."""

    service_group: str
    organisation_id: int | None
    client_id: int | None
    first: date
    last: date
    differences: bool = False
    missing: bool = False

    def kept(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self) | {"first": self.first.isoformat(), "last": self.last.isoformat()}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self:
        """As it was kept."""
        days = {name: date.fromisoformat(kept[name]) for name in ("first", "last")}
        return cls(**({each.name: kept[each.name] for each in fields(cls)} | days))

    @property
    def weeks(self) -> tuple[date, date]:
        """The Mondays of the first and the last week with a day of the time asked for."""
        return monday_of(self.first), monday_of(self.last)


@dataclass(frozen=True, slots=True)
class Row:
    """One line in one week. Without `line_week_id` there are no actuals: nothing is delivered or payable yet."""

    line_week_id: int | None
    case_id: int | None
    line_id: int
    week: date
    client_id: int
    surname: str
    forename: str
    ss_ref: str
    reference: str
    organisation: str
    service_id: int
    service: str
    service_level: str
    unit: str
    planned: Decimal
    planned_cost: Decimal
    delivered: Decimal
    payable_cost: Decimal
    standing: str
    unpriced: bool

    @property
    def difference(self) -> Decimal:
        """Units delivered above what was commissioned; below it, less than nothing."""
        return self.delivered - self.planned

    @property
    def client(self) -> str:
        """The client's name as lists write it."""
        return f"{self.surname}, {self.forename}"


@dataclass(frozen=True, slots=True)
class Total:
    """The sums of the rows of one unit of service: hours and sessions are never added up."""

    unit: str
    rows: int
    missing: int
    planned: Decimal
    delivered: Decimal
    planned_cost: Decimal
    payable_cost: Decimal

    @property
    def difference(self) -> Decimal:
        """As in the rows."""
        return self.delivered - self.planned


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins: beyond a line's week, forwards or backwards."""

    way: Literal["after", "before"]
    line_id: int
    week: date


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of a page, and whether there are others before and after them."""

    rows: Sequence[Row]
    before: bool
    after: bool


def is_offered() -> bool:
    """Whether the council has this report: it records actuals, and names the report."""
    council = current()
    return council.actuals is not None and council.reports.commissioned_v_actuals is not None


def name() -> str:
    """What the council calls it."""
    return current().reports.commissioned_v_actuals or ""


def totals(actor: Actor, asked: Asked) -> list[Total]:
    """The sums of all rows, by unit; in one query."""
    statement, parameters = _prepared(actor, asked)
    with connection.cursor() as cursor:
        cursor.execute(statements.totals(statement), parameters)
        return [Total(*row) for row in cursor.fetchall()]


def part(actor: Actor, asked: Asked, at: Cursor | None = None, size: int = SIZE) -> Part:
    """A page of the rows, by name of the client, line and week; in one query. An empty one is the first page."""
    found = _part(actor, asked, at, size)
    return found if found.rows or at is None else _part(actor, asked, None, size)


def every(actor: Actor, asked: Asked) -> Iterator[Row]:
    """All rows, read from the database as they are taken: a report of any length needs the memory of a few rows."""
    statement, parameters = _prepared(actor, asked)
    # Outside of a transaction the server keeps the rows: whoever takes them may write down how far they are.
    with connection.chunked_cursor() as cursor:
        cursor.execute(statements.rows(statement), parameters)
        while chunk := cursor.fetchmany(BATCH):
            yield from (Row(*row) for row in chunk)


def _part(actor: Actor, asked: Asked, at: Cursor | None, size: int) -> Part:
    statement, parameters = _prepared(actor, asked)
    beyond: str = at.way if at else ""
    place: list[Any] = [at.week, at.line_id] if at else []
    with connection.cursor() as cursor:
        cursor.execute(statements.rows(statement, beyond=beyond, limit=True), [*parameters, *place, size + 1])
        found = [Row(*row) for row in cursor.fetchall()]
    more, shown = len(found) > size, found[:size]
    if beyond == "before":
        return Part(shown[::-1], more, after=True)
    return Part(shown, at is not None, more)


def _prepared(actor: Actor, asked: Asked) -> tuple[str, list[Any]]:
    """The query of the cases that the person may read, and the parameters of a statement that begins with it."""
    actuals, (first, last) = module(), asked.weeks
    organisation, services = reach(actor)
    readable, own = _readable(actor, first, last)
    kinds = actuals.kinds
    return readable, [
        first,
        last,
        asked.service_group,
        organisation if actor.is_provider else asked.organisation_id,
        services,
        asked.client_id,
        asked.differences,
        asked.missing,
        moment.today(),
        *recorded(actuals),
        [each.key for each in kinds],
        [each.unit for each in kinds],
        [each.step for each in kinds],
        *own,
    ]


def _readable(actor: Actor, first: date, last: date) -> tuple[str, tuple[Any, ...]]:
    cases = engine.cases(actor, FUNCTION).filter(kind=KIND, actual_week__week__range=(first, last))
    try:
        statement, parameters = cases.order_by().values("id").query.sql_with_params()
    except EmptyResultSet:
        return "SELECT NULL::bigint AS id WHERE false", ()
    return statement, tuple(parameters)
