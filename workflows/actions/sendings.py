"""The readers of sendings: one action to many providers, and what became of it at each."""

from typing import Any

from django.db.models import F, OuterRef, Subquery

from workflows.engine.errors import NotFound
from workflows.engine.models import Batch
from workflows.parties.actor import Actor
from workflows.parties.models import Organisation

from .batches import SEND


def sending(actor: Actor, batch_id: int) -> Batch:
    """A sending to many providers: its sender's own, and an auditor's to read; NotFound."""
    rows = Batch.objects.select_related("actor").filter(kind=SEND, pk=batch_id)
    found = (rows if "auditor" in actor.duties else rows.filter(actor=actor.user_id)).first()
    if found is None:
        raise NotFound
    return found


def sent(batch: Batch) -> Any:
    """The items of a sending as plain rows, with the provider and the case of each."""
    name = Organisation.objects.filter(pk=OuterRef("target")).values("name")[:1]
    rows = batch.items.order_by().annotate(provider=Subquery(name))
    return rows.values("id", "result", "message", "case_id", "provider", reference=F("case__reference"))
