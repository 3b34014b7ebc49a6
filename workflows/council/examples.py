"""What the councils that come with Concord have written: the commonest of them is what a new profile begins with."""

import json
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "fixtures" / "councils"


@dataclass(frozen=True, slots=True)
class Usual:
    """The commonest value of an axis: how many of so many councils that say it have it."""

    value: Any
    count: int
    of: int

    @property
    def words(self) -> str:
        """In words: `60 in 4 of 5 councils`."""
        shown = f"{shortened(self.value)}"
        return f"{shown} in {self.count} of {self.of} councils"


@cache
def profiles() -> dict[str, dict[str, Any]]:
    """The files as they are written, by key."""
    return {each.stem: tomllib.loads(each.read_text(encoding="utf-8")) for each in sorted(FOLDER.glob("*.toml"))}


def values(data: Any, path: tuple[str, ...]) -> list[Any]:
    """Everything that a profile says at a place; each entry of a list of tables counts."""
    found = [data]
    for part in path:
        found = [one for each in found for one in (each if isinstance(each, list) else [each])]
        found = [each[part] for each in found if isinstance(each, dict) and part in each]
    return found


def commonest(path: tuple[str, ...]) -> Usual | None:
    """The value that most councils have at a place; None where no two agree or none says anything."""
    said = [values(each, path) for each in profiles().values()]
    counted = Counter(_written(each[0]) for each in said if each)
    if not counted:
        return None
    written, count = counted.most_common(1)[0]
    value = next(each[0] for each in said if each and _written(each[0]) == written)
    return Usual(value, count, counted.total()) if count > 1 else None


def shortened(value: Any, most: int = 60) -> str:
    """A value as a profile writes it, or its beginning."""
    text = value if isinstance(value, str) else _written(value)
    text = text.strip('"') if text.startswith('"') else text
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _written(value: Any) -> str:
    return json.dumps(value, default=str, ensure_ascii=False, sort_keys=True)
