"""What managers read: figures of the teams that they may see, and who holds what. Scoped to who asks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min, Q, QuerySet, Sum

from workflows.council.profile import current
from workflows.council.targets import Target
from workflows.engine import definitions, folding, registry
from workflows.engine.calendar import council_calendar
from workflows.engine.errors import Forbidden, NotFound
from workflows.engine.folding import Figure
from workflows.engine.metrics import COMPLETED
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
#: The figures of the page that are kept by day.
SHOWN = ("open", "unclaimed", "at_risk", "breached", "arrivals", "handed_in", "handed_on", *COMPLETED)


@dataclass(frozen=True, slots=True)
class Scope:
    """The teams whose figures somebody may see, and the kinds of case whose turns at providers they may see."""

    teams: tuple[Team, ...]
    kinds: frozenset[str]
    every: bool

    def read(self, asked: Asked, **what: Any) -> list[Figure]:
        """Figures of what was asked for, as far as they may be seen. A team's alone have none of providers."""
        alone = asked.team_id is not None
        teams = [team.pk for team in self.teams if asked.team_id in {None, team.pk}]
        return folding.figures(
            None if self.every and not alone else teams,
            provider_kinds=() if alone else self.kinds,
            kinds=None if asked.kind is None else [asked.kind],
            group=asked.group,
            provider=asked.provider,
            **what,
        )


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
    blocked: tuple[figures.Blocked, ...]
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
    """Everything on the page, in four queries. A team, kind, group or provider that is not theirs to ask for is as one
    that does not exist."""
    teams = _chosen(seen.teams, asked.team_id)
    _there(asked)
    calendar = council_calendar()
    bands = tuple(ageing.bands(calendar, london_day(now)))
    read, took = kept(seen, asked, now), times(seen, asked)
    rows = tuple(figures.backlog(read, bands, team.pk, team.name, asked) for team in teams)
    own = [figure for figure in read if figure.team_id != PROVIDERS]
    one_team = len(teams) == 1
    steps = figures.steps(read, took, asked, targets(), calendar.usual_day)
    found = Overview(
        asked=asked,
        scope=seen,
        bands=bands,
        teams=rows,
        all=figures.total(rows, ALL_TEAMS),
        providers=figures.backlog(read, bands, PROVIDERS, WITH_PROVIDERS, asked) if asked.team_id is None else None,
        periods=tuple(figures.periods(own, asked, one_team=one_team)),
        whole=figures.whole(own, asked, one_team=one_team),
        before=figures.whole(own, asked.before, one_team=one_team),
        steps=tuple(steps),
        blocked=tuple(figures.blocked(steps)),
        holders=_holders(teams, asked),
        oldest=None,
    )
    return found if found.worst is None else _with_oldest(found, found.worst)


def targets() -> dict[tuple[str, str], Target]:
    """What the council promises at each step of each process, by kind and node: the target of the clock that a turn
    there begins with."""
    clocks = definitions.present().by_key
    found = {}
    for kind in registry.kinds():
        flow = registry.latest(kind)
        for name, node in flow._nodes_by_name.items():
            path = getattr(node, "clock", None) or ""
            if path in clocks:
                found[kind, name] = clocks[path].target
    return found


def _there(asked: Asked) -> None:
    """NotFound where a kind or a service group is asked for that there is not."""
    if asked.kind is not None and asked.kind not in registry.kinds():
        raise NotFound
    if asked.group is not None and asked.group not in {group.key for group in current().service_groups}:
        raise NotFound


def _chosen(teams: Sequence[Team], team_id: int | None) -> tuple[Team, ...]:
    chosen = tuple(team for team in teams if team_id in {None, team.pk})
    if not chosen and team_id is not None:
        raise NotFound
    return chosen


def kept(seen: Scope, asked: Asked, now: datetime) -> list[Figure]:
    """What is open, by age; what happened, by week or day."""
    bands = ageing.bands(council_calendar(), london_day(now))
    return seen.read(
        asked,
        first=asked.before.first,
        last=asked.last,
        metrics=SHOWN,
        by=("kind", "node", "team_id"),
        edges=([band.first for band in bands if band.first], [first for first, _ in asked.periods()]),
    )


def times(seen: Scope, asked: Asked) -> list[Figure]:
    """How long turns took: how many by step, holder and bucket."""
    by: tuple[folding.By, ...] = ("kind", "node", "team_id", "bucket")
    return seen.read(asked, first=asked.first, last=asked.last, metrics=["took"], by=by)


def _open(asked: Asked) -> QuerySet[Task]:
    """The open turns that are asked about."""
    turns: QuerySet[Task] = Task.objects.filter(finished__isnull=True)
    for name, wanted in (("kind", asked.kind), ("service_group", asked.group), ("provider_id", asked.provider)):
        turns = turns if wanted is None else turns.filter(**{name: wanted})
    return turns


def _holders(teams: Sequence[Team], asked: Asked) -> tuple[Holder, ...]:
    """Whoever has claimed most first; its cost follows what is claimed (index task_my_work)."""
    names = {team.pk: team.name for team in teams}
    opens = Opens(None, kind=asked.kind or "", group=asked.group or "", provider=asked.provider)
    rows = (
        _open(asked)
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
            holds=Number(row["holds"], replace(opens, team_id=row["team_id"], owner=row["owner_id"])),
            breached=row["breached"],
            oldest=row["oldest"] or row["first"],
            money=row["money"] or Decimal(0),
        )
        for row in rows
    )


def _with_oldest(found: Overview, worst: figures.Backlog) -> Overview:
    """The turn of the worst team that is due first (one step into index task_team_queue)."""
    turn = (
        _open(found.asked)
        .filter(team_id=worst.team_id, breached_at__isnull=False)
        .order_by("due_at", "id")
        .values_list("process_id", "reference", "kind", "due_at", "amount")
        .first()
    )
    return replace(found, oldest=Oldest(*turn) if turn else None)


def working_days_old(day: date, today: date) -> int:
    """How many working days have begun since."""
    return ageing.working_days(council_calendar(), day, today)
