"""Makes what tests need, through the product's own commands wherever it has one. Synthetic people only.

Each function takes keyword words only for what a test is about, and makes up the rest.
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import count
from uuid import uuid4

from django.contrib.auth.models import Group

from workflows.contracts.commands import publish_line
from workflows.contracts.models import ContractDocument
from workflows.council.profile import current
from workflows.engine import definitions
from workflows.engine.models import ClockDefinition
from workflows.parties import grants, selectors, teams
from workflows.parties.actor import Actor
from workflows.parties.models import Client, Membership, Organisation, Service, Team, TeamMember, User
from workflows.register import catalogue
from workflows.register import commands as register
from workflows.register.models import CarePackageLine, Contract, ServiceLevel

PASSWORD = "Correct-horse-42"
_numbers: Iterator[int] = count(1)


def key() -> str:
    """A client key as a form carries it."""
    return str(uuid4())


#: What was loaded of each council, before the first test or by a test; it is gone when that was rolled back or emptied.
_loaded: dict[str, definitions.Present] = {}


def load_teams() -> None:
    """The teams and groups of the profile; two questions where they stand in the database already."""
    teams.forget()
    before = _loaded.get(current().key)
    if before is not None and before.profile == current() and _still_there(before):
        definitions.forget()
        definitions.keep(replace(before, profile=current(), read_at=time.monotonic()))
        return
    _load_teams()
    _loaded[current().key] = definitions.present()


def _still_there(present: definitions.Present) -> bool:
    """Whether every row is: councils share those that are the same, so that one row says nothing of the others."""
    clocks = {each.id for each in present.by_key.values()}
    keys = {each.key for each in present.profile.teams}
    return ClockDefinition.objects.filter(pk__in=clocks).count() == len(clocks) and Team.objects.filter(
        key__in=keys
    ).count() == len(keys)


def _load_teams() -> None:
    for team in current().teams:
        Team.objects.get_or_create(key=team.key, defaults={"name": team.name})
    definitions.keep(definitions.load(current()))
    for name in ("administrator", "auditor"):
        Group.objects.get_or_create(name=name)


def organisation(name: str = "") -> Organisation:
    """A provider."""
    number = next(_numbers)
    return Organisation.objects.create(reference=f"ORG{number:05}", name=name or f"Provider {number} Ltd")


def service(of: Organisation | None = None, *, group: str = "residential", name: str = "") -> Service:
    """A home of a provider."""
    number = next(_numbers)
    return Service.objects.create(
        organisation=of or organisation(), reference=f"SVC{number:05}", name=name or f"Home {number}", group=group
    )


def client_(surname: str = "", forename: str = "") -> Client:
    """A person who receives care."""
    number = next(_numbers)
    return Client.objects.create(
        ss_ref=f"{7_000_000 + number}", surname=surname or f"Surname{number}", forename=forename or "Pat"
    )


def level(
    group: str = "residential", amount: str = "536.49", *, name: str = "", unit: str = "Placement"
) -> ServiceLevel:
    """A service level with a general rate since 2018."""
    load_teams()
    number = next(_numbers)
    system = selectors.system_actor()
    made = catalogue.add_service_level(
        actor=system,
        key=f"level-{number}",
        name=name or f"Residential Long Term {number}",
        service_group=group,
        unit=unit,
        contract_type="Spot",
    )
    catalogue.set_rate(actor=system, service_level_id=made.pk, amount=Decimal(amount), start=date(2018, 4, 2))
    return made


def contract(of: Organisation) -> Contract:
    """A contract with a provider."""
    load_teams()
    return catalogue.add_contract(
        actor=selectors.system_actor(),
        reference=f"CON{next(_numbers):05}",
        organisation_id=of.pk,
        title="Residential care",
    )


def line(
    at: Service | None = None, *, of: Client | None = None, service_level: ServiceLevel | None = None
) -> CarePackageLine:
    """A care package line from 9 April 2018 on."""
    load_teams()
    home = at or service()
    return register.add_line(
        actor=selectors.system_actor(),
        reference=f"AP{next(_numbers):07}",
        client_id=(of or client_()).pk,
        service_id=home.pk,
        contract_id=contract(home.organisation).pk,
        service_level_id=(service_level or level()).pk,
        quantity=Decimal(1),
        start=date(2018, 4, 9),
    )


def published(of: CarePackageLine | None = None) -> ContractDocument:
    """A document that awaits the provider."""
    which = of or line()
    outcome = publish_line(actor=selectors.system_actor(), line_id=which.pk, key=key())
    return ContractDocument.objects.select_related("case", "line").get(pk=outcome.case_id)


def provider_user(
    of: Organisation, *, role: str = "super_user_scheduled", only: Service | None = None, name: str = ""
) -> User:
    """A person of a provider with a role at all of it, or at one service `only`."""
    number = next(_numbers)
    user = User.objects.create_user(
        email=f"person{number}@provider.example", password=PASSWORD, name=name or f"Person {number}", kind="provider"
    )
    Membership.objects.create(user=user, organisation=of, service=only, role=role)
    grants.sync_user(user)
    return user


def staff_user(team: str | None = None, *, role: str = "member", duty: str = "", name: str = "") -> User:
    """A member of staff in a team, or with a duty (administrator, auditor); without a word of the team, Brokerage's."""
    load_teams()
    number = next(_numbers)
    team = current().team_for("brokerage", None) if team is None else team
    user = User.objects.create_user(
        email=f"staff{number}@council.example", password=PASSWORD, name=name or f"Officer {number}", kind="staff"
    )
    if team:
        TeamMember.objects.create(user=user, team=Team.objects.get(key=team), role=role)
    if duty:
        user.groups.add(Group.objects.get(name=duty))
    return user


def actor(user: User) -> Actor:
    """The actor that a request of this person has; a provider's person acts for their first organisation."""
    first = selectors.organisations_of(user).values_list("pk", flat=True).first()
    found = selectors.actor_for(user, first)
    assert found is not None
    return found
