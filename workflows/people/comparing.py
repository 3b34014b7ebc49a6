"""What the tables have of the lists of a profile: teams by the names that people see, and who is missing in them."""

from collections.abc import Iterator

from workflows.council.schema import Council
from workflows.parties.models import Team, TeamMember


def lists(council: Council) -> Iterator[str]:
    """What loading a profile would do to the tables' teams."""
    names = dict(Team.objects.values_list("key", "name"))
    for team in council.teams:
        if team.key not in names:
            yield f"the team {team.name} ({team.key}) would be added"
        elif names[team.key] != team.name:
            yield f"the team {names[team.key]} ({team.key}) would be called {team.name}"
    for key in sorted(names.keys() - {team.key for team in council.teams}):
        yield f"the team {names[key]} ({key}) would stay in old cases and get no work"


def nobody(council: Council) -> Iterator[str]:
    """Teams whose work nobody would do, and those whose lead or manager is told of late work and is not there."""
    has: dict[str, set[str]] = {}
    for key, role in TeamMember.objects.filter(user__is_active=True).values_list("team__key", "role"):
        has.setdefault(key, set()).add(role)
    told = sorted({rung.tell for rung in council.escalation} - {"owner"})
    for team in council.teams:
        if team.outside:
            continue
        if team.key not in has:
            yield f"{team.name} ({team.key}) has no members: nobody would do its work"
        elif missing := [each for each in told if each not in has[team.key]]:
            yield f"{team.name} ({team.key}) has no {' and no '.join(missing)}, who would be told of late work"
