"""A client's request for what is held about them (UK GDPR, article 15): asked for, given out for some days, forgotten.

No name stands in an address, a file's name or a log: a bundle is known by its number.
"""

from datetime import datetime, timedelta
from typing import IO, Any

from django.db import transaction
from django.db.models import QuerySet

from workflows.engine import events, moment, outbox
from workflows.engine import selectors as engine
from workflows.engine.atomic import command
from workflows.engine.bundles import silent, tells
from workflows.engine.erase import with_client
from workflows.engine.errors import Forbidden, NotFound, Refused
from workflows.engine.storage import drop_unnamed
from workflows.parties.actor import Actor
from workflows.parties.models import Client

from .models import Bundle, ErasedCase, RetentionItem, RetentionList

State = Bundle.State
TOPIC = "bundle.make"
#: How long a bundle can be taken: long enough for a review of what names others, and no longer.
KEPT_FOR = timedelta(days=7)
TAKEN = "subject_access.zip"

tells(Bundle, "client", "requests-for-this")
silent("What is due to be erased: numbers of records that are in the bundle themselves.",
       RetentionItem, RetentionList, ErasedCase)  # fmt: skip


@command
def ask_for(*, actor: Actor, ss_ref: str) -> Bundle:
    """Have everything about the client of a whole SSRef put together by a worker; one that is being made is the answer.

    Raises Forbidden unless an administrator asks, Refused (by code) for nobody, and for who was erased.
    """
    _require(actor)
    client = Client.objects.select_for_update(no_key=True).filter(ss_ref=ss_ref.strip()).first()
    if client is None:
        raise Refused("Nobody was found. Check that all of the SSRef is right.", "nobody")
    if client.erased_at is not None:
        raise Refused("What was held about this client was erased. There is nothing to give out.", "erased")
    found = Bundle.objects.filter(client=client, state=State.MAKING).first()
    if found is not None:
        return found
    made = Bundle.objects.create(client=client, asked_by_id=actor.user_id, asked_at=moment.now())
    events.record(f"client:{client.pk}", "client.bundle_asked", actor.user_id, {"bundle": made.pk}, at=made.asked_at)
    outbox.put(TOPIC, f"bundle:{made.pk}", {"bundle": made.pk})
    return made


def listed(actor: Actor) -> QuerySet[Bundle]:
    """Every bundle, without an order."""
    _require(actor)
    return Bundle.objects.select_related("client", "asked_by")


def one(actor: Actor, bundle_id: int) -> Bundle:
    """One of them; NotFound."""
    found = listed(actor).filter(pk=bundle_id).first()
    if found is None:
        raise NotFound
    return found


@transaction.atomic
def take(actor: Actor, bundle_id: int) -> tuple[IO[Any], str]:
    """The file and what it is called outside; that it was taken is recorded. NotFound when its days are over."""
    found = one(actor, bundle_id)
    if found.state != State.MADE or found.expires_at is None or found.expires_at <= moment.now():
        raise NotFound
    engine.viewed(actor, TAKEN, found.pk, found.client_id)
    return found.file.open("rb"), f"subject-access-{found.pk}.zip"


def forget(*, now: datetime | None = None) -> int:
    """Delete the bundles whose days are over; returns how many. A job calls this."""
    return _delete(Bundle.objects.filter(state=State.MADE, expires_at__lte=now or moment.now()))


@with_client
def forget_with(client: Client, _now: datetime) -> None:
    """What was put together of a client goes with the client; what is being made is not finished."""
    _delete(Bundle.objects.filter(client=client, state__in=[State.MADE, State.MAKING]))


@transaction.atomic
def _delete(rows: QuerySet[Bundle]) -> int:
    found = dict(rows.select_for_update().values_list("pk", "file"))
    Bundle.objects.filter(pk__in=found).update(state=State.GONE, file="", contents=[], sha256="")
    drop_unnamed(name for name in found.values() if name)
    return len(found)


def _require(actor: Actor) -> None:
    if "administrator" not in actor.duties:
        raise Forbidden("Only an administrator has what is held about a client put together.")
