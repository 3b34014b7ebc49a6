"""The clocks of turns and of cases, for whoever shows them: how they stand, and why, in sentences.

Every figure is `timing.replay` of what happened; the caller has scoped the turn or the case to who asks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflows.council.profile import current

from . import definitions, moment, spans
from .calendar import LONDON
from .events import facts_of
from .models import Case, Event, Holder, Task
from .timing import Clock, Definition, Run, replay, while_held

REBASED = "rebase"


@dataclass(frozen=True, slots=True)
class Told:
    """A clock as a page shows it. `party` is who owes the answer, by name; minutes in `clock` are working minutes."""

    name: str
    party: str
    target: str
    definition: Definition
    clock: Clock
    sentences: list[str]

    @property
    def left(self) -> int:
        """Working minutes that are left of a clock that is not over; 0 when it is past target."""
        if self.clock.ended is not None or self.clock.breached:
            return 0
        if self.definition.target.unit == "hour":
            return self.definition.target.count * 60 - self.clock.elapsed
        if self.clock.due is None:
            return 0
        return self.definition.calendar.minutes_between(self.clock.begun, self.clock.due) - self.clock.elapsed


def of_task(task: Task, now: datetime | None = None) -> Told | None:
    """The clock of a turn, open or ended; None where it has none. Reads its party's name when it is not joined."""
    if task.clock_id is None:
        return None
    definition = definitions.by_id({task.clock_id})[task.clock_id]
    own = task.due_at if definition.target.unit == "moment" else None
    clock = replay(definition, [Run(task.created, task.finished)], task.finished, now or moment.now(), own)
    if clock is None:
        return None
    party = task.team.name if task.team else task.organisation.name if task.organisation else Holder.SYSTEM.label
    return Told(task.title, party, str(definition.target), definition, clock, [*_of_turn(definition, clock, party)])


def of_case(case: Case, now: datetime | None = None) -> list[Told]:
    """The clocks of a whole case, each by the definition that it began with, or was re-based to."""
    until = now or moment.now()
    bound = bindings(_binding_facts(case))
    known = definitions.by_id(set(bound.values()))
    held = list(spans.runs_of(spans.of_case(case, until)))
    names = {each.key: each.name for each in current().case_clocks}
    found = []
    for key, definition_id in bound.items():
        definition = known[definition_id]
        clock = replay(definition, while_held(held, definition.party), case.finished, until)
        if clock is not None:
            party = case.organisation.name if definition.party == "provider" else current().name
            sentences = [*_of_case(definition, clock, party)]
            found.append(Told(names.get(key, key), party, str(definition.target), definition, clock, sentences))
    return found


def bindings(facts: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """The definition of each case clock by key, from the facts of a case's events in order."""
    found: dict[str, int] = {}
    for each in facts:
        found |= each.get("case_clocks", {})
    return found


def rebased(facts: Mapping[str, Any]) -> list[str]:
    """What a move of a clock on purpose changed, for both sides, from the facts of its event."""
    if "due" in facts:
        was, now = (when(datetime.fromisoformat(each)) if each else "" for each in facts["due"])
        return [f"It was due on {was or 'no day'}.", f"Now it is due on {now}."]
    known = definitions.by_id(set(facts.get("case_clocks", {}).values()))
    parties = {"provider": "The provider", "team": "The council"}
    return [f"{parties[each.party]} may now hold the case for {each.target} in all." for each in known.values()]


def minutes_in_words(minutes: int) -> str:
    """`5 working hours`, `1 working hour 20 minutes`, `20 working minutes`."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} working minute{'' if rest == 1 else 's'}"
    words = f"{hours} working hour{'' if hours == 1 else 's'}"
    return f"{words} {rest} minute{'' if rest == 1 else 's'}" if rest else words


def _binding_facts(case: Case) -> list[dict[str, Any]]:
    events = Event.objects.filter(stream=f"case:{case.pk}")
    bound = events.filter(seq=1) | events.filter(kind=f"{case.kind}.{REBASED}")
    return [facts_of(event) for event in bound.order_by("seq")]


def _of_turn(definition: Definition, clock: Clock, party: str) -> Iterable[str]:
    """Which target and why, when it counts from, when it is at risk, and what it does not stop for."""
    if definition.target.unit == "moment":
        yield f"The council has set until when {party} has time. It came on {when(clock.begun)}."
    else:
        yield f"{party} has {definition.target}. It came on {when(clock.begun)}."
    counted = definition.calendar.day_of_receipt(clock.begun)
    if definition.target.unit == "day" and counted != clock.begun.astimezone(LONDON).date():
        yield f"That was after the cut-off or on a day that is not worked, so it counts as received on {_day(counted)}."
    if clock.due is not None:
        yield f"So it {'was' if clock.ended or clock.breached else 'is'} due on {when(clock.due)}."
    yield from _risk_and_end(definition, clock)
    if clock.ended is None and definition.party == "provider":
        yield "It does not stop before the answer is sent."
    elif clock.ended is None:
        yield "It does not stop: neither a priority, nor a follow-up date, nor another team or person moves it."


def _of_case(definition: Definition, clock: Clock, party: str) -> Iterable[str]:
    yield f"{party} may hold the case for {definition.target} in all."
    yield f"So far it has held it for {minutes_in_words(clock.elapsed)}."
    if clock.paused:
        yield f"It stood still for {minutes_in_words(clock.paused)}, while others held it."
    if clock.state == "paused":
        yield "It stands still now, because others hold the case."
    elif clock.due is not None and clock.ended is None and not clock.breached:
        yield f"If nothing changes, that time ends on {when(clock.due)}."
    yield from _risk_and_end(definition, clock)


def _risk_and_end(definition: Definition, clock: Clock) -> Iterable[str]:
    if clock.breached_at is not None:
        late = "It was ended too late" if clock.ended else "It is past target"
        yield f"{late}: the time was over on {when(clock.breached_at)}."
    elif clock.ended is not None:
        yield f"It was ended in time, on {when(clock.ended)}."
    elif clock.at_risk_at is not None:
        share = (
            f"{definition.at_risk_share:.0%} of the time has gone, or no more than {definition.at_risk_left} is left"
        )
        yield f"It {'has been' if clock.at_risk else 'will be'} at risk from {when(clock.at_risk_at)}: {share}."


def when(at: datetime) -> str:
    """`Friday 20 April 2018, 17:00`."""
    local = at.astimezone(LONDON)
    return f"{_day(local)}, {local:%H:%M}"


def _day(day: Any) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"
