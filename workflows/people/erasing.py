"""Erases a person: somebody who signs in, or a contact who never did.

What they are called and how they are reached goes from every table, and the chain of events stays whole.

What they did stays, as done by nobody who can be named. Their access must have ended before: that asks all that must be
asked (who administers, what they had claimed), and erasing asks none of it again.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from workflows.engine import moment
from workflows.engine.erase import Gone, erase_words, require_eraser, taken_back
from workflows.engine.errors import NotFound, Refused
from workflows.engine.holds import guard, knows, own_streams, reaches, streams_of
from workflows.engine.models import BatchItem, Outbox
from workflows.parties import grants
from workflows.parties.actor import Actor
from workflows.parties.models import ContactDetails, Membership, TeamMember, User

from .models import (
    Authenticator,
    Contact,
    HelpAsked,
    KnownDevice,
    NoticePreference,
    PolicyAccepted,
    RecoveryCode,
    SignInLink,
)

ERASED = "(erased)"
DETAILS = {str(field.name): "" for field in ContactDetails._meta.fields}


@dataclass(frozen=True, slots=True)
class Person:
    """Who is erased: the user, if they could sign in, and what they are as a contact, as it was before."""

    user: User | None
    contacts: tuple[Contact, ...]

    @property
    def address(self) -> str:
        """What they signed in with; empty for who never did."""
        return self.user.email if self.user else ""

    @property
    def names(self) -> frozenset[str]:
        """What they are called, whole."""
        named = {each.name for each in self.contacts} | ({self.user.name} if self.user else set())
        return frozenset(named - {"", ERASED})

    @property
    def sayings(self) -> frozenset[str]:
        """What a text that tells of them holds: a whole name, or an address."""
        mails = {each.email for each in self.contacts} | {self.address}
        return self.names | (mails - {""})


Also = Callable[[Person, datetime], Iterable[str] | None]
_also: list[Also] = []


def with_person(function: Also) -> Also:
    """Declare what a room erases of a person, in the same transaction, before their own rows.

    The function returns further streams whose words and files are erased, beside those that `holds.reaches` names; it
    refuses what cannot be erased yet.
    """
    _also.append(function)
    return function


@reaches("person")
def contacts_of(ids: Collection[int]) -> set[tuple[int, str]]:
    """The streams of what people are as contacts."""
    return {(pk, f"contact:{each}") for pk, each in Contact.objects.filter(user__in=ids).values_list("user", "pk")}


@reaches("provider")
def people_of(ids: Collection[int]) -> set[tuple[int, str]]:
    """The streams of a provider's contacts, and of those who may or might sign in for it."""
    contacts = set(Contact.objects.filter(organisation__in=ids).values_list("organisation", "pk", "user"))
    members = Membership.objects.filter(organisation__in=ids).values_list("organisation", "user")
    users = {*((pk, user) for pk, _, user in contacts if user), *members}
    return {(pk, f"contact:{each}") for pk, each, _ in contacts} | {(pk, f"user:{user}") for pk, user in users}


@knows("person")
def people_there(ids: Collection[int]) -> Iterable[int]:
    """Who of some people is not erased."""
    there = User.objects.filter(pk__in=ids, erased_at=None).exclude(kind=User.Kind.SYSTEM)
    return there.values_list("pk", flat=True)


@knows("contact")
def contacts_there(ids: Collection[int]) -> Iterable[int]:
    """Who of some contacts that never signed in is not erased; who signs in is held as a person."""
    return Contact.objects.filter(pk__in=ids, user=None).exclude(forename=ERASED).values_list("pk", flat=True)


@transaction.atomic
def erase_person(user_id: int, actor: Actor, reason: str = "") -> int:
    """Erase somebody who signs in, at every provider; returns how many texts.

    Raises Forbidden unless an administrator asks, NotFound, and Refused while they have access or something about
    them is undecided.
    """
    return _erase(_person(user_id, actor), f"user:{user_id}", actor, reason)


def would_erase_person(user_id: int, actor: Actor) -> Gone:
    """What `erase_person` would take, or its refusal; nothing is written."""
    return taken_back(lambda now: _streams_of(_person(user_id, actor), f"user:{user_id}", now))


@transaction.atomic
def erase_contact(contact_id: int, actor: Actor, reason: str = "") -> int:
    """Erase a contact who never had access; returns how many texts. Who signs in is erased as a person."""
    return _erase(_contact(contact_id, actor), f"contact:{contact_id}", actor, reason)


def would_erase_contact(contact_id: int, actor: Actor) -> Gone:
    """What `erase_contact` would take, or its refusal; nothing is written."""
    return taken_back(lambda now: _streams_of(_contact(contact_id, actor), f"contact:{contact_id}", now))


def _person(user_id: int, actor: Actor) -> Person:
    require_eraser(actor)
    there = User.objects.filter(pk=user_id, erased_at=None).exclude(kind=User.Kind.SYSTEM)
    user = there.select_for_update(no_key=True).first()
    if user is None:
        raise NotFound
    if user.is_active:
        raise Refused(f"{user.name} has access. End it first, then erase what is kept of them.", "active")
    contacts = Contact.objects.select_for_update(no_key=True).filter(user=user).order_by("pk")
    return Person(user, tuple(contacts))


def _contact(contact_id: int, actor: Actor) -> Person:
    require_eraser(actor)
    contact = Contact.objects.select_for_update(no_key=True).filter(pk=contact_id).first()
    if contact is None or contact.forename == ERASED:
        raise NotFound
    if contact.user_id is not None:
        raise Refused(f"{contact.name} can sign in. Erase the person, at every provider.", "signs_in")
    return Person(None, (contact,))


def _streams_of(person: Person, own: str, now: datetime) -> set[str]:
    """The streams of a person, after every room has erased what it holds besides words."""
    about, _, pk = own.partition(":")
    kind = "person" if about == "user" else about
    streams = {own, *(f"contact:{each.pk}" for each in person.contacts)}
    streams |= {stream for _, stream in streams_of(kind, [int(pk)])}
    guard(streams)
    for also in _also:
        streams |= set(also(person, now) or ())
    contacts = [each.pk for each in person.contacts]
    return streams | own_streams({kind: [int(pk)], "contact": contacts})


def _erase(person: Person, own: str, actor: Actor, reason: str) -> int:
    now = moment.now()
    streams = _streams_of(person, own, now)
    _erase_told(person)
    _erase_contacts(person, now)
    if person.user is not None:
        _erase_user(person.user, now)
    return erase_words(streams, own, actor, now, reason)


def _erase_contacts(person: Person, now: datetime) -> None:
    """A contact's row stays, because requests are about it: at nobody's, and gone."""
    rows = Contact.objects.filter(pk__in=[each.pk for each in person.contacts])
    rows.filter(gone_at=None).update(gone_at=now)
    rows.update(title="", forename=ERASED, surname="", role="", **DETAILS)


def _erase_user(user: User, now: datetime) -> None:
    Membership.objects.filter(user=user).delete()
    TeamMember.objects.filter(user=user).delete()
    for what in (NoticePreference, SignInLink, HelpAsked, PolicyAccepted, KnownDevice, Authenticator, RecoveryCode):
        what.objects.filter(user=user).delete()
    gone = User.objects.get(pk=user.pk)
    gone.email, gone.name, gone.erased_at = f"erased-{user.pk}@erased.invalid", ERASED, now
    gone.passcode = gone.passcode_asked = ""
    gone.set_unusable_password()
    gone.save()
    grants.sync_user(gone)


def _erase_told(person: Person) -> None:
    """What the machinery noted: the address in the error of a mail that was not taken, the name in a refusal."""
    for saying in sorted(person.sayings):
        Outbox.objects.filter(error__icontains=saying).update(error=ERASED)
        BatchItem.objects.filter(message__icontains=saying).update(message=ERASED)
