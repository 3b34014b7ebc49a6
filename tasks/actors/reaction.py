"""Topics with reactions: an event is fanned out to one outbox row a reaction, and each is carried by itself."""

from collections.abc import Mapping
from typing import Any

from tasks.handlers import FAN_OUT, handles
from workflows.engine import outbox, reactions
from workflows.engine.models import Outbox


@handles(FAN_OUT, database=True)
def fan_out(message: Mapping[str, Any], key: str) -> None:
    """Write down each reaction to the topic, under the key `<event key>:<name>`."""
    rows = [
        outbox.row("reaction", f"{key}:{each.name}", {"name": each.name, "payload": message["payload"]})
        for each in reactions.of(message["topic"])
    ]
    Outbox.objects.bulk_create(rows, ignore_conflicts=True)
    outbox.wake_after_commit()


@handles("reaction", database=True)
def react(message: Mapping[str, Any], key: str) -> None:
    """Carry out one reaction, in one transaction with its mark."""
    reactions.named(message["name"]).function(message["payload"], key)
