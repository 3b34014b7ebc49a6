"""What a person may choose for a report, and what they chose. Scoped to who asks."""

from collections.abc import Sequence

from django.db.models import QuerySet

from workflows.actuals.module import module
from workflows.council.profile import current
from workflows.engine import moment
from workflows.engine.errors import NotFound
from workflows.parties.actor import Actor
from workflows.parties.models import Client, Organisation, Service

from .models import KeptQuestion

FUNCTION = "reports"  # what a provider's role must allow
Choices = Sequence[tuple[int, str]]


def kept(actor: Actor, report: str, token: str) -> KeptQuestion:
    """What this person chose, at this provider; NotFound for another's, and for what is forgotten."""
    mine = KeptQuestion.objects.filter(user_id=actor.user_id, organisation_id=actor.organisation_id, report=report)
    found = mine.filter(token=token, expires_at__gt=moment.now()).first()
    if found is None:
        raise NotFound
    return found


def reach(actor: Actor) -> tuple[int | None, list[int] | None]:
    """The organisation and the services that a person's reports are about; None: all."""
    if not actor.is_provider:
        return None, None
    services = actor.services_for(FUNCTION)
    return actor.organisation_id, None if services is None else sorted(services)


def services(actor: Actor) -> QuerySet[Service]:
    """The services that a person's reports are about."""
    organisation, allowed = reach(actor)
    rows = Service.objects.all() if organisation is None else Service.objects.filter(organisation=organisation)
    return rows if allowed is None else rows.filter(pk__in=allowed)


def service_groups() -> list[tuple[str, str]]:
    """The Service Group Classes of which actuals are recorded."""
    live = {each.service_group for each in module().go_live}
    return [(each.key, each.name) for each in current().service_groups if each.key in live]


def organisations(actor: Actor) -> Choices:
    """The organisations to choose from: a provider's own, else all by name."""
    if actor.is_provider:
        return [(actor.organisation_id or 0, actor.organisation_name)]
    return list(Organisation.objects.order_by("name").values_list("pk", "name"))


def clients(actor: Actor, most: int) -> Choices | None:
    """The clients with a line at the person's services, by name; None when there are more than `most`."""
    rows = _clients(actor).order_by("surname", "forename", "pk")[: most + 1]
    found = [(each.pk, f"{each} ({each.ss_ref})") for each in rows]
    return found if len(found) <= most else None


def clients_called(actor: Actor, text: str, most: int) -> Choices:
    """The clients that a typed SSRef means, or a name as lists write it (`Beiley, James`) or its beginning."""
    surname, _, forename = (part.strip() for part in text.partition(","))
    rows = _clients(actor)
    found = rows.filter(ss_ref__iexact=text.strip())
    if not found.exists():
        found = rows.filter(surname__istartswith=surname, forename__istartswith=forename)
    ordered = found.order_by("surname", "forename", "pk")[: most + 1]
    return [(each.pk, f"{each} ({each.ss_ref})") for each in ordered]


def client(actor: Actor, client_id: int) -> Client | None:
    """One of the clients to choose from, or None."""
    return _clients(actor).filter(pk=client_id).first()


def _clients(actor: Actor) -> QuerySet[Client]:
    every = Client.objects.filter(erased_at=None)
    return every.filter(lines__service__in=services(actor)).distinct() if actor.is_provider else every
