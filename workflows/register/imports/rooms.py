"""Who judges and takes over the records of a kind of file: the register its own kinds, other rooms theirs.

A room declares itself once, when its app is ready; everything else about an import (reading, counters, progress, the
worker, errors to download) is the same for all.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from .kinds import KINDS, Kind

if TYPE_CHECKING:
    from workflows.parties.actor import Actor
    from workflows.register.models import ImportRun


# Of a long file there are fifty thousand of these, and tuples are made in a third of the time of frozen classes.
class Line(NamedTuple):
    """A record as it was read: the line of the file on which it begins, its text, its values, what is wrong with it."""

    number: int
    raw: str
    data: Mapping[str, str | None]
    problem: str


class Told(NamedTuple):
    """What becomes of a record, as it stands beside it."""

    verdict: str = ""
    message: str = ""
    issue: str = ""
    record_id: int | None = None


#: Says how many records of a run are taken over.
Tell = Callable[[int], None]


class Judging(Protocol):
    """Judges the records of one file: as they are read, or all of them at the end."""

    def part(self, lines: Sequence[Line]) -> Iterable[Told]:
        """What becomes of each of these records, as far as it is known; in the transaction that keeps them."""

    def end(self) -> None:
        """Say what becomes of the others, now that all records are kept."""


class AtTheEnd:
    """Judges nothing before all records are kept."""

    def __init__(self, judge: Callable[[], None]) -> None:
        self._judge = judge

    def part(self, lines: Sequence[Line]) -> Iterable[Told]:
        """Nothing is known yet."""
        return [Told()] * len(lines)

    def end(self) -> None:
        """Judge them all."""
        self._judge()


class Room(Protocol):
    """What a kind of file needs of its room."""

    kind: Kind

    def require(self, actor: "Actor") -> None:
        """Forbidden for whoever may not import files of this kind; NotFound where the council has no such thing."""

    def judge(self, run: "ImportRun") -> Judging:
        """What gives every record of the run its verdict and message; live records are not touched."""

    def take_over(self, run: "ImportRun", tell: Tell) -> None:
        """Write the records that are new or updated, under locks, as they are judged then: all of them or none."""

    def forget(self, run: "ImportRun") -> None:
        """Forget whatever was kept about records that nobody wants."""


_ROOMS: dict[str, Room] = {}


def declare(room: Room) -> None:
    """Let files of a kind be imported."""
    _ROOMS[room.kind.name] = room


def room_of(kind: str) -> Room:
    """The room of a kind of file; KeyError when nobody has declared it."""
    return _ROOMS[kind]


def kind_named(name: str) -> Kind | None:
    """A kind of file by its name; None when there is none."""
    return KINDS.get(name) or (_ROOMS[name].kind if name in _ROOMS else None)
