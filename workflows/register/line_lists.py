"""Lists of care package lines: what they are narrowed by, what the filters offer, and what a typed reference means.

Sources: norfolk-handbook §5 (Service, Client, Service Level, Include Historical), suffolk-user-guide §6 and
bedford-actuals-guide "Actions & Care Package Line Items" (the same three filters).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from django.db.models import Exists, OuterRef, Q

from workflows.engine import moment
from workflows.engine.calendar import LONDON
from workflows.engine.models import Event
from workflows.parties.actor import Actor
from workflows.parties.models import Client, Service

from .models import CarePackageLine, LineQuerySet, ServiceLevel
from .notices import TOLD
from .rules import is_new_care
from .selectors import lines, own_lines

#: People look for a name; two of the same name stand side by side.
ORDER = ("client__surname", "client__forename", "id")
Choices = list[tuple[int, str]]
#: How long a line is marked as new or changed.
NEWS_FOR = timedelta(days=14)
News = Literal["new", "changed"]
STARTED = "line.started"


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


def news(rows: Iterable[CarePackageLine]) -> dict[int, News]:
    """Which of these lines are new to their provider and which were changed, of late; in one query."""
    shown = {f"line:{line.pk}": line for line in rows}
    kinds = [f"line.{what}" for what in TOLD]
    events = Event.objects.filter(stream__in=shown, kind__in=kinds, at__gte=moment.now() - NEWS_FOR)
    found: dict[int, News] = {}
    for stream, kind, at in events.order_by("stream", "seq").values_list("stream", "kind", "at"):
        line = shown[stream]
        if kind != STARTED:
            found.setdefault(line.pk, "changed")
        elif is_new_care(line.start, line.end, at.astimezone(LONDON).date()):
            found[line.pk] = "new"
    return found


def services(actor: Actor) -> Choices:
    """The services that have lines this person may see."""
    found = Service.objects.filter(_has_line(actor, "service")).order_by("name", "pk")
    return list(found.values_list("pk", "name"))


def services_of(organisation_id: int) -> Choices:
    """The services of one provider, with lines or without; for the council's lists."""
    found = Service.objects.filter(organisation=organisation_id).order_by("name", "pk")
    return list(found.values_list("pk", "name"))


def provider_of(service_id: int) -> int | None:
    """Whose service that is; None when there is none."""
    return Service.objects.filter(pk=service_id).values_list("organisation", flat=True).first()


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
