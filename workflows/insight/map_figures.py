"""The figures of a process map: pure functions from kept figures to what stands at each step and on each way."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from workflows.engine.folding import Figure
from workflows.engine.tally import PROVIDERS, percentile

from .asked import Number, Opens
from .figures import ONE_IN
from .process_map import Graph, Step

ENOUGH = 5  # a share of fewer cases than these says little: they weigh less in what is to be looked at


@dataclass(frozen=True, slots=True)
class Held:
    """What waits at a step with one team (0: with providers)."""

    team_id: int
    name: str
    waiting: Number
    at_risk: Number
    breached: Number
    money: Decimal


@dataclass(frozen=True, slots=True)
class Standing:
    """A step as it stands now, and how long its turns took that ended in the time shown.

    `known` is False where the step is another team's, whose figures this person does not see. `target` is in working
    days. `ended`: how many turns the median and the ninth tenth are of; `timed` of them had a due time, and `late` were
    ended past it. `came`: how many cases began or ended here.
    """

    step: Step
    known: bool
    held: tuple[Held, ...] = ()
    resting: int = 0
    rests: Decimal = Decimal(0)
    ended: int = 0
    median: Decimal | None = None
    ninth: Decimal | None = None
    timed: int = 0
    late: int = 0
    target: Decimal | None = None
    target_words: str = ""
    came: int = 0
    days: Decimal | None = None  # working days of a case from beginning to end, on average

    @property
    def waiting(self) -> int:
        """Turns that are open here."""
        return sum(each.waiting.count for each in self.held)

    @property
    def at_risk(self) -> int:
        """Open turns that are at risk."""
        return sum(each.at_risk.count for each in self.held)

    @property
    def breached(self) -> int:
        """Open turns that are past target."""
        return sum(each.breached.count for each in self.held)

    @property
    def money(self) -> Decimal:
        """What the open turns hold up."""
        return sum((each.money for each in self.held), Decimal(0)) + self.rests

    @property
    def over(self) -> bool:
        """Whether more than one in ten of the turns that had a due time ended past it.

        Not by the ninth tenth: a target of whole days runs to the end of its last day, and may be more working time.
        """
        return ONE_IN * self.late > self.timed

    def disorder(self) -> tuple[bool, float, int]:
        """What puts one step before another: over its target, then the share at risk or past target, then how many."""
        return self.over, self.troubled / (self.waiting + ENOUGH), self.troubled

    @property
    def troubled(self) -> int:
        """Open turns that are at risk or past target."""
        return self.at_risk + self.breached


@dataclass(frozen=True, slots=True)
class Again:
    """Cases that ended and had come to a step twice or more; `adds`: working days more than those that came once."""

    step: Step
    cases: int
    of: int
    adds: Decimal | None


@dataclass(frozen=True, slots=True)
class MapFigures:
    """Everything that a map shows. `passed`: by (step, verb), how often it was done; None where that is not known."""

    standings: tuple[Standing, ...]
    passed: Mapping[tuple[str, str], int | None]
    again: tuple[Again, ...]

    def standing(self, name: str) -> Standing:
        """How the step of that name stands."""
        return next(each for each in self.standings if each.step.name == name)

    @property
    def none_ended(self) -> bool:
        """Whether it is known that no case ended in the time shown."""
        ends = [each for each in self.standings if each.step.role == "end" and each.known]
        return bool(ends) and not any(each.came for each in ends)

    def answers(self, start: str) -> int:
        """All that was done at a step and ended its turn."""
        return sum(count or 0 for (step, _), count in self.passed.items() if step == start)

    @property
    def to_look_at(self) -> Standing | None:
        """The step that is most out of order: over its target first, then by the share at risk or past target."""
        bad = [each for each in self.standings if each.troubled]
        return max(bad, key=Standing.disorder, default=None)


@dataclass(frozen=True, slots=True)
class Seen:
    """What may be seen of a map: of which teams (by id, with names), and whether of providers and of whole cases.

    `known`: whether a step's figures are among them, by the teams that its desk's work goes to.
    """

    kind: str
    teams: Mapping[int, str]
    whole: bool
    known: Callable[[Step], bool]
    day: int  # working minutes of a working day
    renamed: Mapping[str, str]
    targets: Mapping[str, tuple[Decimal | None, str]]


def map_figures(graph: Graph, read: Sequence[Figure], seen: Seen) -> MapFigures:
    """What stands at each step and on each way."""
    by_step: dict[str, list[Figure]] = defaultdict(list)
    for figure in read:
        by_step[seen.renamed.get(figure.node, figure.node)].append(figure)
    whole = by_step.pop("", [])
    standings = tuple(_standing(step, graph, by_step[step.name], whole, seen) for step in graph.steps)
    known = {each.step.name for each in standings if each.known}
    passed = {
        (way.start, way.verb): _passed(graph, way.start, way.verb, by_step[way.start], whole)
        if way.start in known
        else None
        for way in graph.ways
        if way.end
    }
    return MapFigures(standings, passed, tuple(_again(graph, by_step, whole, seen)) if seen.whole else ())


def in_loops(graph: Graph) -> frozenset[str]:
    """The steps to which a case may come again."""
    reached = {step.name: {way.end for way in graph.leaving(step.name)} for step in graph.steps}
    for _ in graph.steps:
        reached = {
            name: ends | {further for end in ends for further in reached.get(end, set())}
            for name, ends in reached.items()
        }
    return frozenset(name for name, ends in reached.items() if name in ends)


def _standing(step: Step, graph: Graph, own: Sequence[Figure], whole: Sequence[Figure], seen: Seen) -> Standing:
    if step.role in {"begin", "end"}:
        return _first_or_last(step, graph, whole, seen)
    if not (seen.known(step) or own):
        return Standing(step, known=False)
    took: dict[int, int] = defaultdict(int)
    for figure in own:
        if figure.metric == "took":
            took[figure.bucket] += figure.count
    target, words = seen.targets.get(step.name, (None, ""))
    return Standing(
        step=step,
        known=True,
        held=tuple(_held(step, own, seen)),
        resting=_sum(own, "resting"),
        rests=sum((figure.money for figure in own if figure.metric == "resting"), Decimal(0)),
        ended=sum(took.values()),
        median=percentile(took, 50),
        ninth=percentile(took, 90),
        timed=_sum(own, "in_time") + _sum(own, "late"),
        late=_sum(own, "late"),
        target=target,
        target_words=words,
    )


def _first_or_last(step: Step, graph: Graph, whole: Sequence[Figure], seen: Seen) -> Standing:
    """How many cases began or ended; only where there is one end is it known where a case ended."""
    if not seen.whole:
        return Standing(step, known=False)
    if step.role == "begin":
        verbs = {way.verb for way in graph.leaving(step.name)}
        return Standing(step, known=True, came=_sum((each for each in whole if each.outcome in verbs), "begun"))
    if sum(each.role == "end" for each in graph.steps) > 1:
        return Standing(step, known=False)
    closed = [figure for figure in whole if figure.metric == "closed"]
    cases = _sum(closed, "closed")
    return Standing(step, known=True, came=cases, days=_days(sum(each.minutes for each in closed), cases, seen.day))


def _held(step: Step, own: Sequence[Figure], seen: Seen) -> Iterable[Held]:
    """What waits with each team that has something; most first."""
    teams = {figure.team_id for figure in own if figure.metric == "open" and figure.count}
    found = []
    for team_id in teams:
        theirs = [figure for figure in own if figure.team_id == team_id]
        team = None if team_id == PROVIDERS else team_id
        found.append(
            Held(
                team_id=team_id,
                name=seen.teams.get(team_id, ""),
                waiting=Number(_sum(theirs, "open"), Opens(team, kind=seen.kind, node=step.name)),
                at_risk=Number(_sum(theirs, "at_risk"), Opens(team, "at_risk", seen.kind, step.name)),
                breached=Number(_sum(theirs, "breached"), Opens(team, "breached", seen.kind, step.name)),
                money=sum((figure.money for figure in theirs if figure.metric == "open"), Decimal(0)),
            )
        )
    return sorted(found, key=lambda held: (-held.waiting.count, held.name))


def _passed(graph: Graph, start: str, verb: str, own: Sequence[Figure], whole: Sequence[Figure]) -> int:
    """How often a way was taken: of a beginning how many cases began with it, else how many turns it ended."""
    begins = graph.step(start).role == "begin"
    metric = "begun" if begins else "passed"
    return _sum((figure for figure in (whole if begins else own) if figure.outcome == verb), metric)


def _again(
    graph: Graph, by_step: Mapping[str, Sequence[Figure]], whole: Sequence[Figure], seen: Seen
) -> Iterable[Again]:
    """Of the cases that ended: the share that came to a step twice or more, and how much longer they took.

    Compared with the cases that came there once, so that a way on which nothing goes wrong is not in it twice.
    """
    ended = _sum(whole, "closed")
    for step in graph.steps:
        if step.name not in in_loops(graph):
            continue
        rounds = [figure for figure in by_step[step.name] if figure.metric == "rounds"]
        often = [figure for figure in rounds if figure.bucket > 1]
        once = [figure for figure in rounds if figure.bucket == 1]
        cases = sum(figure.count for figure in often)
        if cases:
            usual = _days(sum(each.minutes for each in once), sum(each.count for each in once), seen.day)
            longer = _days(sum(each.minutes for each in often), cases, seen.day)
            adds = None if usual is None or longer is None else longer - usual
            yield Again(step, cases, ended, adds)


def _days(minutes: int, cases: int, day: int) -> Decimal | None:
    """Working days on average, to a tenth."""
    return (Decimal(minutes) / cases / day).quantize(Decimal("0.1")) if cases else None


def _sum(figures: Iterable[Figure], metric: str) -> int:
    return sum(figure.count for figure in figures if figure.metric == metric)
