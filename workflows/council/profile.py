"""Loads the council profile that this installation serves."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from . import checking
from .schema import Council


class ProfileError(Exception):
    """The profile cannot be used; the message names file, line, what is wrong and what would be right."""


def load(path: Path) -> Council:
    """Read and check one profile file; ProfileError lists every mistake with its line."""
    found = checking.check(path.name, read(path))
    if found.council is None:
        raise ProfileError("\n".join(found.lines))
    return found.council


def read(path: Path) -> str:
    """The text of a profile; ProfileError names those that there are."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        known = ", ".join(sorted(each.stem for each in path.parent.glob("*.toml"))) or "none"
        raise ProfileError(f"There is no council profile at {path}. Profiles that exist here: {known}.") from error


@lru_cache(maxsize=1)
def current() -> Council:
    """Return the profile of this installation, read once a process."""
    return load(settings.COUNCIL_FILE)
