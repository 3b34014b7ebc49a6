"""What a line of the template would do, or why it cannot: a pure function of the line and of what is recorded."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from workflows.changes.rules import less_preferred, looks_shared, preferred, refusal_of_mailbox
from workflows.council.schema import Council
from workflows.people.rules import refusal_of_address, tidy_address

Place = int | None
Access = Mapping[tuple[int, str], frozenset[Place]]
WHOLE = ("", "all", "*", "the whole organisation", "whole organisation")


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider: its id and name, and its services by what people write for them (reference or name)."""

    id: int
    name: str
    services: Mapping[str, int]
    names: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is known by an address; `access`: the places of each role at each provider."""

    id: int
    name: str
    provider: bool
    active: bool
    access: Access = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """What is recorded of the providers and people that a file names."""

    providers: Mapping[str, Provider] = field(default_factory=dict)
    people: Mapping[str, Person] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a line asks for."""

    email: str
    name: str
    provider: Provider
    role: str
    places: frozenset[Place]
    person: Person | None

    @property
    def key(self) -> tuple[str, int, str]:
        """What makes two lines the same."""
        return (self.email, self.provider.id, self.role)


@dataclass(frozen=True, slots=True)
class Judged:
    """What becomes of a line: its verdict, the sentence beside it, a doubt; `wanted` unless it is rejected."""

    verdict: str
    message: str
    issue: str = ""
    wanted: Wanted | None = None


def judged(council: Council, known: Known, data: Mapping[str, str | None]) -> Judged:
    """What one line would do by itself."""
    values = {name: (text or "").strip() for name, text in data.items()}
    email = tidy_address(values.get("email", ""))
    fault = refusal_of_address(email) or refusal_of_mailbox(council.change_requests, email) or ""
    provider = known.providers.get(values.get("organisation", "").casefold())
    if provider is None:
        fault = fault or f"There is no provider with the reference {values.get('organisation', '')}."
    role = _role(council, values.get("role", ""))
    if not role:
        named = ", ".join(each.name for each in council.roles)
        fault = fault or f"There is no role {values.get('role', '')}. Roles are: {named}."
    person = known.people.get(email)
    fault = fault or _fault_of_person(person)
    if fault or provider is None:
        return Judged("rejected", fault)
    places, missing = _places(provider, values.get("services", ""))
    if missing:
        return Judged("rejected", f"{provider.name} has no service {missing}.")
    name = f"{values.get('forename', '')} {values.get('surname', '')}".strip()
    wanted = Wanted(email, name, provider, role, places, person)
    verdict, message = _told(council, wanted)
    return Judged(verdict, message, _doubt(council, wanted), wanted)


def words(council: Council, wanted: Wanted, places: frozenset[Place]) -> str:
    """`Payments at Oak House and Elm House`."""
    role = next(each.name for each in council.roles if each.key == wanted.role)
    if None in places:
        return f"{role} at the whole organisation"
    names = sorted(wanted.provider.names.get(each, "another service") for each in places if each is not None)
    return f"{role} at {' and '.join(names)}"


def _told(council: Council, wanted: Wanted) -> tuple[str, str]:
    """The verdict, and what happens in words."""
    asked, person = words(council, wanted, wanted.places), wanted.person
    if person is None:
        return "new", f"Invites {wanted.name}: {asked}, {wanted.provider.name}."
    held = person.access.get((wanted.provider.id, wanted.role))
    if held == wanted.places:
        return "unchanged", "It is like this already."
    if held is None:
        return "updated", f"Gives {person.name} {asked}, {wanted.provider.name}."
    return "updated", f"Changes the reach of {person.name}: {asked}. Until now: {words(council, wanted, held)}."


def _doubt(council: Council, wanted: Wanted) -> str:
    """What a person should look at, although the line is taken."""
    profile, found = council.change_requests, []
    if looks_shared(profile, wanted.email):
        found.append("This looks like a shared mailbox: only this person may read it.")
    if less_preferred(profile, wanted.email):
        found.append(f"An address that ends in {preferred(profile)} is preferred.")
    if wanted.person is not None and wanted.person.name != wanted.name:
        found.append(f"This person is recorded as {wanted.person.name}; the file does not change the name.")
    return " ".join(found)


def _fault_of_person(person: Person | None) -> str:
    if person is None:
        return ""
    if not person.provider:
        return "This is a colleague's address: the council's own people have no role at a provider."
    return "" if person.active else "The access of this person was suspended or has ended. Give it back first."


def _role(council: Council, text: str) -> str:
    """The key of a role by its name (or key), however it is spelled in capitals; empty when there is none."""
    typed = " ".join(text.split()).casefold()
    return next((each.key for each in council.roles if typed in {each.name.casefold(), each.key}), "")


def _places(provider: Provider, text: str) -> tuple[frozenset[Place], str]:
    """The services that are named, and the first that there is none of; nothing named is the whole organisation."""
    named = [" ".join(each.split()) for each in text.replace("\n", ";").split(";")]
    named = [each for each in named if each]
    if all(each.casefold() in WHOLE for each in named):
        return frozenset({None}), ""
    found = {each: provider.services.get(each.casefold()) for each in named}
    return frozenset(found.values()), next((each for each, pk in found.items() if pk is None), "")
