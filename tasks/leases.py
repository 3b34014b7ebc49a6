"""Keeps the leases of what this process is carrying, so that long work is not handed out twice."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread

from django.conf import settings
from django.db import connection

logger = logging.getLogger(__name__)

RENEW = """
UPDATE engine_outbox SET lease_until = clock_timestamp() + %s * interval '1 second'
FROM unnest(%s::bigint[], %s::int[]) AS held(id, attempts)
WHERE engine_outbox.id = held.id AND engine_outbox.attempts = held.attempts AND done_at IS NULL AND parked_at IS NULL
"""


class Keeper:
    """One thread that renews every lease held here; it goes, with its connection, when nothing is held any more."""

    def __init__(self) -> None:
        self._held: set[tuple[int, int]] = set()
        self._lock = Lock()
        self._thread: Thread | None = None

    @contextmanager
    def holding(self, outbox_id: int, attempts: int) -> Iterator[None]:
        """Renew the lease of a row for as long as the block runs."""
        held = (outbox_id, attempts)
        with self._lock:
            self._held.add(held)
            if self._thread is None:
                self._thread = Thread(target=self._keep, name="leases", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                self._held.discard(held)

    def renew(self) -> None:
        """Renew once, in one statement."""
        with self._lock:
            held = sorted(self._held)
        if held:
            with connection.cursor() as cursor:
                ids, attempts = [each[0] for each in held], [each[1] for each in held]
                cursor.execute(RENEW, [settings.OUTBOX_LEASE_SECONDS, ids, attempts])

    def _keep(self) -> None:
        pause = Event()
        try:
            while not self._is_over():
                pause.wait(settings.OUTBOX_LEASE_SECONDS / 3)
                self._try()
        finally:
            connection.close()

    def _try(self) -> None:
        try:
            self.renew()
        except Exception as error:  # whatever it was, the next renewal must still come
            logger.warning("Leases were not renewed (%s).", type(error).__name__)
            connection.close()

    def _is_over(self) -> bool:
        """Whether nothing is held; decided under the lock, so that the next message starts another thread."""
        with self._lock:
            if not self._held:
                self._thread = None
            return not self._held


keeper = Keeper()
