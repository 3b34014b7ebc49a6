"""One event, and one statement that writes it with all that a command changed."""

from collections.abc import Mapping
from typing import Any

from .. import keeping, work
from .. import outbox as outboxes
from .once import Outcome, receipt_for
from .turn import Turn

#: Facts that figures and clocks are rebuilt from (recounting, replaying): a command that told something else by one of
#: these names would break them for every case.
OWN = frozenset({"verb", "from", "to", "path", "holder", "holder_team", "task", "moved", "opened", "ended", "calendar"})


def write(turn: Turn, key: str, body: Mapping[str, Any], *, from_state: str, read_version: int | None) -> Outcome:
    """Seal what the command did into the case's next event, and write everything; GuardMissed: somebody was faster."""
    case = turn.case
    if taken := OWN & turn.facts.keys():
        raise ValueError(f"{turn.verb} tells {', '.join(sorted(taken))}, which the engine tells itself")
    turn.facts.update(
        {
            "verb": turn.verb,
            "from": from_state,
            "to": case.state,
            "path": turn.work.path,
            "holder": case.holder,
            "holder_team": case.holder_team_id,
            "task": turn.task.pk if turn.task else None,
        }
    )
    if turn.task is not None and turn.task.standing_in_for_id and turn.task.owner_id == turn.actor.user_id:
        turn.facts["on_behalf_of"] = turn.task.standing_in_for_id
    _prepare_letters(turn)
    moved = turn.work.moved()
    if moved:
        turn.facts["moved"] = moved
    case.version += 1
    turn.facts.update(turn.work.timed(case.version))
    event = turn.event.seal(case.version, bytes(case.head), turn.now, case.pk)
    case.head = event.hash
    answer = {"version": case.version, "state": case.state, **turn.answer}
    receipt = receipt_for(turn.actor, key, body, case.pk, answer)
    work.flush(turn.work, event, turn.event.contents, receipt, turn.outbox, read_version)
    if turn.outbox:
        outboxes.wake_after_commit()
    return Outcome(case.pk, case.version, case.state, answer)


def _prepare_letters(turn: Turn) -> None:
    """Keep the letters of turns that open for an outside team: what was to be sent is part of the story."""
    for task in turn.work.opened:
        if task.outside_id is not None:
            turn.facts["outside"] = task.outside_id
            turn.event.write_down("letter", keeping.letter_of(task))
