"""Turns of outside teams: a named team of ours keeps them, with a letter prepared and a day to ask again.

An outside team (operational teams, Business Relationship Officers) does not work in Concord (architecture §3).
"""

from datetime import datetime

from workflows.council.profile import current
from workflows.council.teams import Team
from workflows.parties.teams import team_id

from .calendar import LONDON, council_calendar
from .models import Task


def give_to(task: Task, key: str, now: datetime) -> None:
    """Give a turn to a team; an outside team's is held by its keeper, who is to ask again after some time."""
    team = current().team(key)
    task.team_id = team_id(team.keeper or key)
    task.outside_id = team_id(key) if team.outside else None
    if team.follow_up_after is not None:
        task.not_before = council_calendar().due(team.follow_up_after, now).astimezone(LONDON).date()


def letter(team: Team, task: Task) -> str:
    """The letter that the keeper sends to an outside team: references and figures only."""
    amount = f"£{task.amount:,.2f}" if task.amount is not None else "no amount"
    return team.letter.format(reference=task.reference, title=task.title, amount=amount, council=current().name)


def letter_of(task: Task) -> str:
    """The letter for a turn that is kept for an outside team; empty for any other."""
    return letter(current().team(task.outside.key), task) if task.outside else ""
