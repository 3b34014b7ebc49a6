"""What a command changes in the figures that managers read: a pure function from turns before and after to deltas.

A delta is written in the statement of its cause (`work.flush`; the sweep's own), so that no figure can be right while
another is wrong. Nothing here counts rows: the deltas of a moment add up to what the turns of that moment are.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from .calendar import LONDON, Calendar
from .models import Case, Delta, Holder, Task

PROVIDERS = 0  # what stands for the team where a provider or the system holds the turn
NOTHING = Decimal(0)
#: The last bucket of a turn's working time, in tenths of a working day: sixty days, or more.
LAST_BUCKET = 600
TENTHS = 10


class Key(NamedTuple):
    """What a delta is about (models.figures.Delta)."""

    metric: str
    kind: str
    node: str
    team_id: int
    day: date
    service_group: str = ""
    provider_id: int = 0
    outcome: str = ""
    bucket: int = 0
    person_id: int = 0


@dataclass(frozen=True, slots=True)
class Sum:
    """What a delta adds."""

    count: int
    money: Decimal = NOTHING
    minutes: int = 0
    waited: int = 0

    def plus(self, other: "Sum", sign: int = 1) -> "Sum":
        """Both together; with `sign` -1 this without the other."""
        return Sum(
            self.count + sign * other.count,
            self.money + sign * other.money,
            self.minutes + sign * other.minutes,
            self.waited + sign * other.waited,
        )


Found = dict[Key, Sum]
NO_SUM = Sum(0)


@dataclass(frozen=True, slots=True)
class Standing:
    """A turn as the figures see it, at one moment: which of the "is" figures it is counted in."""

    about: Key  # without a metric; its day is the day of opening
    amount: Decimal
    metrics: frozenset[str]

    @property
    def team(self) -> int:
        """The team that has it; 0: a provider, or nobody."""
        return self.about.team_id

    def stocks(self) -> Found:
        """What this turn adds to the figures of what is open."""
        return {self.about._replace(metric=name): Sum(1, self.amount) for name in self.metrics}


@dataclass(frozen=True, slots=True)
class Acted:
    """Who of the council carried out the command (0: nobody), on which turn, and what it is called of a person."""

    person_id: int = 0
    task_id: int | None = None
    did: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What a command did to turns: those that it opened, and those that it changed, with how each stood before."""

    opened: Iterable[Task]
    changed: Iterable[tuple[Standing, Task]]
    now: datetime
    calendar: Calendar
    acted: Acted = Acted()


@dataclass(frozen=True, slots=True)
class Whole:
    """What a command did to its case as a whole."""

    case: Case
    now: datetime
    calendar: Calendar
    begun: str = ""  # by this verb
    ended: bool = False
    held: tuple[str, int | None, int] | None = None  # who gave it up now, and their working minutes


def standing(task: Task) -> Standing:
    """How a turn stands now."""
    about = Key(
        "", task.kind, task.node, task.team_id or PROVIDERS, london_day(task.created), task.service_group,
        task.provider_id or 0,
    )  # fmt: skip
    return Standing(about, task.amount or NOTHING, frozenset(_stocks(task)) if task.finished is None else frozenset())


def deltas(change: Change) -> list[Delta]:
    """The rows for a command that opened some turns and changed others."""
    found: Found = {}
    today = london_day(change.now)
    for task in change.opened:
        after = standing(task)
        _add(found, after.stocks())
        if not _rests(task):
            _add(found, {after.about._replace(metric="arrivals", day=today): Sum(1)})
    for before, task in change.changed:
        after = standing(task)
        _add(found, before.stocks(), -1)
        _add(found, after.stocks())
        for key, value in _happened(before, after, task, change):
            _add(found, {key: value})
    return rows(found)


def of_case(whole: Whole) -> list[Delta]:
    """The rows for what happened to a case as a whole: it began, it was given up by a holder, it ended."""
    case, today = whole.case, london_day(whole.now)
    about = Key("", case.kind, "", PROVIDERS, today, case.service_group, case.organisation_id or 0)
    found: Found = {}
    if whole.begun:
        found[about._replace(metric="begun", outcome=whole.begun)] = Sum(1)
    if whole.held is not None:
        holder, team, minutes = whole.held
        found[about._replace(metric="held", outcome=str(Holder(holder)), team_id=team or 0)] = Sum(1, minutes=minutes)
    if whole.ended:
        minutes = whole.calendar.minutes_between(case.created, whole.now)
        found[about._replace(metric="closed", outcome=case.state)] = Sum(1, minutes=minutes)
    return rows(found)


def rows(found: Mapping[Key, Sum]) -> list[Delta]:
    """As they are written; what comes to nothing is left out."""
    return [
        Delta(**key._asdict(), count=sum_.count, money=sum_.money, minutes=sum_.minutes, waited=sum_.waited)
        for key, sum_ in found.items()
        if sum_ != NO_SUM
    ]


def london_day(moment: datetime) -> date:
    """The day in London."""
    return moment.astimezone(LONDON).date()


def week_of(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


def bucket_of(minutes: int, calendar: Calendar) -> int:
    """Begun tenths of a working day: 0 is less than one tenth."""
    return min(LAST_BUCKET, minutes * TENTHS // calendar.usual_day)


def percentile(counts: Mapping[int, int], percent: int) -> Decimal | None:
    """In how many working days so many percent of the turns were done, from their histogram; None: there are none.

    It is the upper edge of the bucket that it falls into: at most a tenth of a day more than it was, and never less.
    Of the last bucket, which is open, it is its lower edge.
    """
    whole, reached = sum(counts.values()), 0
    for bucket in sorted(counts):
        reached += counts[bucket]
        if reached and reached * 100 >= whole * percent:
            return Decimal(min(bucket + 1, LAST_BUCKET)) / TENTHS
    return None


def _rests(task: Task) -> bool:
    """Whether it is nobody's turn: a wait."""
    return task.team_id is None and task.organisation_id is None


def _stocks(task: Task) -> Iterator[str]:
    """The "is" figures of an open turn."""
    if _rests(task):
        yield "resting"
        return
    yield "open"
    if task.team_id is not None and task.owner_id is None:
        yield "unclaimed"
    if task.breached_at is not None:
        yield "breached"
    elif task.at_risk_marked_at is not None:
        yield "at_risk"


def _happened(before: Standing, after: Standing, task: Task, change: Change) -> Iterator[tuple[Key, Sum]]:
    """What happened to a turn."""
    then = after.about._replace(day=london_day(change.now))
    if before.team != after.team:
        yield then._replace(metric="handed_in"), Sum(1)
        yield then._replace(metric="handed_on", team_id=before.team), Sum(1)
    acted = task.pk is not None and task.pk == change.acted.task_id
    if acted and change.acted.did:
        yield then._replace(metric=change.acted.did, team_id=before.team, person_id=change.acted.person_id), Sum(1)
    if task.finished is None or not before.metrics:
        return
    then = then._replace(outcome=task.outcome)
    if _rests(task):
        yield then._replace(metric="passed", day=week_of(then.day)), Sum(1)
        return
    person = change.acted.person_id if acted and task.team_id is not None else 0
    minutes, waited = _lasted(task, change.calendar)
    completed = then._replace(metric=_kept_promise(task), bucket=bucket_of(minutes, change.calendar), person_id=person)
    yield completed, Sum(1, minutes=minutes, waited=waited)


def _kept_promise(task: Task) -> str:
    """How a turn was ended: in time, late, or with no time that it was due."""
    if task.due_at is None or task.finished is None:
        return "untimed"
    return "in_time" if task.finished <= task.due_at and task.breached_at is None else "late"


def _lasted(task: Task, calendar: Calendar) -> tuple[int, int]:
    """Working minutes from the opening of a turn to its end, and those of them before anybody had claimed it."""
    end = task.finished
    if end is None:
        return 0, 0
    minutes = calendar.minutes_between(task.created, end)
    return minutes, minutes if task.claimed_at is None else calendar.minutes_between(task.created, task.claimed_at)


def _add(found: Found, more: Mapping[Key, Sum], sign: int = 1) -> None:
    for key, value in more.items():
        found[key] = found.get(key, NO_SUM).plus(value, sign)


#: How often a case that ends has passed each of its nodes: one row a node, in the statement that ends it. Parameters:
#: day, working minutes of the whole case, case.
ROUNDS = """
INSERT INTO engine_delta (metric, kind, node, team_id, service_group, provider_id, person_id, outcome, bucket, day,
    count, minutes, waited, money)
SELECT 'rounds', kind, node, 0, service_group, provider_id, 0, '', least(count(*), 99), %s::date, 1, %s::bigint, 0, 0
FROM engine_task WHERE process_id = %s GROUP BY kind, node, service_group, provider_id
"""
