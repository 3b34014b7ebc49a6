"""Whether the teams that a type of action can be given to may read it: nobody is given what they may not open."""

from collections.abc import Iterable

from .actions import Actions, ActionType
from .teams import Team

KIND = "action"


def refuse_what_they_may_not_read(actions: Actions, teams: Iterable[Team], closing: Iterable[str]) -> None:
    """ValueError for the first team that would be given an action which it does not read.

    `closing` are the teams that close actions; none: whoever has one closes it.
    """
    by_key = {team.key: team for team in teams}
    senders = {each.answers_to for each in actions.senders}
    for kind in actions.types:
        answering = senders if "council" in kind.begun_by else set()
        for key in sorted({*(kind.teams or actions.teams), *answering, *closing}):
            if fault := _fault(kind, by_key[key]):
                raise ValueError(f"[[actions.types]] {kind.key} {fault}")


def _fault(kind: ActionType, team: Team) -> str:
    if KIND not in team.reads:
        return f'would be given to {team.key}, which does not read actions: add "{KIND}" to its reads in [[teams]]'
    if kind.sensitivity == "general" or kind.sensitivity in team.sensitivities:
        return ""
    return (
        f"is about {kind.sensitivity} and would be given to {team.key}, which does not read {kind.sensitivity}: "
        "name other teams for the type, or let the team read it ([[teams]] sensitivities)"
    )
