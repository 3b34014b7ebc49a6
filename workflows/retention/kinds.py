"""What each kind of record is to retention: how it comes to be due, what a hold on it is, and how it goes."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from workflows.council.retention import Retention
from workflows.parties.actor import Actor

#: One thing that is due: its id, when it ended, how many records go with it, and how many a hold keeps.
Due = tuple[int, datetime, int, int]


@dataclass(frozen=True, slots=True)
class Erasing:
    """An erasure under way: by whom, on which stream it is told, why, and what must have ended before."""

    actor: Actor
    told_on: str
    reason: str
    before: datetime


class Kind(Protocol):
    """One kind of record."""

    @property
    def noun(self) -> str:
        """`client`."""
        ...

    @property
    def alone(self) -> bool:
        """Whether each goes in a transaction of its own."""
        ...

    def due(self, rule: Retention, before: datetime, among: Collection[int] | None = None) -> Iterable[Due]:
        """What ended before a moment and is still there; of some things only, if said."""
        ...

    def streams(self, ids: Collection[int]) -> Iterable[tuple[int, str]]:
        """The streams whose words would go: a hold that reaches one of them keeps the whole."""
        ...

    def erase(self, erasing: Erasing, ids: Sequence[int]) -> int:
        """Erase them in the caller's transaction, which has asked what is due and held; returns how many records."""
        ...

    def called(self, ids: Collection[int]) -> Mapping[int, str]:
        """What a list calls them: never the name of a client."""
        ...


_kinds: dict[str, Kind] = {}


def declare(what: str, kind: Kind) -> None:
    """Say what a kind of record of the profile is."""
    if what in _kinds:
        raise ValueError(f"two kinds are called {what!r}")
    _kinds[what] = kind


def of(what: str) -> Kind:
    """The kind of record; KeyError when none is declared."""
    return _kinds[what]


def every() -> Mapping[str, Kind]:
    """All kinds, by the profile's word."""
    return dict(_kinds)
