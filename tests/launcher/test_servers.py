"""Which servers are used, and that a stale sign of an earlier one is no obstacle."""

import os
import subprocess
from pathlib import Path

import pytest

from launcher import postgres, processes, servers, sockets, valkey
from launcher.home import Home
from launcher.say import Trouble

from .conftest import until


@pytest.mark.parametrize(
    ("system", "libc", "word"),
    [
        ("linux", "glibc", ""),
        ("darwin", "", ""),
        ("linux", "", "musl"),
        ("win32", "", "win32"),
        ("freebsd14", "", "free"),
    ],
)
def test_it_knows_where_there_are_no_embedded_servers(system: str, libc: str, word: str) -> None:
    assert word in servers.unsupported(system, libc)
    assert bool(servers.unsupported(system, libc)) is bool(word)


def test_without_embedded_servers_it_asks_for_the_addresses_that_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.libc_ver", lambda: ("", ""))
    with pytest.raises(Trouble) as caught:
        servers.refuse_without_wheels({"REDIS_URL": "redis://127.0.0.1"})
    assert "set DATABASE_URL," in str(caught.value)
    servers.refuse_without_wheels({"REDIS_URL": "redis://127.0.0.1", "DATABASE_URL": "postgresql://127.0.0.1/c"})


def test_addresses_of_ones_own_are_used_as_they_are(tmp_path: Path) -> None:
    environ = {"DATABASE_URL": "postgresql://me@db/concord", "REDIS_URL": "redis://queue:6379/1"}
    home = Home(tmp_path)
    found = servers.choose(home, database="concord", queue=tmp_path / "q", tools=home, environ=environ)
    assert found.addresses == environ
    assert found.cluster is None
    assert found.store is None


def cluster(folder: Path) -> postgres.Cluster:
    (folder / "data").mkdir()
    return postgres.Cluster(folder, folder, folder / "run", None, folder / "secrets", folder / "log")


def test_a_lock_file_that_names_a_stranger_is_removed(tmp_path: Path) -> None:
    """After a restart of the machine PostgreSQL's old number may be anybody's; it would refuse to start."""
    it = cluster(tmp_path)
    (it.data / "postmaster.pid").write_text(f"{os.getpid()}\n{it.data}\n")
    postgres.tidy(it)
    assert not (it.data / "postmaster.pid").exists()


def test_a_lock_file_of_a_dead_server_that_nobody_reaped_is_removed(tmp_path: Path) -> None:
    """A container whose first process reaps nobody: the number stays taken, and PostgreSQL would refuse to start."""
    it = cluster(tmp_path)
    dead = subprocess.Popen(["/bin/true"])
    until(lambda: not processes.started(dead.pid))
    (it.data / "postmaster.pid").write_text(f"{dead.pid}\n{it.data}\n")
    postgres.tidy(it)
    dead.wait()
    assert not (it.data / "postmaster.pid").exists()


@pytest.mark.parametrize("text", ["", "nonsense\n", "999999999\n"])
def test_a_lock_file_of_nobody_is_left_to_postgresql(tmp_path: Path, text: str) -> None:
    it = cluster(tmp_path)
    (it.data / "postmaster.pid").write_text(text)
    postgres.tidy(it)
    assert (it.data / "postmaster.pid").exists()


def test_a_server_is_ready_only_when_its_own_lock_file_says_so(tmp_path: Path) -> None:
    it = cluster(tmp_path)
    assert not postgres.is_ready(it, 7)
    lines = ["7", "data", "0", "5432", "run", "", "shm", "starting"]
    (it.data / "postmaster.pid").write_text("\n".join(lines))
    assert not postgres.is_ready(it, 7)
    (it.data / "postmaster.pid").write_text("\n".join([*lines[:7], "ready   "]))
    assert postgres.is_ready(it, 7)
    assert not postgres.is_ready(it, 8)


def test_data_of_another_postgresql_are_refused(tmp_path: Path) -> None:
    it = cluster(tmp_path)
    (it.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(Trouble, match="are of PostgreSQL 17"):
        postgres.prepare(it)


def test_the_products_role_is_named_in_the_address_and_its_folder_is_quoted(tmp_path: Path) -> None:
    address = cluster(tmp_path).url("concord_norfolk")
    assert address.startswith("postgresql://concord:")
    assert address.endswith(f"@/concord_norfolk?host={str(tmp_path / 'run').replace('/', '%2F')}")


def test_a_stale_socket_of_valkey_is_removed(tmp_path: Path) -> None:
    store = valkey.Store(tmp_path / "valkey-server", tmp_path, tmp_path / "valkey.sock", tmp_path / "log")
    (tmp_path / "valkey.pid").write_text(str(os.getpid()))
    store.socket.write_text("")
    valkey.tidy(store)
    assert not store.socket.exists()
    assert not valkey.answers(store.socket)


def test_valkey_keeps_what_it_is_told_and_never_throws_away(tmp_path: Path) -> None:
    store = valkey.Store(tmp_path / "valkey-server", tmp_path, tmp_path / "valkey.sock", tmp_path / "log")
    words = " ".join(valkey.service(store).argv)
    assert "--appendonly yes" in words
    assert "--maxmemory-policy noeviction" in words
    assert "--port 0" in words


def test_sockets_are_in_the_work_folder_while_its_path_is_short(tmp_path: Path) -> None:
    assert sockets.folder(tmp_path / "r", "abc") == tmp_path / "r"
    assert (tmp_path / "r").stat().st_mode & 0o777 == 0o700


def test_sockets_of_a_long_path_are_in_a_short_private_folder(tmp_path: Path) -> None:
    digest = f"test-{os.getpid()}"
    found = sockets.folder(tmp_path / ("long" * 30) / "r", digest)
    try:
        assert found == Path(f"/tmp/concord-{os.geteuid()}-{digest}")
        assert found.stat().st_mode & 0o777 == 0o700
    finally:
        found.rmdir()
