"""Stops a long-running command at a moment of its own choosing."""

import logging
import os
import select
import signal
from types import FrameType
from typing import Protocol

logger = logging.getLogger(__name__)

LONGEST_REST = 10.0


class Stop(Protocol):
    """What a loop watches: `threading.Event` fits as well."""

    def is_set(self) -> bool:
        """Whether the loop should end."""

    def wait(self, timeout: float) -> bool:
        """Sleep for `timeout` seconds, or less when the loop should end."""


class SignalStop:
    """Set by SIGTERM and Ctrl-C. A pipe, because a lock that the main thread holds must not be taken in a handler."""

    def __init__(self) -> None:
        self._set = False
        self._read, self._write = os.pipe()
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, self._stop)

    def is_set(self) -> bool:
        """Whether a signal has come."""
        return self._set

    def wait(self, timeout: float) -> bool:
        """Sleep until a signal comes, `timeout` seconds at most."""
        select.select([self._read], [], [], timeout)
        return self._set

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._set = True
        os.write(self._write, b"x")


class Rest:
    """Pauses that grow while something is away, said once when it goes and once when it is back."""

    def __init__(self, stop: Stop) -> None:
        self._stop = stop
        self._away = ""
        self._seconds = 0.5

    def after(self, what: str, error: Exception) -> None:
        """Pause, because `what` is away."""
        if self._away != what:
            logger.warning("%s is away (%s); trying again until it is back.", what, type(error).__name__)
            self._away = what
        self._stop.wait(self._seconds)
        self._seconds = min(self._seconds * 2, LONGEST_REST)

    def over(self) -> None:
        """All is well again."""
        if self._away:
            logger.info("%s is back.", self._away)
        self._away, self._seconds = "", 0.5
