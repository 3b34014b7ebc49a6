"""Starts services in order, starts again those that die, and ends them in the opposite order: these and no others."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType, TracebackType

from launcher import processes, services
from launcher.say import note

LONGEST_PAUSE = 10.0
STEADY = 30.0
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Ended(Exception):
    """Somebody asked the launcher to end; `number` is the signal."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


class Supervisor:
    """Keeps services running while its `with` block does; the block's end is theirs too."""

    def __init__(self, record: Path, about: Mapping[str, object] | None = None) -> None:
        self.record = record
        self.about = dict(about or {})
        self.running: list[services.Running] = []
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

    def start(self, service: services.Service) -> None:
        """Start `service` and wait until it is ready.

        Raises Trouble with the end of its log when it is not ready in time, Ended when we are asked to end.
        """
        for left in reversed(range(service.tries)):
            running = services.spawn(service)
            self.running.append(running)
            self._write()
            if self._comes_up(running):
                return
            if not left:
                raise services.not_started(running)
            self.running.remove(running)
            services.end_group(running)
            self._wait(0.5)

    def _comes_up(self, running: services.Running) -> bool:
        """Wait until the service is ready; return False when it ended instead.

        Raises Trouble when it does neither in time.
        """
        deadline = time.monotonic() + running.service.ready_within
        while not running.service.ready(running.process.pid):
            if services.has_ended(running.process):
                return False
            if time.monotonic() > deadline:
                raise services.not_started(running)
            self._wait(0.02)
        return True

    def run(self, argv: Sequence[str], *, env: Mapping[str, str], cwd: Path) -> int:
        """Run a command in the foreground while the services are watched; return its exit code.

        The terminal's Ctrl-C reaches it without us; other requests to end are handed to it.
        """
        process = subprocess.Popen(argv, env=env, cwd=cwd, preexec_fn=processes.dies_with_us(signal.SIGTERM))  # noqa: PLW1509
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

    def _tend(self) -> None:
        """Start again what has died, each after a pause that doubles until it stays up."""
        now = time.monotonic()
        for place, running in enumerate(self.running):
            if not services.has_ended(running.process):
                continue
            if running.again_at is None:
                self._note_death(running, now)
            elif now >= running.again_at:
                self._again(place, running)

    def _note_death(self, running: services.Running, now: float) -> None:
        if now - running.since > STEADY:
            running.pause = services.FIRST_PAUSE
        running.again_at = now + running.pause
        how = services.ending(services.end_group(running))
        service = running.service
        note(f"{service.name} {how}; starting it again in {running.pause:.1f} s (log: {service.log})")

    def _again(self, place: int, running: services.Running) -> None:
        fresh = services.spawn(running.service)
        fresh.pause = min(running.pause * 2, LONGEST_PAUSE)
        self.running[place] = fresh
        self._write()

    def stop(self) -> None:
        """End everything that was started, the last one first, and wait for it."""
        for running in reversed(self.running):
            if running.again_at is None:
                self._end(running)
        self.running.clear()

    def _end(self, running: services.Running) -> None:
        service, deadline = running.service, time.monotonic() + running.service.end_within
        if not services.has_ended(running.process):
            os.kill(running.process.pid, service.end_signal)
        while not services.has_ended(running.process):
            if time.monotonic() > deadline:
                note(f"{service.name} did not end within {service.end_within:.0f} s and was killed.")
                break
            self._pause(0.1)
        services.end_group(running)

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
