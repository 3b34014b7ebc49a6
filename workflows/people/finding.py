"""Whom an administrator means to erase: a client by SSRef, somebody who signs in or a contact by their e-mail address.

What was typed is matched whole, so that nobody else is found; who is erased already is not found again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from workflows.engine.erase import require_eraser
from workflows.engine.errors import NotFound
from workflows.parties.actor import Actor
from workflows.parties.models import Client, User

from .models import Contact
from .rules import tidy_address

Kind = Literal["client", "person", "contact"]


@dataclass(frozen=True, slots=True)
class Found:
    """One whom it may be: `name` as pages call them, `note` what tells them from others."""

    kind: Kind
    id: int
    name: str
    note: str


def matching(actor: Actor, text: str) -> list[Found]:
    """Everybody whom a whole SSRef or e-mail address names; Forbidden unless an administrator asks."""
    require_eraser(actor)
    typed = text.strip()
    clients = Client.objects.filter(ss_ref=typed, erased_at=None)
    people = User.objects.filter(email=tidy_address(typed), erased_at=None).exclude(kind=User.Kind.SYSTEM)
    contacts = Contact.objects.filter(user=None, email__iexact=typed).select_related("organisation")
    found = [*(_of_client(each) for each in clients), *(_of_person(each) for each in people)]
    return found + [_of_contact(each) for each in contacts.order_by("pk")] if typed else []


def one(actor: Actor, kind: Kind, pk: int) -> Found:
    """One of them by id; NotFound, Forbidden unless an administrator asks."""
    require_eraser(actor)
    found: Sequence[Found] = ()
    if kind == "client":
        found = [_of_client(each) for each in Client.objects.filter(pk=pk, erased_at=None)]
    elif kind == "person":
        people = User.objects.filter(pk=pk, erased_at=None).exclude(kind=User.Kind.SYSTEM)
        found = [_of_person(each) for each in people]
    else:
        contacts = Contact.objects.filter(pk=pk, user=None).exclude(forename="(erased)")
        found = [_of_contact(each) for each in contacts.select_related("organisation")]
    if not found:
        raise NotFound
    return found[0]


def _of_client(client: Client) -> Found:
    return Found("client", client.pk, f"{client} ({client.ss_ref})", "A client, with all that was written about them")


def _of_person(user: User) -> Found:
    return Found("person", user.pk, user.name, f"Signs in as {user.email}, wherever that is")


def _of_contact(contact: Contact) -> Found:
    return Found("contact", contact.pk, contact.name, f"A contact of {contact.organisation.name}, who never signed in")
