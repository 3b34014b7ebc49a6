"""Processes of ours: starting one that cannot outlive us, knowing one again later, and ending it and no other."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Known:
    """A process by its number and its start: numbers are used again, the pair is not."""

    pid: int
    started: str

    @property
    def alive(self) -> bool:
        return bool(self.started) and started(self.pid) == self.started


def started(pid: int) -> str:
    """Return when the process `pid` began, "" when there is none (one that only waits to be reaped is none)."""
    if sys.platform != "linux":
        return _started_by_ps(pid)
    try:
        # The name in brackets may itself hold brackets and spaces: what counts comes after the last one.
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in {"Z", "X"} else f"{_boot()}:{fields[19]}"


def _boot() -> str:
    """Return what this start of the machine is called: process numbers and their times begin anew with each."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def exists(pid: int) -> bool:
    """Return whether the number `pid` is taken, be it by one that has ended and that nobody reaps (in containers)."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _started_by_ps(pid: int) -> str:
    answer = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, since = answer.stdout.strip().partition(" ")
    return "" if not state or state.startswith("Z") else since.strip()


def known(pid: int) -> Known:
    """Return what tells this process from a later one of the same number."""
    return Known(pid, started(pid))


def works_in(pid: int, folder: Path, word: str) -> bool:
    """Return whether `pid` is a `word` program (postgres, valkey-server) whose folder is `folder`."""
    try:
        return Path(f"/proc/{pid}/cwd").samefile(folder) and word in _command(pid)
    except OSError:
        command = _command(pid)
        return word in command and str(folder) in command


def _command(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    answer = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return answer.stdout.strip()


def dies_with_us(number: int) -> Callable[[], None]:
    """Return what a new process does before it begins: it asks the kernel for signal `number` at our death.

    So a `kill -9` of the launcher leaves nothing running (Linux; elsewhere the next start cleans up).
    """
    parent = os.getpid()

    def ask() -> None:
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
            if os.getppid() != parent:  # we died in between
                os._exit(1)

    return ask


def end(process: Known, *, number: int = signal.SIGTERM, within: float = 10) -> bool:
    """Ask `process` to end, insist after `within` seconds, and return whether it was there at all."""
    if not process.alive:
        return False
    _signal(process, number)
    if not gone(process, within):
        _signal(process, signal.SIGKILL)
        gone(process, 5)
    return True


def gone(process: Known, within: float) -> bool:
    """Wait until `process` has ended, for at most `within` seconds; return whether it has."""
    deadline = time.monotonic() + within
    while process.alive:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _signal(process: Known, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        if process.alive:
            os.kill(process.pid, number)


def runs_as(uid: int) -> bool:
    """Return whether a process of the user `uid` can be started at all (a container may not have that number)."""
    try:
        return subprocess.run(["/bin/sh", "-c", ":"], user=uid, group=uid, extra_groups=[], check=False).returncode == 0
    except (OSError, ValueError, subprocess.SubprocessError):
        return False


def reaches(uid: int, folder: Path) -> bool:
    """Return whether the user `uid` can enter `folder` (tried by doing it: every folder above counts)."""
    command = ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)]
    tried = subprocess.run(command, user=uid, group=uid, extra_groups=[], check=False, capture_output=True, cwd="/")
    return tried.returncode == 0
