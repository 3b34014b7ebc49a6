"""`./concord manage …`: Django's commands with the environment of the demo."""

import os
from collections.abc import Sequence
from pathlib import Path

from launcher import home, product, python_env, runs, servers
from launcher.home import Home
from launcher.supervisor import Supervisor


def manage(words: Sequence[str]) -> int:
    """Run `manage.py` with `words`; the embedded servers are started for it if they do not run, and stopped after."""
    servers.refuse_without_wheels(os.environ)
    place = home.choose(os.environ)
    council = product.council(None)
    python = python_env.ready(place, "runtime")
    found = servers.choose(
        place, database=product.database(council), queue=place.council(council) / "valkey", tools=place
    )
    environ = product.environment(place, found, council, demo=True)
    product.folders(environ)
    argv = product.manage(python, *words)
    lock = runs.own(place)
    if lock is None:
        return _beside(place, found, argv, environ)
    with lock, Supervisor(runs.record(place), {"verb": "manage", "council": council}) as watcher:
        servers.start(watcher, found)
        servers.forget_stamp(found)
        watcher.tell(servers=True)
        code = watcher.run(argv, env=environ, cwd=Path.cwd())
        runs.let_others_finish(place)
        return code


def _beside(place: Home, found: servers.Servers, argv: Sequence[str], environ: dict[str, str]) -> int:
    """Run the command on the servers of a demo (or of another `manage`) that runs in this folder."""
    with runs.attach(place), Supervisor(place.root / f"run-{os.getpid()}.json", {"verb": "manage"}) as watcher:
        servers.forget_stamp(found)
        return watcher.run(argv, env=environ, cwd=Path.cwd())
