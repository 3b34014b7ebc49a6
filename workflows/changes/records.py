"""The live records that change requests are about: found within the asker's reach, locked, and read as plain fields."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from workflows.engine.errors import NotFound
from workflows.engine.events import canonical
from workflows.parties.actor import Actor
from workflows.parties.models import Membership, Organisation, Service, User
from workflows.people import reach
from workflows.people.models import Contact

from .models import ChangeRequest
from .rules import BLOCK, FIELDS, FUNCTIONS, PERSON, What

#: Told to whoever was overtaken by a change of the live record; the page shows the new values.
MOVED = "What is recorded has changed since this page was opened. Check the values shown now, and send it again."


@dataclass(frozen=True, slots=True)
class Record:
    """One record as a request sees it. `gone`: why nothing can be asked of it any more."""

    what: What
    organisation_id: int
    service: Service | None = None
    organisation: Organisation | None = None
    contact: Contact | None = None
    gone: str = ""

    def values(self) -> dict[str, str]:
        """What is recorded now, in the fields that a request of this kind can change."""
        every = _values_of(self)
        return {field: every.get(field, "") for field in FIELDS[self.what]}


def digest(values: Mapping[str, str]) -> str:
    """What a page that shows these values carries, so that a command knows what was seen."""
    return hashlib.sha256(canonical(dict(values)).encode()).hexdigest()


def may_ask(actor: Actor, what: What, service_id: int | None) -> bool:
    """Whether a provider's person may ask for this: organisation-wide, or for a service within their reach."""
    if not actor.is_provider:
        return False
    if what is What.SERVICE:
        return actor.may(FUNCTIONS[what], "edit", service_id)
    return actor.services_for(FUNCTIONS[what], "edit") is None


def own(
    actor: Actor, what: What, *, contact_id: int | None = None, service_id: int | None = None, lock: bool = False
) -> Record:
    """The record of one's own organisation that a request is to be about; NotFound when it is none of theirs."""
    organisation_id = actor.organisation_id
    if organisation_id is None or not may_ask(actor, what, service_id):
        raise NotFound
    return _read(what, organisation_id, contact_id=contact_id, service_id=service_id, lock=lock)


def of_request(request: ChangeRequest, *, lock: bool = False) -> Record:
    """The record of a request, locked on demand (the person, then the contact, the organisation or the service)."""
    case, what = request.case, What(request.what)
    if lock:
        return _read(what, case.organisation_id, contact_id=request.contact_id, service_id=case.service_id, lock=True)
    if what in {What.ORGANISATION, What.SERVICE}:
        whole = what is What.ORGANISATION
        return Record(
            what,
            case.organisation_id,
            organisation=case.organisation if whole else None,
            service=None if whole else case.service,
        )
    contact = request.contact if what is not What.CONTACT_CREATION else None
    return Record(what, case.organisation_id, contact=contact, gone=_gone(what, contact) if contact else "")


def services_of(organisation_id: int) -> dict[int, str]:
    """The names of an organisation's services."""
    rows = Service.objects.filter(organisation_id=organisation_id).order_by("name", "pk")
    return dict(rows.values_list("pk", "name"))


def access_of(contact: Contact) -> str:
    """A contact's roles at their organisation, as one text."""
    if contact.user_id is None:
        return ""
    return reach.written((each.role, each.service_id) for each in memberships_of(contact))


def memberships_of(contact: Contact) -> Collection[Membership]:
    """A contact's roles at their organisation."""
    if contact.user_id is None:
        return []
    rows = Membership.objects.filter(user_id=contact.user_id, organisation_id=contact.organisation_id)
    return list(rows.order_by("pk"))


def _read(what: What, organisation_id: int, *, contact_id: int | None, service_id: int | None, lock: bool) -> Record:
    if what is What.CONTACT_CREATION:
        return Record(what, organisation_id)
    if what is What.ORGANISATION:
        return Record(what, organisation_id, organisation=_row(Organisation, lock, pk=organisation_id))
    if what is What.SERVICE:
        service = _row(Service, lock, pk=service_id, organisation_id=organisation_id)
        return Record(what, organisation_id, service=service)
    contact = _contact(contact_id, organisation_id, lock=lock)
    return Record(what, organisation_id, contact=contact, gone=_gone(what, contact))


def _contact(contact_id: int | None, organisation_id: int, *, lock: bool) -> Contact:
    """People are locked before contacts, as everywhere."""
    found = _row(Contact, False, pk=contact_id, organisation_id=organisation_id)
    if lock and found.user_id is not None:
        User.objects.select_for_update(no_key=True).get(pk=found.user_id)
    contact: Contact = _row(Contact, lock, pk=contact_id, organisation_id=organisation_id)
    return contact


def _gone(what: What, contact: Contact) -> str:
    """Why a contact is not there to be changed; a removal of somebody who has left is about just that."""
    if contact.gone_at is not None and what is not What.ROLE_REMOVAL:
        return "This contact has left the organisation."
    if contact.user is not None and not contact.user.is_active:
        return "This person's access was ended by the council."
    return ""


def _row(model: Any, lock: bool, **keys: Any) -> Any:
    rows = model.objects.select_for_update(no_key=True) if lock else model.objects.all()
    found = rows.filter(**keys).first()
    if found is None:
        raise NotFound
    return found


def _values_of(record: Record) -> Mapping[str, str]:
    holder = record.organisation or record.service or record.contact
    if holder is None:
        return {}
    block = {field: str(getattr(holder, field)) for field in BLOCK}
    if record.contact is None:
        return {"name": str(holder.name), **block}
    contact = record.contact
    person = {field: str(getattr(contact, field)) for field in PERSON}
    rest = {
        "portal_email": contact.portal_email,
        "role_for": str(contact.role_for_id or ""),
        "role": contact.role,
        "access": access_of(contact) if record.what in {What.ROLE_CHANGE, What.ROLE_REMOVAL} else "",
    }
    return {**person, **block, **rest}
