"""The database and the queue: the embedded ones, or those that DATABASE_URL and REDIS_URL name."""

import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from launcher import databases, postgres, python_env, valkey
from launcher.home import Home
from launcher.say import Trouble
from launcher.supervisor import Supervisor


@dataclass(frozen=True)
class Servers:
    """Where the database and the queue are; a cluster or store of None is not ours to start."""

    cluster: postgres.Cluster | None
    store: valkey.Store | None
    environ: Mapping[str, str]
    database: str

    @property
    def addresses(self) -> dict[str, str]:
        """Return DATABASE_URL and REDIS_URL for the product's processes."""
        return {
            "DATABASE_URL": self.cluster.url(self.database) if self.cluster else self.environ["DATABASE_URL"],
            "REDIS_URL": self.store.url if self.store else self.environ["REDIS_URL"],
        }


def choose(home: Home, *, database: str, queue: Path, tools: Home, environ: Mapping[str, str] = os.environ) -> Servers:
    """Return the servers to use, with what the embedded ones need installed in `tools` and prepared in `home`.

    Raises Trouble when they cannot be installed.
    """
    own_database, own_queue = not environ.get("DATABASE_URL"), not environ.get("REDIS_URL")
    if not own_database and not own_queue:
        return Servers(None, None, environ, database)
    wheels, digest = python_env.tool(tools, "servers")
    cluster = postgres.cluster(home, wheels, digest) if own_database else None
    store = valkey.store(home, wheels, queue) if own_queue else None
    return Servers(cluster, store, environ, database)


def refuse_without_wheels(environ: Mapping[str, str]) -> None:
    """Raise Trouble when a server is needed on a system for which the servers' packages have no programs."""
    system = unsupported(sys.platform, platform.libc_ver()[0])
    missing = [name for name in ("DATABASE_URL", "REDIS_URL") if not environ.get(name)]
    if system and missing:
        raise Trouble(
            f"There is no embedded server for {system}.",
            why="The packages that carry PostgreSQL and Valkey are made for Linux with glibc and for macOS.",
            do=f"Start PostgreSQL 18 and Valkey (or Redis) yourself and set {' and '.join(missing)}, for example"
            " DATABASE_URL=postgresql://concord:password@127.0.0.1/concord REDIS_URL=redis://127.0.0.1:6379/0",
        )


def unsupported(system: str, libc: str) -> str:
    """Return in words why `system` has no embedded servers, "" when it has."""
    if system == "linux":
        return "" if libc == "glibc" else "this Linux (it has no glibc; Alpine uses musl)"
    return "" if system == "darwin" else f"this system ({system})"


def start(supervisor: Supervisor, servers: Servers, *, for_tests: bool = False, fresh: bool = False) -> None:
    """Start the servers that are ours under `supervisor`, with the product's role and database (emptied if `fresh`).

    Raises Trouble when one does not start, Ended when we are asked to end.
    """
    if servers.cluster:
        postgres.prepare(servers.cluster)
        supervisor.start(postgres.service(servers.cluster, for_tests=for_tests))
        databases.ensure_role(servers.cluster)
        if fresh:
            databases.drop_database(servers.cluster, servers.database)
        databases.ensure_database(servers.cluster, servers.database)
    if servers.store:
        supervisor.start(valkey.service(servers.store))


def forget_stamp(servers: Servers) -> None:
    """Make the database if it is missing, and forget that the demo is loaded: a command may change anything."""
    if servers.cluster:
        databases.ensure_database(servers.cluster, servers.database)
        databases.put_stamp(servers.cluster, servers.database, "")
