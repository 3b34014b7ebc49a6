"""One command from its call to its commit, against the plain SQL that writes the same rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from django.utils import timezone

from bench import stock
from bench.actors import officer, provider_of
from bench.measure import WARM_UP, Prepare, in_turns
from bench.recording import Record, Statement, plain, recorder
from bench.table import Line, against_floor, show
from workflows.contracts import commands, notices
from workflows.contracts.document import Rendered, render
from workflows.contracts.flow import ContractDocumentFlow
from workflows.contracts.models import DocumentVersion
from workflows.council.profile import current
from workflows.engine import door, turns
from workflows.engine.models import Task
from workflows.parties.models import User

GOAL = 1.5
GOALS = ("agree", "reject", "door", "claim")
LOCK = (
    "SELECT c.version, t.status FROM engine_case c JOIN engine_task t ON t.process_id = c.id"
    " WHERE c.id = %s AND t.id = %s FOR UPDATE OF c, t"
)


@dataclass(slots=True)
class Pool:
    """Open turns of one node that this run has not used yet."""

    node: str
    ready: list[Task] = field(default_factory=list)
    last: int = 0

    def take(self) -> Task:
        """One turn with its case; LookupError when the data set is used up."""
        if not self.ready:
            free = Task.objects.filter(node=self.node, finished=None, owner=None, pk__gt=self.last)
            if self.node == "amend":
                free = free.filter(team_id__in=officer().team_ids)
            self.ready = list(free.select_related("process").order_by("id")[:500])
        if not self.ready:
            raise LookupError(f"every turn of {self.node!r} was used: take a larger size or fewer rounds")
        task = self.ready.pop(0)
        self.last = task.pk
        return task


Verb = Callable[[Task], Callable[[], object]]


def run(size: int, rounds: int) -> list[Line]:
    """Measure the commands on the data set that `connection` is."""
    respond, amend = Pool("respond"), Pool("amend")
    found: list[Line] = []
    for title, pool, verbs in (
        ("Agree: contracts.commands.agree", respond, {"agree": agree, "stock viewflow": stock_agree}),
        ("Reject: contracts.commands.reject", respond, {"reject": reject}),
        (
            "Republish: contracts.commands.republish",
            amend,
            {"republish": republish, "… its PDF ready": republish_ready},
        ),
        ("The door alone: a rejection whose command writes nothing itself", respond, {"door": door_alone}),
        ("Claim: turns.claim", amend, {"claim": claim}),
    ):
        lines = _against_floor(pool, verbs, size, rounds)
        show(title, lines)
        found += lines
    return found


def _against_floor(pool: Pool, verbs: Mapping[str, Verb], size: int, rounds: int) -> list[Line]:
    """Time verbs and the floor of the first of them, in turns."""
    verb = next(iter(verbs.values()))
    with recorder() as record:
        floors = [_floor(record, verb, pool.take()) for _ in range(rounds + WARM_UP)]
    subjects: list[tuple[str, Prepare]] = [("floor: the same rows, plain SQL", lambda: plain(*floors.pop()))]
    subjects += [(name, lambda verb=verb: verb(pool.take())) for name, verb in verbs.items()]  # type: ignore[misc]
    ours = {name: GOAL for name in verbs if name in GOALS}
    return against_floor(in_turns(subjects, rounds), size, ours)


def _floor(record: Record, verb: Verb, task: Task) -> tuple[list[Statement], Statement]:
    return record(verb(task)), (LOCK, [task.process_id, task.pk])


def agree(task: Task) -> Callable[[], object]:
    """Agree to the document of a turn."""
    return partial(commands.agree, **_shown(task))


def stock_agree(task: Task) -> Callable[[], object]:
    """Agree to it by stock viewflow."""
    return stock.agreeing(task.process_id, User.objects.get(pk=provider_of(task.process).user_id))


def reject(task: Task) -> Callable[[], object]:
    """Reject the document of a turn: an event with words, and a notice for the team."""
    reason = current().contract_documents.reasons[0].key
    return partial(commands.reject, **_shown(task), reason=reason, text="The weekly cost should be £600.")


def republish(task: Task) -> Callable[[], object]:
    """Publish a rejected document again: a new PDF is made and kept."""
    words = {"case_id": task.process_id, "task_id": task.pk, "version": None, "key": str(uuid4())}
    return partial(commands.republish, actor=officer(), explanation="The cost is the rate of 2018.", **words)


def republish_ready(task: Task) -> Callable[[], object]:
    """The same with a PDF that is ready, so that the making of it can be told from the rest."""
    command, made = republish(task), _ready_pdf()

    def run() -> None:
        with patch.object(commands, "render", new=lambda **_: made):
            command()

    return run


def door_alone(task: Task) -> Callable[[], object]:
    """The engine without the domain: lock, walk to the next turn, event, receipt, outbox."""

    def act(turn: door.Turn) -> None:
        turn.state("rejected")
        turn.notify(notices.REJECTED, {"team": 1})

    return partial(
        door.run,
        ContractDocumentFlow,
        actor=provider_of(task.process),
        verb="reject",
        case_id=task.process_id,
        task_id=task.pk,
        version=None,
        key=str(uuid4()),
        body={"verb": "reject"},
        act=act,
    )


def claim(task: Task) -> Callable[[], object]:
    """Take a team's turn."""
    return partial(turns.claim, actor=officer(), task_id=task.pk, key=str(uuid4()))


def _shown(task: Task) -> dict[str, Any]:
    version = DocumentVersion.objects.filter(document_id=task.process_id).latest("number")
    return {
        "actor": provider_of(task.process),
        "case_id": task.process_id,
        "task_id": task.pk,
        "number": version.number,
        "sha256": version.sha256,
        "key": str(uuid4()),
    }


@cache
def _ready_pdf() -> Rendered:
    return render(reference="ISO-2026-000001", version=2, figures=[], published_at=timezone.now())
