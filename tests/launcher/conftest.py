"""What the launcher's tests share: waiting for something to become true, and small processes that are ended again."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from launcher.home import TREE

PATIENCE = 30.0
FOREVER = "import signal; print('up', flush=True); signal.pause()"

Starter = Callable[..., subprocess.Popen[str]]
#: Tests that run in the background ignore what a terminal sends, and whatever they start would inherit that.
HEARS_SIGNALS = "import signal\nfor each in (signal.SIGINT, signal.SIGHUP): signal.signal(each, signal.SIG_DFL)\n"


def until(true: Callable[[], object], *, within: float = PATIENCE) -> None:
    """Return as soon as `true()` holds; fail when it does not in time."""
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "it did not become true in time"
        time.sleep(0.01)


@pytest.fixture
def python() -> Iterator[Starter]:
    """Start a Python with some code, its output readable, and end it when the test is over."""
    started: list[subprocess.Popen[str]] = []

    def start(code: str = FOREVER, *words: str) -> subprocess.Popen[str]:
        environ = {**os.environ, "PYTHONPATH": str(TREE), "PYTHONUNBUFFERED": "1"}
        argv = [sys.executable, "-c", HEARS_SIGNALS + code, *words]
        process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, env=environ, start_new_session=True)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


@pytest.fixture
def nothing(tmp_path: Path) -> Path:
    """A path under which nothing can be made: a file stands in its way (root could write a read-only folder)."""
    place = tmp_path / "a-file"
    place.write_text("")
    return place / "tree"
