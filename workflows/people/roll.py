"""What administration reads: the teams and who is in them, the council's people, providers' people.

Administrators and auditors read all of it, the team of the helpline desk a provider's people; nobody else reads any.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from workflows.council.profile import current
from workflows.engine import registry
from workflows.engine.duties import require_administrator
from workflows.engine.errors import Forbidden, NotFound
from workflows.engine.models import Task
from workflows.engine.nodes import TeamTask
from workflows.parties.actor import Actor
from workflows.parties.models import Membership, Organisation, Service, Team, TeamMember, User

MOST = 50
LEAST = 3
Kind = User.Kind


@dataclass(slots=True)
class TeamRow:
    """A team of the council as the list shows it."""

    team: Team
    desks: list[str] = field(default_factory=list)
    leads: list[str] = field(default_factory=list)
    members: int = 0
    open: int = 0


def require_reader(actor: Actor, kind: str = Kind.STAFF) -> None:
    """Forbidden for whoever may not read who there is of one side."""
    if actor.is_staff and "auditor" in actor.duties:
        return
    if kind == Kind.PROVIDER:
        require_administrator(actor, "helpline")
    elif not (actor.is_staff and "administrator" in actor.duties):
        raise Forbidden("Only administrators and auditors see this.")


def teams(actor: Actor) -> list[TeamRow]:
    """The profile's teams that work here, by name, each with its desks, its leads, and how much is open."""
    require_reader(actor)
    inside = [team.key for team in current().teams if not team.outside]
    found = {each.pk: TeamRow(each) for each in Team.objects.filter(key__in=inside).order_by("name", "pk")}
    for key, desk in desks():
        for row in found.values():
            if row.team.key == key:
                row.desks.append(desk)
    active = TeamMember.objects.filter(team__in=found, user__is_active=True).order_by("user__name", "user")
    for team_id, name, role in active.values_list("team_id", "user__name", "role"):
        found[team_id].members += 1
        if role == TeamMember.Role.LEAD:
            found[team_id].leads.append(name)
    for team_id, count in open_of(found):
        found[team_id].open = count
    return list(found.values())


def team(actor: Actor, team_id: int) -> Team:
    """One of them; NotFound for a team that works elsewhere, or that there is none of."""
    require_reader(actor)
    inside = [each.key for each in current().teams if not each.outside]
    found = Team.objects.filter(pk=team_id, key__in=inside).first()
    if found is None:
        raise NotFound
    return found


def members(of: Team) -> QuerySet[TeamMember]:
    """Who is in a team, with `called`, and `claimed`: how much of its open work each has claimed."""
    mine = Task.objects.filter(owner=OuterRef("user"), team=of, finished=None).order_by().values("owner")
    count = Subquery(mine.annotate(count=Count("pk")).values("count"))
    return (
        TeamMember.objects.filter(team=of)
        .select_related("user")
        .annotate(called=F("user__name"), claimed=Coalesce(count, 0))
    )


def member(of: Team, user_id: int) -> tuple[TeamMember, int]:
    """One of a team, and how much of its open work they have claimed; NotFound."""
    found = members(of).filter(user=user_id).first()
    if found is None:
        raise NotFound
    return found, found.claimed  # type: ignore[attr-defined]


def others(of: Team) -> list[User]:
    """The council's people who could come into a team, by name."""
    staff = User.objects.filter(kind=Kind.STAFF, is_active=True, erased_at=None)
    return list(staff.exclude(teams__team=of).order_by("name", "pk"))


def open_of(team_ids: Collection[int]) -> list[tuple[int, int]]:
    """How much is open of each of these teams."""
    rows = Task.objects.filter(finished=None, team__in=list(team_ids)).order_by()
    return list(rows.values_list("team_id").annotate(count=Count("pk")))


def claimed(user: User) -> int:
    """How many open turns somebody has claimed: as many go back to their teams when they leave."""
    count: int = Task.objects.filter(owner=user, finished=None, team__isnull=False).count()
    return count


def desks() -> list[tuple[str, str]]:
    """(team, desk in words), as the profile routes them."""
    council = current()
    groups = {group.key: group.name for group in council.service_groups}
    own = [(team, _desk(desk)) for desk, team in sorted(council.desks.items())]
    return own + [(each.team, f"{_desk(each.desk)} for {groups[each.service_group]}") for each in council.routes]


def steps(key: str) -> list[tuple[str, str]]:
    """(kind of case, step) of every step that comes to a team by the desks that it has."""
    council = current()
    held = {desk for desk, team in council.desks.items() if team == key}
    held |= {route.desk for route in council.routes if route.team == key}
    flows = [registry.latest(kind) for kind in sorted(registry.kinds() & council.team(key).reads)]
    nodes = [(flow, node) for flow in flows for node in flow.instance.nodes()]
    found = {
        (str(flow.__doc__).strip(), node.task_title)
        for flow, node in nodes
        if isinstance(node, TeamTask) and node.desk in held
    }
    return sorted(found)


def people(actor: Actor, kind: str, organisation_id: int | None = None) -> QuerySet[User]:
    """The people of one side, or of one provider."""
    require_reader(actor, kind)
    found = User.objects.filter(kind=kind, erased_at=None)
    if organisation_id is not None:
        found = found.filter(pk__in=Membership.objects.filter(organisation=organisation_id).values("user"))
    return found


def matching(actor: Actor, kind: str, text: str) -> list[User]:
    """Whom a part of a name or of an address finds on one side, the first few by name; one more says there are more."""
    typed = text.strip()
    if len(typed) < LEAST:
        return []
    found = people(actor, kind).filter(Q(name__icontains=typed) | Q(email__icontains=typed))
    return list(found.order_by("name", "pk")[: MOST + 1])


def person(actor: Actor, user_id: int, kind: str) -> User:
    """One of them; NotFound, also for somebody of the other side."""
    found = people(actor, kind).filter(pk=user_id).first()
    if found is None:
        raise NotFound
    return found


def provider(organisation_id: int) -> Organisation:
    """A provider; NotFound."""
    found = Organisation.objects.filter(pk=organisation_id).first()
    if found is None:
        raise NotFound
    return found


def services(organisation_id: int) -> dict[int, str]:
    """A provider's services by name."""
    rows = Service.objects.filter(organisation=organisation_id).order_by("name", "pk")
    return dict(rows.values_list("pk", "name"))


def services_with_references(organisation_id: int) -> list[tuple[str, str, str, str]]:
    """A provider's services by name: (its reference, its name, the service's reference, the service's name)."""
    rows = Service.objects.filter(organisation=organisation_id).order_by("name", "pk")
    return list(rows.values_list("organisation__reference", "organisation__name", "reference", "name"))


def places(user: User) -> list[Membership]:
    """A person's roles at providers, by provider and role."""
    rows = user.memberships.select_related("organisation", "service")
    return list(rows.order_by("organisation__name", "organisation", "role", "service__name", "pk"))


def _desk(desk: str) -> str:
    return {"fes_admin": "Portal administration"}.get(desk, desk.capitalize())
