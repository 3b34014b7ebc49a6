"""Folders for Unix sockets: private, and short enough (the kernel takes some hundred characters)."""

import os
import secrets
import socket
from pathlib import Path

from launcher.home import private
from launcher.say import Trouble

LONGEST = 100
LONGEST_NAME = ".s.PGSQL.5432.lock"


def folder(preferred: Path, digest: str, *, owner: int | None = None) -> Path:
    """Return a private folder for sockets: `preferred` where one works there, else one in /tmp.

    A long path, and some file systems (network folders, a phone's card), take no sockets: so one is tried.
    With `owner` the folder is given to that user. Raises Trouble when neither place will do.
    """
    user = os.geteuid() if owner is None else owner
    for place in (preferred, Path("/tmp") / f"concord-{user}-{digest}"):  # noqa: S108 - made private below
        if len(os.fsencode(place / LONGEST_NAME)) <= LONGEST and _takes_sockets(_given(place, owner)):
            return place
    raise Trouble(
        "No folder was found for the servers' sockets.",
        why=f"Neither {preferred} nor /tmp takes a Unix socket.",
        do="Set CONCORD_HOME to a folder on a local disk with a short path, for example /var/tmp/concord.",
    )


def _given(place: Path, owner: int | None) -> Path:
    """Make `place` private to `owner` (us when None) and return it."""
    if owner is None or not place.exists():
        private(place)
    if owner is not None:
        info = place.lstat()
        if info.st_uid not in {0, owner} or place.is_symlink():
            raise Trouble(f"{place} belongs to somebody else.", do=f"Remove {place}.")
        os.chown(place, owner, owner)
    return place


def _takes_sockets(place: Path) -> bool:
    probe = place / f".probe-{secrets.token_hex(3)}"
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as tried:
            tried.bind(str(probe))
    except OSError:
        return False
    finally:
        probe.unlink(missing_ok=True)
    return True
