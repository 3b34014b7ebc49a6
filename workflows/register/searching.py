"""What of the register can be searched: clients, providers and their services, care package lines and their stories.

Staff see it who read contract documents, as on the register's own pages; a provider sees its own services and lines.
"""

from collections.abc import Iterator

from workflows.engine.searching import Asked, Rows, client_name, clients_named, exact, group, listed, stories
from workflows.parties.actor import Actor
from workflows.parties.models import Organisation, Service

from .models import CarePackageLine, LineQuerySet
from .selectors import FUNCTION, own_lines

#: Who reads this kind of case also reads the register (backoffice.lines).
READS = "contract_document"
#: On the line's own page; its other words are names and references, which are found as such.
REASONS = frozenset({"reason"})


@group("clients", "Clients", place=20)
def clients(actor: Actor, asked: Asked) -> Iterator[Rows]:
    """Clients by the beginnings of their names, or of their SSRef. Providers find them through their own cases."""
    if READS in actor.reads:
        rows = clients_named(asked)
        yield listed(rows, kind="client", title=client_name(), client_id="pk", order=("surname", "forename", "pk"))


@exact
def client(actor: Actor, asked: Asked) -> Iterator[Rows]:
    """The client of a whole SSRef."""
    if READS in actor.reads:
        rows = clients_named(asked).filter(asked.is_reference("ss_ref"))
        yield listed(rows, kind="client", title=client_name(), client_id="pk", order=("pk",))


@group("providers", "Providers and services", place=30)
def providers(actor: Actor, asked: Asked) -> Iterator[Rows]:
    """Providers and services by the beginnings of their names, or by reference; a provider's own services."""
    if READS in actor.reads:
        rows = Organisation.objects.filter(asked.has_names("name", "reference"))
        yield listed(rows, kind="provider", title="name", place="reference", order=("name", "pk"))
    services = _services(actor).filter(asked.has_names("name", "reference"))
    yield listed(services, kind="service", title="name", place="organisation__name", order=("name", "pk"))


@group("lines", "Care package lines", place=40)
def lines(actor: Actor, asked: Asked) -> Iterator[Rows]:
    """Lines whose reference begins with what was typed, and those of the clients that it names."""
    rows = _lines(actor)
    yield _listed(rows.filter(asked.begins_reference("reference")))
    yield _listed(rows.filter(client__in=clients_named(asked)))


@exact
def line(actor: Actor, asked: Asked) -> Iterator[Rows]:
    """The line of a whole reference."""
    yield _listed(_lines(actor).filter(asked.is_reference("reference")))


@stories("line", stream="line", inside=REASONS)
def told(actor: Actor) -> LineQuerySet:
    """The lines whose stories somebody may read."""
    return _lines(actor)


def _lines(actor: Actor) -> LineQuerySet:
    return CarePackageLine.objects.none() if actor.is_staff and READS not in actor.reads else own_lines(actor)


def _services(actor: Actor) -> Rows:
    if not actor.is_provider:
        return Service.objects.all() if READS in actor.reads else Service.objects.none()
    own = Service.objects.filter(organisation=actor.organisation_id)
    reach = actor.services_for(FUNCTION)
    return own if reach is None else own.filter(pk__in=reach)


def _listed(rows: LineQuerySet) -> Rows:
    return listed(
        rows,
        kind="line",
        title="reference",
        client_id="client_id",
        client=client_name("client__"),
        place="service__name",
        note="service_level__name",
        order=("-start", "pk"),
    )
