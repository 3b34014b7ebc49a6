"""What must follow a change is written down in the change's own transaction (architecture §5).

`tasks` carries it out: PostgreSQL is the truth, the wake-up only an optimisation.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from .models import Outbox

_wakers: list[Callable[[], None]] = []


def on_put(waker: Callable[[], None]) -> None:
    """Let `tasks` name what to call after a commit that has put something; it must not raise."""
    _wakers.append(waker)


def row(topic: str, key: str, payload: Mapping[str, Any], due_at: datetime | None = None) -> Outbox:
    """Make an outbox row without writing it (the door writes its own)."""
    return Outbox(topic=topic, key=key, payload=dict(payload), due_at=due_at or timezone.now())


def put(topic: str, key: str, payload: Mapping[str, Any], due_at: datetime | None = None) -> None:
    """Write down that something must follow. The same topic and key again is the same thing: once."""
    assert connection.in_atomic_block, "an outbox row belongs to the transaction of its cause"
    Outbox.objects.bulk_create([row(topic, key, payload, due_at)], ignore_conflicts=True)
    wake_after_commit()


def wake_after_commit() -> None:
    """Tell whoever carries the outbox, once this transaction is committed."""
    transaction.on_commit(_wake)


def _wake() -> None:
    for waker in _wakers:
        waker()
