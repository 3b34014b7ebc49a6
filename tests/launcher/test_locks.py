"""One command owns the servers of a work folder, and a killed one no longer does."""

from pathlib import Path

from launcher.locks import Lock

from .conftest import Starter

HOLD = """
import sys, signal
from pathlib import Path
from launcher.locks import Lock
lock = Lock(Path(sys.argv[1]))
print(lock.take(shared=len(sys.argv) > 2), flush=True)
signal.pause()
"""


def test_a_lock_has_one_holder_and_a_killed_holder_has_none(tmp_path: Path, python: Starter) -> None:
    place = tmp_path / "run.lock"
    holder = python(HOLD, str(place))
    assert holder.stdout is not None
    assert holder.stdout.readline() == "True\n"
    lock = Lock(place)
    assert not lock.take()
    holder.kill()
    holder.wait()
    assert lock.take()


def test_a_shared_lock_keeps_its_owner_waiting_until_the_last_user_is_gone(tmp_path: Path, python: Starter) -> None:
    place = tmp_path / "users.lock"
    for user in [python(HOLD, str(place), "shared"), python(HOLD, str(place), "shared")]:
        assert user.stdout is not None
        assert user.stdout.readline() == "True\n"
        assert not Lock(place).take()
        user.kill()
        user.wait()
    assert Lock(place).take()


def test_a_lock_is_free_after_its_block(tmp_path: Path) -> None:
    with Lock(tmp_path / "lock"):
        assert not Lock(tmp_path / "lock").take()
    assert Lock(tmp_path / "lock").take()
