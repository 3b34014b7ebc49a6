"""Who judges and takes over the records of a kind of file: the register its own kinds, other rooms theirs.

A room declares itself once, when its app is ready; everything else about an import (reading, counters, progress, the
worker, errors to download) is the same for all.
"""

from typing import TYPE_CHECKING, Protocol

from .kinds import KINDS, Kind

if TYPE_CHECKING:
    from workflows.parties.actor import Actor
    from workflows.register.models import ImportRun


class Room(Protocol):
    """What a kind of file needs of its room."""

    kind: Kind

    def require(self, actor: "Actor") -> None:
        """Forbidden for whoever may not import files of this kind; NotFound where the council has no such thing."""

    def judge(self, run: "ImportRun") -> None:
        """Give every record of the run its verdict and message; live records are not touched."""

    def take_over(self, run: "ImportRun") -> None:
        """Judge the records again, under locks, and write those that are new or updated: all of them or none."""


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
