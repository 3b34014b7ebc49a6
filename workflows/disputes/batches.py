"""Deciding many disputes at once: a worker takes them one by one through the same door."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from secrets import token_bytes
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.crypto import salted_hmac

from workflows.engine import batches, door
from workflows.engine.batches import Item, runs_batch
from workflows.engine.errors import Busy, Forbidden, Invalid, Refused
from workflows.engine.models import Batch, Content, Task
from workflows.engine.moment import now
from workflows.parties.actor import Actor

from . import rules
from .commands import decide
from .flow import DisputeFlow
from .models import DisputedRow
from .rules import ASK_AGAIN, Awaits, Choice

DECIDE = "disputes.decide"
#: As many rows as one form can choose.
MOST = 2_000


def decide_many(*, actor: Actor, rows: Sequence[int], way: str, reason: str, key: str) -> Batch:
    """Begin one batch that decides these rows in the same way, dispute by dispute; the same key is the same batch.

    Raises Invalid for a way that needs a reason and has none.
    """
    if not actor.is_staff:
        raise Forbidden("Only the council decides disputes.")
    chosen = sorted(set(rows))
    if not chosen or len(chosen) > MOST:
        raise Refused(f"Choose between 1 and {MOST:,} rows.", "too_many" if chosen else "none_chosen")
    if faults := rules.faults_of_many(way, reason):
        raise Invalid(faults)
    disputes = DisputedRow.objects.filter(pk__in=chosen).order_by("dispute").values_list("dispute", flat=True)
    with transaction.atomic():
        words = _kept(f"batch-words:{actor.user_id}:{key}", reason.strip())
        said = {"rows": chosen, "way": way, "reason": str(words)}
        return batches.create(DECIDE, actor, disputes.distinct(), said, key=key)


def _kept(stream: str, text: str) -> UUID:
    """Keep the reason in a content row until the batch is over; the same words under the same key are the same row."""
    pk = UUID(salted_hmac(stream, f"reason:{text}", algorithm="sha256").hexdigest()[:32])
    row = Content(id=pk, stream=stream[:60], label="reason", text=text, salt=token_bytes(16))
    Content.objects.bulk_create([row], ignore_conflicts=True)
    return pk


def _said(batch: Batch) -> None:
    """The batch is over: each dispute has the words for itself, and those that it was given are erased."""
    kept = Content.objects.filter(pk=batch.parameters["reason"], erased_at=None)
    kept.update(text="", salt=b"", erased_at=now())


def decide_few(
    *, actor: Actor, rows: Sequence[int], way: str, reason: str, key: str
) -> tuple[list[Decimal], list[str]]:
    """Decide these rows at once, dispute by dispute: what was made payable of each, and why others stay."""
    paid: list[Decimal] = []
    refused: list[str] = []
    found = DisputedRow.objects.filter(pk__in=rows).order_by("dispute").values_list("dispute_id", flat=True)
    for dispute in found.distinct():
        try:
            outcome = _decide(actor, dispute, rows, way, reason, f"{key}:{dispute}")
        except (Busy, Refused) as refusal:
            refused.append(refusal.reason)
        else:
            paid.append(Decimal(outcome.answer["paid"]))
    return paid, refused


@runs_batch(DECIDE, at_end=_said)
def decide_one(actor: Actor, target: int, parameters: Mapping[str, Any], key: str) -> Item:
    """Decide the chosen rows of one dispute that still await the council."""
    reason = Content.objects.values_list("text", flat=True).get(pk=parameters["reason"])
    outcome = _decide(actor, target, parameters["rows"], parameters["way"], reason, key)
    asked = parameters["way"] == ASK_AGAIN
    return Item("Asked again" if asked else f"Decided, £{outcome.answer['paid']} payable", outcome.case_id)


def _decide(actor: Actor, dispute: int, rows: Sequence[int], way: str, reason: str, key: str) -> door.Outcome:
    earlier = door.answered(actor, key)
    if earlier is not None:
        return earlier
    chosen = DisputedRow.objects.filter(dispute=dispute, pk__in=rows, awaits=Awaits.COUNCIL)
    turn = Task.objects.filter(process=dispute, node=DisputeFlow.decide.name, finished=None).first()
    ids = list(chosen.order_by("pk").values_list("pk", flat=True))
    if turn is None or not ids:
        raise Refused("It does not await your decision any more.", "over")
    choices = [Choice(each, way, reason) for each in ids]
    return decide(actor=actor, case_id=dispute, task_id=turn.pk, choices=choices, key=key)
