"""The one Dramatiq actor: it is given the id of an outbox row, and the row says what to do."""

import dramatiq

from tasks.actors import load
from tasks.carrying import carry_out

load()


@dramatiq.actor(actor_name="carry", queue_name="default")
def carry(outbox_id: int, attempts: int) -> None:
    """Carry out one outbox row; everything that must be remembered about it is in PostgreSQL."""
    carry_out(outbox_id, attempts)
