"""Accepting many invoices at once: a worker takes them one by one through the same door."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from workflows.engine import batches
from workflows.engine.batches import Item, runs_batch
from workflows.engine.errors import Forbidden, Refused
from workflows.engine.models import Batch, Task
from workflows.parties.actor import Actor

from .acting import profile
from .commands import accept
from .flow import InvoiceFlow

ACCEPT = "invoices.accept"
#: As many as one page shows to be ticked.
MOST = 500


def accept_many(*, actor: Actor, seen: Mapping[int, Decimal], key: str) -> Batch:
    """Begin one batch that accepts these invoices with the totals that were seen; the same key is the same batch."""
    profile()
    if not actor.is_staff:
        raise Forbidden("Only the council accepts invoices.")
    if not seen or len(seen) > MOST:
        raise Refused(f"Choose between 1 and {MOST:,} invoices.", "too_many" if seen else "none_chosen")
    said = {"seen": {str(pk): str(total) for pk, total in sorted(seen.items())}}
    return batches.create(ACCEPT, actor, sorted(seen), said, key=key)


@runs_batch(ACCEPT)
def accept_one(actor: Actor, target: int, parameters: Mapping[str, Any], key: str) -> Item:
    """Accept one of them, as far as it still awaits the council with the total that was seen."""
    turn = Task.objects.filter(process=target, node=InvoiceFlow.check.name, finished=None).first()
    if turn is None:
        raise Refused("It does not await your check any more.", "over")
    seen = Decimal(parameters["seen"][str(target)])
    done = accept(actor=actor, case_id=target, task_id=turn.pk, seen=seen, key=key)
    return Item(f"Accepted, £{seen:,.2f}", done.case_id)
