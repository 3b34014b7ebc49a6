"""What a claim can be about: the care package lines and services of a provider, as far as one reaches."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from workflows.engine.errors import Invalid
from workflows.parties.actor import Actor
from workflows.parties.models import Service
from workflows.register.models import CarePackageLine

from .flow import ClaimFlow

#: So many are offered in one list; of more, somebody types a part of the name first.
SHOWN = 100
MOST_WORDS = 6
NO_SIGNS = str.maketrans(",()", "   ")
FOUND_BY = ("client__surname", "client__forename", "client__ss_ref", "reference", "service__name")
MISSING = "Choose a care package line or a service of yours"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a claim is about: a service, and of a line that line."""

    service: Service
    line: CarePackageLine | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a list offers. `many`: there are more lines than it holds, so one finds them by typing."""

    lines: Sequence[tuple[int, str]]
    services: Sequence[tuple[int, str]]
    many: bool = False


def found(actor: Actor, text: str = "", chosen: int | None = None) -> Found:
    """The lines and services that this person may claim for: all where they are few, of many those that a text finds
    and the one chosen already."""
    rows = _lines(actor)
    for word in text.translate(NO_SIGNS).split()[:MOST_WORDS]:
        rows = rows.filter(reduce(or_, (Q(**{f"{column}__icontains": word}) for column in FOUND_BY)))
    first = list(rows.order_by("client__surname", "client__forename", "-start", "pk")[: SHOWN + 1])
    many = len(first) > SHOWN
    offered = [] if many and not text else first[:SHOWN]
    if chosen is not None and chosen not in {each.pk for each in offered}:
        offered += _lines(actor).filter(pk=chosen)
    services = _services(actor).order_by("name", "pk")
    return Found([(each.pk, named(each)) for each in offered], list(services.values_list("pk", "name")), many)


def chosen(actor: Actor, line_id: int | None, service_id: int | None) -> Chosen:
    """What was chosen; Invalid when it is none of this person's."""
    if line_id is not None:
        line = _lines(actor).filter(pk=line_id).first()
        if line is not None:
            return Chosen(line.service, line)
    elif service_id is not None:
        service = _services(actor).filter(pk=service_id).first()
        if service is not None:
            return Chosen(service)
    raise Invalid({"about": MISSING})


def lines_of_service(service_id: int) -> list[tuple[int, str]]:
    """(line, its name) of a service under which a claim about it can be paid: those of contracts that are paid here.

    The caller has checked who asks.
    """
    rows = CarePackageLine.objects.filter(service=service_id, contract__payment_methods__isnull=False).distinct()
    rows = rows.select_related("client", "service_level", "contract")
    return [(each.pk, f"{named(each)}, contract {each.contract.reference}") for each in rows.order_by("pk")]


def line_of_service(service_id: int | None, line_id: int | None) -> int:
    """The line under which a claim about a service is paid; Invalid when it is none of the service's."""
    rows = CarePackageLine.objects.filter(pk=line_id or 0, service=service_id)
    found = rows.values_list("pk", flat=True).first()
    if found is None:
        raise Invalid({"paid_under": "Choose the care package line under which it is paid"})
    return found


def named(line: CarePackageLine) -> str:
    """`Kent, Karl (2750571), AP2750571, Residential Long Term`."""
    return f"{line.client} ({line.client.ss_ref}), {line.reference}, {line.service_level.name}"


def _services(actor: Actor) -> QuerySet[Service]:
    rows = Service.objects.filter(organisation=actor.organisation_id)
    reach = actor.services_for(ClaimFlow.function, "edit")
    return rows if reach is None else rows.filter(pk__in=reach)


def _lines(actor: Actor) -> QuerySet[CarePackageLine]:
    """The lines there; those of who was erased are nobody's."""
    rows = CarePackageLine.objects.filter(service__in=_services(actor), client__erased_at=None)
    return rows.select_related("client", "service", "service_level")
