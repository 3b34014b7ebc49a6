"""What may be done with any turn, whatever its process: claim it, and release it."""

from viewflow.workflow.status import STATUS

from workflows.parties.actor import Actor

from . import door
from .errors import Forbidden, Refused
from .models import Case, Task


def claim(*, actor: Actor, task_id: int, key: str) -> door.Outcome:
    """Make a team's task one's own; refused when somebody else has it."""

    def act(turn: door.Turn) -> None:
        task = _own_teams(turn)
        if task.owner_id is not None:
            raise Refused(_claimed_by(task), "already_claimed")
        task.owner_id = actor.user_id
        task.assigned = turn.now
        task.status = STATUS.ASSIGNED
        turn.work.change(task)

    return _run(actor, "claim", task_id, key, act)


def release(*, actor: Actor, task_id: int, key: str) -> door.Outcome:
    """Give a task back to its team; by its owner, or by who leads the team."""

    def act(turn: door.Turn) -> None:
        task = _own_teams(turn)
        if task.owner_id is None:
            raise Refused("Nobody has claimed this: it is with the team already.", "not_claimed")
        lead = task.team is not None and actor.manages(task.team.key)
        if task.owner_id != actor.user_id and not lead:
            raise Forbidden("Only the person who claimed it, or who leads the team, can release it.")
        task.owner_id = None
        task.assigned = None
        task.status = STATUS.NEW
        turn.work.change(task)

    return _run(actor, "release", task_id, key, act)


def _run(actor: Actor, verb: str, task_id: int, key: str, act: door.Act) -> door.Outcome:
    case = Case.objects.filter(task_set=task_id).only("id", "flow_class").first()
    return door.on_turn(
        case.flow_class if case else None,
        actor=actor,
        verb=verb,
        case_id=case.pk if case else 0,
        task_id=task_id,
        key=key,
        act=act,
    )


def _own_teams(turn: door.Turn) -> Task:
    task = turn.task
    if task is None or task.team_id is None or task.team_id not in turn.actor.team_ids:
        raise Forbidden("Only the team whose task this is can claim or release it.")
    return task


def _claimed_by(task: Task) -> str:
    return f"{task.owner.name if task.owner else 'Somebody'} has claimed this already."
