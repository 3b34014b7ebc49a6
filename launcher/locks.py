"""Locks between processes of one machine: the kernel frees them when their holder dies, however it dies."""

import fcntl
import os
from pathlib import Path


class Lock:
    """A file lock. `with Lock(path):` waits for it; `take()` does not, and `with` then gives it back."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._file: int | None = None

    def take(self, *, wait: bool = False, shared: bool = False) -> bool:
        """Take the lock and return True, or False when another process has it and we are not to wait."""
        self.place.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self.place, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            os.close(file)
            return False
        except BaseException:
            os.close(file)
            raise
        self._file = file
        return True

    def free(self) -> None:
        """Give the lock back; nothing happens when it is not held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __enter__(self) -> "Lock":
        if self._file is None:
            self.take(wait=True)
        return self

    def __exit__(self, *_: object) -> None:
        self.free()
