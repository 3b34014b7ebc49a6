"""What managers read: figures of the teams that they may see, and who holds what. Scoped to who asks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Min, Q, QuerySet, Sum

from workflows.engine import folding, registry
from workflows.engine.calendar import council_calendar
from workflows.engine.errors import Forbidden, NotFound
from workflows.engine.folding import Figure
from workflows.engine.models import Task
from workflows.engine.tally import PROVIDERS, london_day
from workflows.parties.actor import Actor
from workflows.parties.models import Team

from . import ageing, figures
from .asked import Asked, Number, Opens

EVERYTHING = frozenset({"auditor", "administrator"})
MOST_HOLDERS = 50
ALL_TEAMS = "All teams"
WITH_PROVIDERS = "With providers"


@dataclass(frozen=True, slots=True)
class Scope:
    """The teams whose figures somebody may see, and the kinds of case whose turns at providers they may see."""

    teams: tuple[Team, ...]
    kinds: frozenset[str]
    every: bool


@dataclass(frozen=True, slots=True)
class Oldest:
    """The turn of a team that is past target the longest."""

    case_id: int
    reference: str
    kind: str
    due_at: datetime
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Holder:
    """A person and what they have claimed of a team's work."""

    user_id: int
    name: str
    team_id: int
    team: str
    holds: Number
    breached: int
    oldest: datetime
    money: Decimal


@dataclass(frozen=True, slots=True)
class Overview:
    """The manager's page."""

    asked: Asked
    scope: Scope
    bands: tuple[ageing.Band, ...]
    teams: tuple[figures.Backlog, ...]
    all: figures.Backlog
    providers: figures.Backlog | None
    periods: tuple[figures.Period, ...]
    whole: figures.Period
    before: figures.Period
    steps: tuple[figures.Step, ...]
    holders: tuple[Holder, ...]
    oldest: Oldest | None  # of the team with most past target

    @property
    def worst(self) -> figures.Backlog | None:
        """The team with most past target; None when nothing is."""
        found = max(self.teams, key=lambda row: row.breached.count, default=None)
        return found if found is not None and found.breached.count else None


def may_see(actor: Actor) -> bool:
    """Whether there is a manager's page for this person: whoever leads or manages a team, audits or administers."""
    return actor.is_staff and bool(actor.duties & EVERYTHING or any(actor.manages(key) for key in actor.teams))


def scope(actor: Actor) -> Scope:
    """What this person may see; NotFound for a provider, Forbidden for staff who lead nothing."""
    if not actor.is_staff:
        raise NotFound
    if not may_see(actor):
        raise Forbidden("This page is for people who lead or manage a team.")
    every = bool(actor.duties & EVERYTHING)
    teams = Team.objects.order_by("name")
    led = teams if every else teams.filter(key__in=[key for key in actor.teams if actor.manages(key)])
    return Scope(tuple(led), registry.kinds() if every else actor.reads, every)


def overview(seen: Scope, asked: Asked, now: datetime) -> Overview:
    """Everything on the page, in three queries. A team or kind that is not theirs is as one that does not exist."""
    teams = _chosen(seen.teams, asked.team_id)
    if asked.kind is not None and asked.kind not in registry.kinds():
        raise NotFound
    bands = tuple(ageing.bands(council_calendar(), london_day(now)))
    read = _read(seen, teams, asked, bands)
    kind = asked.kind or ""
    rows = tuple(figures.backlog(read, bands, team.pk, team.name, kind) for team in teams)
    own = [figure for figure in read if figure.team_id != PROVIDERS]
    one_team = len(teams) == 1
    found = Overview(
        asked=asked,
        scope=seen,
        bands=bands,
        teams=rows,
        all=figures.total(rows, ALL_TEAMS),
        providers=figures.backlog(read, bands, PROVIDERS, WITH_PROVIDERS, kind) if asked.team_id is None else None,
        periods=tuple(figures.periods(own, asked, one_team=one_team)),
        whole=figures.whole(own, asked, one_team=one_team),
        before=figures.whole(own, asked.before, one_team=one_team),
        steps=tuple(figures.steps(read, asked)),
        holders=_holders(teams, asked.kind),
        oldest=None,
    )
    return found if found.worst is None else _with_oldest(found, found.worst)


def _chosen(teams: Sequence[Team], team_id: int | None) -> tuple[Team, ...]:
    chosen = tuple(team for team in teams if team_id in {None, team.pk})
    if not chosen and team_id is not None:
        raise NotFound
    return chosen


def _read(seen: Scope, teams: Sequence[Team], asked: Asked, bands: Sequence[ageing.Band]) -> list[Figure]:
    return folding.figures(
        [team.pk for team in teams],
        provider_kinds=seen.kinds if asked.team_id is None else (),
        first=asked.before.first,
        last=asked.last,
        kinds=None if asked.kind is None else [asked.kind],
        edges=([band.first for band in bands if band.first], [first for first, _ in asked.periods()]),
    )


def _open(kind: str | None) -> QuerySet[Task]:
    turns: QuerySet[Task] = Task.objects.filter(finished__isnull=True)
    return turns if kind is None else turns.filter(kind=kind)


def _holders(teams: Sequence[Team], kind: str | None) -> tuple[Holder, ...]:
    """Whoever has claimed most first; its cost follows what is claimed (index task_my_work)."""
    names = {team.pk: team.name for team in teams}
    rows = (
        _open(kind)
        .filter(owner__isnull=False, team_id__in=names)
        .order_by()
        .values("owner_id", "owner__name", "team_id")
        .annotate(
            holds=Count("id"),
            breached=Count("id", filter=Q(breached_at__isnull=False)),
            oldest=Min("assigned"),
            first=Min("created"),
            money=Sum("amount"),
        )
        .order_by("-holds", "owner__name")[:MOST_HOLDERS]
    )
    return tuple(
        Holder(
            user_id=row["owner_id"],
            name=row["owner__name"],
            team_id=row["team_id"],
            team=names[row["team_id"]],
            holds=Number(row["holds"], Opens(row["team_id"], kind=kind or "", owner=row["owner_id"])),
            breached=row["breached"],
            oldest=row["oldest"] or row["first"],
            money=row["money"] or Decimal(0),
        )
        for row in rows
    )


def _with_oldest(found: Overview, worst: figures.Backlog) -> Overview:
    """The turn of the worst team that is due first (one step into index task_team_queue)."""
    turn = (
        _open(found.asked.kind)
        .filter(team_id=worst.team_id, breached_at__isnull=False)
        .order_by("due_at", "id")
        .values_list("process_id", "reference", "kind", "due_at", "amount")
        .first()
    )
    return replace(found, oldest=Oldest(*turn) if turn else None)


def working_days_old(day: date, today: date) -> int:
    """How many working days have begun since."""
    return ageing.working_days(council_calendar(), day, today)
