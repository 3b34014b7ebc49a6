"""Who runs in a work folder: one command owns its servers at a time, and others can see who it is and where."""

import json
import time
from pathlib import Path
from typing import Any

from launcher import processes
from launcher.home import Home
from launcher.locks import Lock
from launcher.say import Trouble, note

LONGEST_START = 180.0


def record(home: Home) -> Path:
    """Return the file in which the running command describes itself."""
    return home.root / "run.json"


def about(home: Home) -> dict[str, Any]:
    """Return what the running command says of itself, {} when nothing runs (or it says nothing yet)."""
    try:
        data: dict[str, Any] = json.loads(record(home).read_text())
        return data if processes.Known(*data["owner"]).alive else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def own(home: Home) -> Lock | None:
    """Become the owner of the servers of `home`, after ending what a killed run left there.

    Return the lock that says so, to be used in a `with`; None when another command is the owner.
    """
    lock = Lock(home.root / "run.lock")
    if not lock.take():
        return None
    clean_up(record(home))
    return lock


def own_in_turn(home: Home) -> Lock | None:
    """Like `own`, but wait for a command that ends by itself; return None when a demo is the owner."""
    told = False
    while True:
        lock, other = own(home), about(home)
        if lock or other.get("verb") == "demo":
            return lock
        if other and not told:
            told = True
            note(f"waiting for `./concord {other['verb']}` (process {other['owner'][0]}) in this folder to end.")
        time.sleep(0.1)


def left_over(record: Path) -> list[tuple[str, processes.Known, int]]:
    """Return the processes that an earlier run recorded and that are still there, the last one first."""
    try:
        data = json.loads(record.read_text())
        found = [
            (name, processes.Known(pid, since), number) for name, (pid, since, number) in data["processes"].items()
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []
    return [each for each in reversed(found) if each[1].alive]


def clean_up(record: Path) -> None:
    """End what an earlier run left behind (it was killed before it could); only for whoever holds its lock."""
    for name, process, number in left_over(record):
        note(f"ending {name} (process {process.pid}), left by an earlier run.")
        processes.end(process, number=number, within=30)
    record.unlink(missing_ok=True)


def users(home: Home) -> Lock:
    """Return the lock that those who use the servers of another command share; its owner takes it before stopping."""
    return Lock(home.root / "users.lock")


def attach(home: Home) -> Lock:
    """Use the servers that another command owns: wait until they are up, return the lock that keeps them there.

    Raises Trouble when they do not come up.
    """
    lock = users(home)
    lock.take(wait=True, shared=True)
    deadline = time.monotonic() + LONGEST_START
    while not about(home).get("servers"):
        if time.monotonic() > deadline:
            raise Trouble(
                f"The servers of another command in {home.root} did not become ready.",
                do="Look at what that command says, end it and try again.",
            )
        time.sleep(0.05)
    return lock


def let_others_finish(home: Home) -> None:
    """Wait until nobody else uses our servers."""
    lock = users(home)
    if not lock.take():
        note("another command still uses the servers; they stop when it ends.")
        lock.take(wait=True)
    lock.free()


def slot(home: Home, what: str = "tests") -> tuple[Home, Lock]:
    """Return a work folder for one run of `what`, which nobody else uses now, and the lock that says so."""
    number = 1
    while True:
        place = Home(home.root / what / str(number))
        lock = own(place)
        if lock:
            return place, lock
        number += 1
