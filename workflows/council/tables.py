"""What every table of a council profile is made of."""

from collections.abc import Collection, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from .faults import unknown

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Text = Annotated[str, Field(min_length=1, max_length=4000)]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Table(BaseModel):
    """A table of the profile: read once, never changed, nothing unknown in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Reason(Table):
    """An entry of a list of reasons."""

    key: Key
    label: Text


def known(key: str, declared: Collection[str], where: str) -> None:
    """ValueError when a table names something that is declared nowhere."""
    if key not in declared:
        raise ValueError(f"{where} {unknown(key, declared)}")


def unique(keys: Sequence[str], where: str) -> None:
    """ValueError when a list declares a key twice."""
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError(f"{where} declares {key!r} more than once")
