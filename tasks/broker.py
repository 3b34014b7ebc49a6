"""Dramatiq on Redis or Valkey: how messages reach the workers.

A message only says "look at this outbox row"; everything that must not be lost is in PostgreSQL. So Dramatiq's own
retries, age limits and results are left out.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import uuid4

import dramatiq
import redis
from django.conf import settings
from django.db import close_old_connections, connection
from dramatiq.brokers.redis import RedisBroker
from dramatiq.common import current_millis
from dramatiq.middleware import Middleware, TimeLimit
from redis.backoff import NoBackoff
from redis.retry import Retry

QUEUE = "default"
#: A killed worker is noticed by others after this many milliseconds (Dramatiq's own minute is too long).
HEARTBEAT_TIMEOUT = 10_000
#: How many fetches in a million look after dead workers' messages (by default 1,000: minutes on an idle queue).
MAINTENANCE_CHANCE = 100_000
#: Messages that a worker process fetches ahead: measured 17 times the throughput of the default.
PREFETCH = 256
#: How long an idle worker waits, in milliseconds: measured a sixth of the default's latency.
IDLE_WAIT = 100
#: A handler that works longer than this (in milliseconds) hangs.
TIME_LIMIT = 15 * 60 * 1000


class Pace(Middleware):
    """Sets prefetch and idle wait on the worker itself, since Dramatiq's variables are read before our code is."""

    def before_worker_boot(self, _broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        """Called before a worker starts its threads."""
        worker.queue_prefetch = PREFETCH
        worker.worker_timeout = IDLE_WAIT


class Connections(Middleware):
    """Gives each message a database connection that works, as Django does for each request."""

    def before_process_message(self, _broker: dramatiq.Broker, _message: dramatiq.MessageProxy) -> None:
        """Drop a connection that has failed; the next query checks the one that is left."""
        close_old_connections()

    def after_process_message(
        self,
        _broker: dramatiq.Broker,
        _message: dramatiq.MessageProxy,
        *,
        result: Any = None,  # noqa: ARG002
        exception: BaseException | None = None,  # noqa: ARG002
    ) -> None:
        """Drop a connection that failed during the message."""
        close_old_connections()


class Broker(RedisBroker):
    """Dramatiq's Redis broker, able to enqueue many messages in one round trip."""

    def enqueue_many(self, messages: Sequence[dramatiq.Message[Any]]) -> None:
        """Enqueue messages that are due now: what `enqueue` does for one, pipelined."""
        pipe = self.client.pipeline(transaction=False)
        for message in messages:
            name = str(uuid4())
            data = message.copy(options={"redis_message_id": name}).encode()
            self.scripts["dispatch"](keys=[self.namespace], args=self._enqueue(message, name, data), client=pipe)
        pipe.execute()

    def waiting(self, queue_name: str = QUEUE) -> int:
        """How many messages no worker has fetched yet."""
        return int(self.client.llen(f"{self.namespace}:{queue_name}"))

    def _enqueue(self, message: dramatiq.Message[Any], name: str, data: bytes) -> list[Any]:
        no_maintenance = 0
        limits = [self.broker_id, self.heartbeat_timeout, self.dead_message_ttl, no_maintenance]
        at_once = self._max_unpack_size()  # type: ignore[no-untyped-call]
        return ["enqueue", current_millis(), message.queue_name, *limits, at_once, name, data]


def client(timeout: float = 5.0) -> redis.Redis:
    """A Redis client that says at once when Redis is away; whoever uses it decides whether to try again."""
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=timeout,
        socket_connect_timeout=timeout,
        retry=Retry(NoBackoff(), 0),
        client_name="concord",
    )


def namespace() -> str:
    """The prefix of our keys: two databases that share one Redis do not take each other's messages."""
    return f"concord:{connection.settings_dict['NAME']}"


@lru_cache(maxsize=1)
def broker() -> Broker:
    """The broker of this process."""
    return Broker(  # type: ignore[no-untyped-call]
        client=client(),
        namespace=namespace(),
        middleware=[Pace(), Connections(), TimeLimit(time_limit=TIME_LIMIT)],
        heartbeat_timeout=HEARTBEAT_TIMEOUT,
        maintenance_chance=MAINTENANCE_CHANCE,
    )
