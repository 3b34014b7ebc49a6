"""Who works in a made-up year: staff of each team, and people of each provider, made where a demonstration has few."""

from collections.abc import Iterator
from functools import cached_property
from random import Random

from workflows.council.profile import current
from workflows.parties.actor import Actor
from workflows.parties.models import Membership, Organisation, TeamMember, User
from workflows.parties.selectors import actor_for, system_actor
from workflows.people.demo import People, Place, Provider, Staff, create_missing
from workflows.register.generator import FORENAMES, SURNAMES

#: So many of each team do the work of the year.
OF_A_TEAM = 3


class Crowd:
    """Everybody who may act, read once."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self._answering: dict[tuple[int, str], list[Actor]] = {}

    @cached_property
    def teams(self) -> dict[int, list[Actor]]:
        """The members of each team, by its id."""
        found: dict[int, list[Actor]] = {}
        rows = TeamMember.objects.filter(user__is_active=True, user__kind=User.Kind.STAFF).order_by("pk")
        for each in rows.select_related("user"):
            if actor := actor_for(each.user):
                found.setdefault(each.team_id, []).append(actor)
        return found

    def member(self, team_id: int) -> Actor | None:
        """Somebody of a team: those who came first do most."""
        members = self.teams.get(team_id, [])
        weights = [1 / (1 + place) for place in range(len(members))]
        return self.chance.choices(members, weights)[0] if members else None

    def others(self, team_id: int, but: Actor) -> list[Actor]:
        """The colleagues of somebody."""
        return [each for each in self.teams.get(team_id, []) if each.user_id != but.user_id]

    def of_desk(self, desk: str, service_group: str | None = None) -> Actor | None:
        """Somebody of the team of a desk."""
        key = current().team_for(desk, service_group)
        team = TeamMember.objects.filter(team__key=key).values_list("team_id", flat=True).first()
        return self.member(team) if team is not None else None

    def answering(self, organisation_id: int, function: str) -> Actor | None:
        """Somebody of the whole provider who may change a function."""
        known = (organisation_id, function)
        if known not in self._answering:
            roles = [role.key for role in current().roles if function in role.edit]
            rows = Membership.objects.filter(organisation=organisation_id, role__in=roles, service=None)
            people = [actor_for(each.user, organisation_id) for each in rows.select_related("user").order_by("pk")]
            self._answering[known] = [each for each in people if each is not None]
        people_there = self._answering[known]
        return self.chance.choice(people_there) if people_there else None


def people_of(organisations: list[str]) -> list[User]:
    """Make the people who are missing: of each team, and of these providers, by reference."""
    names = _names()
    return create_missing(
        system_actor(), People(staff=tuple(_staff(names)), provider=tuple(_providers(organisations, names)))
    )


def _staff(names: Iterator[str]) -> Iterator[Staff]:
    there = list(TeamMember.objects.values_list("team__key", flat=True))
    for team in current().teams:
        for _ in range(0 if team.outside else OF_A_TEAM - there.count(team.key)):
            name = next(names)
            yield Staff(name=name, email=_address(name, "council"), teams={team.key: "member"})


def _providers(organisations: list[str], names: Iterator[str]) -> Iterator[Provider]:
    """One person of each provider for each role that it takes for everything to be answered by somebody."""
    for reference in organisations:
        if Membership.objects.filter(organisation__reference=reference).exists():
            continue
        for role in _roles():
            name = next(names)
            place = Place(organisation=reference, role=role)
            yield Provider(name=name, email=_address(name, "provider"), at=(place,))


def _roles() -> list[str]:
    """The fewest roles with which every function is somebody's, the widest first."""
    missing = {function for role in current().roles for function in role.edit}
    found = []
    while missing:
        widest = max(current().roles, key=lambda role: len(missing & set(role.edit)))
        missing -= set(widest.edit)
        found.append(widest.key)
    return found


def _names() -> Iterator[str]:
    """Names that nobody has."""
    known = set(User.objects.values_list("name", flat=True))
    for place, surname in enumerate(reversed(SURNAMES * 2)):
        name = f"{FORENAMES[(place * 7 + place // len(SURNAMES)) % len(FORENAMES)]} {surname}"
        if name not in known:
            yield name


def _address(name: str, domain: str) -> str:
    return f"{name.lower().replace(' ', '.')}@{domain}.example"


def organisations(references: list[str]) -> list[int]:
    """The ids of providers, by reference."""
    return list(Organisation.objects.filter(reference__in=references).order_by("pk").values_list("pk", flat=True))
