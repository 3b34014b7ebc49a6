"""Asks ClamAV's daemon about a file over its socket, without giving it a place on a disk (clamd's INSTREAM).

The protocol (man clamd): `zINSTREAM\\0`, then pieces of four bytes length and the bytes, then a length of nought; the
answer is one line that ends with \\0: `stream: OK`, `stream: <signature> FOUND`, or `… ERROR`. docs/adr/0010 says why
this is not a library.
"""

import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass

PIECE = 64 * 1024
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 120.0  # clamd's own ReadTimeout and CommandReadTimeout are shorter; a scan may take a while
LONGEST_ANSWER = 4_096
TOO_LARGE = "size limit exceeded"

Address = tuple[str, str] | tuple[str, str, int]  # ("unix", path) or ("tcp", host, port)


class Away(Exception):
    """clamd cannot be asked now, or gave no answer that decides: ask again later."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What clamd says of a file: clean, or the name of what it found; or that it takes no file of this size."""

    clean: bool
    found: str = ""
    too_large: bool = False


def scan(address: Address, pieces: Iterable[bytes]) -> Verdict:
    """Send the bytes and return the verdict; Away when there is none."""
    try:
        with _connected(address) as link:
            try:
                _send(link, pieces)
            except OSError:
                # clamd says why and hangs up while we still send, when a file is too large for it: the answer waits.
                return _verdict(_answer(link))
            return _verdict(_answer(link))
    except OSError as error:
        raise Away(f"clamd is away: {error}") from error


def ping(address: Address) -> bool:
    """Whether clamd answers."""
    try:
        with _connected(address) as link:
            link.sendall(b"zPING\0")
            return _answer(link) == "PONG"
    except OSError:
        return False


def _connected(address: Address) -> socket.socket:
    if len(address) == 3:
        link = socket.create_connection(address[1:], timeout=CONNECT_SECONDS)
    else:
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.settimeout(CONNECT_SECONDS)
        try:
            link.connect(address[1])
        except OSError:
            link.close()
            raise
    link.settimeout(ANSWER_SECONDS)
    return link


def _send(link: socket.socket, pieces: Iterable[bytes]) -> None:
    link.sendall(b"zINSTREAM\0")
    for piece in pieces:
        for start in range(0, len(piece), PIECE):
            part = piece[start : start + PIECE]
            link.sendall(struct.pack("!I", len(part)) + part)
    link.sendall(struct.pack("!I", 0))


def _answer(link: socket.socket) -> str:
    """One answer, up to its \\0; a connection that ends before that has answered nothing."""
    said = b""
    while not said.endswith(b"\0"):
        more = link.recv(LONGEST_ANSWER)
        if not more or len(said) > LONGEST_ANSWER:
            raise ConnectionResetError("it hung up without an answer")
        said += more
    return said.rstrip(b"\0").decode("utf-8", "replace").strip()


def _verdict(said: str) -> Verdict:
    if said == "stream: OK":
        return Verdict(clean=True)
    if said.startswith("stream: ") and said.endswith(" FOUND"):
        return Verdict(clean=False, found=said.removeprefix("stream: ").removesuffix(" FOUND"))
    if TOO_LARGE in said:
        return Verdict(clean=False, too_large=True)
    raise Away(f"clamd did not decide: {said[:200]}")
