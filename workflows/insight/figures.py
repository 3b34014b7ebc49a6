"""The arithmetic of the manager's page: pure functions from kept figures to rows."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from workflows.council.targets import Target
from workflows.engine.folding import Figure
from workflows.engine.metrics import COMPLETED, TIMED
from workflows.engine.tally import percentile

from .ageing import Band
from .asked import Asked, Number, Opens
from .blocking import CAUSES, Cause, unit_of

ONE_IN = 10  # of what was completed may be late before a step is over its target
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
    """A step of a process: what waits there, and how it went in the time shown. Times are working days."""

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
    minutes: int = 0  # of what was completed, from opening to end
    waited: int = 0  # of these, before anybody had claimed it
    median: Decimal | None = None
    nine_in_ten: Decimal | None = None
    target: Target | None = None
    usual_day: int = 1  # minutes of a working day

    @property
    def share(self) -> int | None:
        """Percent within target."""
        return share(self.within, self.timed)

    @property
    def target_days(self) -> Decimal | None:
        """The target in working days."""
        if self.target is None or self.target.unit == "moment":
            return None
        return Decimal(self.target.count) / (1 if self.target.unit == "day" else Decimal(self.usual_day) / 60)

    @property
    def over(self) -> bool:
        """Whether more than one in ten of those that had a due time ended past it: as on the process map (ADR 21)."""
        return ONE_IN * (self.timed - self.within) > self.timed

    @property
    def days_waited(self) -> Decimal | None:
        """How long a completed turn had waited until it was claimed, on average."""
        return self._mean(self.waited)

    @property
    def days_worked(self) -> Decimal | None:
        """How long it was worked on after that, on average."""
        return self._mean(self.minutes - self.waited)

    def _mean(self, minutes: int) -> Decimal | None:
        return Decimal(minutes) / self.completed / self.usual_day if self.completed else None


@dataclass(frozen=True, slots=True)
class Blocked:
    """Money that waits for one cause, at one holder; by what it is money of ("a week", "in all")."""

    cause: Cause
    team_id: int
    cases: int
    money: Mapping[str, Decimal]
    opens: tuple[Number, ...]  # a queue each step that the cause stands for

    @property
    def whole(self) -> Decimal:
        """To put the largest first; of different units, so it is never shown."""
        return sum(self.money.values(), Decimal(0))


def share(part: int, whole: int) -> int | None:
    """Whole percent, rounded down so that 100 % means all of them."""
    return None if whole == 0 else 100 * part // whole


def backlog(figures: Sequence[Figure], bands: Sequence[Band], team_id: int, name: str, asked: Asked) -> Backlog:
    """The row of one team (0: providers)."""
    own = [figure for figure in figures if figure.team_id == team_id]
    opens = _opens(asked, team_id)

    def number(metric: str, view: str = "") -> Number:
        return Number(count(own, metric), replace(opens, view=view))

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


def steps(
    figures: Sequence[Figure], took: Sequence[Figure], asked: Asked, targets: Mapping[tuple[str, str], Target], day: int
) -> list[Step]:
    """Each step of each process at each holder, most waiting first. `took`: how long its turns took, by bucket."""
    own: dict[tuple[str, str, int], list[Figure]] = defaultdict(list)
    counts: dict[tuple[str, str, int], dict[int, int]] = defaultdict(dict)
    for figure in figures:
        if figure.node:
            own[_key(figure)].append(figure)
    for figure in took:
        counts[_key(figure)][figure.bucket] = figure.count
    found = [
        _step(own[key], counts[key], asked, targets.get(key[:2]), day, *key)
        for key in sorted(own.keys() | counts.keys())
    ]
    return sorted(found, key=lambda step: -step.waiting.count)


def blocked(steps: Iterable[Step]) -> list[Blocked]:
    """What open turns hold up, by cause and holder, largest first (blocking.py says what holds up what)."""
    found: dict[tuple[str, int], list[tuple[Cause, Step]]] = defaultdict(list)
    for step in steps:
        cause = CAUSES.get((step.kind, step.node))
        if cause is not None and step.money:
            found[cause.key, step.team_id].append((cause, step))
    rows = [_blocked([step for _, step in each], each[0][0], team) for (_, team), each in found.items()]
    return sorted(rows, key=lambda row: (-row.whole, row.cause.words))


def by_holder(rows: Iterable[Blocked]) -> list[tuple[int, int, dict[str, Decimal]]]:
    """The same by holder (0: providers): cases and money, most money first."""
    cases: dict[int, int] = defaultdict(int)
    pounds: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for row in rows:
        cases[row.team_id] += row.cases
        pounds[row.team_id] = added(pounds[row.team_id], row.money)
    return sorted(((team, cases[team], pounds[team]) for team in cases), key=lambda each: -sum(each[2].values()))


def added(one: Mapping[str, Decimal], other: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Money by unit, added up unit by unit."""
    return {unit: one.get(unit, Decimal(0)) + other.get(unit, Decimal(0)) for unit in {**one, **other}}


def count(figures: Iterable[Figure], *metrics: str) -> int:
    """The sum of some figures."""
    return sum(figure.count for figure in figures if figure.metric in metrics)


def money(figures: Iterable[Figure]) -> Decimal:
    """What open turns hold up, a week."""
    return sum((figure.money for figure in figures if figure.metric == "open"), Decimal(0))


def _opens(asked: Asked, team_id: int) -> Opens:
    return Opens(team_id or None, kind=asked.kind or "", group=asked.group or "", provider=asked.provider)


def _age(own: Sequence[Figure], band: Band, opens: Opens) -> Number:
    where = replace(opens, opened_from=band.first, opened_to=band.last)
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


def _step(
    own: Sequence[Figure], took: Mapping[int, int], asked: Asked, target: Target | None, day: int,
    kind: str, node: str, team_id: int,
) -> Step:  # fmt: skip
    then = [figure for figure in own if asked.first <= figure.day <= asked.last and figure.metric in COMPLETED]
    opens = replace(_opens(asked, team_id), kind=kind, node=node)
    return Step(
        kind=kind,
        node=node,
        team_id=team_id,
        waiting=Number(count(own, "open"), opens),
        at_risk=Number(count(own, "at_risk"), replace(opens, view="at_risk")),
        breached=Number(count(own, "breached"), replace(opens, view="breached")),
        completed=count(then, *COMPLETED),
        timed=count(then, *TIMED),
        within=count(then, "in_time"),
        money=money(own),
        minutes=sum(figure.minutes for figure in then),
        waited=sum(figure.waited for figure in then),
        median=percentile(took, 50),
        nine_in_ten=percentile(took, 90),
        target=target,
        usual_day=day,
    )


def _blocked(steps: Sequence[Step], cause: Cause, team_id: int) -> Blocked:
    pounds: dict[str, Decimal] = {}
    for step in steps:
        pounds = added(pounds, {unit_of(step.kind): step.money})
    return Blocked(cause, team_id, sum(step.waiting.count for step in steps), pounds, tuple(s.waiting for s in steps))
