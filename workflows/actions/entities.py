"""What an action can be about: the contracts, clients, services and contacts of a provider, as far as one reaches.

norfolk-handbook §9: "The Related to and Entity fields are linked and work in tandem".
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Max, QuerySet

from workflows.engine.errors import Invalid, NotFound
from workflows.parties.actor import Actor
from workflows.parties.models import Client, Organisation, Service, User
from workflows.people.contacts import called
from workflows.register.models import CarePackageLine, Contract

from .flow import ActionFlow
from .rules import MISSING, Related

FUNCTION = ActionFlow.function
#: What concerns a whole provider: only people who reach all of it begin such an action.
WHOLE = frozenset({Related.CONTRACT, Related.CONTACT, Related.PROVIDER})


@dataclass(frozen=True, slots=True)
class Entity:
    """What an action is about, by the columns that keep it."""

    client_id: int | None = None
    service_id: int | None = None
    contract_id: int | None = None
    contact_id: int | None = None
    line_id: int | None = None
    service_group: str | None = None


def related_for(actor: Actor, wanted: tuple[str, ...]) -> list[Related]:
    """What somebody may relate an action to, of what its type allows, in the handbook's order."""
    whole = not actor.is_provider or actor.services_for(FUNCTION, "edit") is None
    return [each for each in Related if each in wanted and (whole or each not in WHOLE)]


def choices(actor: Actor, related: str, organisation_id: int | None = None) -> list[tuple[int, str]]:
    """What can be chosen as the entity, with its words; empty for the provider itself."""
    return _choices(actor, related, _organisation(actor, organisation_id))


def all_choices(actor: Actor, organisation_id: int) -> dict[Related, list[tuple[int, str]]]:
    """The same of everything that an action with a provider can be about."""
    organisation = _organisation(actor, organisation_id)
    return {each: _choices(actor, each, organisation) for each in Related if each != Related.PROVIDER}


def _choices(actor: Actor, related: str, organisation: int) -> list[tuple[int, str]]:
    if related == Related.CLIENT:
        rows = _clients(actor, organisation).values_list("pk", "surname", "forename", "ss_ref")
        return [(pk, f"{surname}, {forename} ({ss_ref})") for pk, surname, forename, ss_ref in rows]
    if related == Related.SERVICE:
        return list(_services(actor, organisation).values_list("pk", "name"))
    if related not in related_for(actor, tuple(Related)):
        return []
    if related == Related.CONTRACT:
        contracts = _contracts(organisation).values_list("pk", "reference", "title")
        return [(pk, f"{reference}: {title}" if title else reference) for pk, reference, title in contracts]
    if related == Related.CONTACT:
        return list(_contacts(organisation).values_list("pk", "called"))
    return []


def entity_of(
    actor: Actor, related: str, entity_id: int | None, line_id: int | None, organisation_id: int | None = None
) -> Entity:
    """What was chosen; Invalid when it is not among what the person may choose, NotFound for another's line."""
    organisation = _organisation(actor, organisation_id)
    if related not in related_for(actor, tuple(Related)):
        raise Invalid({"related": "Choose what it is related to"})
    line = _line(actor, organisation, line_id) if line_id is not None else None
    if related == Related.PROVIDER:
        return Entity()
    if related == Related.CLIENT:
        return _client(actor, organisation, _chosen(_clients(actor, organisation), related, entity_id).pk, line)
    if related == Related.SERVICE:
        service = _chosen(_services(actor, organisation), related, entity_id)
        return Entity(service_id=service.pk, service_group=service.group)
    if related == Related.CONTRACT:
        return Entity(contract_id=_chosen(_contracts(organisation), related, entity_id).pk)
    return Entity(contact_id=_chosen(_contacts(organisation), related, entity_id).pk)


def line_of(actor: Actor, line_id: int) -> CarePackageLine:
    """The line that a provider's person begins an action about; NotFound for another's."""
    return _line(actor, _organisation(actor, None), line_id)


def _client(actor: Actor, organisation: int, client_id: int, line: CarePackageLine | None) -> Entity:
    """The client with the service that says who may read it: the line's own, or that of their newest line."""
    if line is None or line.client_id != client_id:
        line = _lines(actor, organisation).filter(client=client_id).order_by("-start", "-pk").first()
    if line is None:
        raise NotFound
    return Entity(client_id, line.service_id, line_id=line.pk, service_group=line.service.group)


def _chosen(rows: QuerySet[Any], related: str, entity_id: int | None) -> Any:
    found = rows.filter(pk=entity_id).first() if entity_id is not None else None
    if found is None:
        raise Invalid({"entity": MISSING[Related(related)]})
    return found


def _organisation(actor: Actor, organisation_id: int | None) -> int:
    if actor.is_provider:
        return actor.organisation_id or 0
    if organisation_id is None or not Organisation.objects.filter(pk=organisation_id).exists():
        raise NotFound
    return organisation_id


def _line(actor: Actor, organisation: int, line_id: int) -> CarePackageLine:
    line = _lines(actor, organisation).filter(pk=line_id).first()
    if line is None:
        raise NotFound
    return line


def _lines(actor: Actor, organisation: int) -> QuerySet[CarePackageLine]:
    return CarePackageLine.objects.filter(service__in=_services(actor, organisation)).select_related("service")


def _services(actor: Actor, organisation: int) -> QuerySet[Service]:
    rows = Service.objects.filter(organisation=organisation).order_by("name", "pk")
    reach = actor.services_for(FUNCTION, "edit") if actor.is_provider else None
    return rows if reach is None else rows.filter(pk__in=reach)


def _clients(actor: Actor, organisation: int) -> QuerySet[Client]:
    """Those who have or had a line there, by surname; who was erased is nobody."""
    here = _lines(actor, organisation).values("client")
    return Client.objects.filter(pk__in=here, erased_at=None).order_by("surname", "forename", "pk")


def _contracts(organisation: int) -> QuerySet[Contract]:
    return Contract.objects.filter(organisation=organisation).order_by("reference")


def _contacts(organisation: int) -> QuerySet[Any]:
    """norfolk-handbook §9: "any contact name you have given access to the Portal"; by the provider's own name."""
    people = User.objects.filter(memberships__organisation=organisation, is_active=True)
    return people.annotate(_once=Max("pk"), called=called("pk", organisation)).order_by("called", "pk")
