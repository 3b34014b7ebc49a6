"""Wakes the relay when something was put into the outbox: an optimisation, never a condition.

The wake-up is one token in a Redis list, so it is not lost while the relay looks elsewhere, and never piles up.
"""

import logging
import time
from threading import Lock

import redis

from tasks.broker import client, namespace

logger = logging.getLogger(__name__)

#: A web request waits this long for Redis, at most.
PATIENCE = 0.1
#: How long Redis is left alone after it failed, so that only one request in many waits for it.
REST = 5.0


class Waker:
    """Called after each commit that has put something; never raises, and hardly ever waits."""

    def __init__(self) -> None:
        self._client: redis.Redis | None = None
        self._rests_until = 0.0
        self._lock = Lock()

    def __call__(self) -> None:
        """Leave a token for the relay, unless Redis has just failed."""
        if time.monotonic() < self._rests_until:
            return
        try:
            self._leave_token()
        except (redis.RedisError, OSError) as error:
            self._rests_until = time.monotonic() + REST
            logger.warning("Redis did not take the wake-up (%s); the relay looks for itself.", type(error).__name__)

    def _leave_token(self) -> None:
        with self._lock:
            if self._client is None:
                self._client = client(timeout=PATIENCE)
        pipe = self._client.pipeline(transaction=False)
        pipe.lpush(key(), 1)
        pipe.ltrim(key(), 0, 0)
        pipe.execute()


def key() -> str:
    """The list in which the token waits."""
    return f"{namespace()}:wake"


def wait(connection: redis.Redis, seconds: int) -> None:
    """Wait until something was put, or until `seconds` have passed; redis.RedisError when Redis is away."""
    connection.brpop([key()], timeout=seconds)
