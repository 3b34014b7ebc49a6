"""Writes what was accepted to the live record, in the acceptance's own transaction, through the writers of people."""

from collections.abc import Mapping
from typing import Any

from workflows.engine.errors import Refused
from workflows.parties.actor import Actor
from workflows.parties.models import Membership, User
from workflows.people import contacts, organisations, reach, writing
from workflows.people.models import Contact

from .records import Record, memberships_of
from .rules import BLOCK, PERSON, What

#: Why an address cannot be given; told to the council alone.
STAFF = "The Provider Portal Email Address is a colleague's. Reject it, with the security role."
ENDED = (
    "The Provider Portal Email Address is that of somebody whose access the council ended. Reject it, with the "
    "security role, or give them their access back first."
)
ELSEWHERE = (
    "This person uses the portal for another provider too, so no provider can change the address that they sign in "
    "with. Reject it; they can ask the helpdesk themselves."
)


def write(actor: Actor, record: Record, accepted: Mapping[str, str]) -> Contact | None:
    """Write the accepted values of a request; returns the contact that they belong to, if it is about one."""
    if record.what is What.CONTACT_CREATION:
        return _create(actor, record.organisation_id, accepted)
    if record.organisation is not None or record.service is not None:
        holder: Any = record.organisation or record.service
        block = {field: value for field, value in accepted.items() if field in BLOCK}
        organisations.write(actor, holder, accepted.get("name"), block)
        return None
    contact = record.contact
    if contact is None:
        raise ValueError(f"a request for {record.what} is about no record")
    _edit(actor, contact, accepted)
    if "access" in accepted:
        set_access(actor, contact, accepted["access"], accepted.get("portal_email", ""))
    return contact


def set_access(actor: Actor, contact: Contact, access: str, address: str = "") -> None:
    """Make a contact's roles those of `access`, and the contact a portal user where they are none yet."""
    wanted = reach.places(access)
    if contact.user is None:
        if not wanted:
            return
        contact.user = _user_of(actor, contact.name, address)
        contact.save(update_fields=["user"])
    writing.set_access(actor, contact.user, contact.organisation_id, wanted)


def end_access(actor: Actor, contact: Contact) -> None:
    """Take every role that a contact has at their organisation; the last who administers it stays."""
    user = contact.user
    for membership in memberships_of(contact):
        if user is not None:
            writing.take(actor, user, membership)


def _create(actor: Actor, organisation_id: int, accepted: Mapping[str, str]) -> Contact:
    contact = contacts.add(actor, organisation_id, _columns(accepted))
    if accepted.get("access"):
        set_access(actor, contact, accepted["access"], accepted.get("portal_email", ""))
    return contact


def _edit(actor: Actor, contact: Contact, accepted: Mapping[str, str]) -> None:
    """The contact's columns; somebody who signs in is called, and signs in, as their contact says."""
    contacts.change(actor, contact, _columns(accepted))
    if contact.user is None:
        return
    if {"forename", "surname"} & set(accepted) and not elsewhere(contact.user, contact.organisation_id):
        writing.rename(actor, contact.user, contact.name)
    if accepted.get("portal_email"):
        _readdress(actor, contact, contact.user, accepted["portal_email"])


def _columns(accepted: Mapping[str, str]) -> dict[str, Any]:
    """Fields as columns of the contact; the portal's address is the user's, and roles there are memberships."""
    found: dict[str, Any] = {field: value for field, value in accepted.items() if field in (*PERSON, *BLOCK, "role")}
    if "role_for" in accepted:
        found["role_for_id"] = int(accepted["role_for"]) if accepted["role_for"] else None
    return found


def elsewhere(user: User, organisation_id: int) -> bool:
    """Whether somebody has a role at another provider: then what they are called there is not this one's to change."""
    return Membership.objects.filter(user=user).exclude(organisation=organisation_id).exists()


def _user_of(actor: Actor, name: str, address: str) -> User:
    """Whoever signs in with an address, as they are, or somebody new: a person may belong to several providers and
    picks one."""
    user = User.objects.select_for_update(no_key=True).filter(email=address).first()
    if user is None:
        return writing.enrol(actor, name, address, User.Kind.PROVIDER)
    if user.kind != User.Kind.PROVIDER:
        raise Refused(STAFF, "taken")
    if not user.is_active:
        raise Refused(ENDED, "taken")
    return user


def _readdress(actor: Actor, contact: Contact, user: User, address: str) -> None:
    if elsewhere(user, contact.organisation_id):
        raise Refused(ELSEWHERE, "elsewhere")
    try:
        writing.readdress(actor, user, address)
    except Refused as refusal:
        if refusal.code != "taken":
            raise
        sentence = "The Provider Portal Email Address is used for the portal already. Reject it."
        raise Refused(sentence, "taken") from refusal


def restore(actor: Actor, contact: Contact, access: str) -> list[Membership]:
    """Give back the roles that a removal took; what was given anew meanwhile stays as it is."""
    if contact.user is None:
        return []
    held = {(each.role, each.service_id) for each in memberships_of(contact)}
    missing = [place for place in reach.places(access) if place not in held]
    return [
        writing.give(actor, contact.user, contact.organisation_id, role, service_id) for role, service_id in missing
    ]
