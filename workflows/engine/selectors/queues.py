"""Lists of open turns: whose, narrowed by what, in which order, and how many.

Every list reads the partial indexes of open turns; counts stop at a cap, and several of them are one query.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import reduce
from typing import Any, Literal

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import OuterRef, Q, QuerySet, Subquery

from workflows.engine import moment, registry
from workflows.engine.calendar import LONDON
from workflows.engine.models import Task
from workflows.parties.actor import Actor
from workflows.parties.models import Client, Organisation, Service, Team, User

from .people import unread_rows

#: The orders of a queue, as keys to page by.
ORDERS: dict[str, tuple[str, str]] = {"due": ("due_at", "id"), "costly": ("-urgency", "id")}
CAP = 999
#: As the sweep has marked it, so that the few are found by an index of their own, and as managers' figures count them.
_AT_RISK = Q(at_risk_marked_at__isnull=False, breached_at__isnull=True)


def queue(actor: Actor, team_ids: Iterable[int]) -> QuerySet[Task]:
    """The open turns of some of the person's own teams (an auditor reads every team's), first due first.

    Of several teams only for counting: a page of several teams' turns is read with `across`.
    """
    allowed = _allowed(actor, team_ids)
    turns = _seen(actor)
    return turns.filter(team_id__in=allowed) if len(allowed) != 1 else turns.filter(team_id=allowed[0])


def my_work(actor: Actor) -> QuerySet[Task]:
    """The open turns that the person has claimed, first due first."""
    return _seen(actor).filter(owner_id=actor.user_id)


def readable(actor: Actor) -> QuerySet[Task]:
    """Every open turn, of any team or provider, whose case this member of staff may read; first due first."""
    return _seen(actor).filter(kind__in=actor.reads) if actor.is_staff else _open().none()


def provider_turns(actor: Actor, functions: Iterable[str]) -> QuerySet[Task]:
    """The open turns of the person's organisation, where their role lets them answer, first due first."""
    reach = Q(pk__in=[])
    for function in functions:
        services = actor.services_for(function, "edit")
        # An empty Q would vanish in the disjunction and leave nothing.
        everywhere = Q(organisation_id=actor.organisation_id)
        reach |= everywhere if services is None else Q(service_id__in=services)
    return _seen(actor).filter(reach, organisation_id=actor.organisation_id)


@dataclass(frozen=True, slots=True)
class Narrow:
    """What a list of turns is narrowed by; nothing given leaves it whole, save what waits for a later day."""

    kinds: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()
    providers: tuple[int, ...] = ()
    services: tuple[int, ...] = ()
    groups: tuple[str, ...] = ()  # of services
    owner: int | Literal["nobody"] | None = None
    held_by: int | Literal["providers"] | None = None  # a team
    priority: int = 0  # at least
    risk: Literal["", "at_risk", "breached"] = ""
    waiting: Literal["hide", "only", "show"] = "hide"  # turns with a follow-up date after today
    money: Decimal | None = None  # at least
    opened_from: date | None = None  # London days, both included
    opened_to: date | None = None

    @property
    def rare(self) -> bool:
        """Whether it asks for what a queue may have much or next to nothing of: then its values make the plan."""
        filters = (self.kinds, self.nodes, self.providers, self.services, self.groups)
        opened = self.opened_from or self.opened_to
        return (
            any(filters)
            or bool(opened)
            or isinstance(self.owner, int)
            or self.money is not None
            or self.held_by is not None
        )


def narrowed(turns: QuerySet[Task], by: Narrow, now: datetime) -> QuerySet[Task]:
    """The turns that fit."""
    today = now.astimezone(LONDON).date()
    later = Q(not_before__gt=today)
    wanted = [
        Q(kind__in=by.kinds) if by.kinds else None,
        Q(node__in=by.nodes, kind__in=_kinds_with(by.nodes)) if by.nodes else None,
        Q(provider_id__in=by.providers) if by.providers else None,
        Q(service_id__in=by.services) if by.services else None,
        Q(service_group__in=by.groups) if by.groups else None,
        # A provider's turn has an owner in its provider: nobody is to claim it.
        Q(owner__isnull=True, team__isnull=False) if by.owner == "nobody" else None,
        Q(owner_id=by.owner) if by.owner and by.owner != "nobody" else None,
        Q(team__isnull=True) if by.held_by == "providers" else Q(team_id=by.held_by) if by.held_by else None,
        Q(priority__gte=by.priority) if by.priority else None,
        {"at_risk": _AT_RISK & Q(due_at__gt=now), "breached": Q(due_at__lte=now)}.get(by.risk),
        {"only": later, "hide": Q(not_before__isnull=True) | ~later}.get(by.waiting),
        Q(amount__gte=by.money) if by.money is not None else None,
        Q(created__gte=_midnight(by.opened_from)) if by.opened_from else None,
        Q(created__lt=_midnight(by.opened_to + timedelta(days=1))) if by.opened_to else None,
    ]
    return turns.filter(*[each for each in wanted if each is not None])


def at_the_top(actor: Actor) -> dict[str, int]:
    """What the top of every page counts, in one query: the open tasks of the person's teams, and what is unread."""
    lists: dict[str, QuerySet[Any]] = {"unread": unread_rows(actor.user_id)}
    if actor.team_ids:
        lists["open"] = narrowed(queue(actor, actor.team_ids), Narrow(), moment.now())
    return {"open": 0} | counts(lists)


def counts(lists: Mapping[str, QuerySet[Any]], cap: int = CAP, *, anew: bool = False) -> dict[str, int]:
    """How many rows each list has, counting no further than one past `cap`; all of them in one query.

    `anew`: a list is narrowed by what may be rare (`Narrow.rare`).
    """
    parts: list[str] = []
    parameters: list[Any] = []
    found = dict.fromkeys(lists, 0)
    asked = []
    for name, rows in lists.items():
        try:
            sql, values = rows.order_by().values("pk")[: cap + 1].query.sql_with_params()
        except EmptyResultSet:
            continue
        asked.append(name)
        parts.append(f"(SELECT count(*) FROM ({sql}) AS counted)")
        parameters += values
    if asked:
        with _planned_anew(anew), connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(parts)}", parameters)
            found |= dict(zip(asked, cursor.fetchone(), strict=True))
    return found


@dataclass(frozen=True, slots=True)
class Across:
    """Turns of several teams, to be paged by key like one list: each team's index is read for a page's rows only.

    One branch a team in one query (`team = ANY(…)` cost 136 times as much at a million turns).
    """

    branches: tuple[QuerySet[Any], ...]
    order: tuple[Any, ...] = ()
    anew: bool = False

    @property
    def model(self) -> Any:
        """The model of the rows."""
        return Task

    @property
    def query(self) -> Any:
        """The query of one branch: they have the same columns."""
        return self.branches[0].query

    def filter(self, *args: Any, **kwargs: Any) -> "Across":
        """Every branch narrowed."""
        return Across(tuple(each.filter(*args, **kwargs) for each in self.branches), self.order, self.anew)

    def values(self, *columns: Any, **named: Any) -> "Across":
        """Every branch with these columns, those of the order among them."""
        return Across(tuple(each.values(*columns, **named) for each in self.branches), self.order, self.anew)

    def order_by(self, *order: Any) -> "Across":
        """Another order."""
        return Across(self.branches, order, self.anew)

    def __getitem__(self, piece: slice) -> list[Any]:
        first, *others = [each.order_by(*self.order)[: piece.stop] for each in self.branches]
        with _planned_anew(self.anew):
            if not others:
                return list(first)
            together = reduce(lambda one, other: one.union(other, all=True), others, first)
            return list(together.order_by(*self.order)[piece])


def across(actor: Actor, team_ids: Iterable[int] | None, by: Narrow, now: datetime) -> Across:
    """The open turns of several teams that the person may see, narrowed; give it to `page_by_key`.

    Without teams: every open turn that they may read.
    """
    if team_ids is None:
        return Across((narrowed(readable(actor), by, now),), anew=by.rare)
    allowed = _allowed(actor, team_ids)
    branches = [narrowed(_seen(actor).filter(team_id=team), by, now) for team in allowed]
    return Across(tuple(branches) or (Task.objects.none(),), anew=by.rare)


def names() -> dict[str, Subquery]:
    """The names that a list shows of each turn, for `.values(…)`.

    Each is a look-up of its own and not a join: to plan the joins of eight tables takes the database fifty times as
    long as to read a page.
    """
    return {
        "holder": _its(User, "owner_id", "name"),
        "absent": _its(User, "standing_in_for_id", "name"),
        "outside_team": _its(Team, "outside_id", "name"),
        "provider_name": _its(Organisation, "provider_id", "name"),
        "home": _its(Service, "service_id", "name"),
        "surname": _its(Client, "client_id", "surname"),
        "forename": _its(Client, "client_id", "forename"),
        "ss_ref": _its(Client, "client_id", "ss_ref"),
    }


@dataclass(frozen=True, slots=True)
class Why:
    """Why a turn stands first: its own figures, and those of the one after it."""

    order: str
    kind: str
    breached: bool
    at_risk: bool
    due_at: datetime | None
    amount: Decimal | None
    priority: int
    urgency: Decimal
    next_due_at: datetime | None
    next_urgency: Decimal | None
    alone: bool


def why_first(turns: QuerySet[Task] | Across, order: str, now: datetime) -> Why | None:
    """Why the first of a narrowed list is first in an order; None when the list is empty. One query."""
    columns = ("id", "kind", "due_at", "at_risk_at", "amount", "priority", "urgency")
    return why_of(list(turns.order_by(*ORDERS[order]).values(*columns)[:2]), order, now)


def why_of(rows: Sequence[Mapping[str, Any]], order: str, now: datetime) -> Why | None:
    """The same of rows that were read already: the first ones of the list."""
    if not rows:
        return None
    first, after = rows[0], rows[1] if len(rows) > 1 else None
    breached = first["due_at"] is not None and first["due_at"] <= now
    return Why(
        order=order,
        kind=first["kind"],
        breached=breached,
        at_risk=not breached and first["at_risk_at"] is not None and first["at_risk_at"] <= now,
        due_at=first["due_at"],
        amount=first["amount"],
        priority=first["priority"],
        urgency=first["urgency"],
        next_due_at=after["due_at"] if after else None,
        next_urgency=after["urgency"] if after else None,
        alone=after is None,
    )


def _allowed(actor: Actor, team_ids: Iterable[int]) -> list[int]:
    every = "auditor" in actor.duties
    return [team for team in team_ids if every or team in actor.team_ids]


def _open() -> QuerySet[Task]:
    turns: QuerySet[Task] = Task.objects.filter(finished__isnull=True)
    return turns.order_by("due_at", "id")


def _seen(actor: Actor) -> QuerySet[Task]:
    """The open turns whose cases are not kept from the person by their sensitivity, first due first.

    Also of their own team: who came to a team with others' work does not read the titles of what they may not open.
    """
    return _open() if actor.reads_all() else _open().filter(process__sensitivity__in=["", *actor.sensitivities])


@contextmanager
def _planned_anew(anew: bool) -> Iterator[None]:
    """Let what runs inside be planned for its own values, when `anew`: a prepared statement is soon planned for all
    values alike, and then what is rare is looked for in the whole queue (300 times as long at a million turns).
    """
    connection.ensure_connection()
    driver: Any = connection.connection
    before = driver.prepare_threshold
    driver.prepare_threshold = None if anew else before
    try:
        yield
    finally:
        driver.prepare_threshold = before


def _its(model: Any, key: str, column: str) -> Subquery:
    """A column of the row that a key of the turn leads to."""
    return Subquery(model.objects.filter(pk=OuterRef(key)).values(column))


def _kinds_with(nodes: Iterable[str]) -> list[str]:
    """The kinds of case that have one of these nodes: the index of steps begins with the kind."""
    parts = [name.partition(".") for name in registry.names()]
    return sorted({flow.partition("@")[0] for flow, _, node in parts if node in set(nodes)})


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=LONDON)
