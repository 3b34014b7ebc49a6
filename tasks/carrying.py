"""What happens to one outbox row in a worker: claimed, carried out, marked; each by compare-and-set.

The count of attempts is the claim's token: a row is claimed by raising it, and only who raised it last may mark it.
"""

import json
import logging
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection, transaction
from dramatiq.middleware import Interrupt

from tasks.handlers import handling
from tasks.leases import keeper
from workflows.engine import faults
from workflows.lists import reading

logger = logging.getLogger(__name__)

#: Tries before a message is parked; with doubling pauses the last one is an hour and a quarter after the first.
TRIES = 12
FIRST_PAUSE = 2
LONGEST_PAUSE = 3_600

CLAIM = """
UPDATE engine_outbox SET attempts = attempts + 1, lease_until = clock_timestamp() + %s * interval '1 second'
WHERE id = %s AND attempts = %s AND done_at IS NULL AND parked_at IS NULL
RETURNING topic, key, payload
"""
DONE = """
UPDATE engine_outbox SET done_at = clock_timestamp(), lease_until = NULL, error = ''
WHERE id = %s AND attempts = %s AND done_at IS NULL AND parked_at IS NULL
"""
FAILED = """
UPDATE engine_outbox SET error = %s, lease_until = NULL,
    due_at = clock_timestamp() + %s * interval '1 second',
    parked_at = CASE WHEN %s THEN clock_timestamp() END
WHERE id = %s AND attempts = %s AND done_at IS NULL AND parked_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """A row that this worker carries, as its `attempts`-th try."""

    id: int
    attempts: int
    topic: str
    key: str
    payload: dict[str, Any]


class Lost(Exception):
    """The lease ran out and somebody else has the row: what was done here is rolled back."""


def carry_out(outbox_id: int, attempts: int) -> None:
    """Claim a row, do what its topic asks for, and mark it; a row that is not to be had is left alone."""
    claimed = claim(outbox_id, attempts)
    if claimed is None:
        return
    try:
        reading.refresh()
        with keeper.holding(claimed.id, claimed.attempts):
            _handle(claimed)
    except Lost:
        logger.info("Message %s (%s) was taken over by another worker.", claimed.id, claimed.topic)
    except (Exception, Interrupt) as error:
        _failed(claimed, error)


def claim(outbox_id: int, attempts: int) -> Claim | None:
    """Take a row that was handed out at its `attempts`; None when it is done, parked or somebody else's."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [settings.OUTBOX_LEASE_SECONDS, outbox_id, attempts])
        row = cursor.fetchone()
    if row is None:
        return None
    return Claim(outbox_id, attempts + 1, row[0], row[1], json.loads(row[2]))


def pause_after(attempts: int) -> int:
    """Seconds until the next try."""
    return int(min(FIRST_PAUSE * 2 ** ((attempts - 1) % TRIES), LONGEST_PAUSE))


def _handle(claimed: Claim) -> None:
    how = handling(claimed.topic)
    if not how.database:
        how.handler(claimed.payload, claimed.key)
        _mark_done(claimed)
        return
    with transaction.atomic():
        how.handler(claimed.payload, claimed.key)
        _mark_done(claimed)


def _mark_done(claimed: Claim) -> None:
    with connection.cursor() as cursor:
        cursor.execute(DONE, [claimed.id, claimed.attempts])
        if cursor.rowcount != 1:
            raise Lost


def _failed(claimed: Claim, error: BaseException) -> None:
    """Write down why, and when to try again; a row is parked after every TRIES tries, or when it is final."""
    said = faults.describe(error)
    parked = faults.is_final(error) or claimed.attempts % TRIES == 0
    logger.error(
        "Message %s (%s) %s: %s\n%s",
        claimed.id,
        claimed.topic,
        "is parked" if parked else "failed and is tried again",
        said,
        faults.trail(error),
    )
    try:
        with connection.cursor() as cursor:
            cursor.execute(FAILED, [said, pause_after(claimed.attempts), parked, claimed.id, claimed.attempts])
    except DatabaseError:
        connection.close()  # its lease runs out, and it is handed out again
