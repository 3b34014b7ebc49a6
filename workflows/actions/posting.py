"""What is written in a conversation: a post with its files, counted where it is written."""

from collections.abc import Sequence
from typing import Any

from workflows.council.profile import current
from workflows.engine import definitions, door, files
from workflows.engine.errors import Invalid
from workflows.engine.typed import faults_of_text
from workflows.parties.actor import Actor
from workflows.parties.teams import team_key

from .flow import ANSWER, FIRST, ActionFlow
from .models import Post
from .rules import Side

#: The kind under which files belong to posts (engine.files).
FILES = "action.post"
#: Rides in the door's statement.
COUNTED = (
    'UPDATE "actions_action" SET "last_post_at" = %s, "posts_count" = "posts_count" + 1'
    ' WHERE "case_id" = %s RETURNING 1'
)


def write(
    turn: door.Turn, text: str, file_ids: Sequence[int], *, missing: str = "Write something for the other side"
) -> None:
    """Add what somebody wrote to the conversation."""
    faults = faults_of_text(text, missing) if text.strip() or not file_ids else {}
    if faults:
        raise Invalid(faults)
    post(turn, text, file_ids)
    turn.work.also(COUNTED, [turn.now, turn.case.pk])


def post(turn: door.Turn, text: str, file_ids: Sequence[int], *, copy: bool = False) -> None:
    """Write a post with its files, told in the event; the words go to the stream of the case."""
    post = Post(
        action_id=turn.case.pk,
        side=Side.PROVIDER if turn.actor.is_provider else Side.COUNCIL,
        verb=turn.verb,
        author_id=turn.actor.user_id,
        author_of=_author_of(turn),
        at=turn.now,
        words_id=turn.event.write_down("post", text.strip()),
    )
    post.save(force_insert=True)
    turn.facts["post"] = post.pk
    if file_ids:
        files.attach(turn, file_ids, kind=FILES, owner_id=post.pk, copy=copy)


def _author_of(turn: door.Turn) -> str:
    """For whom somebody writes: their provider, or the team that has the turn or the conversation, if it is theirs."""
    if turn.actor.is_provider:
        return turn.actor.organisation_name
    task, own = turn.task, turn.actor.teams
    team = team_key((task.team_id if task is not None else None) or turn.case.team_id)
    return current().team(team if team in own or not own else next(iter(own))).name


def responded(turn: door.Turn) -> None:
    """A first response was given: the turn's clock is the answer's from now on."""
    task = turn.task
    if task is None or task.node != ActionFlow.with_team.name or task.clock_id is None:
        return
    if definitions.by_id({task.clock_id})[task.clock_id].key == FIRST:
        turn.facts.update(turn.work.reclock(task, ANSWER))


def body_of(actor: Actor, text: str, file_ids: Sequence[int]) -> dict[str, Any]:
    """What somebody said, by which a repeated key is known."""
    return {"text": text, **files_of(actor, file_ids)}


def files_of(actor: Actor, file_ids: Sequence[int]) -> dict[str, Any]:
    return {"files": files.body_of(actor, file_ids)} if file_ids else {}
