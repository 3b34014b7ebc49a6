"""Lists of care package lines: what they are narrowed by, what the filters offer, and what a typed reference means.

Sources: norfolk-handbook §5 (Service, Client, Service Level, Include Historical), suffolk-user-guide §6 and
bedford-actuals-guide "Actions & Care Package Line Items" (the same three filters).
"""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from workflows.engine import moment
from workflows.parties.actor import Actor
from workflows.parties.models import Client, Service

from .models import LineQuerySet, ServiceLevel
from .selectors import lines, own_lines

#: People look for a name; two of the same name stand side by side.
ORDER = ("client__surname", "client__forename", "id")
Choices = list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Narrow:
    """What a list of lines is narrowed by; `historical` adds those that have ended."""

    service_id: int | None = None
    client_id: int | None = None
    level_id: int | None = None
    organisation_id: int | None = None
    suspended: bool = False
    historical: bool = False


def listed(actor: Actor, by: Narrow) -> LineQuerySet:
    """The lines of a list with their prices of today, not yet in an order (see ORDER)."""
    rows = lines(actor, historical=by.historical).filter(_wanted(by))
    return rows.filter(Q(suspended=True)) if by.suspended else rows


def counted(actor: Actor, by: Narrow) -> LineQuerySet:
    """The same lines without what is asked about each: quick to count."""
    if by.suspended:
        return listed(actor, by)
    rows = own_lines(actor).filter(_wanted(by))
    return rows if by.historical else rows.live_on(moment.today())


def services(actor: Actor) -> Choices:
    """The services that have lines this person may see."""
    found = Service.objects.filter(_has_line(actor, "service")).order_by("name", "pk")
    return list(found.values_list("pk", "name"))


def levels(actor: Actor) -> Choices:
    """The service levels of the lines this person may see."""
    found = ServiceLevel.objects.filter(_has_line(actor, "service_level")).order_by("name")
    return list(found.values_list("pk", "name"))


def clients(actor: Actor, most: int) -> Choices | None:
    """The clients of the lines this person may see, by surname; None when they are more than `most`."""
    found = Client.objects.filter(_has_line(actor, "client")).order_by("surname", "forename", "pk")[: most + 1]
    rows = found.values_list("pk", "surname", "forename", "ss_ref")
    named = [(pk, f"{surname}, {forename} ({ss_ref})") for pk, surname, forename, ss_ref in rows]
    return named if len(named) <= most else None


def client_of_lines(actor: Actor, client_id: int) -> Client | None:
    """A client of whom this person may see a line, ended or not."""
    return Client.objects.filter(_has_line(actor, "client"), pk=client_id).first()


def line_called(actor: Actor, text: str) -> int | None:
    """The line whose CarePackageRef was typed, in whichever case; None when there is none for this person."""
    found = own_lines(actor).filter(reference__iexact=text.strip())
    return found.values_list("pk", flat=True).first()


def client_called(actor: Actor, text: str) -> int | None:
    """The client whose SSRef was typed; None when this person sees no line of theirs."""
    found = Client.objects.filter(_has_line(actor, "client"), ss_ref=text.strip())
    return found.values_list("pk", flat=True).first()


def _wanted(by: Narrow) -> Q:
    columns = {
        "service": by.service_id,
        "client": by.client_id,
        "service_level": by.level_id,
        "service__organisation": by.organisation_id,
    }
    return Q(**{column: value for column, value in columns.items() if value is not None})


def _has_line(actor: Actor, column: str) -> Exists:
    return Exists(own_lines(actor).filter(**{column: OuterRef("pk")}))
