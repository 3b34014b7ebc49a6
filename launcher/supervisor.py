"""Starts services in order, starts again those that die, and ends them in the opposite order: these and no others."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType

from launcher import processes
from launcher.say import Trouble, complain, say

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 10.0
STEADY = 30.0
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Ended(Exception):
    """Somebody asked the launcher to end; `number` is the signal."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


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
    before: Callable[[], None] = lambda: None
    ready: Callable[[int], bool] = lambda pid: True


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


class Supervisor:
    """Keeps services running while its `with` block does; the block's end is theirs too."""

    def __init__(self, record: Path, about: Mapping[str, object] | None = None) -> None:
        self.record = record
        self.about = dict(about or {})
        self.running: list[Running] = []
        self.asked: int | None = None
        self._before: dict[int, object] = {}
        self._pipe: tuple[int, int] = (-1, -1)

    def __enter__(self) -> "Supervisor":
        self._pipe = os.pipe()
        for end in self._pipe:
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self._pipe[1], warn_on_full_buffer=False)
        self._before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in ENDINGS:
            # What was told to be ignored (`nohup`) stays ignored.
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._ask)
        self._write()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.stop()
        signal.set_wakeup_fd(-1)
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        for end in self._pipe:
            os.close(end)
        self.record.unlink(missing_ok=True)

    def _ask(self, number: int, _: FrameType | None) -> None:
        self.asked = self.asked or number

    def tell(self, **about: object) -> None:
        """Write down something about this run for whoever looks (the address, that it is ready)."""
        self.about.update(about)
        self._write()

    def start(self, service: Service) -> None:
        """Start `service` and wait until it is ready.

        Raises Trouble with the end of its log when it is not ready in time, Ended when we are asked to end.
        """
        running = self._spawn(service)
        self.running.append(running)
        self._write()
        deadline = time.monotonic() + service.ready_within
        while not service.ready(running.process.pid):
            if has_ended(running.process) or time.monotonic() > deadline:
                raise not_started(running)
            self._wait(0.02)

    def run(self, argv: Sequence[str], *, env: Mapping[str, str], cwd: Path) -> int:
        """Run a command in the foreground while the services are watched; return its exit code.

        The terminal's Ctrl-C reaches it without us; other requests to end are handed to it.
        """
        process = subprocess.Popen(argv, env=env, cwd=cwd, preexec_fn=processes.dies_with_us(signal.SIGTERM))
        told = False
        while process.poll() is None:
            if self.asked and not told:
                told = True
                # A terminal sends Ctrl-C to the whole foreground group; sent twice, it would cut short the tidying.
                if self.asked != signal.SIGINT or not sys.stdin.isatty():
                    process.send_signal(self.asked)
            self._tend()
            self._pause(0.5)
        if self.asked:
            raise Ended(self.asked)
        return process.returncode

    def watch(self) -> None:
        """Keep the services running until somebody asks us to end, then raise Ended."""
        while True:
            self._tend()
            self._wait(1.0)

    def _spawn(self, service: Service) -> Running:
        service.before()
        service.log.parent.mkdir(parents=True, exist_ok=True)
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
                preexec_fn=processes.dies_with_us(service.end_signal),
                user=service.uid,
                group=service.uid,
                extra_groups=None if service.uid is None else [],
            )
        return Running(service, process, time.monotonic())

    def _tend(self) -> None:
        """Start again what has died, each after a pause that doubles until it stays up."""
        now = time.monotonic()
        for place, running in enumerate(self.running):
            if not has_ended(running.process):
                continue
            if running.again_at is None:
                self._note_death(running, now)
            elif now >= running.again_at:
                self._again(place, running)

    def _note_death(self, running: Running, now: float) -> None:
        if now - running.since > STEADY:
            running.pause = FIRST_PAUSE
        running.again_at = now + running.pause
        how = ending(end_group(running))
        complain(
            f"concord: {running.service.name} {how}; starting it again in {running.pause:.1f} s"
            f" (log: {running.service.log})"
        )

    def _again(self, place: int, running: Running) -> None:
        fresh = self._spawn(running.service)
        fresh.pause = min(running.pause * 2, LONGEST_PAUSE)
        self.running[place] = fresh
        self._write()

    def stop(self) -> None:
        """End everything that was started, the last one first, and wait for it."""
        for running in reversed(self.running):
            if running.again_at is None:
                self._end(running)
        self.running.clear()

    def _end(self, running: Running) -> None:
        service, deadline = running.service, time.monotonic() + running.service.end_within
        if not has_ended(running.process):
            os.kill(running.process.pid, service.end_signal)
        while not has_ended(running.process):
            if time.monotonic() > deadline:
                complain(f"concord: {service.name} did not end within {service.end_within:.0f} s and was killed.")
                break
            self._pause(0.1)
        end_group(running)

    def _wait(self, seconds: float) -> None:
        self._pause(seconds)
        if self.asked:
            raise Ended(self.asked)

    def _pause(self, seconds: float) -> None:
        """Wait for `seconds` or the next signal (a child's death, a request to end)."""
        if select.select([self._pipe[0]], [], [], seconds)[0]:
            os.read(self._pipe[0], 4096)

    def _write(self) -> None:
        """Record who runs, so that a next start can end what a `kill -9` may have left."""
        me = processes.known(os.getpid())
        data = {
            **self.about,
            "owner": [me.pid, me.started],
            "processes": {each.service.name: each.described() for each in self.running},
        }
        aside = self.record.with_name(f".{self.record.name}.new")
        aside.write_text(json.dumps(data, indent=1))
        aside.replace(self.record)


def ending(code: int) -> str:
    """Say in words how a process ended."""
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"


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


def left_over(record: Path) -> list[tuple[str, processes.Known, int]]:
    """Return the processes that an earlier run recorded and that are still there, the last one first."""
    try:
        data = json.loads(record.read_text())
        found = [
            (name, processes.Known(pid, since), number) for name, (pid, since, number) in data["processes"].items()
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [each for each in reversed(found) if each[1].alive]


def clean_up(record: Path) -> None:
    """End what an earlier run left behind (it was killed before it could); only for whoever holds its lock."""
    for name, process, number in left_over(record):
        say(f"concord: ending {name} (process {process.pid}), left by an earlier run.")
        processes.end(process, number=number, within=30)
    record.unlink(missing_ok=True)
