"""Publishing many documents: a worker takes the lines one by one through the same door."""

from collections.abc import Mapping
from typing import Any

from workflows.engine.batches import Item, runs_batch
from workflows.parties.actor import Actor

from .commands import publish_line

PUBLISH = "contracts.publish"


@runs_batch(PUBLISH)
def publish(actor: Actor, target: int, _parameters: Mapping[str, Any], key: str) -> Item:
    """Publish the document of one line; what is refused is kept with its reason."""
    outcome = publish_line(actor=actor, line_id=target, key=key)
    return Item("Published", outcome.case_id)
