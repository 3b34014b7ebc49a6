"""What an action can be about: the contracts, clients, services and contacts of a provider, as far as one reaches.

norfolk-handbook §9: "The Related to and Entity fields are linked and work in tandem".
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Max, Q, QuerySet

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
#: So many are offered in one list; of more, somebody types a part of the name first.
SHOWN = 100
MOST_WORDS = 6
NO_SIGNS = str.maketrans(",()", "   ")
#: By what each is found, and how it is called in a list.
COLUMNS: Mapping[Related, tuple[tuple[str, ...], Callable[..., str]]] = {
    Related.CONTRACT: (
        ("reference", "title"), lambda reference, title: f"{reference}: {title}" if title else reference,
    ),
    Related.CLIENT: (
        ("surname", "forename", "ss_ref"), lambda surname, forename, ss_ref: f"{surname}, {forename} ({ss_ref})",
    ),
    Related.SERVICE: (("name",), str),
    Related.CONTACT: (("called",), str),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """What a list offers; `many`: there are more than it holds; `searched`: a text was typed to find them; `none`: it
    found nothing, and the list has no more than what was chosen before."""

    rows: Sequence[tuple[int, str]]
    many: bool = False
    searched: bool = False
    none: bool = False

    @property
    def finds(self) -> bool:
        """Whether one is found by typing."""
        return self.many or self.searched

    @property
    def hint(self) -> str:
        """What to do next, where one is found by typing; else nothing."""
        if not self.searched:
            return f"There are more than {SHOWN}. Find the one you mean first." if self.many else ""
        if self.many:
            return f"More than {SHOWN} were found, of which you see the first. Type more to find fewer."
        return "None was found. Type less, or something else." if self.none else ""


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
    """All that can be chosen as the entity, with its words; empty for the provider itself."""
    rows = _rows(actor, related, _organisation(actor, organisation_id))
    return [] if rows is None else _named(rows, related)


def found(
    actor: Actor, related: str, organisation_id: int | None = None, *, text: str = "", chosen: int | None = None
) -> Found:
    """What a list offers: all where they are few; of many those that a typed text finds, and the one chosen already.

    One query, and one more for a choice that is not among them.
    """
    rows = _rows(actor, related, _organisation(actor, organisation_id))
    if rows is None:
        return Found([])
    first = _named(_matching(rows, related, text)[: SHOWN + 1], related)
    many = len(first) > SHOWN
    offered = [] if many and not text else first[:SHOWN]
    if chosen is not None and chosen not in {pk for pk, _ in offered}:
        offered += _named(rows.filter(pk=chosen), related)
    return Found(offered, many=many, searched=bool(text), none=not first)


def _rows(actor: Actor, related: str, organisation: int) -> QuerySet[Any] | None:
    if related == Related.CLIENT:
        return _clients(actor, organisation)
    if related == Related.SERVICE:
        return _services(actor, organisation)
    if related == Related.PROVIDER or related not in related_for(actor, tuple(Related)):
        return None
    return {Related.CONTRACT: _contracts, Related.CONTACT: _contacts}[Related(related)](organisation)


def _named(rows: QuerySet[Any], related: str) -> list[tuple[int, str]]:
    columns, words = COLUMNS[Related(related)]
    return [(pk, words(*values)) for pk, *values in rows.values_list("pk", *columns)]


def _matching(rows: QuerySet[Any], related: str, text: str) -> QuerySet[Any]:
    """Those in which each typed word is part of the name or the number, in whichever order."""
    for word in text.translate(NO_SIGNS).split()[:MOST_WORDS]:
        columns, _ = COLUMNS[Related(related)]
        rows = rows.filter(reduce(or_, (Q(**{f"{column}__icontains": word}) for column in columns)))
    return rows


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
