"""What the system does with turns of people who are away or have left: nothing is stranded with somebody who is not
there. Each is an event of its own, and finds by itself whether it is still to be done.
"""

from workflows.engine import door
from workflows.engine.errors import Forbidden, Refused
from workflows.engine.models import Task
from workflows.parties.actor import Actor
from workflows.parties.models import TeamMember

from .claiming import free, give
from .running import run


def stand_in(*, actor: Actor, task_id: int, absent: int, substitute: int, key: str) -> door.Outcome:
    """Give what somebody absent has claimed to whoever stands in: "B for A"; to the team if they are not in it."""

    def act(turn: door.Turn) -> None:
        task = _still(turn, absent)
        turn.facts.update({"from_user": absent, "for_user": task.standing_in_for_id or absent})
        if _in_team(task, substitute):
            give(task, substitute, turn, standing_in_for=task.standing_in_for_id or absent)
            turn.facts["to_user"] = substitute
        else:
            free(task)
        turn.work.change(task)

    return run(actor, "stand_in", task_id, key, act, {"absent": absent, "substitute": substitute})


def give_back(*, actor: Actor, task_id: int, key: str) -> door.Outcome:
    """Give a turn back to the person for whom somebody stood in."""

    def act(turn: door.Turn) -> None:
        task = _still(turn, turn.task.owner_id if turn.task else None)
        back = task.standing_in_for_id
        if back is None or not _in_team(task, back):
            raise Refused("Nobody is stood in for.", "unchanged")
        turn.facts.update({"from_user": task.owner_id, "to_user": back})
        give(task, back, turn)
        turn.work.change(task)

    return run(actor, "give_back", task_id, key, act)


def let_go(*, actor: Actor, task_id: int, user_id: int, why: str, key: str) -> door.Outcome:
    """Give what somebody who has left had claimed back to the team; `why` is a code: left_team, deactivated, away."""

    def act(turn: door.Turn) -> None:
        task = _still(turn, user_id)
        turn.facts.update({"from_user": user_id, "why": why})
        free(task)
        turn.work.change(task)

    return run(actor, "let_go", task_id, key, act, {"user": user_id, "why": why})


def _still(turn: door.Turn, owner_id: int | None) -> Task:
    """The turn, if this person still has it; Refused `moved_on` when it went elsewhere meanwhile."""
    if turn.actor.kind != "system":
        raise Forbidden("Only the system does this.")
    if turn.task is None or owner_id is None or turn.task.owner_id != owner_id:
        raise Refused("Somebody else has this by now.", "moved_on")
    return turn.task


def _in_team(task: Task, user_id: int) -> bool:
    member = TeamMember.objects.filter(team_id=task.team_id, user_id=user_id, user__is_active=True)
    return member.exists()
