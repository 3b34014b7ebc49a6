"""The relay: takes the outbox rows that are due and hands them to the workers.

A row is leased, not removed: if its worker dies, or Redis forgets it, the lease runs out and it is handed out again.
Any number of relays may run.
"""

import logging
from typing import Any

import dramatiq
import redis
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection, transaction

from tasks import wake
from tasks.broker import QUEUE, Broker, broker
from tasks.stopping import Rest, Stop

logger = logging.getLogger(__name__)

BATCH = 500
#: More than this is not kept waiting in Redis: leases would run out there.
HIGH_WATER = 2_000
#: How long to sleep when nothing wakes us, in seconds.
POLL = 1
CARRY = "carry"

TAKE = """
WITH due AS (
    SELECT id, due_at FROM engine_outbox
    WHERE done_at IS NULL AND parked_at IS NULL
      AND due_at <= clock_timestamp() AND (lease_until IS NULL OR lease_until < clock_timestamp())
    ORDER BY due_at, id LIMIT %s
    FOR UPDATE SKIP LOCKED
)
UPDATE engine_outbox SET lease_until = clock_timestamp() + %s * interval '1 second'
FROM due WHERE engine_outbox.id = due.id
RETURNING engine_outbox.id, engine_outbox.attempts, due.due_at
"""


def hand_out(to: Broker, limit: int = BATCH) -> int:
    """Lease up to `limit` due rows and enqueue a message for each; returns how many.

    Redis is asked before the commit: when it fails, nothing was leased. A message whose lease was not committed does
    no harm, because a worker claims the row itself.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TAKE, [limit, settings.OUTBOX_LEASE_SECONDS])
        rows = sorted(cursor.fetchall(), key=lambda row: (row[2], row[0]))
        if rows:
            to.enqueue_many([_message(outbox_id, attempts) for outbox_id, attempts, _ in rows])
    return len(rows)


def run(stop: Stop) -> None:
    """Hand out until `stop` is set; neither Redis nor PostgreSQL being away ends it."""
    rest = Rest(stop)
    waiter = broker().client
    while not stop.is_set():
        try:
            if _pass() < BATCH:
                wake.wait(waiter, POLL)
            rest.over()
        except redis.RedisError as error:
            rest.after("Redis", error)
        except DatabaseError as error:
            connection.close()
            rest.after("PostgreSQL", error)
    connection.close()


def _pass() -> int:
    room = HIGH_WATER - broker().waiting()
    return hand_out(broker(), min(BATCH, room)) if room > 0 else 0


def _message(outbox_id: int, attempts: int) -> dramatiq.Message[Any]:
    return dramatiq.Message(queue_name=QUEUE, actor_name=CARRY, args=(outbox_id, attempts), kwargs={}, options={})
