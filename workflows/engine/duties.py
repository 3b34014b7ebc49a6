"""Which council team may do a thing that is no case: the desk's team for the service group, or the system."""

from workflows.council.profile import current
from workflows.parties.actor import Actor

from .errors import Forbidden


def require_desk(actor: Actor, service_group: str | None, *desks: str) -> None:
    """Let the system pass, and members of the team of one of the desks; Forbidden names the teams that may."""
    if actor.kind == "system":
        return
    council = current()
    teams = [council.team_for(desk, service_group) for desk in desks]
    if not (actor.is_staff and any(team in actor.teams for team in teams)):
        names = [team.name for team in council.teams if team.key in teams]
        raise Forbidden(f"Only {' or '.join(names)} may do this.")


def require_administrator(actor: Actor, *desks: str) -> None:
    """Let the system pass, administrators, and members of the team of one of the desks."""
    if actor.is_staff and "administrator" in actor.duties:
        return
    if desks:
        require_desk(actor, None, *desks)
    elif actor.kind != "system":
        raise Forbidden("Only an administrator may do this.")
