"""Loads the council profile that this installation serves, and puts its running lists in place of the file's."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from . import checking
from .running import Lists, overlaid
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
def filed() -> Council:
    """The profile as its file says it, read once a process."""
    return load(settings.COUNCIL_FILE)


@lru_cache(maxsize=1)
def current() -> Council:
    """The profile of this installation, with the lists that its administrators edit (workflows.lists hands them in).

    The same object until a list changes, so that whoever keeps what it has worked out can ask whether it still holds.
    """
    return overlaid(filed(), _lists)


_lists: Lists = {}


def run_with(lists: Lists) -> None:
    """Serve the profile with these running lists from now on."""
    global _lists  # noqa: PLW0603
    if lists != _lists:
        _lists = lists
        current.cache_clear()


def forget() -> None:
    """Read the file again, and serve it without running lists."""
    global _lists  # noqa: PLW0603
    _lists = {}
    filed.cache_clear()
    current.cache_clear()
