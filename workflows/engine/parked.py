"""Messages that were given up: a person looks at them and says "try again"."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from workflows.parties.actor import Actor

from . import events, outbox
from .errors import Forbidden, NotFound, Refused
from .models import Outbox
from .records import checked_words


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much is still to be carried out, for health checks."""

    due: int
    oldest: datetime | None
    parked: int


def parked(actor: Actor) -> QuerySet[Outbox]:
    """The parked messages, the latest first. Raises Forbidden unless an administrator asks."""
    _may(actor)
    return Outbox.objects.filter(parked_at__isnull=False).order_by("-parked_at")


@transaction.atomic
def try_again(outbox_id: int, actor: Actor) -> None:
    """Send a parked message on its way again, and record who said so.

    Raises Forbidden unless an administrator asks, NotFound, or Refused when it is no longer parked.
    """
    row = one(outbox_id, actor, lock=True)
    now = timezone.now()
    facts = {"topic": row.topic, "key": row.key, "error": row.error, "attempts": row.attempts}
    events.record(f"outbox:{row.pk}", "message.tried_again", actor.user_id, facts, at=now)
    # The count of attempts goes on: it is the token by which workers tell an old claim from a new one.
    row.parked_at, row.lease_until, row.due_at = None, None, now
    row.save(update_fields=["parked_at", "lease_until", "due_at"])
    outbox.wake_after_commit()


@transaction.atomic
def drop(outbox_id: int, actor: Actor, reason: str) -> None:
    """Give a parked message up for good: it is never carried out. Who said so, and why, is recorded.

    Raises Forbidden unless an administrator asks, NotFound, or Refused without a reason or when it is no longer parked.
    """
    row = one(outbox_id, actor, lock=True)
    words = checked_words("reason", reason, required=True)
    now = timezone.now()
    facts = {"topic": row.topic, "key": row.key, "error": row.error, "attempts": row.attempts}
    events.record(f"outbox:{row.pk}", "message.dropped", actor.user_id, facts, at=now, words={"reason": words})
    row.parked_at, row.lease_until, row.done_at = None, None, now
    row.save(update_fields=["parked_at", "lease_until", "done_at"])


def one(outbox_id: int, actor: Actor, *, lock: bool = False) -> Outbox:
    """A parked message; NotFound when there is none, Refused when it is not parked any more."""
    _may(actor)
    rows = Outbox.objects.select_for_update() if lock else Outbox.objects.all()
    row = rows.filter(pk=outbox_id).first()
    if row is None:
        raise NotFound
    if row.parked_at is None:
        raise Refused("This message is not parked any more: somebody was faster.", "not_parked")
    return row


def how_many() -> int:
    """How many messages are parked."""
    return Outbox.objects.filter(parked_at__isnull=False).count()


def waiting(now: datetime) -> Waiting:
    """How many messages are due and not done, since when, and how many are parked."""
    due = Outbox.objects.filter(done_at=None, parked_at=None, due_at__lte=now)
    oldest = due.order_by("due_at").values_list("due_at", flat=True).first()
    return Waiting(due.count(), oldest, how_many())


def _may(actor: Actor) -> None:
    if "administrator" not in actor.duties:
        raise Forbidden("Only an administrator can see and resend parked messages.")
