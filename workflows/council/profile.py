"""Loads the council profile that this installation serves."""

import re
import tomllib
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from pydantic import ValidationError

from .locate import line_of, line_of_entry
from .schema import Council

#: How the cross-checks of `schema.Council` begin.
CROSS_CHECK = re.compile(r"\[+([\w.]+)\]+ (\w+)")


class ProfileError(Exception):
    """The profile cannot be used; the message names file, line, what is wrong and what would be right."""


def load(path: Path) -> Council:
    """Read and check one profile file; ProfileError lists every mistake with its line."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        known = ", ".join(sorted(each.stem for each in path.parent.glob("*.toml"))) or "none"
        raise ProfileError(f"There is no council profile at {path}. Profiles that exist here: {known}.") from error
    try:
        return Council.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{path.name}: this is not TOML: {error}.") from error
    except ValidationError as error:
        lines = [_mistake(path.name, text, dict(each)) for each in error.errors()]
        raise ProfileError("\n".join(lines)) from error


@lru_cache(maxsize=1)
def current() -> Council:
    """Return the profile of this installation, read once a process."""
    return load(settings.COUNCIL_FILE)


def _mistake(name: str, text: str, error: dict[str, object]) -> str:
    said = str(error["msg"]).removeprefix("Value error, ")
    path: tuple[int | str, ...] = error["loc"] or _named_in(said)  # type: ignore[assignment]
    where = ".".join(str(part) for part in path) or "the whole file"
    if error["type"] == "missing":
        said = "is missing; add it"
    elif error["type"] == "extra_forbidden":
        said = "is not a setting that Concord knows; take it out, or look for a spelling mistake"
    number = line_of(text, path)
    if not error["loc"] and len(path) > 1:
        number = line_of_entry(text, str(path[0]), str(path[1])) or number
    return f"{name} line {number}: {where}: {said}."


def _named_in(said: str) -> tuple[str, ...]:
    """The table, and the key in it, that a cross-check of the whole profile names: `[desks] brokerage names …`."""
    match = CROSS_CHECK.match(said)
    return tuple(part for part in match.groups() if part) if match else ()
