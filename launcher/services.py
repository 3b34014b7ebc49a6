"""One process to keep running: what it is, how it is started, and how its end is noticed and told."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from launcher import processes
from launcher.home import private
from launcher.say import Trouble

FIRST_PAUSE = 0.2
LONGEST_LOG = 5_000_000


@dataclass(frozen=True)
class Service:
    """One process to keep running. `before` tidies up and `ready` tells when it can be used."""

    name: str
    argv: Sequence[str]
    log: Path
    cwd: Path
    env: Mapping[str, str] | None = None
    uid: int | None = None
    keep: Sequence[int] = ()
    end_signal: int = signal.SIGTERM
    end_within: float = 15
    ready_within: float = 60
    tries: int = 1
    before: Callable[[], None] = lambda: None
    ready: Callable[[int], bool] = lambda _: True


@dataclass
class Running:
    """A service and the process that serves it now."""

    service: Service
    process: subprocess.Popen[bytes]
    since: float
    pause: float = FIRST_PAUSE
    again_at: float | None = None
    known: processes.Known = field(init=False)

    def __post_init__(self) -> None:
        self.known = processes.known(self.process.pid)

    def described(self) -> list[object]:
        """Return what a later run needs to know it again and end it."""
        return [self.known.pid, self.known.started, int(self.service.end_signal)]


def spawn(service: Service) -> Running:
    """Start the service's process in a session of its own: a Ctrl-C in the terminal is for us to pass on in order."""
    service.before()
    private(service.log.parent)
    shorten(service.log)
    with service.log.open("ab") as log:
        process = subprocess.Popen(
            service.argv,
            env=service.env,
            cwd=service.cwd,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=service.keep,
            preexec_fn=processes.dies_with_us(service.end_signal),  # noqa: PLW1509 - the launcher has one thread
            user=service.uid,
            group=service.uid,
            extra_groups=None if service.uid is None else [],
        )
    return Running(service, process, time.monotonic())


def shorten(log: Path) -> None:
    """Put a log aside that has grown long; one older part is kept."""
    if log.exists() and log.stat().st_size > LONGEST_LOG:
        log.replace(log.with_suffix(".log.1"))


def has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Return whether `process` has ended, and leave it to be reaped: until then its number is not used again."""
    if process.returncode is not None:
        return True
    if not hasattr(os, "waitid"):  # macOS before Python 3.13
        return process.poll() is not None
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def end_group(running: Running) -> int:
    """End what is left of the service's process group (its children, when it was killed); reap it, return its code."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(running.process.pid, signal.SIGKILL)
    return running.process.wait()


def ending(code: int) -> str:
    """Say in words how a process ended."""
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"


def not_started(running: Running) -> Trouble:
    """Return the trouble of a service that did not become ready, with what it last said."""
    service = running.service
    code = end_group(running) if has_ended(running.process) else None
    what = f"did not become ready in {service.ready_within:.0f} s" if code is None else ending(code)
    return Trouble(
        f"{service.name} could not be started: it {what}.",
        why=tail(service.log),
        do=f"Read {service.log}, put right what it says and start again.",
    )


def tail(log: Path, lines: int = 15) -> str:
    """Return the last lines of a log, indented to stand under a heading."""
    try:
        text = log.read_text(errors="replace").splitlines()[-lines:]
    except OSError:
        return "it wrote no log."
    return "its log ends with:\n" + "\n".join(f"    {line}" for line in text)
