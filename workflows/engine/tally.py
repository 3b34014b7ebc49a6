"""What a command changes in the figures that managers read: a pure function from turns before and after to deltas.

A delta is written in the statement of its cause (`work.flush`; the sweep's own), so that no figure can be right while
another is wrong. Nothing here counts rows: the deltas of a moment add up to what the turns of that moment are.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from .calendar import LONDON
from .models import Delta, Task


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure: how it is called, what it counts, and which London day its rows carry."""

    key: str
    name: str
    counts: str
    stock: bool  # of what is open now, by its day of opening; else of what happened, by its day

    @property
    def day(self) -> str:
        """Which day a row of it is about."""
        return "the day on which the turn was opened" if self.stock else "the day on which it happened"


#: Every figure that is kept, each defined here and nowhere else (docs/metrics.md is held to this table).
METRICS = (
    Metric("open", "Open", "turns that somebody is still to take; its money is what they hold up", stock=True),
    Metric("unclaimed", "Unclaimed", "open turns of a council team that nobody has claimed", stock=True),
    Metric(
        "at_risk",
        "At risk",
        "open turns whose at-risk time has passed and whose due time has not, as of the last sweep",
        stock=True,
    ),
    Metric("breached", "Past target", "open turns whose due time has passed, as of the last sweep", stock=True),
    Metric("arrivals", "Arrived", "turns that were opened, for the team that they were opened for", stock=False),
    Metric("handed_in", "Handed in", "turns that another team handed to this one", stock=False),
    Metric("handed_on", "Handed on", "turns that this team handed to another one", stock=False),
    Metric("completions", "Completed", "turns that were ended, whoever ended them", stock=False),
    Metric("timed", "Completed with a target", "completed turns that had a due time", stock=False),
    Metric(
        "within_target",
        "Completed within target",
        "completed turns that had a due time, ended by it, and had never been past it",
        stock=False,
    ),
)
STOCKS = tuple(metric.key for metric in METRICS if metric.stock)
PROVIDERS = 0  # what stands for the team where a provider or the system holds the turn
NOTHING = Decimal(0)
Key = tuple[str, str, str, int, date]  # metric, kind, node, team, day


@dataclass(frozen=True, slots=True)
class Standing:
    """A turn as the figures see it, at one moment."""

    kind: str
    node: str
    team: int
    opened: date
    amount: Decimal
    open: bool
    unclaimed: bool
    at_risk: bool
    breached: bool

    def stocks(self) -> dict[Key, tuple[int, Decimal]]:
        """What this turn adds to the figures of what is open."""
        counted = {name for name in STOCKS if getattr(self, name)} if self.open else set()
        return {(name, self.kind, self.node, self.team, self.opened): (1, self.amount) for name in counted}


def standing(task: Task) -> Standing:
    """How a turn stands now."""
    team = task.team_id or PROVIDERS
    return Standing(
        kind=task.kind,
        node=task.node,
        team=team,
        opened=london_day(task.created),
        amount=task.amount or NOTHING,
        open=task.finished is None,
        unclaimed=team != PROVIDERS and task.owner_id is None,
        at_risk=task.at_risk_marked_at is not None and task.breached_at is None,
        breached=task.breached_at is not None,
    )


def deltas(opened: Iterable[Task], changed: Iterable[tuple[Standing, Task]], now: datetime) -> list[Delta]:
    """The rows for a command that opened some turns and changed others (each with how it stood before)."""
    found: dict[Key, tuple[int, Decimal]] = {}
    today = london_day(now)
    for task in opened:
        if task.team_id is None and task.organisation_id is None:
            continue  # a pause: it is nobody's work, and stays so
        after = standing(task)
        _add(found, after.stocks(), 1)
        _happened(found, after, {"arrivals": after.team}, today)
    for before, task in changed:
        if task.team_id is None and task.organisation_id is None:
            continue
        after = standing(task)
        _add(found, before.stocks(), -1)
        _add(found, after.stocks(), 1)
        _happened(found, after, _passed(before, after, task), today)
    return [_row(key, value) for key, value in found.items() if value != (0, NOTHING)]


def london_day(moment: datetime) -> date:
    """The day in London."""
    return moment.astimezone(LONDON).date()


def _passed(before: Standing, after: Standing, task: Task) -> dict[str, int]:
    """What happened to a turn, each with the team that it is counted for."""
    happened = {"handed_in": after.team, "handed_on": before.team} if before.team != after.team else {}
    if task.finished is None or not before.open:
        return happened
    happened["completions"] = after.team
    if task.due_at is not None:
        happened["timed"] = after.team
        if task.finished <= task.due_at and not after.breached:
            happened["within_target"] = after.team
    return happened


def _happened(found: dict[Key, tuple[int, Decimal]], turn: Standing, metrics: dict[str, int], today: date) -> None:
    _add(found, {(name, turn.kind, turn.node, team, today): (1, NOTHING) for name, team in metrics.items()}, 1)


def _add(found: dict[Key, tuple[int, Decimal]], more: dict[Key, tuple[int, Decimal]], sign: int) -> None:
    for key, (count, money) in more.items():
        had, had_money = found.get(key, (0, NOTHING))
        found[key] = had + sign * count, had_money + sign * money


def _row(key: Key, value: tuple[int, Decimal]) -> Delta:
    metric, kind, node, team, day = key
    return Delta(metric=metric, kind=kind, node=node, team_id=team, day=day, count=value[0], money=value[1])
