"""What fault tests are made of: the product's processes, a mail server that can be cruel, a line that can be cut."""

import os
import signal
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import redis
from django.conf import settings
from django.db import connection

PATIENCE = 60.0
RELAY = [sys.executable, "manage.py", "relay"]
WORKER = [sys.executable, "-m", "dramatiq", "tasks.worker", "--processes", "1", "--threads", "2"]


def until(condition: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Wait for a condition, with a deadline."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
    return found


class Started:
    """A process of the product, in a group of its own, that ends with the test."""

    def __init__(self, command: list[str], log: Path, keep: tuple[int, ...] = (), **environment: str) -> None:
        self._log = log.open("ab")
        self.process = subprocess.Popen(
            command,
            cwd=settings.ROOT,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "backoffice.settings", **environment},
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=keep,
        )

    def kill(self) -> None:
        """End it and its children at once, as a power cut does."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)
        self._log.close()

    def end(self) -> int:
        """Ask it to end, as a supervisor does; returns its exit code."""
        self.process.terminate()
        try:
            return self.process.wait(PATIENCE)
        finally:
            self.kill()


def database_url(host: str = "", port: str = "") -> str:
    """The address of the test database, or of a line to it."""
    it: dict[str, Any] = connection.settings_dict
    query = urlencode({"host": host or it["HOST"], "port": port or it["PORT"] or "5432"})
    return f"postgresql://{quote(it['USER'])}:{quote(it['PASSWORD'])}@/{quote(it['NAME'])}?{query}"


class MailServer(socketserver.ThreadingTCPServer):
    """Takes mails by SMTP, and does what the test says before it answers "taken"."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.mails: list[Message] = []
        self.before_answer: Callable[[], None] = lambda: None

    @property
    def url(self) -> str:
        """What CONCORD_SMTP_URL says."""
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class _Session(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self._say("220 ready")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self._say("354 go on")
                self.server.mails.append(message_from_bytes(b"".join(iter(self.rfile.readline, b".\r\n"))))
                self.server.before_answer()
            elif verb == b"QUIT":
                self._say("221 bye")
                return
            self._say("250 taken")

    def _say(self, text: str) -> None:
        with suppress(OSError):
            self.wfile.write(text.encode() + b"\r\n")


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A mail server for the length of a test."""
    server = MailServer()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(PATIENCE)


class Line:
    """A Unix socket that leads to a server, and can be cut and joined again."""

    def __init__(self, name: str, connect: Callable[[], socket.socket]) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="line", dir="/tmp"))
        self.path = self.folder / name
        self._connect = connect
        self._open: list[socket.socket] = []
        self._server: socket.socket | None = None

    def join(self) -> None:
        """Let connections through."""
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(self.path))
        self._server.listen(50)
        threading.Thread(target=self._accept, args=(self._server,), daemon=True).start()

    def cut(self) -> None:
        """Break every connection, and refuse new ones."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.path.unlink(missing_ok=True)
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._open = []

    def remove(self) -> None:
        """Cut it for good."""
        self.cut()
        self.folder.rmdir()

    def _accept(self, server: socket.socket) -> None:
        while True:
            try:
                near, _ = server.accept()
                far = self._connect()
            except OSError:
                return
            if self._server is not server:
                near.close()
                far.close()
                return
            self._open += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=_pour, args=(one, other), daemon=True).start()


def _pour(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65_536):
            target.sendall(data)
    except OSError:
        pass
    for each in (source, target):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)


def to_redis() -> socket.socket:
    """A connection to the test's Redis or Valkey."""
    where = redis.Redis.from_url(settings.REDIS_URL).connection_pool.connection_kwargs
    return _to(where.get("path"), where.get("host", ""), int(where.get("port") or 6379))


def to_postgresql() -> socket.socket:
    """A connection to the test's PostgreSQL."""
    host, port = str(connection.settings_dict["HOST"]), str(connection.settings_dict["PORT"] or "5432")
    return _to(f"{host}/.s.PGSQL.{port}" if host.startswith("/") else None, host, int(port))


def _to(path: str | None, host: str, port: int) -> socket.socket:
    if path is None:
        return socket.create_connection((host, port), PATIENCE)
    made = socket.socket(socket.AF_UNIX)
    made.connect(path)
    return made
