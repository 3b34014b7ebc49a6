"""Another connection with a transaction of its own that stays open until it is told to commit."""

from collections.abc import Callable
from threading import Event, Thread
from typing import Any

from django.db import connection, transaction

PATIENCE = 20


class Elsewhere:
    """Runs a function in a transaction of another thread; `commit` ends it."""

    def __init__(self, function: Callable[[], Any]) -> None:
        self._function = function
        self._begun, self._go_on = Event(), Event()
        self._thread = Thread(target=self._run)
        self._thread.start()
        assert self._begun.wait(PATIENCE)

    def commit(self) -> None:
        """Commit, and wait until it is done; a second call does nothing."""
        self._go_on.set()
        self._thread.join(PATIENCE)

    def _run(self) -> None:
        try:
            with transaction.atomic():
                self._function()
                self._begun.set()
                self._go_on.wait(PATIENCE)
        finally:
            connection.close()
