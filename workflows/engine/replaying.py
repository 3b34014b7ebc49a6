"""Is every clock what the case's events say? Columns and spans are a cache; here they are made again and compared.

Open cases all, and a rotating share of the closed ones: each is looked at once in four weeks.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.db.models.functions import Mod

from . import definitions, moment, spans
from .calendar import read
from .errors import Refused
from .models import CalendarVersion, Case, Event, HolderSpan, Task
from .timing import limits

SHARE = 28
AT_ONCE = 500
#: How long after it was due a turn must have been marked by the sweep.
GRACE = timedelta(minutes=10)
Told = tuple[int, datetime, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is kept otherwise than the events say."""

    reference: str
    what: str
    kept: object
    replayed: object

    def __str__(self) -> str:
        return f"{self.reference}: {self.what} is kept as {self.kept}, its events say {self.replayed}"


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn as the events tell it."""

    node: str
    clock_id: int | None
    opened: datetime
    ended: datetime | None
    by: datetime | None = None  # due at this moment of its own


@dataclass(frozen=True, slots=True)
class Report:
    """How many cases were looked at, and what was found."""

    cases: int
    differences: list[Difference]


class ClocksDiffer(Refused):
    """Somebody has to look: a cache is not what happened."""


def check(now: datetime | None = None, *, every: bool = False) -> Report:
    """Replay open cases and today's share of the closed ones (`every`: all of them), and compare."""
    at = now or moment.now()
    cases = Case.objects.order_by("pk")
    if not every:
        number = at.toordinal() % SHARE
        cases = cases.annotate(share=Mod("pk", SHARE)).filter(Q(finished=None) | Q(share=number))
    found: list[Difference] = []
    looked, last = 0, 0
    while chunk := list(cases.filter(pk__gt=last).only("pk", "reference", "finished")[:AT_ONCE]):
        last, looked = chunk[-1].pk, looked + len(chunk)
        found += _compare(chunk, at)
    return Report(looked, found)


def check_daily() -> None:
    """Replay the clocks of open cases and of a share of the closed ones; a difference is put before a person."""
    report = check()
    if report.differences:
        first = "; ".join(str(each) for each in report.differences[:3])
        raise ClocksDiffer(f"{len(report.differences)} clock(s) differ: {first}", "clocks_differ")


def turns(events: Iterable[Told], task_ids: list[int]) -> list[Turn]:
    """The turns of a case from its events: the nth that was opened is the nth task."""
    opened: list[tuple[str, int | None, datetime, datetime | None]] = []
    ended: dict[int, datetime] = {}
    moved: dict[int, int] = {}
    retimed: dict[int, datetime] = {}
    for _, at, facts in events:
        if facts["task"] is not None and facts["path"]:
            ended[facts["task"]] = at
        opened += [(node, clock, at, _moment(own)) for node, clock, *own in facts.get("opened", [])]
        moved |= dict(facts.get("rebased", []))
        retimed |= {task: datetime.fromisoformat(by) for task, by in facts.get("retimed", [])}
    ids = [*task_ids, *[0] * (len(opened) - len(task_ids))]
    return [
        Turn(node, moved.get(task, clock), at, ended.get(task), retimed.get(task, by))
        for task, (node, clock, at, by) in zip(ids, opened, strict=False)
    ]


def _moment(own: list[str]) -> datetime | None:
    return datetime.fromisoformat(own[0]) if own else None


def _compare(cases: list[Case], now: datetime) -> Iterator[Difference]:
    ids = [case.pk for case in cases]
    events: dict[int, list[Told]] = defaultdict(list)
    for case_id, seq, at, body in Event.objects.filter(
        Q(stream__in=[f"case:{each}" for each in ids])
    ).order_by("stream", "seq").values_list("case_id", "seq", "at", "body"):  # fmt: skip
        events[case_id].append((seq, at, json.loads(body)["facts"]))
    tasks: dict[int, list[Task]] = defaultdict(list)
    for task in Task.objects.filter(process__in=ids).order_by("pk"):
        tasks[task.process_id].append(task)
    kept: dict[int, list[HolderSpan]] = defaultdict(list)
    for row in HolderSpan.objects.filter(case__in=ids).order_by("seq"):
        kept[row.case_id].append(row)
    for case in cases:
        if "opened" in events[case.pk][0][2]:  # else it began before clocks were kept
            yield from _of_turns(
                case, turns(events[case.pk], [each.pk for each in tasks[case.pk]]), tasks[case.pk], now
            )
            yield from _of_spans(case, events[case.pk], kept[case.pk])


def _of_turns(case: Case, told: list[Turn], kept: list[Task], now: datetime) -> Iterator[Difference]:
    if len(told) != len(kept):
        yield Difference(case.reference, "number of turns", len(kept), len(told))
        return
    known = definitions.by_id({turn.clock_id for turn in told if turn.clock_id is not None})
    for turn, task in zip(told, kept, strict=True):
        within = limits(known[turn.clock_id], turn.opened, by=turn.by) if turn.clock_id is not None else None
        values = {
            "node": (task.node, turn.node),
            "clock": (task.clock_id, turn.clock_id),
            "beginning": (task.created, turn.opened),
            "end": (task.finished, turn.ended),
            "due time": (task.due_at, within and within.due),
            "at-risk time": (task.at_risk_at, within and within.at_risk),
        }
        for what, (has, should) in values.items():
            if has != should:
                yield Difference(case.reference, f"{what} of turn {task.pk} ({turn.node})", has, should)
        if within and task.finished is None and task.breached_at is None and within.due < now - GRACE:
            yield Difference(case.reference, f"mark of turn {task.pk}", "in time", f"past target since {within.due}")


def _of_spans(case: Case, events: list[Told], kept: list[HolderSpan]) -> Iterator[Difference]:
    wanted = {facts["calendar"] for _, _, facts in events if "calendar" in facts}
    calendars = {
        row.pk: read(row.content) for row in CalendarVersion.objects.filter(pk__in=wanted)
    } if wanted else {}  # fmt: skip
    told = [(s.seq, s.holder, s.team_id, s.begun, s.ended, s.minutes) for s in spans.fold(events, calendars)]
    has = [(s.seq, s.holder, s.team_id, s.begun_at, s.ended_at, s.minutes) for s in kept]
    for place in range(max(len(told), len(has))):
        pair = has[place] if place < len(has) else None, told[place] if place < len(told) else None
        if pair[0] != pair[1]:
            yield Difference(case.reference, f"holder number {place + 1}", *pair)
