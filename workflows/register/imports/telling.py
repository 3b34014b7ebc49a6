"""How far a run is that is being taken over: all of it is one transaction, so that is written on another connection."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from .rooms import Tell

EVERY = 1.0  # seconds
WRITE = "UPDATE register_importrun SET progress = %s WHERE id = %s AND status = 'updating'"


@contextmanager
def telling(run_id: int) -> Iterator[Tell]:
    """What says how many records are taken over, about once a second, where everybody sees it at once.

    Inside a transaction of the caller nobody else sees that the run has begun, and nothing is said.
    """
    if connection.in_atomic_block:
        yield lambda _: None
        return
    teller = _Teller(run_id, connection.copy())
    try:
        teller.write(0)  # whatever an earlier attempt has come to was taken back
        yield teller
    finally:
        teller.close()


class _Teller:
    def __init__(self, run_id: int, own: BaseDatabaseWrapper) -> None:
        self._run_id, self._own, self._last = run_id, own, time.monotonic()

    def __call__(self, done: int) -> None:
        if time.monotonic() - self._last >= EVERY:
            self.write(done)

    def write(self, done: int) -> None:
        """Write it down, whenever that was done last."""
        with self._own.cursor() as cursor:
            cursor.execute(WRITE, [done, self._run_id])
        self._last = time.monotonic()

    def close(self) -> None:
        """Give the connection back."""
        self._own.close()
