"""What a command is given inside the door."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from workflows.council.profile import current
from workflows.parties.actor import Actor
from workflows.parties.teams import team_id

from .. import outbox as outboxes
from .. import work
from ..events import Draft
from ..models import Case, Outbox, Task


@dataclass(slots=True)
class Turn:
    """What a command sees inside the door: the locked case and task, and where to write down what must follow."""

    actor: Actor
    case: Case
    task: Task | None
    verb: str
    now: datetime
    work: work.Work
    event: Draft
    away: date | None = None  # the actor's, where `on_turn` was to ask
    outbox: list[Outbox] = field(default_factory=list)
    answer: dict[str, Any] = field(default_factory=dict)

    @property
    def facts(self) -> dict[str, Any]:
        """The facts of this command's event."""
        return self.event.facts

    def state(self, state: str) -> None:
        """Set the case's state: a word of its process."""
        self.case.state = state

    def follow(self, topic: str, payload: Mapping[str, Any], *, name: str = "", due_at: datetime | None = None) -> None:
        """Write down that something must follow this event, once."""
        key = f"case:{self.case.pk}:{self.case.version + 1}:{name or topic}"
        self.outbox.append(outboxes.row(topic, key, payload, due_at))

    def notify(self, kind: str, audience: Mapping[str, Any]) -> None:
        """Tell people about this event: `audience` names an organisation and function, a team, or a user."""
        payload = {"kind": kind, "case": self.case.pk, "seq": self.case.version + 1, "audience": dict(audience)}
        self.follow("notify", payload, name=f"notify:{kind}")

    def provider(self) -> dict[str, Any]:
        """The audience of the case's provider: whoever may answer it."""
        case = self.case
        function = case.flow_class.function
        audience = {"organisation": case.organisation_id, "service": case.service_id, "function": function}
        return audience | ({"sensitivity": case.sensitivity} if case.sensitivity else {})

    def desk(self, desk: str) -> dict[str, Any]:
        """The audience of the team that has a desk's work for this case."""
        return {"team": team_id(current().team_for(desk, self.work.service_group))}


Act = Callable[[Turn], None]


def opened(actor: Actor, case: Case, task: Task | None, verb: str, now: datetime, service_group: str | None) -> Turn:
    """A turn with nothing done to it yet: an empty unit of work, and the draft of its event."""
    unit = work.Work(case=case, verb=verb, now=now, service_group=service_group)
    if actor.is_staff:
        unit.person = actor.user_id
    if case.version and case.finished is None:
        unit.held = (case.holder, case.holder_team_id, case.holder_since)
    case.work = unit
    if task is not None:
        task.process = case
        unit.reading(task)
        unit.acted = task.pk
    draft = Draft(f"case:{case.pk}", f"{case.kind}.{verb}", actor.user_id)
    return Turn(actor=actor, case=case, task=task, verb=verb, now=now, work=unit, event=draft)
