"""How a verb on a turn runs: the door locks it, the rule is asked about what was locked."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from workflows.engine import door, moment, rules
from workflows.engine.errors import Forbidden, NotFound, Refused
from workflows.engine.models import Task
from workflows.parties import selectors as parties
from workflows.parties.actor import Actor
from workflows.parties.teams import team_key


def run(
    actor: Actor, verb: str, task_id: int, key: str, act: door.Act, words: Mapping[str, Any] | None = None
) -> door.Outcome:
    """Carry out a verb on one turn; `words` is what the person asked for, and part of what the key stands for."""
    body = {"verb": verb, "task": task_id, **(words or {})}
    return door.on_turn(actor=actor, verb=verb, which=task_id, key=key, act=act, body=body, away=verb == "claim")


def permitted(turn: door.Turn, verb: rules.Verb) -> Task:
    """The turn, if this person may do this with it now; else the rule's refusal."""
    task = turn.task
    if task is None:
        raise NotFound
    away = words_of(turn.away) if turn.away else ""
    refuse(rules.refusal(verb, situation(task, turn.actor, away=away)))
    return task


def situation(task: Task, actor: Actor, *, away: str = "") -> rules.Situation:
    """A turn as the rule sees it; reads its team and its owner when they are not joined."""
    asking = rules.owner(task.owner_id, actor.user_id)
    return rules.Situation(
        open=task.finished is None,
        team=task.team_id,
        owner=asking,
        standing=rules.standing(
            task.team_id,
            team_key(task.team_id) if task.team_id else "",
            teams=actor.team_ids,
            leads=[key for key in actor.teams if actor.manages(key)],
        ),
        owner_name=task.owner.name if task.owner and asking == "another" else "",
        away=away,
    )


def until(user_id: int) -> str:
    """Until when a person is recorded as away, in words; empty when they are here."""
    absence = parties.absences_on(moment.today()).filter(user_id=user_id).first()
    return words_of(absence.last_day) if absence else ""


def words_of(day: date) -> str:
    """`9 April 2018`."""
    return f"{day.day} {day:%B %Y}"


def refuse(refusal: rules.Refusal | None) -> None:
    """Raise what a rule refused with, if it did."""
    if refusal is None:
        return
    if refusal.code == "forbidden":
        raise Forbidden(refusal.reason)
    raise Refused(refusal.reason, refusal.code)
