"""Brings the profile's teams and roles into the tables. Loading it again changes nothing.

A profile that would strand somebody or something is refused with the list (architecture §6): each room says what of its
rows hangs on the profile (engine.stranding).
"""

from dataclasses import dataclass

from django.contrib.auth.models import Group

from workflows.council.running import overlaid, to_load
from workflows.council.schema import Council
from workflows.engine import definitions, stranding
from workflows.engine.atomic import command
from workflows.engine.errors import Refused
from workflows.engine.records import tell
from workflows.lists import commands as lists
from workflows.lists import reading
from workflows.parties import grants, teams
from workflows.parties.models import Team
from workflows.parties.selectors import system_actor

from .rules import DUTIES


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading has done."""

    added: list[str]
    renamed: list[str]
    groups: int
    entries: list[str]


@command
def load_council(council: Council) -> Loaded:
    """Create and rename teams by key, make the duties' groups and the system user, sync every role's permissions.

    Refused with everything that the profile would strand; nothing is written then.
    """
    if lines := stranding.stranded(overlaid(council, to_load(reading.lists(), council))):
        raise Refused(f"The profile {council.key} cannot be loaded:\n" + "\n".join(lines), "stranded")
    actor = system_actor()
    added, renamed = [], []
    for wanted in council.teams:
        team, made = Team.objects.get_or_create(key=wanted.key, defaults={"name": wanted.name})
        if made:
            added.append(team.name)
            tell(f"team:{team.pk}", "team.added", actor, {"key": team.key, "name": team.name})
        elif team.name != wanted.name:
            renamed.append(f"{team.name} to {wanted.name}")
            tell(f"team:{team.pk}", "team.renamed", actor, {"changes": {"name": [team.name, wanted.name]}})
            team.name = wanted.name
            team.save(update_fields=["name"])
    for duty in DUTIES:
        Group.objects.get_or_create(name=duty)
    _forget_roles(council)
    teams.forget()
    entries = lists.take_over(council)
    definitions.load(overlaid(council, reading.lists()))
    return Loaded(added, renamed, grants.sync_roles(), entries)


def _forget_roles(council: Council) -> None:
    """Delete the permission groups of roles that the profile no longer has; nobody is in them."""
    for group in Group.objects.filter(name__regex=r"^(organisation|service):\d+:"):
        if group.name.rpartition(":")[2] not in _roles(council):
            group.delete()


def _roles(council: Council) -> list[str]:
    return [role.key for role in council.roles]
