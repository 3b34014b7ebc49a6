"""A clock as a pure function of its definition, its calendar, when it ran, and now (architecture §4).

A turn's clock runs from its opening to its end without a pause: a change of priority, of team or of owner, and a
follow-up date leave it alone. A case's clock runs only while its party holds the case; its target is in working hours,
because only a number of hours can be put down and taken up again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_CEILING, Decimal
from typing import Literal

from workflows.council.targets import Target

from .calendar import Calendar

#: `breached`: past target and still open. `missed`: ended, too late.
State = Literal["running", "paused", "breached", "met", "missed"]


@dataclass(frozen=True, slots=True)
class Definition:
    """A version of a promise. `party` owes the answer: the provider, or a team of ours."""

    id: int
    key: str
    version: int
    party: str
    target: Target
    at_risk_share: Decimal
    at_risk_left: Target
    calendar_id: int
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class Run:
    """A time in which a clock runs; `end` None: it still does."""

    begin: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """When a run that begins now is at risk, and when it is due; it is breached later than that."""

    due: datetime
    at_risk: datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """How a clock stands: minutes are working minutes; `due` is None while it is paused."""

    state: State
    begun: datetime
    ended: datetime | None
    elapsed: int
    paused: int
    due: datetime | None
    at_risk_at: datetime | None
    at_risk: bool
    breached_at: datetime | None  # the moment that was due, when it was missed

    @property
    def breached(self) -> bool:
        """Whether the target was missed, be it open or ended."""
        return self.breached_at is not None


def limits(definition: Definition, begin: datetime, before: int = 0, by: datetime | None = None) -> Limits:
    """The limits of a run that begins at `begin`, when `before` working minutes have been used up by earlier runs.

    `by`: when it is due, where the promise is a moment of the turn's own; ValueError without one.
    """
    calendar, target = definition.calendar, definition.target
    if target.unit == "moment":
        if by is None:
            raise ValueError(f"{definition.key}: a turn with a moment of its own was not told which")
        due, whole = by, calendar.minutes_between(begin, by)
    elif target.unit == "day":
        due = calendar.due(target, begin)
        whole = calendar.minutes_between(begin, due)
    else:
        whole = target.count * 60
        due = calendar.add_minutes(begin, max(whole - before, 0))
    share = int((definition.at_risk_share * whole).to_integral_value(ROUND_CEILING))
    by_share = calendar.add_minutes(begin, max(share - before, 0))
    by_left = calendar.before(due, definition.at_risk_left)
    return Limits(due, min(due, max(begin.astimezone(UTC), min(by_share, by_left))))


def replay(
    definition: Definition, runs: Sequence[Run], ended: datetime | None, now: datetime, by: datetime | None = None
) -> Clock | None:
    """How a clock stands `now` that ran in `runs` and was ended at `ended`; None when it has not begun. `by`: limits.

    ValueError for a clock in working days that was put down: its profile should not have let it.
    """
    if not runs:
        return None
    if len(runs) > 1 and definition.target.unit != "hour":
        raise ValueError(f"{definition.key}: a clock that pauses needs a target in working hours")
    last = ended or now
    elapsed, at_risk_at, breached_at, current = 0, None, None, None
    for run in runs:
        stop = min(run.end or last, last)
        current = limits(definition, run.begin, elapsed, by)
        if at_risk_at is None and current.at_risk <= stop:
            at_risk_at = current.at_risk
        if breached_at is None and current.due < stop:
            breached_at = current.due
        elapsed += definition.calendar.minutes_between(run.begin, stop)
    running = ended is None and runs[-1].end is None
    due = breached_at or (current.due if current and (running or ended) else None)
    return Clock(
        state=_state(running=running, ended=ended is not None, breached=breached_at is not None),
        begun=runs[0].begin,
        ended=ended,
        elapsed=elapsed,
        paused=definition.calendar.minutes_between(runs[0].begin, last) - elapsed,
        due=due,
        at_risk_at=at_risk_at or (current.at_risk if current and running else None),
        at_risk=at_risk_at is not None,
        breached_at=breached_at,
    )


def while_held(spans: Iterable[tuple[str, datetime, datetime | None]], party: str) -> list[Run]:
    """The runs of a case clock, from (holder, begin, end) in order: parts that follow each other are one run."""
    runs: list[Run] = []
    for holder, begin, end in spans:
        if holder != party:
            continue
        if runs and runs[-1].end == begin:
            runs[-1] = Run(runs[-1].begin, end)
        else:
            runs.append(Run(begin, end))
    return runs


def _state(*, running: bool, ended: bool, breached: bool) -> State:
    if ended:
        return "missed" if breached else "met"
    if breached:
        return "breached"
    return "running" if running else "paused"
