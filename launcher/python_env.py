"""The virtual environment, and packages from the locked lists: installed only when a list changed."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from launcher.home import TREE, Home
from launcher.locks import Lock
from launcher.say import Trouble, step
from launcher.services import tail
from launcher.stamps import Stamps, digest

WHOLE = "whole"
SUPPORTED = {"3.11", "3.12", "3.13", "3.14"}
VERSION = ".".join(str(part) for part in sys.version_info[:2])


def lock_file(name: str) -> Path:
    """Return the locked list `name` (runtime, test, servers, node)."""
    return TREE / "requirements" / f"{name}.txt"


def pip_environment(home: Home) -> dict[str, str]:
    """Return our environment for pip: the person's own settings, our cache, and never their user folder."""
    return {
        **os.environ,
        "PIP_CACHE_DIR": str(home.cache / "pip"),
        "PIP_USER": "0",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PYTHONNOUSERSITE": "1",
    }


def ready(home: Home, wanted: str) -> Path:
    """Return the Python of a virtual environment in which the locked list `wanted` is installed.

    `test` holds all of `runtime`, so an environment for tests serves the demo as well.
    Raises Trouble when it cannot be made or filled.
    """
    python = home.venv / "bin" / "python"
    with Lock(home.root / "venv.lock"):
        stamps = Stamps(home.venv / "stamps")
        if not stamps.fresh("state", WHOLE) or not _runs(python):
            _make(home)
        value = digest(lock_file(wanted), VERSION)
        if not stamps.fresh(wanted, value):
            step(f"Installing the Python packages ({lock_file(wanted).name}); the first time takes a minute or two.")
            # What is ended in the middle leaves packages that pip can neither use nor replace: it is made anew.
            stamps.put("state", "being filled")
            install(home, ["-r", str(lock_file(wanted))], what=f"the Python packages of {lock_file(wanted).name}")
            for name in {wanted, "runtime"}:
                stamps.put(name, digest(lock_file(name), VERSION))
            stamps.put("state", WHOLE)
    return python


def _runs(python: Path) -> bool:
    """Return whether the environment's Python starts (its parent may have been upgraded or removed).

    It may be another version than ours, as long as nobody asked for ours: a demo may be running with it.
    """
    code = "import sys; print('.'.join(map(str, sys.version_info[:2])))"
    try:
        done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    except OSError:
        return False
    version = done.stdout.strip()
    return done.returncode == 0 and (version == VERSION if os.environ.get("CONCORD_PYTHON") else version in SUPPORTED)


def _make(home: Home) -> None:
    """Make the virtual environment: with pip if this Python brings it, else for the pip that the machine has."""
    step(f"Making a virtual environment for Python {VERSION} in {home.venv}.")
    faults = []
    for what, argv in _ways(home.venv):
        if what:
            step(what)
        shutil.rmtree(home.venv, ignore_errors=True)
        done = subprocess.run(argv, capture_output=True, text=True, check=False, env=pip_environment(home))
        if done.returncode == 0 and _pip(home):
            return
        faults.append((done.stdout + done.stderr).strip().split("\n")[0] or "it said nothing")
    shutil.rmtree(home.venv, ignore_errors=True)
    raise Trouble(
        "No virtual environment could be made.",
        why=f"{sys.executable} brings no working `venv` with pip: {faults[0]}",
        do=f"Install it (Debian and Ubuntu: sudo apt install python{VERSION}-venv), or pip or virtualenv for this"
        " Python, or name another Python: CONCORD_PYTHON=/path/to/python ./concord …",
    )


def _ways(place: Path) -> list[tuple[str, list[str]]]:
    """Return the ways to make an environment in `place`, each with what to tell before it is tried."""
    ways = [
        ("", [sys.executable, "-m", "venv", str(place)]),
        ("", [sys.executable, "-m", "venv", "--without-pip", str(place)]),
        ("", [sys.executable, "-m", "virtualenv", "--quiet", str(place)]),
    ]
    # Debian keeps what `venv` needs in a package of its own; root may fetch it, anybody else is told its name.
    if os.geteuid() == 0 and shutil.which("apt-get"):
        package = f"python{VERSION}-venv"
        fetch = f"apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy {package}"
        argv = ["/bin/sh", "-c", f'{fetch} && exec "$0" -m venv "$1"', sys.executable, str(place)]
        ways.append((f"This Python has no pip: installing {package} (apt-get).", argv))
    return ways


def _pip(home: Home) -> list[str]:
    """Return how to call a pip that installs into the environment, [] when there is none.

    The environment's own, else the machine's (which can install into another environment).
    """
    python = str(home.venv / "bin" / "python")
    for argv in ([python, "-m", "pip"], [sys.executable, "-m", "pip", "--python", python]):
        done = subprocess.run([*argv, "--version"], capture_output=True, check=False, env=pip_environment(home))
        if done.returncode == 0:
            return argv
    return []


def install(home: Home, arguments: Sequence[str], *, what: str) -> None:
    """Install with pip, every file checked against the hash in its list; its words go to a log.

    Raises Trouble with the end of the log when pip fails.
    """
    home.logs.mkdir(parents=True, exist_ok=True)
    log = home.logs / "pip.log"
    argv = [*_pip(home), "install", "--require-hashes", "--no-warn-script-location", *arguments]
    with log.open("wb") as out:
        code = subprocess.run(
            argv, stdout=out, stderr=out, stdin=subprocess.DEVNULL, check=False, env=pip_environment(home)
        ).returncode
    if code:
        raise Trouble(
            f"pip could not install {what}.",
            why=tail(log),
            do="Check that this machine reaches its package index (pip's own settings are used as they are), then"
            " start again: what was already fetched is kept.",
        )


def tool(home: Home, name: str) -> tuple[Path, str]:
    """Return the folder in which the locked list `name` is installed by itself, and the list's hash.

    Tools (the servers' programs, Node) are no libraries of Concord, so they stay out of its environment.
    """
    value = digest(lock_file(name), VERSION)
    place = home.tools / f"{name}-{value[:12]}"
    with Lock(home.root / "venv.lock"):
        if not place.exists():
            step(f"Installing {name} ({lock_file(name).name}).")
            fresh = home.tools / f".{name}.new"
            shutil.rmtree(fresh, ignore_errors=True)
            target = ["--no-deps", "--target", str(fresh), "-r", str(lock_file(name))]
            install(home, target, what=f"the packages of {lock_file(name).name}")
            fresh.rename(place)
    return place, value
