"""The people of a demonstration, read from `fixtures/demo/<council>/people.toml` and created by the usual commands."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflows.council.tables import Table
from workflows.parties.actor import Actor
from workflows.parties.models import Organisation, Service, User

from .commands import add_to_team, create_provider_user, create_staff, give_duty, give_role


class Place(Table):
    """A role at an organisation or at one of its services, by reference."""

    organisation: str
    role: str
    service: str | None = None


class Staff(Table):
    """A member of staff: teams by key with the role there, and duties."""

    name: str
    email: str
    teams: Mapping[str, str] = {}
    duties: tuple[str, ...] = ()


class Provider(Table):
    """A person of a provider; `first_sign_in` has a password and no passcode yet."""

    name: str
    email: str
    at: tuple[Place, ...]
    first_sign_in: bool = False


class People(Table):
    """Everybody of a demonstration."""

    staff: tuple[Staff, ...] = ()
    provider: tuple[Provider, ...] = ()


def read(path: Path) -> People:
    """Read the file; pydantic's ValidationError names what is wrong in it."""
    return People.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))


def create_missing(actor: Actor, people: People) -> list[User]:
    """Create who is not there yet; returns them. People without a place that exists are left out."""
    known = set(User.objects.values_list("email", flat=True))
    made = [_staff(actor, each) for each in people.staff if each.email not in known]
    for each in people.provider:
        places = [] if each.email in known else [place for at in each.at if (place := _place(at)) is not None]
        if places:
            made.append(_provider(actor, each, places))
    return made


def _staff(actor: Actor, wanted: Staff) -> User:
    user = create_staff(actor=actor, name=wanted.name, email=wanted.email)
    for team, role in wanted.teams.items():
        add_to_team(actor=actor, user_id=user.pk, team_key=team, role=role)
    for duty in wanted.duties:
        give_duty(actor=actor, user_id=user.pk, duty=duty)
    return user


def _provider(actor: Actor, wanted: Provider, places: list[dict[str, Any]]) -> User:
    user = create_provider_user(actor=actor, name=wanted.name, email=wanted.email, **places[0])
    for place in places[1:]:
        give_role(actor=actor, user_id=user.pk, **place)
    return user


def _place(at: Place) -> dict[str, Any] | None:
    organisation = Organisation.objects.filter(reference=at.organisation).first()
    service = Service.objects.filter(reference=at.service, organisation=organisation).first() if at.service else None
    if organisation is None or (at.service and service is None):
        return None
    return {"organisation_id": organisation.pk, "role": at.role, "service_id": service.pk if service else None}
