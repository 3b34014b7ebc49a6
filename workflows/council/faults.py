"""What is wrong in a profile: where, and what would be right. Several are told at once, so that nobody mends a file
one line a start.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from .locate import Path


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake: the path to it, in words what it is and what would be right."""

    path: Path
    said: str


class Faulty(ValueError):
    """Mistakes that a cross-check found; pydantic hands it on in an error's context."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{'.'.join(map(str, each.path))} {each.said}" for each in self.faults))


def refuse(faults: Iterable[Fault]) -> None:
    """Faulty when there is any."""
    if found := [*faults]:
        raise Faulty(found)


def unknown(key: str, declared: Iterable[str]) -> str:
    """What is said of a key that is declared nowhere."""
    known = sorted(declared)
    return f"names {key!r}, which is not declared; declared are {', '.join(known) or 'none'}{meant(key, known)}"


def meant(key: str, known: Iterable[str]) -> str:
    """Which of the known ones was probably meant, as the end of a sentence."""
    near = get_close_matches(key, [*known], n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def twice(keys: Sequence[str], path: Path, key: str = "key") -> Iterator[Fault]:
    """Entries of a list whose key an earlier one has."""
    for place, each in enumerate(keys):
        if each in keys[:place]:
            yield Fault((*path, place, key), f"declares {each!r} more than once; give each its own")
