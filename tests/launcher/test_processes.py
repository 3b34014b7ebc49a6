"""Knowing a process again, and ending it and no other."""

import os
import signal
import sys
from pathlib import Path

import pytest

from launcher import processes

from .conftest import Starter, until

CHILD_OF_A_PARENT = """
import subprocess, sys, signal
from launcher import processes
child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"],
                         preexec_fn=processes.dies_with_us(signal.SIGTERM))
print(child.pid, flush=True)
signal.pause()
"""


def test_a_living_process_is_known_again_and_a_dead_one_is_not(python: Starter) -> None:
    process = python()
    found = processes.known(process.pid)
    assert found.alive
    process.kill()
    until(lambda: not found.alive)  # not yet reaped: it counts as gone all the same
    process.wait()
    assert not found.alive


def test_a_number_that_was_given_out_again_is_another_process() -> None:
    assert not processes.Known(os.getpid(), "long ago").alive
    assert not processes.Known(os.getpid(), "").alive


def test_it_ends_the_process_that_was_meant(python: Starter) -> None:
    process = python()
    assert processes.end(processes.known(process.pid))
    assert process.wait() == -signal.SIGTERM


def test_it_leaves_a_stranger_with_the_same_number_alone(python: Starter) -> None:
    process = python()
    assert not processes.end(processes.Known(process.pid, "another start"))
    assert process.poll() is None


def test_it_insists_with_a_process_that_will_not_end(python: Starter) -> None:
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); signal.pause()"
    process = python(stubborn)
    assert process.stdout is not None
    process.stdout.readline()
    assert processes.end(processes.known(process.pid), within=0.05)
    assert process.wait() == -signal.SIGKILL


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_a_child_does_not_outlive_a_parent_that_was_killed(python: Starter) -> None:
    parent = python(CHILD_OF_A_PARENT)
    assert parent.stdout is not None
    child = processes.known(int(parent.stdout.readline()))
    assert child.alive
    parent.kill()
    until(lambda: not child.alive)


def test_a_program_is_known_by_its_folder(python: Starter, tmp_path: Path) -> None:
    process = python(
        "import os, sys, signal; os.chdir(sys.argv[1]); print('up', flush=True); signal.pause()", str(tmp_path)
    )
    assert process.stdout is not None
    process.stdout.readline()
    assert processes.works_in(process.pid, tmp_path, "python")
    assert not processes.works_in(process.pid, tmp_path, "postgres")
    assert not processes.works_in(process.pid, tmp_path.parent / "elsewhere", "python")
