"""Who and what of teams, roles and service groups hangs on the profile."""

from collections.abc import Iterator

from workflows.council.schema import Council
from workflows.engine.models import Task
from workflows.engine.stranding import count, gone, strands
from workflows.parties.models import Membership, Service, Team, TeamMember


@strands
def teams(council: Council) -> Iterator[str]:
    """Open turns and members of teams that are gone, or that no longer work here."""
    outside = {team.key for team in council.teams if team.outside}
    left = Team.objects.exclude(key__in=[team.key for team in council.teams if not team.outside])
    tasks = count(Task.objects.filter(team__in=left, finished=None), "team__key")
    members = count(TeamMember.objects.filter(team__in=left), "team__key")
    for key in sorted({*tasks, *members}):
        said = "works elsewhere" if key in outside else "is gone"
        yield (
            f"- the team {key} {said}, but it has {tasks.get(key, 0)} open tasks and {members.get(key, 0)} members;"
            " keep it, or hand its work over and take its members out first"
        )


@strands
def roles(council: Council) -> Iterator[str]:
    """People whose role is gone."""
    kept = [role.key for role in council.roles]
    but = "{count} people have it; keep it, or give them another role first"
    yield from gone("the role", Membership.objects.all(), "role", kept, but)


@strands
def service_groups(council: Council) -> Iterator[str]:
    """Services whose group is gone."""
    kept = [group.key for group in council.service_groups]
    yield from gone("the service group", Service.objects.all(), "group", kept, "{count} services are in it; keep it")
