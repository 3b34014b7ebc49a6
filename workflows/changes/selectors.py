"""The readers of change requests and contacts, already scoped to who asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet

from workflows.council.profile import current
from workflows.engine import moment
from workflows.engine import selectors as engine
from workflows.engine.errors import NotFound
from workflows.engine.models import Case, Event, Task
from workflows.parties.actor import Actor
from workflows.parties.models import Membership, Organisation, Service
from workflows.people import reach
from workflows.people.models import Contact

from . import records, rules
from .flow import ChangeRequestFlow
from .models import ChangeField, ChangeRequest
from .records import Record
from .rules import LABELS, What

FUNCTION = ChangeRequestFlow.function
KIND = ChangeRequestFlow.kind
CONTACTS = "contacts"
DETAILS = "organisation_details"
TABS = ("open", "decided", "all")


RELATED = (
    "case__organisation",
    "case__service",
    "case__holder_team",
    "contact__user",
    "requested_by",
    "decided_by",
    "words",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One field of a request in words: as it was, as it is wanted, as it is recorded now."""

    field: str
    label: str
    old: str
    wanted: str
    now: str
    moved: bool
    decision: str = ""
    reason: str = ""
    others: Sequence[str] = ()  # references of other open requests on the same field


@dataclass(frozen=True, slots=True)
class Page:
    """One request with everything that its page shows."""

    case: Case
    request: ChangeRequest
    record: Record
    lines: Sequence[Line]
    turn: Task | None
    seen: str  # the digest of what is recorded now
    others: Sequence[Case]  # other open requests about the same record

    @property
    def what(self) -> What:
        """What is asked for."""
        return What(self.request.what)

    @property
    def archived(self) -> bool:
        """Whether it is old enough to be out of the list."""
        decided = self.request.decided_at
        return decided is not None and decided < _archived_before()

    @property
    def undoable(self) -> bool:
        """Whether a removal can still be undone."""
        until = self.request.undo_until
        return until is not None and moment.now() <= until and self.case.state in {"submitted", "accepted"}


def requests(actor: Actor, *, archived: bool = False) -> QuerySet[ChangeRequest]:
    """The requests that this person may read; those that are archived on demand."""
    cases = engine.cases(actor, FUNCTION).filter(kind=KIND)
    found = ChangeRequest.objects.filter(case__in=cases)
    return found if archived else found.filter(Q(decided_at=None) | Q(decided_at__gte=_archived_before()))


def listed(actor: Actor, *, archived: bool = False, tab: str = "all") -> Any:
    """The requests as plain rows; in order by `responded_at`, the latest response last."""
    rows = requests(actor, archived=archived)
    if tab != "all":
        rows = rows.filter(open=tab == "open")
    return rows.values(
        "case_id",
        "what",
        "responded_at",
        "decided_at",
        "reason",
        state=F("case__state"),
        reference=F("case__reference"),
        created=F("case__created"),
        organisation=F("case__organisation__name"),
        service=F("case__service__name"),
        forename=F("contact__forename"),
        surname=F("contact__surname"),
        asked_by=F("requested_by__name"),
        team=F("case__holder_team__name"),
    )


def page(actor: Actor, case_id: int) -> Page:
    """One request; NotFound when it does not exist for this person."""
    found = requests(actor, archived=True).select_related(*RELATED).filter(pk=case_id).first()
    if found is None:
        raise NotFound
    record = records.of_request(found)
    now = record.values()
    fields, others = _fields(found)
    turns = engine.open_turns(case_id) if found.case.finished is None else []
    named = any(each.field in {"access", "role_for"} for each in fields)
    services = records.services_of(record.organisation_id) if named else {}
    lines = [_line(each, now, services, others, open_=found.open) for each in fields]
    return Page(found.case, found, record, lines, turns[0] if turns else None, records.digest(now), _cases(others))


def known_elsewhere(actor: Actor, found: Page) -> str:
    """Whom the council knows already by the portal address of a request, and at which providers; empty for nobody.

    For the council alone: a provider is not told that somebody works for another one too.
    """
    contact = found.request.contact
    address = next((each.wanted for each in found.lines if each.field == "portal_email"), "")
    user = contact.user if contact is not None else None
    if not actor.is_staff or found.what not in {What.CONTACT_CREATION, What.ROLE_CHANGE} or not address:
        return ""
    places = Membership.objects.filter(user__email=address).exclude(organisation=found.case.organisation_id)
    if user is not None:
        places = places.filter(user=user)
    rows = list(places.order_by("organisation__name").values_list("user__name", "organisation__name").distinct())
    return f"{rows[0][0]}, {', '.join(name for _, name in rows)}" if rows else ""


def awaiting(actor: Actor, *, contact_id: int | None = None, service_id: int | None = None) -> Sequence[Case]:
    """The open requests about a contact, a service, or (neither given) the organisation itself."""
    what = What.SERVICE if service_id is not None else What.ORGANISATION
    about = {"contact_id": contact_id} if contact_id is not None else {"case__service_id": service_id, "what": what}
    found = requests(actor).filter(open=True, **about).select_related("case").order_by("pk")
    return [each.case for each in found]


def contacts(actor: Actor, *, historical: bool = False) -> QuerySet[Contact]:
    """The contacts of a provider's own organisation, with their users."""
    if actor.organisation_id is None or actor.services_for(CONTACTS) is not None:
        raise NotFound
    found = Contact.objects.filter(organisation_id=actor.organisation_id).select_related("user", "role_for")
    return found if historical else found.filter(gone_at=None)


def contact(actor: Actor, contact_id: int) -> Contact:
    """One contact; NotFound when it is none of theirs."""
    found = contacts(actor, historical=True).filter(pk=contact_id).first()
    if found is None:
        raise NotFound
    return found


def organisation(actor: Actor) -> Organisation:
    """One's own organisation, for whoever may read the details of all of it."""
    if actor.organisation_id is None or actor.services_for(DETAILS) is not None:
        raise NotFound
    return Organisation.objects.get(pk=actor.organisation_id)


def services(actor: Actor) -> QuerySet[Service]:
    """The services whose details this person of a provider may read, by name."""
    if actor.organisation_id is None:
        raise NotFound
    own = Service.objects.filter(organisation_id=actor.organisation_id).order_by("name", "pk")
    within = actor.services_for(DETAILS)
    return own if within is None else own.filter(pk__in=within)


def service(actor: Actor, service_id: int) -> Service:
    """One of them; NotFound when it is none."""
    found = services(actor).filter(pk=service_id).first()
    if found is None:
        raise NotFound
    return found


def last_change(record: Record) -> tuple[str, datetime | None]:
    """Who changed a record last, and when."""
    holder = record.contact or record.service or record.organisation
    if holder is None:
        return "Somebody", None
    events = Event.objects.filter(stream=f"{holder._meta.model_name}:{holder.pk}").select_related("actor")
    last = events.order_by("-seq").first()
    return (last.actor.name, last.at) if last else ("Somebody", None)


def access_words(rows: Sequence[Contact], organisation_id: int) -> dict[int, str]:
    """What each contact may use of the portal, in words: 2 queries for any number."""
    users = {each.user_id: each.pk for each in rows if each.user_id is not None}
    held: dict[int, list[tuple[str, int | None]]] = {each.pk: [] for each in rows}
    found = Membership.objects.filter(user_id__in=users, organisation_id=organisation_id)
    for user_id, role, service_id in found.values_list("user_id", "role", "service_id"):
        held[users[user_id]].append((role, service_id))
    services = records.services_of(organisation_id)
    return {pk: reach.words(reach.written(places), current(), services) for pk, places in held.items()}


def value_words(field: str, value: str, services: Mapping[int, str]) -> str:
    """A value as people read it; empty stays empty."""
    if field == "access":
        return reach.words(value, current(), services)
    if field == "role_for":
        return services.get(int(value), "A service") if value else "The organisation"
    return value


def _line(
    field: ChangeField,
    now: Mapping[str, str],
    services: Mapping[int, str],
    others: Sequence[ChangeField],
    *,
    open_: bool,
) -> Line:
    live = now.get(field.field, "") if open_ else field.found
    name = field.field
    return Line(
        field=name,
        label=LABELS[name],
        old=value_words(name, field.old, services),
        wanted=value_words(name, field.wanted, services),
        now=value_words(name, live, services),
        moved=bool(open_ or field.decision) and live != field.old and not _removed(field),
        decision=field.decision,
        reason=rules.reason_label(current().change_requests, field.reason) if field.reason else "",
        others=[each.request.case.reference for each in others if each.field == name],
    )


def _removed(field: ChangeField) -> bool:
    """Of a removal the record has moved on purpose."""
    return field.field == "access" and not field.wanted


def _fields(request: ChangeRequest) -> tuple[list[ChangeField], list[ChangeField]]:
    """The fields of a request, and of other open requests about the same record; of a new contact, by its address."""
    own, rest = Q(request=request), Q(request__open=True, request__case__organisation_id=request.case.organisation_id)
    if request.what == What.CONTACT_CREATION:
        address = request.fields.filter(field="portal_email").exclude(wanted="").order_by().values("wanted")
        rest &= Q(field="portal_email", wanted__in=address)
    elif request.contact_id is not None:
        rest &= Q(request__contact_id=request.contact_id)
    else:
        rest &= Q(request__what=request.what, request__case__service_id=request.case.service_id)
    rows = list(ChangeField.objects.select_related("request__case").filter(own | rest if request.open else own))
    mine = [each for each in rows if each.request_id == request.pk]
    return mine, [each for each in rows if each.request_id != request.pk]


def _cases(fields: Sequence[ChangeField]) -> list[Case]:
    found = {each.request.case.pk: each.request.case for each in fields}
    return [found[key] for key in sorted(found)]


def _archived_before() -> Any:
    return moment.now() - timedelta(days=current().change_requests.archive_days)
