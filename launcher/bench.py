"""`./concord bench`: measures the product on a PostgreSQL of its own, as durable as the demo's."""

import contextlib
import os
import shutil
from collections.abc import Sequence

from launcher import home, product, python_env, runs, servers
from launcher.home import TREE
from launcher.supervisor import Supervisor

#: A run uses its own servers even where a person has named others: it fills and drops databases.
NAMED = ("DATABASE_URL", "REDIS_URL")


def bench(words: Sequence[str]) -> int:
    """Run the bench with `words`; return its exit code (1: a goal was missed)."""
    environ = {name: value for name, value in os.environ.items() if name not in NAMED}
    servers.refuse_without_wheels(environ)
    place = home.choose(os.environ)
    python = python_env.ready(place, "runtime")
    mine, lock = runs.slot(place, "bench")
    with lock:
        found = servers.choose(mine, database="concord", queue=mine.root / "valkey", tools=place, environ=environ)
        try:
            with Supervisor(runs.record(mine), {"verb": "bench"}) as watcher:
                servers.start(watcher, found, fresh=True)
                settings = product.environment(mine, found, product.council(None), demo=False, environ=environ)
                product.folders(settings)
                settings |= {"DJANGO_SETTINGS_MODULE": "bench.settings", "CONCORD_LOG_LEVEL": "WARNING"}
                return watcher.run([str(python), "-m", "bench", *words], env=settings, cwd=TREE)
        finally:
            if found.cluster:
                shutil.rmtree(found.cluster.root, ignore_errors=True)
            shutil.rmtree(mine.root, ignore_errors=True)
            with contextlib.suppress(OSError):  # another run is in it
                mine.root.parent.rmdir()
