"""What a person reads of a process map: the graph of a kind of case and its figures, scoped to who asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any

from workflows.council.profile import current
from workflows.council.targets import Target
from workflows.engine import folding, registry
from workflows.engine.calendar import council_calendar
from workflows.engine.errors import NotFound
from workflows.engine.tally import PROVIDERS, week_of
from workflows.parties.models import Team

from .map_figures import MapFigures, Seen, map_figures
from .process_map import Graph, Step, graph
from .selectors import Scope

#: For how many weeks what happened is told, the running one included: figures of steps are kept by whole weeks.
WEEKS = (4, 8, 13, 26, 52)
METRICS = (
    *("open", "at_risk", "breached", "resting"),
    *("passed", "took", "in_time", "late"),
    *("begun", "closed", "rounds"),
)
OWN_DESKS = {"team", "holder"}  # whoever the case itself names


@dataclass(frozen=True, slots=True)
class ProcessMap:
    """One map: the workflow, its figures, and for which days and teams they are."""

    kind: str
    flow: Any
    graph: Graph
    figures: MapFigures
    first: date
    last: date
    weeks: int
    team_id: int | None
    teams: tuple[Team, ...]


def kinds(scope: Scope) -> list[str]:
    """The kinds of case whose maps this person may see: of those that the council has."""
    return [kind for kind in current().kinds_it_has() if kind in scope.kinds]


def process_map(scope: Scope, kind: str, team_id: int | None, weeks: int, today: date) -> ProcessMap:
    """The map of a kind of case, in one query; NotFound for a kind or a team that is not theirs."""
    teams = tuple(team for team in scope.teams if team_id in {None, team.pk})
    if kind not in kinds(scope) or (not teams and team_id is not None):
        raise NotFound
    flow = registry.latest(kind)
    drawn = graph(flow)
    first = week_of(today) - timedelta(weeks=weeks - 1)
    read = folding.figures(
        [team.pk for team in teams],
        provider_kinds=[kind] if team_id is None else [],
        first=first,
        last=today,
        metrics=METRICS,
        kinds=[kind],
        by=("node", "team_id", "outcome", "bucket"),
    )
    figures = map_figures(drawn, read, _seen(scope, flow, drawn, teams, whole=team_id is None))
    return ProcessMap(kind, flow, drawn, figures, first, today, weeks, team_id, teams)


def team_names(step: Step) -> list[str]:
    """The teams that a step's work goes to by the council's profile, in its words; none where each case names one."""
    return [current().team(key).name for key in _teams_of(step)]


def _seen(scope: Scope, flow: Any, drawn: Graph, teams: tuple[Team, ...], *, whole: bool) -> Seen:
    own = {team.key for team in teams}

    def known(step: Step) -> bool:
        if step.side == "provider" or step.role == "wait":
            return whole
        keys = _teams_of(step)
        return (scope.every and whole) or not keys or bool(own & set(keys))

    calendar = council_calendar()
    return Seen(
        kind=flow.kind,
        teams={team.pk: team.name for team in teams} | {PROVIDERS: "Providers"},
        whole=whole,
        known=known,
        day=calendar.usual_day,
        renamed=flow.renamed,
        targets=_targets(drawn, calendar.usual_day),
    )


def _teams_of(step: Step) -> list[str]:
    """The keys of the teams that a desk's work may go to, the usual one first."""
    if not step.desk or step.desk in OWN_DESKS:
        return []
    council = current()
    groups = [None, *(group.key for group in council.service_groups)]
    return list(dict.fromkeys(council.team_for(step.desk, group) for group in groups))


def _targets(drawn: Graph, day: int) -> Mapping[str, tuple[Decimal | None, str]]:
    """What is promised at each step: in working days where it is a length of time, and as the profile says it."""
    found: dict[str, tuple[Decimal | None, str]] = {}
    for step in drawn.steps:
        target = _target(step.clock) if step.clock else None
        if target is not None:
            found[step.name] = _in_days(target, day), str(target)
    return found


def _target(path: str) -> Target | None:
    """The promise at a place of the profile; None where the council has no such promise."""
    try:
        found = attrgetter(path)(current())
    except AttributeError:  # a module that this council does not have
        return None
    return found if isinstance(found, Target) else None


def _in_days(target: Target, day: int) -> Decimal | None:
    if target.unit == "moment":
        return None
    return Decimal(target.count) if target.unit == "day" else Decimal(target.count * 60) / day
