"""Secrets: made once, kept in `$CONCORD_HOME/secrets`, readable by their owner alone."""

import os
import secrets
from pathlib import Path

from launcher.home import private


def key(folder: Path, name: str) -> str:
    """Return the secret `name` (64 hexadecimal characters), made on first use.

    Two processes that start at once get the same one: the file appears whole, and only the first one wins.
    """
    place = private(folder) / name
    if not place.exists():
        _make(place)
    place.chmod(0o600)
    return place.read_text().strip()


def _make(place: Path) -> None:
    aside = place.with_name(f".{place.name}.{os.getpid()}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secrets.token_hex(32))
    try:
        os.link(aside, place)
    except FileExistsError:
        pass
    except OSError:  # a file system without hard links
        aside.rename(place)
        return
    aside.unlink()
