"""Moving open clocks to a changed definition or calendar: only on purpose, for a reason, and told beforehand.

A clock that is ended never moves, and a breach stays. Each case moves through the door, with an event of its own that
keeps the reason; the clock's beginning and every pause stay.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from workflows.council.profile import current
from workflows.parties.actor import Actor

from . import clocks, definitions, door, moment
from .calendar import Calendar
from .errors import Refused
from .events import facts_of
from .models import Case, Event, Task
from .records import checked_words
from .timing import Definition, limits


@dataclass(frozen=True, slots=True)
class Move:
    """A clock that moves: of a turn, or of a whole case (`task_id` None)."""

    case_id: int
    task_id: int | None
    reference: str
    key: str
    old: Definition
    new: Definition
    due_before: datetime | None
    due_after: datetime | None

    def __str__(self) -> str:
        if self.task_id is None:
            return f"{self.reference}: {self.key} from {self.old.target} to {self.new.target}"
        return f"{self.reference}: {self.key}, due {_said(self.due_before)}, then {_said(self.due_after)}"


def by_definition(key: str) -> list[Move]:
    """What moves when the open clocks of a key take the definition that holds now; Refused when there is none."""
    new = definitions.present().by_key.get(key)
    if new is None:
        raise Refused(f"The profile has no clock {key}.", "unknown")
    if any(each.key == key for each in current().case_clocks):
        return [*_case_moves(key, new)]
    return [*_turn_moves(Task.objects.filter(clock__key=key).exclude(clock=new.id), lambda _: new)]


def by_calendar() -> list[Move]:
    """What moves when the open clocks of turns take the calendar that holds now, with the target that they have."""
    present = definitions.present()
    tasks = Task.objects.exclude(clock=None).exclude(clock__calendar=present.calendar_id)
    return [*_turn_moves(tasks, definitions.with_present_calendar)]


def to_calendar(calendar: Calendar, since: datetime) -> list[Move]:
    """What would move if this calendar held, which differs from the present one from `since` on: nothing is written.

    What is due before then does not move, so only turns that are due later are worked out.
    """
    tasks = Task.objects.exclude(clock=None).filter(due_at__gte=since)
    return [*_turn_moves(tasks, lambda old: replace(old, calendar=calendar))]


def of_turn(task_id: int) -> Move | None:
    """What moves of one open turn when it takes the calendar that holds now; None when nothing does."""
    tasks = Task.objects.exclude(clock=None).filter(pk=task_id)
    return next(_turn_moves(tasks, definitions.with_present_calendar), None)


def carry_out(move: Move, *, actor: Actor, reason: str) -> None:
    """Move one clock and keep the reason; Refused or Stale when it has been ended or moved since it was listed."""
    words = checked_words("reason", reason, required=True)
    key = f"rebase:{move.task_id or move.case_id}:{move.old.id}:{move.new.id}:{moment.now().isoformat()}"
    body = {"case": move.case_id, "task": move.task_id, "clock": move.new.id}
    common: dict[str, Any] = {"actor": actor, "verb": clocks.REBASED, "key": key, "body": body}

    def act(turn: door.Turn) -> None:
        turn.event.write_down("reason", words)
        (_move_case if move.task_id is None else _move_turn)(turn, move)

    if move.task_id is not None:
        door.on_turn(**common, which=move.task_id, act=act)
    else:
        door.on_case(**common, case_id=move.case_id, act=act)


def _move_turn(turn: door.Turn, move: Move) -> None:
    task = turn.task
    if task is None or task.clock_id != move.old.id:
        raise Refused(f"The clock of {move.reference} was moved meanwhile.", "moved_on")
    within = limits(move.new, task.created, by=_own_moment(move.new, task))
    turn.facts.update({"rebased": [[task.pk, move.new.id]], "due": [task.due_at, within.due]})
    task.clock_id, task.due_at, task.at_risk_at = move.new.id, within.due, within.at_risk
    if task.breached_at is None and within.at_risk > turn.now:
        task.at_risk_marked_at = None
    turn.work.rebased = True
    turn.work.change(task)


def _move_case(turn: door.Turn, move: Move) -> None:
    if turn.case.finished is not None:
        raise Refused(f"{move.reference} was closed meanwhile.", "closed")
    turn.facts["case_clocks"] = {move.key: move.new.id}


def _turn_moves(tasks: QuerySet[Task], successor: Callable[[Definition], Definition]) -> Iterator[Move]:
    """Of open turns whose dates would be others; a clock whose dates stay keeps the definition that it has."""
    rows = list(tasks.filter(finished=None).order_by("pk"))
    old = definitions.by_id({task.clock_id for task in rows if task.clock_id is not None})
    new = {each.id: successor(each) for each in old.values()}
    for task in rows:
        was = old[task.clock_id or 0]
        within = limits(new[was.id], task.created, by=_own_moment(was, task))
        if (within.due, within.at_risk) != (task.due_at, task.at_risk_at):
            yield Move(task.process_id, task.pk, task.reference, was.key, was, new[was.id], task.due_at, within.due)


def _case_moves(key: str, new: Definition) -> Iterator[Move]:
    kind = next(each.kind for each in current().case_clocks if each.key == key)
    for case in Case.objects.filter(kind=kind, finished=None).order_by("pk").iterator():
        events = Event.objects.filter(stream=f"case:{case.pk}", body__contains='"case_clocks"').order_by("seq")
        bound = clocks.bindings(facts_of(event) for event in events).get(key)
        if bound is not None and bound != new.id:
            yield Move(case.pk, None, case.reference, key, definitions.by_id({bound})[bound], new, None, None)


def _own_moment(definition: Definition, task: Task) -> datetime | None:
    """When a turn is due that has a moment of its own: no calendar moves it."""
    return task.due_at if definition.target.unit == "moment" else None


def _said(at: datetime | None) -> str:
    return clocks.when(at) if at else "never"
