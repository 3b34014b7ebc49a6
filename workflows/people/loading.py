"""Brings the profile's teams and roles into the tables. Loading it again changes nothing.

A profile that would strand somebody is refused with the list: an open task of a team that is gone, a member of it, a
person whose role is gone, a service whose group is gone (architecture §6).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group
from django.db.models import Count, QuerySet

from workflows.council.schema import Council
from workflows.engine import definitions
from workflows.engine.atomic import command
from workflows.engine.errors import Refused
from workflows.engine.models import Task
from workflows.engine.records import tell
from workflows.parties import grants, teams
from workflows.parties.models import Membership, Service, Team, TeamMember
from workflows.parties.selectors import system_actor

from .rules import DUTIES


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading has done."""

    added: list[str]
    renamed: list[str]
    groups: int


@command
def load_council(council: Council) -> Loaded:
    """Create and rename teams by key, make the duties' groups and the system user, sync every role's permissions.

    Refused with everything that the profile would strand; nothing is written then.
    """
    if stranded := [*_stranded(council)]:
        raise Refused(f"The profile {council.key} cannot be loaded:\n" + "\n".join(stranded), "stranded")
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
    definitions.load(council)
    return Loaded(added, renamed, grants.sync_roles())


def _stranded(council: Council) -> Iterable[str]:
    gone = Team.objects.exclude(key__in=[team.key for team in council.teams])
    tasks = _count(Task.objects.filter(team__in=gone, finished=None), "team__key")
    members = _count(TeamMember.objects.filter(team__in=gone), "team__key")
    for key in sorted({*tasks, *members}):
        yield (
            f"- the team {key} is gone, but it has {tasks.get(key, 0)} open tasks and {members.get(key, 0)} members;"
            " keep it, or hand its work over and take its members out first"
        )
    for key, count in _count(Membership.objects.exclude(role__in=_roles(council)), "role").items():
        yield f"- the role {key} is gone, but {count} people have it; keep it, or give them another role first"
    services = Service.objects.exclude(group__in=[group.key for group in council.service_groups])
    for key, count in _count(services, "group").items():
        yield f"- the service group {key} is gone, but {count} services are in it; keep it"


def _forget_roles(council: Council) -> None:
    """Delete the permission groups of roles that the profile no longer has; nobody is in them."""
    for group in Group.objects.filter(name__regex=r"^(organisation|service):\d+:"):
        if group.name.rpartition(":")[2] not in _roles(council):
            group.delete()


def _roles(council: Council) -> list[str]:
    return [role.key for role in council.roles]


def _count(rows: QuerySet[Any], column: str) -> dict[str, int]:
    return dict(rows.values_list(column).annotate(count=Count("pk")).order_by(column))
