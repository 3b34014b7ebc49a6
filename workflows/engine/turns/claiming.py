"""Claim a turn, take the next one, give it back to the team."""

from collections.abc import Callable
from typing import Literal

from viewflow.workflow.status import STATUS

from workflows.engine import door, moment, reading
from workflows.engine.errors import Forbidden, NotFound, Refused
from workflows.engine.models import Task
from workflows.parties.actor import Actor

from .running import permitted, run

Order = Literal["due", "costly"]
#: How somebody came to a turn: the one that was first in line, or one that they chose; the event of a claim tells it.
Taken = Literal["next", "chosen"]
#: What that is called among the figures of people (metrics.OF_PEOPLE).
TOLD: dict[Taken, str] = {"next": "next_taken", "chosen": "chosen"}
#: How each order reads the partial indexes `task_unclaimed` and `task_costly_first`.
ORDERS: dict[Order, str] = {"due": "t.due_at, t.id", "costly": "t.urgency DESC, t.id"}
#: Case first, then turn, as every lock here; who finds a row locked passes on to the next. Tests take it out.
SKIP = "FOR UPDATE OF c, t SKIP LOCKED"
NEXT = (
    "t.team_id = %s AND t.finished IS NULL AND t.owner_id IS NULL AND t.kind = ANY(%s)"
    " AND (t.not_before IS NULL OR t.not_before <= %s) ORDER BY {order} LIMIT 1 {lock}"
)


def claim(*, actor: Actor, task_id: int, key: str) -> door.Outcome:
    """Make a team's turn one's own; refused when somebody else has it, or when one is recorded as away."""
    return run(actor, "claim", task_id, key, _claim("chosen"))


def claim_next(*, actor: Actor, team_id: int, order: Order = "due", key: str) -> door.Outcome:
    """Claim the first turn of a team that nobody has and whose follow-up date, if any, has come.

    Never the same one for two people: a row that somebody is just taking is passed over. Refused `nothing_left` when
    there is none. `answer["task"]` of the outcome is the turn.
    """
    return door.on_turn(
        actor=actor,
        verb="claim",
        which=_picker(actor, team_id, order),
        key=key,
        act=_claim("next"),
        body={"verb": "claim_next", "team": team_id, "order": order},
    )


def release(*, actor: Actor, task_id: int, key: str) -> door.Outcome:
    """Give a turn back to its team; by its owner, or by who leads the team."""

    def act(turn: door.Turn) -> None:
        task = permitted(turn, "release")
        turn.facts.update({"from_user": task.owner_id, "of_team": task.team_id})
        if task.owner_id == actor.user_id:
            turn.work.did = "handed_back"
        free(task)
        turn.work.change(task)

    return run(actor, "release", task_id, key, act)


def free(task: Task) -> None:
    """Let nobody have claimed it."""
    task.owner_id = task.standing_in_for_id = None
    task.assigned = None
    task.status = STATUS.NEW


def give(task: Task, user_id: int, turn: door.Turn, *, standing_in_for: int | None = None) -> None:
    """Let somebody have claimed it, perhaps in the place of another."""
    task.owner_id = user_id
    task.standing_in_for_id = standing_in_for
    task.assigned = turn.now
    task.claimed_at = task.claimed_at or turn.now
    task.status = STATUS.ASSIGNED


def _claim(taken: Taken) -> door.Act:
    def act(turn: door.Turn) -> None:
        task = permitted(turn, "claim")
        give(task, turn.actor.user_id, turn)
        turn.answer["task"] = task.pk
        turn.facts.update({"taken": taken, "of_team": task.team_id})
        turn.work.did = TOLD[taken]
        turn.work.change(task)

    return act


def _picker(actor: Actor, team_id: int, order: Order) -> Callable[[], reading.Read]:
    sql = NEXT.format(order=ORDERS[order], lock=SKIP)

    def pick() -> reading.Read:
        if not actor.is_staff:
            raise NotFound
        if team_id not in actor.team_ids:
            raise Forbidden("Only the team whose tasks these are can claim them.")
        which = reading.Which(sql, [team_id, sorted(actor.reads), moment.today()])
        found = reading.turn(which, actor, away=True)
        if found is None:
            raise Refused(
                "There is nothing left to claim: what is open is claimed, or for a later day.", "nothing_left"
            )
        return found

    return pick
