"""The port that the pages are served on."""

import errno
import socket

from launcher.say import Trouble

HOST = "127.0.0.1"
TRIES = 100


def listen(first: int, *, host: str = HOST) -> socket.socket:
    """Return a listening socket on port `first` or the next one that is free.

    The socket itself is handed to the web process, so that nobody can take the port in between and it stays
    ours while that process is started again. Raises Trouble when a hundred ports in a row are taken.
    """
    for port in range(first, min(first + TRIES, 65536)):
        found = _try(host, port)
        if found:
            return found
    raise Trouble(
        f"No free port was found from {first} on.",
        why=f"Other programs listen on all of the {TRIES} ports tried.",
        do="Choose another: ./concord demo --port 9000",
    )


def _try(host: str, port: int) -> socket.socket | None:
    place = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        place.bind((host, port))
        place.listen(1024)
    except OSError as error:
        place.close()
        if error.errno == errno.EACCES:
            raise Trouble(
                f"Port {port} may not be used.",
                why="Ports below 1024 are the administrator's on most machines.",
                do="Choose another: ./concord demo --port 8000",
            ) from error
        return None
    return place
