"""The writers of contacts: no duty is asked here (writing.py). What is kept of a person lies in content rows."""

from collections.abc import Mapping
from typing import Any

from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, Concat, Trim

from workflows.engine import moment
from workflows.engine.records import changes, insert, tell
from workflows.parties.actor import Actor
from workflows.parties.models import Organisation, User

from .models import Contact


def called(user: str, organisation: Any) -> Coalesce:
    """What a provider calls one of its people: what another provider calls them is not its business.

    `user` is the column of the outer query with the person's id, `organisation` an id, or an OuterRef to one.
    """
    there = Contact.objects.filter(user=OuterRef(user), organisation=organisation)
    name = Trim(Concat("forename", Value(" "), "surname"))
    own = User.objects.filter(pk=OuterRef(user)).values("name")
    return Coalesce(Subquery(there.annotate(called=name).values("called")[:1]), Subquery(own))


def add(actor: Actor, organisation_id: int, values: Mapping[str, Any], user: User | None = None) -> Contact:
    """Record a contact of a provider; `values` are columns of the table."""
    contact = Contact(organisation_id=organisation_id, user=user, **values)
    insert(contact, f"{contact.name} is a contact of this provider already.")
    _tell(contact, "contact.added", actor, values)
    return contact


def of_user(actor: Actor, user: User, organisation: Organisation) -> Contact:
    """The contact that a portal user is at an organisation; made when there is none, and back when they had left."""
    contact = Contact.objects.filter(user=user, organisation=organisation).first()
    if contact is None:
        forename, _, surname = user.name.rpartition(" ")
        named = {"forename": forename or surname, "surname": surname if forename else "", "email": user.email}
        return add(actor, organisation.pk, named, user)
    back(actor, contact)
    return contact


def change(actor: Actor, contact: Contact, values: Mapping[str, Any]) -> bool:
    """Write columns of a contact whose row the caller holds; False when nothing differs."""
    differing = changes(contact, values)
    if differing:
        contact.save(update_fields=[*differing])
        _tell(contact, "contact.changed", actor, {name: values[name] for name in differing})
    return bool(differing)


def leave(actor: Actor, contact: Contact) -> None:
    """Note that somebody has left the provider; the row stays."""
    if contact.gone_at is None:
        contact.gone_at = moment.now()
        contact.save(update_fields=["gone_at"])
        _tell(contact, "contact.left", actor, {})


def back(actor: Actor, contact: Contact) -> None:
    """Note that they have not left after all."""
    if contact.gone_at is not None:
        contact.gone_at = None
        contact.save(update_fields=["gone_at"])
        _tell(contact, "contact.back", actor, {})


def _tell(contact: Contact, kind: str, actor: Actor, values: Mapping[str, Any]) -> None:
    facts = {"organisation": contact.organisation_id, "fields": sorted(values)}
    words = {name: str(value.pk if hasattr(value, "pk") else value) for name, value in values.items() if value}
    tell(f"contact:{contact.pk}", kind, actor, facts, words)
