"""The nodes of our workflows: viewflow decides what happens next, the door decides when SQL runs.

An activation changes objects in memory and tells the unit of work of its case (`work.py`); nothing here saves a row.
Walked nodes (Begin, End) have no row at all: the event keeps the path. See docs/adr/0003.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from viewflow.this_object import this
from viewflow.workflow.activation import Activation
from viewflow.workflow.base import Edge, Node
from viewflow.workflow.status import PROCESS, STATUS
from viewflow.workflow.token import Token

from workflows.council.profile import current
from workflows.parties.teams import team_id, team_key

from . import keeping, urgency
from .models import Case, Holder, Task

#: Stands in the place of a desk where the team was chosen for this very case (`case.team`).
CHOSEN = "team"


@dataclass(frozen=True, slots=True)
class Way:
    """Where a verb leads from a node (None: the task stays open), and who may use it."""

    to: Any
    by: tuple[str, ...]


class Step:
    """What a walked node has in place of a row; remembers the last real task, as the next one's predecessor."""

    __slots__ = ("flow_task", "pk", "process", "real", "status", "token")

    def __init__(self, flow_task: Node, process: Case, token: Token, real: Task | None) -> None:
        self.flow_task = flow_task
        self.process = process
        self.token = token
        self.real = real
        self.status = STATUS.NEW
        self.pk = None


class Lean(Activation):
    """The base of our activations: no savepoint, no signal, no `save()`."""

    waits = False

    def __init__(self, task: Any) -> None:
        self.task = task
        self.process = task.process

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other

    @property
    def real(self) -> Task | None:
        """The last task with a row of its own on the way here."""
        return self.task if isinstance(self.task, Task) else self.task.real

    @Activation.status.transition(source=STATUS.NEW)
    def activate(self) -> None:
        """Nothing needs doing when a node is reached, unless it says so."""

    @Activation.status.transition(source=STATUS.NEW, target=STATUS.DONE)
    def complete(self) -> None:
        """Note the node on the path walked."""
        self.process.work.walked(self.flow_task.name)

    @Activation.status.transition(source=STATUS.DONE)
    def create_next(self) -> Iterator[Activation]:
        """Yield what the verb of this command leads to."""
        target = self.flow_task.ways[self.process.work.verb].to
        yield target._create(self, self.task.token)

    @Activation.status.transition(source=STATUS.DONE)
    def activate_next(self) -> None:
        """Walk on until every branch waits or has ended."""
        queue = deque(self.create_next())
        while queue:
            activation = queue.popleft()
            activation.activate()
            if not activation.waits:
                activation.complete()
                queue.extend(activation.create_next())


class Walked(Lean):
    """A node that is passed through."""

    @classmethod
    def create(cls, flow_task: Any, prev_activation: Any, token: Any, data: Any = None, seed: Any = None) -> "Walked":
        """Reach the node from another one."""
        return cls(Step(flow_task, prev_activation.process, token, prev_activation.real))

    @classmethod
    def begin(cls, flow_task: Any, case: Case) -> "Walked":
        """Stand at the first node of a new case."""
        return cls(Step(flow_task, case, Token("start"), None))


class Ended(Walked):
    """The end of a branch: closes the case when no other branch is open."""

    @Activation.status.transition(source=STATUS.NEW)
    def activate(self) -> None:
        """Close the case when this was its last open branch."""
        case = self.process
        if case.open_tasks == 0:
            case.status = PROCESS.DONE
            case.finished = case.work.now
            case.work.hold(Holder.NOBODY)

    @Activation.status.transition(source=STATUS.DONE)
    def create_next(self) -> Iterator[Activation]:
        """Nothing follows an end."""
        return iter(())


class Waiting(Lean):
    """A turn of somebody: the row is opened in its final form, and completed only once it was started."""

    waits = True

    @classmethod
    def create(cls, flow_task: Any, prev_activation: Any, token: Any, data: Any = None, seed: Any = None) -> "Waiting":
        """Open the task."""
        task = flow_task.new_task(prev_activation.process, token, prev_activation.real)
        prev_activation.process.work.open(task)
        return cls(task)

    @Activation.status.transition(source=[STATUS.NEW, STATUS.ASSIGNED], target=STATUS.STARTED)
    def start(self) -> None:
        """Begin to carry out the turn."""
        self.task.started = self.process.work.now

    @Activation.status.transition(source=STATUS.STARTED, target=STATUS.DONE)
    def complete(self) -> None:
        """End the turn with the verb of this command."""
        work = self.process.work
        self.task.finished = work.now
        self.task.outcome = work.verb
        work.close(self.task)
        work.walked(self.flow_task.name)

    @Activation.status.transition(source=[STATUS.NEW, STATUS.ASSIGNED], target=STATUS.CANCELED)
    def cancel(self) -> None:
        """Withdraw the turn."""
        self.task.finished = self.process.work.now
        self.process.work.close(self.task)


class VerbNode(Node):
    """A node that is left by verbs: `.On("reject", this.amend, by="provider")`."""

    def __init__(self) -> None:
        super().__init__()
        self.ways: dict[str, Way] = {}

    def On(self, verb: str, to: Any, by: str) -> "VerbNode":  # noqa: N802 (viewflow's own style for edges)
        """Lead to another node; `by` names the desks or sides that may, joined by `|`."""
        self.ways[verb] = Way(to, tuple(by.split("|")))
        return self

    def Stay(self, verb: str, by: str) -> "VerbNode":  # noqa: N802
        """Allow a verb that leaves the task open."""
        self.ways[verb] = Way(None, tuple(by.split("|")))
        return self

    def _resolve(self, instance: Any) -> None:
        super()._resolve(instance)
        self.ways = {verb: Way(this.resolve(instance, way.to), way.by) for verb, way in self.ways.items()}

    def _outgoing(self) -> Iterator[Edge]:
        for verb, way in self.ways.items():
            if way.to is not None:
                yield Edge(src=self, dst=way.to, edge_class="next", label=verb)


class Begin(VerbNode):
    """Where a case begins."""

    activation_class = Walked
    task_type = "START"
    bpmn_element = "startEvent"
    shape = {"width": 50, "height": 50, "svg": '<circle class="event" cx="25" cy="25" r="25"/>'}


class End(Node):
    """Where a case ends."""

    activation_class = Ended
    task_type = "END"
    bpmn_element = "endEvent"
    shape = {"width": 50, "height": 50, "svg": '<circle class="end-event" cx="25" cy="25" r="25"/>'}

    def _outgoing(self) -> Iterator[Edge]:
        return iter(())


class TaskNode(VerbNode):
    """A node that waits for somebody; `clock` is a path into the council profile."""

    activation_class = Waiting
    task_type = "HUMAN"
    bpmn_element = "userTask"
    shape = {
        "width": 150,
        "height": 100,
        "text-align": "middle",
        "svg": '<rect class="task" width="150" height="100" rx="5" ry="5"/>',
    }

    #: Further promises that a turn here can have: a command chooses one (`work.clock`, `work.reclock`).
    clocks: tuple[str, ...] = ()

    def __init__(self, title: str, *, clock: str | None = None) -> None:
        super().__init__()
        self.task_title = title
        self.clock = clock

    def new_task(self, case: Case, token: Token, predecessor: Task | None) -> Task:
        """Make the task of this node in its final form, and hold the case for whoever it belongs to."""
        work = case.work
        task = Task(
            process=case,
            flow_task=self,
            flow_task_type=self.task_type,
            token=token,
            predecessor=predecessor,
            created=work.now,
            kind=case.kind,
            node=self.name,
            title=work.title or self.task_title,
            reference=case.reference,
            amount=case.amount,
            service_id=case.service_id,
            client_id=case.client_id,
            provider_id=case.organisation_id,
            service_group=case.service_group,
        )
        if promise := work.promise(work.clock or self.clock):
            definition, limits = promise
            task.clock_id, task.due_at, task.at_risk_at = definition.id, limits.due, limits.at_risk
        self.give(task, case)
        task.urgency = urgency.of(task)
        return task

    def give(self, task: Task, case: Case) -> None:
        """Say whose turn it is."""
        raise NotImplementedError


class TeamNode(TaskNode):
    """A turn of a team of the council; `desk` is what `by=` calls whoever has it."""

    desk: str = ""

    def routed(self, case: Case, service_group: str | None) -> str:
        """The key of the team that the turn is meant for, which may be an outside one."""
        raise NotImplementedError

    def give(self, task: Task, case: Case) -> None:
        """Give the task, and the case, to that team, or to its keeper."""
        keeping.give_to(task, self.routed(case, case.work.service_group), case.work.now)
        case.work.hold(Holder.TEAM, task.team_id)


class TeamTask(TeamNode):
    """A turn of a council desk; the profile routes it to a team by service group."""

    def __init__(self, title: str, *, desk: str, clock: str | None = None) -> None:
        super().__init__(title, clock=clock)
        self.desk = desk

    def routed(self, case: Case, service_group: str | None) -> str:  # noqa: ARG002 (all are asked alike)
        """The team that the profile routes this desk's work to."""
        return current().routed(self.desk, service_group)


class ProviderTask(TaskNode):
    """A turn of the provider: of people whose role may edit `function` at the case's service."""

    def __init__(self, title: str, *, function: str, clock: str | None = None) -> None:
        super().__init__(title, clock=clock)
        self.function = function

    def give(self, task: Task, case: Case) -> None:
        """Give the task, and the case, to the provider."""
        task.organisation_id = case.organisation_id
        case.work.hold(Holder.PROVIDER)


class ChosenTeamTask(TeamNode):
    """A turn of the team that this case was given to: by whoever began it, or by a hand-over. `by="team"`."""

    desk = CHOSEN

    def __init__(self, title: str, *, clock: str | None = None, clocks: tuple[str, ...] = ()) -> None:
        super().__init__(title, clock=clock)
        self.clocks = clocks

    def routed(self, case: Case, service_group: str | None) -> str:  # noqa: ARG002 (all are asked alike)
        """The case's own team."""
        return team_key(case.team_id)


class ProfileDeskTask(TeamNode):
    """A turn of the desk that the council's profile names at a path; where it names none, of the case's own team.

    Its verbs are `by="holder"`: the team that has the turn.
    """

    desk = "holder"

    def __init__(self, title: str, *, path: str, clock: str | None = None) -> None:
        super().__init__(title, clock=clock)
        self.path = path

    def routed(self, case: Case, service_group: str | None) -> str:
        """That desk's team; a conversation stays its own team's all the same."""
        desk = attrgetter(self.path)(current())
        return current().routed(desk, service_group) if desk else team_key(case.team_id)


class Pause(TaskNode):
    """A wait that is nobody's turn: the case stays open for a while for whoever may take it up again."""

    task_type = "PAUSE"
    bpmn_element = "intermediateCatchEvent"

    def give(self, task: Task, case: Case) -> None:
        """Nobody holds it."""
        task.team_id = task.organisation_id = None
        case.work.hold(Holder.NOBODY)


class Kept(TaskNode):
    """A wait for a moment or for another case, while a desk's team answers for the case: in nobody's queue.

    Thousands of these may be open at once, such as a payment before it is finalised: what is to be done about them is
    one turn of another case. Verbs are `by="<desk>"` as everywhere.
    """

    task_type = "PAUSE"
    bpmn_element = "intermediateCatchEvent"

    def __init__(self, title: str, *, desk: str) -> None:
        super().__init__(title)
        self.desk = desk

    def give(self, task: Task, case: Case) -> None:
        """The team answers for the case; the wait is no turn of theirs."""
        task.team_id = task.organisation_id = None
        team = current().team_for(self.desk, case.work.service_group)
        case.work.hold(Holder.TEAM, team_id(team))
