"""What every table of a council profile is made of."""

from collections.abc import Collection, Iterable, Sequence
from typing import Annotated, Literal, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from .faults import unknown

KEY = r"^[a-z][a-z0-9_]*$"
Key = Annotated[str, Field(pattern=KEY, max_length=40)]
Text = Annotated[str, Field(min_length=1, max_length=4000)]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Table(BaseModel):
    """A table of the profile: read once, never changed, nothing unknown in it."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Reason(Table):
    """An entry of a list of reasons."""

    key: Key
    """Its short name; decisions keep their reason by it."""
    label: Text
    """What people choose."""
    retired: bool = False
    """Whether it is no longer offered; cases that give it keep it."""


class Offered(Protocol):
    """An entry of a list that a council edits while it runs (running.py)."""

    @property
    def retired(self) -> bool:
        """Whether it is no longer offered."""


Entry = TypeVar("Entry", bound=Offered)


def offered(entries: Iterable[Entry]) -> list[Entry]:
    """Of a list those that can be chosen now; the others stand in old cases."""
    return [each for each in entries if not each.retired]


def known(key: str, declared: Collection[str], where: str) -> None:
    """ValueError when a table names something that is declared nowhere."""
    if key not in declared:
        raise ValueError(f"{where} {unknown(key, declared)}")


def unique(keys: Sequence[str], where: str) -> None:
    """ValueError when a list declares a key twice."""
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError(f"{where} declares {key!r} more than once")
