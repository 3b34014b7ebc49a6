"""The readers of people and parties."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import CharField, QuerySet, Value

from workflows.council.profile import current

from .actor import Actor
from .models import (
    Absence,
    Membership,
    Organisation,
    OrganisationGroupPermission,
    ServiceGroupPermission,
    Team,
    TeamMember,
    User,
)

SYSTEM_EMAIL = "applicationserviceuser@concord.invalid"
SYSTEM_NAME = "ApplicationServiceUser"  # norfolk-handbook §4 "Published by ApplicationServiceUser"


def system_actor() -> Actor:
    """The actor of imports, schedules and reactions."""
    user, _ = User.objects.get_or_create(
        email=SYSTEM_EMAIL, defaults={"name": SYSTEM_NAME, "kind": User.Kind.SYSTEM, "is_active": False}
    )
    return Actor(kind="system", user_id=user.pk, name=user.name)


def the_council() -> Organisation:
    """The council as an organisation: of cases that are about no provider."""
    made, _ = Organisation.everyone.get_or_create(
        is_council=True, defaults={"reference": "(council)", "name": current().name}
    )
    return made


def organisations_of(user: User) -> QuerySet[Organisation]:
    """The providers that a person may act for, by name."""
    ids = Membership.objects.filter(user=user).values("organisation_id")
    return Organisation.objects.filter(pk__in=ids).order_by("name")


def people_of(kind: str) -> QuerySet[User]:
    """The people of one side, for administrators."""
    return User.objects.filter(kind=kind)


def members_of(team_id: int) -> QuerySet[User]:
    """The active people of a team, by name."""
    return User.objects.filter(is_active=True, teams__team_id=team_id).order_by("name", "pk")


def teams_of(people: Iterable[User]) -> QuerySet[TeamMember]:
    """The places of these people in teams, by team."""
    return TeamMember.objects.filter(user__in=list(people)).select_related("team").order_by("team__name")


def duties_of(people: Iterable[User]) -> list[tuple[int, str]]:
    """The duties of these people: (who, administrator or auditor)."""
    held = User.groups.through.objects.filter(user__in=list(people), group__name__in=["administrator", "auditor"])
    return list(held.values_list("user_id", "group__name"))


def memberships_of(people: Iterable[User]) -> QuerySet[Membership]:
    """The roles of these people at providers and services, by provider."""
    rows = Membership.objects.filter(user__in=list(people)).select_related("organisation", "service")
    return rows.order_by("organisation__name")


def actor_for(user: User, organisation_id: int | None = None) -> Actor | None:
    """Who this person is here; None when a provider's person has no such organisation.

    Asks one query, on either side.
    """
    if user.kind == User.Kind.STAFF:
        return _staff(user)
    if organisation_id is None:
        return None
    return _provider(user, organisation_id)


def _staff(user: User) -> Actor:
    duty = user.groups.filter(name__in=["administrator", "auditor"]).order_by()
    rows = list(
        TeamMember.objects.filter(user=user)
        .order_by()
        .values_list(_as("team"), "team_id", "team__key", "role")
        .union(duty.values_list(_as("duty"), "pk", "name", _as("")), all=True)
    )
    teams = {key: role for what, _, key, role in rows if what == "team"}
    duties = frozenset(name for what, _, name, _ in rows if what == "duty")
    wide = {team.key: team for team in current().teams}
    read = list(wide.values()) if "auditor" in duties else [wide[key] for key in teams if key in wide]
    return Actor(
        kind="staff",
        user_id=user.pk,
        name=user.name,
        teams=teams,
        team_ids=frozenset(team_id for what, team_id, _, _ in rows if what == "team"),
        reads=frozenset().union(*(team.reads for team in read)),
        sensitivities=frozenset().union(*(team.sensitivities for team in read)),
        duties=duties,
    )


def _provider(user: User, organisation_id: int) -> Actor | None:
    rows = _grants(user, organisation_id)
    name = next((name for what, _, name, _ in rows if what == "organisation"), None)
    if name is None:
        return None
    by_service: dict[int, set[str]] = defaultdict(set)
    for what, service_id, codename, _ in rows:
        if what == "at":
            by_service[service_id].add(codename)
    return Actor(
        kind="provider",
        user_id=user.pk,
        name=user.name,
        organisation_id=organisation_id,
        organisation_name=name,
        grants=frozenset(codename for what, _, codename, _ in rows if what == "everywhere"),
        service_grants={service: frozenset(names) for service, names in by_service.items()},
        sensitivities=_sensitivities({group for what, _, _, group in rows if what != "organisation"}),
    )


def _grants(user: User, organisation_id: int) -> list[tuple[str, int, str, str]]:
    """(what, id, name or permission, group): the organisation where it is the person's, and every grant there."""
    own = organisations_of(user).filter(pk=organisation_id).order_by()
    everywhere = OrganisationGroupPermission.objects.filter(group__user=user, content_object_id=organisation_id)
    at = ServiceGroupPermission.objects.filter(group__user=user, content_object__organisation_id=organisation_id)
    columns = ("content_object_id", "permission__codename", "group__name")
    grants = everywhere.order_by().values_list(_as("everywhere"), *columns)
    services = at.order_by().values_list(_as("at"), *columns)
    return list(own.values_list(_as("organisation"), "pk", "name", _as("")).union(grants, services, all=True))


def _as(text: str) -> Value:
    return Value(text, output_field=CharField())


def _sensitivities(groups: Iterable[str]) -> frozenset[str]:
    """What the roles of these groups (`organisation:<id>:<role>`, grants.py) read of what is not for everybody."""
    held = {name.rpartition(":")[2] for name in groups}
    return frozenset().union(*(role.sensitivities for role in current().roles if role.key in held))


def team_names(team_ids: Iterable[int]) -> dict[int, str]:
    """The names of some teams."""
    return dict(Team.objects.filter(pk__in=team_ids).values_list("pk", "name"))


def absences_on(day: date) -> QuerySet[Absence]:
    """The absences that a day falls into."""
    return Absence.objects.filter(first_day__lte=day, last_day__gte=day, ended_at=None)


def stand_in(user_id: int, day: date) -> int | None:
    """Who has a person's work on a day: themselves, else whoever stands in and is there; None when nobody is."""
    substitutes = dict(absences_on(day).values_list("user_id", "substitute_id"))
    asked, here = {user_id}, user_id
    while here in substitutes:
        here = substitutes[here]
        if here in asked:
            return None
        asked.add(here)
    return here if User.objects.filter(pk=here, is_active=True).exists() else None


def organisation_names() -> list[tuple[int, str]]:
    """Every provider's id and name, by name; for the council's pages only."""
    return list(Organisation.objects.order_by("name").values_list("pk", "name"))


def people() -> QuerySet[User]:
    """Everybody, for the council's pages to narrow."""
    return User.objects.all()


def every_team() -> list[Team]:
    """Every team of the council, by name."""
    return list(Team.objects.order_by("name", "pk"))


def teams_by_key(keys: Iterable[str]) -> QuerySet[Team]:
    """The teams of these keys."""
    return Team.objects.filter(key__in=keys)
