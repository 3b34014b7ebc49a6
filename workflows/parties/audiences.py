"""Who is told: turns an audience, as a command writes it down, into people.

An audience is one of `{"organisation": id, "service": id or None, "function": "contract_documents"}` (who may edit it;
with `"level": "view"` also who may only view it; with `"sensitivity"`: of those, who reads it),
`{"team": id, "role": "manager" or None}`, `{"user": id}` and `{"users": [id, …]}`.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet

from workflows.council.profile import current

from .models import Membership, TeamMember, User


def people(audience: Mapping[str, Any]) -> QuerySet[User]:
    """The active people of an audience, by id, in one query; ValueError when it names nobody that we know."""
    active = User.objects.filter(is_active=True).order_by("pk")
    if "organisation" in audience:
        return active.filter(kind=User.Kind.PROVIDER, pk__in=_answerers(audience))
    if "team" in audience:
        return active.filter(kind=User.Kind.STAFF, pk__in=_members(audience["team"], audience.get("role")))
    if "user" in audience:
        return active.filter(pk=audience["user"])
    if "users" in audience:
        return active.filter(pk__in=audience["users"])
    raise ValueError(f"an audience names an organisation, a team or a user, not {sorted(audience)}")


def _answerers(audience: Mapping[str, Any]) -> QuerySet[Membership, int]:
    """Whoever may edit (or view) the function at the service, by a role there or at the whole organisation."""
    kept, views = audience.get("sensitivity", ""), audience.get("level") == "view"
    able = [role for role in current().roles if audience["function"] in (role.edit | role.view if views else role.edit)]
    roles = [role.key for role in able if not kept or kept in role.sensitivities]
    reach = Q(service__isnull=True)
    if audience.get("service") is not None:
        reach |= Q(service_id=audience["service"])
    members = Membership.objects.filter(reach, organisation_id=audience["organisation"], role__in=roles)
    return members.values_list("user_id", flat=True)


def _members(team_id: int, role: str | None) -> QuerySet[TeamMember, int]:
    """The team's members, or those with a role; who has no manager has a lead, and at last each other."""
    members = TeamMember.objects.filter(team_id=team_id, user__is_active=True)
    ladder = {"manager": ["manager", "lead"], "lead": ["lead", "manager"]}.get(role or "", [])
    for rung in ladder:
        if members.filter(role=rung).exists():
            return members.filter(role=rung).values_list("user_id", flat=True)
    return members.values_list("user_id", flat=True)
