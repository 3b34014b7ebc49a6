"""Say when to look at a turn again, and how pressing it is. Neither moves its clock."""

from datetime import date

from workflows.engine import door, moment, rules
from workflows.engine.records import checked_words
from workflows.parties.actor import Actor

from .running import permitted, refuse, run


def follow_up(*, actor: Actor, task_id: int, day: date | None, key: str, reason: str = "") -> door.Outcome:
    """Keep a turn out of the usual view until `day`; None brings it back. The clock runs on, and pages say so."""

    def act(turn: door.Turn) -> None:
        task = permitted(turn, "follow_up")
        refuse(rules.refusal_of_follow_up(task.not_before, day, moment.today()))
        turn.facts.update({"not_before": day, "was": task.not_before})
        turn.event.write_down("reason", checked_words("reason", reason))
        task.not_before = day
        turn.work.change(task)

    return run(actor, "follow_up", task_id, key, act, {"day": day, "reason": reason})


def prioritise(*, actor: Actor, task_id: int, priority: int, reason: str, key: str) -> door.Outcome:
    """Say how pressing a turn is (rules.Priority), and why. Its clock keeps its start and every pause."""

    def act(turn: door.Turn) -> None:
        task = permitted(turn, "prioritise")
        refuse(rules.refusal_of_reason("prioritise", reason))
        refuse(rules.refusal_of_priority(task.priority, priority))
        turn.facts.update({"priority": priority, "was": task.priority})
        turn.event.write_down("reason", checked_words("reason", reason))
        task.priority = priority
        turn.work.change(task)

    return run(actor, "prioritise", task_id, key, act, {"priority": priority, "reason": reason})
