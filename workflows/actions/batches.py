"""Sending one action to many providers, such as a care plan or a notice: a case for each (design, workflows table)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from secrets import token_bytes
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.crypto import salted_hmac

from workflows.council.profile import current
from workflows.engine import batches
from workflows.engine.batches import Item, runs_batch
from workflows.engine.errors import Forbidden, Invalid, Refused
from workflows.engine.models import Batch, Content
from workflows.engine.moment import now, today
from workflows.parties.actor import Actor

from . import rules
from .commands import send
from .rules import Asked, Related, Side

SEND = "actions.send"
MOST = 2_000
#: What can be said to many providers at once: what is about one client or contract is said to one.
MANY = (Related.PROVIDER,)


def send_to_many(
    *, actor: Actor, asked: Asked, organisation_ids: Iterable[int], sender: str, file_ids: Sequence[int], key: str
) -> Batch:
    """Begin one batch that sends the same action to each provider; the same key again is the same batch.

    The words lie in content rows, not in the batch: they can be erased. Raises Invalid with faults by field.
    """
    if not actor.is_staff:
        raise Forbidden("Only the council writes to many providers.")
    ids = sorted(set(organisation_ids))
    if not ids or len(ids) > MOST:
        raise Refused(f"Choose between 1 and {MOST:,} providers.", "too_many" if ids else "none_chosen")
    faults = dict(rules.faults(asked, current().actions, Side.COUNCIL, today(), frozenset()))
    if asked.related not in MANY:
        faults["related"] = "To many providers at once you can write about the provider only"
    if faults:
        raise Invalid(faults)
    with transaction.atomic():
        stream = f"batch-words:{actor.user_id}:{key}"
        title, text = _kept(stream, "title", asked.title.strip()), _kept(stream, "post", asked.text)
        wanted = asked.wanted_by.isoformat() if asked.wanted_by else None
        said = {"type": asked.type, "team": asked.team, "sender": sender, "wanted_by": wanted, "files": [*file_ids]}
        return batches.create(SEND, actor, ids, {**said, "title": str(title), "text": str(text)}, key=key)


def _kept(stream: str, label: str, text: str) -> UUID:
    """Keep words in a content row; the same words under the same key are the same row, also when it was erased since.

    Its id is made with the product's secret: it tells nothing of the words once they are gone.
    """
    pk = UUID(salted_hmac(stream, f"{label}:{text}", algorithm="sha256").hexdigest()[:32])
    row = Content(id=pk, stream=stream[:60], label=label, text=text, salt=token_bytes(16))
    Content.objects.bulk_create([row], ignore_conflicts=True)
    return pk


def _said(batch: Batch) -> None:
    """The batch is over: each case has the words for itself, and those that it was given are erased."""
    kept = Content.objects.filter(pk__in=[batch.parameters["title"], batch.parameters["text"]], erased_at=None)
    kept.update(text="", salt=b"", erased_at=now())


@runs_batch(SEND, at_end=_said)
def send_one(actor: Actor, target: int, parameters: Mapping[str, Any], key: str) -> Item:
    """Send it to one provider."""
    words = Content.objects.in_bulk([parameters["title"], parameters["text"]])
    told = {str(pk): row.text for pk, row in words.items()}
    wanted = parameters["wanted_by"]
    asked = Asked(
        type=parameters["type"],
        related=Related.PROVIDER,
        entity=None,
        wanted_by=date.fromisoformat(wanted) if wanted else None,
        team=parameters["team"],
        title=told[parameters["title"]],
        text=told[parameters["text"]],
    )
    outcome = send(
        actor=actor,
        asked=asked,
        organisation_id=target,
        sender=parameters["sender"],
        file_ids=parameters["files"],
        copy=True,
        key=key,
    )
    return Item("Sent", outcome.case_id)
