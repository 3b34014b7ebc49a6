"""The arithmetic of the manager's page: pure functions from kept figures to rows."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from workflows.engine.folding import Figure
from workflows.engine.metrics import COMPLETED, TIMED
from workflows.engine.tally import PROVIDERS

from .ageing import Band
from .asked import Asked, Number, Opens

Which = Callable[[Figure], bool]


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is open at one team, at providers, or (`team_id` None) at all teams together."""

    team_id: int | None
    name: str
    open: Number
    ages: tuple[Number, ...]
    unclaimed: Number
    at_risk: Number
    breached: Number
    oldest: date | None
    money: Decimal


@dataclass(frozen=True, slots=True)
class Period:
    """What happened in a week or on a day."""

    first: date
    last: date
    arrived: int
    completed: int
    timed: int
    within: int

    @property
    def share(self) -> int | None:
        """Percent within target; None when nothing that had a target was completed."""
        return share(self.within, self.timed)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a process: what waits there, and how it went in the time shown."""

    kind: str
    node: str
    team_id: int
    waiting: Number
    at_risk: Number
    breached: Number
    completed: int
    timed: int
    within: int
    money: Decimal

    @property
    def share(self) -> int | None:
        """Percent within target."""
        return share(self.within, self.timed)


def share(part: int, whole: int) -> int | None:
    """Whole percent, rounded down so that 100 % means all of them."""
    return None if whole == 0 else 100 * part // whole


def backlog(figures: Sequence[Figure], bands: Sequence[Band], team_id: int, name: str, kind: str) -> Backlog:
    """The row of one team (0: providers)."""
    own = [figure for figure in figures if figure.team_id == team_id]
    opens = Opens(team_id or None, kind=kind)

    def number(metric: str, view: str = "") -> Number:
        return Number(count(own, metric), Opens(opens.team_id, view, kind))

    return Backlog(
        team_id=team_id,
        name=name,
        open=number("open"),
        ages=tuple(_age(own, band, opens) for band in bands),
        unclaimed=number("unclaimed", "unclaimed"),
        at_risk=number("at_risk", "at_risk"),
        breached=number("breached", "breached"),
        oldest=min((figure.day for figure in own if figure.metric == "open" and figure.count > 0), default=None),
        money=money(own),
    )


def total(rows: Sequence[Backlog], name: str) -> Backlog:
    """All rows together; its numbers open no single queue."""
    return Backlog(
        team_id=None,
        name=name,
        open=Number(sum(row.open.count for row in rows)),
        ages=tuple(Number(sum(each.count for each in ages)) for ages in zip(*(row.ages for row in rows), strict=True)),
        unclaimed=Number(sum(row.unclaimed.count for row in rows)),
        at_risk=Number(sum(row.at_risk.count for row in rows)),
        breached=Number(sum(row.breached.count for row in rows)),
        oldest=min((row.oldest for row in rows if row.oldest), default=None),
        money=sum((row.money for row in rows), Decimal(0)),
    )


def periods(figures: Sequence[Figure], asked: Asked, *, one_team: bool) -> list[Period]:
    """Weeks or days in order. Over all teams a hand-over neither arrives nor completes."""
    return [_period(figures, first, last, one_team=one_team) for first, last in asked.periods()]


def whole(figures: Sequence[Figure], asked: Asked, *, one_team: bool) -> Period:
    """The whole time asked for as one."""
    return _period(figures, asked.first, asked.last, one_team=one_team)


def steps(figures: Sequence[Figure], asked: Asked) -> list[Step]:
    """Each step of each process at each holder, most waiting first."""
    keys = sorted({(figure.kind, figure.node, figure.team_id) for figure in figures})
    found = [_step([each for each in figures if _key(each) == key], asked, *key) for key in keys]
    return sorted(found, key=lambda step: -step.waiting.count)


def count(figures: Iterable[Figure], *metrics: str) -> int:
    """The sum of some figures."""
    return sum(figure.count for figure in figures if figure.metric in metrics)


def money(figures: Iterable[Figure]) -> Decimal:
    """What open turns hold up, a week."""
    return sum((figure.money for figure in figures if figure.metric == "open"), Decimal(0))


def _age(own: Sequence[Figure], band: Band, opens: Opens) -> Number:
    where = Opens(opens.team_id, kind=opens.kind, opened_from=band.first, opened_to=band.last)
    return Number(count((figure for figure in own if band.holds(figure.day)), "open"), where)


def _period(figures: Sequence[Figure], first: date, last: date, *, one_team: bool) -> Period:
    then = [figure for figure in figures if first <= figure.day <= last]
    return Period(
        first=first,
        last=last,
        arrived=count(then, "arrivals") + (count(then, "handed_in") if one_team else 0),
        completed=count(then, *COMPLETED) + (count(then, "handed_on") if one_team else 0),
        timed=count(then, *TIMED),
        within=count(then, "in_time"),
    )


def _key(figure: Figure) -> tuple[str, str, int]:
    return figure.kind, figure.node, figure.team_id


def _step(own: Sequence[Figure], asked: Asked, kind: str, node: str, team_id: int) -> Step:
    then = [figure for figure in own if asked.first <= figure.day <= asked.last]
    team = None if team_id == PROVIDERS else team_id
    return Step(
        kind=kind,
        node=node,
        team_id=team_id,
        waiting=Number(count(own, "open"), Opens(team, kind=kind, node=node)),
        at_risk=Number(count(own, "at_risk"), Opens(team, "at_risk", kind, node)),
        breached=Number(count(own, "breached"), Opens(team, "breached", kind, node)),
        completed=count(then, *COMPLETED),
        timed=count(then, *TIMED),
        within=count(then, "in_time"),
        money=money(own),
    )
