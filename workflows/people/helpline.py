"""What the helpline reads: who waits for a call, whom a name or an address finds, and one person's state.

Administrators read everybody, the team of the helpline desk a provider's people only; all others nobody.
"""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from workflows.engine.duties import require_administrator
from workflows.engine.errors import NotFound
from workflows.engine.models import Event
from workflows.parties.actor import Actor
from workflows.parties.models import User

from .models import Contact, HelpAsked

MOST = 20
LEAST = 3


def may_help(actor: Actor) -> QuerySet[User]:
    """The people whom this person may help; Forbidden for who is of neither."""
    require_administrator(actor, "helpline")
    people = User.objects.filter(erased_at=None).exclude(kind=User.Kind.SYSTEM)
    return people if "administrator" in actor.duties else people.filter(kind=User.Kind.PROVIDER)


def waiting(actor: Actor) -> QuerySet[HelpAsked]:
    """Who waits for a call, who has waited longest first."""
    mine = HelpAsked.objects.filter(closed_at=None, user__in=may_help(actor))
    return mine.select_related("user").order_by("asked_at", "pk")


def matching(actor: Actor, text: str) -> list[User]:
    """Whom a part of a name or of an e-mail address finds, the first few by name."""
    typed = text.strip()
    if len(typed) < LEAST:
        return []
    found = may_help(actor).filter(Q(name__icontains=typed) | Q(email__icontains=typed))
    return list(found.order_by("name", "pk")[: MOST + 1])


def one(actor: Actor, user_id: int) -> User:
    """One of them; NotFound when there is no such person, or not for this one."""
    user = may_help(actor).filter(pk=user_id).first()
    if user is None:
        raise NotFound
    return user


def telephones(user: User) -> list[str]:
    """The numbers that are recorded for a person, as a contact of their providers."""
    rows = Contact.objects.filter(user=user, gone_at=None).values_list("telephone", "mobile")
    return sorted({number for row in rows for number in row if number})


def told(user: User, kinds: Iterable[str]) -> list[Event]:
    """What happened to how this person signs in, the newest first."""
    events = Event.objects.filter(stream=f"user:{user.pk}", kind__in=list(kinds))
    return list(events.order_by("-seq")[:MOST])
