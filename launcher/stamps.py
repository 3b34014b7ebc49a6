"""Skips a step whose inputs did not change: a stamp is the hash of what went into it, kept beside the result."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

IGNORED = {"__pycache__", "node_modules", ".git"}


def digest(*parts: str | bytes | Path) -> str:
    """Return one hash of texts, and of the names and contents of files and folders."""
    total = hashlib.sha256()
    for part in parts:
        for piece in _pieces(part):
            total.update(len(piece).to_bytes(8, "big") + piece)
    return total.hexdigest()


def _pieces(part: str | bytes | Path) -> Iterable[bytes]:
    if isinstance(part, str):
        yield part.encode()
    elif isinstance(part, bytes):
        yield part
    else:
        for path in files(part):
            yield str(path.relative_to(part)).encode()
            yield path.read_bytes()


def files(place: Path) -> list[Path]:
    """Return `place` itself or the files below it in order; nothing for a place that does not exist."""
    if place.is_file():
        return [place]
    found = (path for path in place.rglob("*") if not IGNORED & set(path.relative_to(place).parts))
    return sorted(path for path in found if path.is_file() and path.suffix != ".pyc")


class Stamps:
    """The stamps of one work folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fresh(self, name: str, value: str) -> bool:
        """Return whether the step `name` was last finished with exactly these inputs."""
        place = self.folder / name
        return place.is_file() and place.read_text() == value

    def put(self, name: str, value: str) -> None:
        """Note that the step `name` is done; written aside first, so that half a stamp never counts."""
        self.folder.mkdir(parents=True, exist_ok=True)
        aside = self.folder / f".{name}.new"
        aside.write_text(value)
        aside.replace(self.folder / name)
