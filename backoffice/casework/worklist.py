"""Rows of work: turns with the names that a list shows, read in one query; and how many there are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from backoffice.web.words import LONDON, NOTHING
from workflows.engine import registry
from workflows.engine.models import Task

KEYS = ("due_at", "id")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is to do."""

    open: int = 0
    unclaimed: int = 0
    today: int = 0
    overdue: int = 0
    at_risk: int = 0
    breached: int = 0
    mine: int = 0


def rows(turns: QuerySet[Task]) -> QuerySet[Task, Row]:
    """Turns as plain rows with provider, client and holder joined: one query however many there are."""
    return turns.order_by().values(
        "id",
        "process_id",
        "title",
        "reference",
        "kind",
        "due_at",
        "amount",
        "owner_id",
        "team_id",
        holder=F("owner__name"),
        provider=F("process__organisation__name"),
        home=F("service__name"),
        surname=F("client__surname"),
        forename=F("client__forename"),
        ss_ref=F("client__ss_ref"),
    )


def counts(turns: QuerySet[Task], user_id: int, now: datetime) -> Counts:
    """The counts of one list."""
    return Counts(**turns.order_by().aggregate(**_figures(user_id, now)))


def counts_by_team(turns: QuerySet[Task], user_id: int, now: datetime) -> dict[int, Counts]:
    """The counts of several teams' queues in one query."""
    found = turns.order_by().values("team_id").annotate(**_figures(user_id, now))
    return {row.pop("team_id"): Counts(**row) for row in found}


def providers(turns: QuerySet[Task]) -> list[tuple[int, str]]:
    """The providers of a list, by name."""
    names = turns.order_by("process__organisation__name")
    return list(names.values_list("process__organisation_id", "process__organisation__name").distinct())


def narrowed(turns: QuerySet[Task], *, provider: int | None, kinds: Iterable[str]) -> QuerySet[Task]:
    """The turns of one provider and of some kinds; nothing given leaves the list whole."""
    if provider is not None:
        turns = turns.filter(process__organisation_id=provider)
    chosen = list(kinds)
    return turns.filter(kind__in=chosen) if chosen else turns


def kind_words(kind: str) -> str:
    """What a kind of case is called: the first line of its declaration."""
    return str(registry.latest(kind).__doc__).strip()


def client_words(row: Row) -> str:
    """`Brock, Arthur (4102277)`; a case may be about no client."""
    return f"{row['surname']}, {row['forename']} ({row['ss_ref']})" if row["ss_ref"] else NOTHING


def home_words(row: Row) -> str:
    """The service that it is about, else the organisation."""
    return row["home"] or row["provider"] or NOTHING


def _figures(user_id: int, now: datetime) -> dict[str, Count]:
    midnight = (now.astimezone(LONDON) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "open": Count("id"),
        "unclaimed": Count("id", filter=Q(owner__isnull=True)),
        "today": Count("id", filter=Q(due_at__gt=now, due_at__lt=midnight)),
        "overdue": Count("id", filter=Q(due_at__lte=now)),
        "at_risk": Count("id", filter=Q(at_risk_marked_at__isnull=False, breached_at__isnull=True)),
        "breached": Count("id", filter=Q(breached_at__isnull=False)),
        "mine": Count("id", filter=Q(owner_id=user_id)),
    }
