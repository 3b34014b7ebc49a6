"""Every axis of a profile, as its schema declares it: where it stands, what it means, what may be written there.

`council check`, `council new` and docs/councils.md are made from these, so that an axis that is added to the schema
appears in all of them by itself.
"""

import inspect
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from .locate import Path
from .tables import Key, Text
from .targets import Target

A_LIST = "a list: "


@dataclass(frozen=True)
class Axis:
    """One key of one table. `many`: the table is a list, written `[[so]]`."""

    path: tuple[str, ...]
    owner: type[BaseModel]
    info: FieldInfo
    inside: type[BaseModel] | None = None  # the table that it holds
    many: bool = False
    allowed: str = field(default="")

    @property
    def name(self) -> str:
        """The key itself."""
        return self.path[-1]

    @property
    def required(self) -> bool:
        """Whether a profile must say it."""
        return self.info.is_required()

    @property
    def words(self) -> str:
        """What it means: what is written beneath it in the schema; else the sentences of its table that name it."""
        said = self.info.description or _said_of(self.owner, self.name)
        return " ".join((said or inspect.getdoc(self.inside) or "").split())


@cache
def axes(of: type[BaseModel], above: tuple[str, ...] = ()) -> tuple[Axis, ...]:
    """The axes of a table and of the tables in it, in the order of the schema."""
    return tuple(_axes(of, above))


def at(of: type[BaseModel], path: Path) -> Axis | None:
    """The axis at a path into a profile; None when there is none."""
    return _by_path(of).get(tuple(part for part in path if isinstance(part, str)))


@cache
def _by_path(of: type[BaseModel]) -> dict[tuple[str, ...], Axis]:
    return {each.path: each for each in axes(of)}


def pattern(of: type[BaseModel], axis: Axis) -> str:
    """Where an axis stands, as `references.found` reads it: `teams.*.key`."""
    parts: list[str] = []
    for length, name in enumerate(axis.path, start=1):
        table = at(of, axis.path[:length])
        parts += [name, "*"] if table is not None and table.many else [name]
    return ".".join(parts)


def _axes(of: type[BaseModel], above: tuple[str, ...]) -> Iterator[Axis]:
    for name, info in of.model_fields.items():
        inside, many = _table(info.annotation)
        yield Axis((*above, name), of, info, inside, many, "" if inside else allowed(info.annotation, info.metadata))
        if inside is not None:
            yield from _axes(inside, (*above, name))


def _table(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    """The table that a key holds, and whether it is a list of them."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, False
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _table(parts[0])
    if origin is tuple and parts:
        return _table(parts[0])[0], _table(parts[0])[0] is not None
    if origin in (Union, types.UnionType):
        return next((found for each in parts if (found := _table(each))[0]), (None, False))
    return None, False


def allowed(annotation: Any, metadata: Any = ()) -> str:
    """What may be written, in words."""
    if annotation == Key:
        return "a short name of small letters, digits and _"
    if annotation == Text:
        return "words"
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return allowed(parts[0], parts[1:])
    if origin is Literal:
        return _one_of(parts)
    if origin in (Union, types.UnionType):
        return allowed(next(each for each in parts if each is not type(None)), metadata)
    if origin in (tuple, frozenset):
        return f"{A_LIST}{allowed(parts[0])}"
    if origin is dict:
        return f"a table: {allowed(parts[0])} = {allowed(parts[1])}"
    return _plain(annotation, metadata)


def _one_of(parts: tuple[Any, ...]) -> str:
    return ("one of " if len(parts) > 1 else "") + ", ".join(f"{part}" for part in parts)


PLAIN: dict[Any, str] = {
    bool: "true or false",
    date: "a day, such as 2026-04-06",
    datetime: "a moment, such as 2026-12-23T12:00:00",
    time: "an hour, such as 17:00:00",
    Target: "working days or hours, such as '5 working days' or '8 working hours'",
}


PATTERNS = {
    r"^[a-z][a-z0-9_]*$": "a short name of small letters, digits and _",
    r"^#[0-9a-f]{6}$": "a colour, such as #0b4f5c",
    r"^[A-Z]{2,5}$": "two to five capital letters",
    r"^\d\d:\d\d-\d\d:\d\d$": "hours, such as 09:00-17:00",
    r"^(https://|mailto:)": "an address that begins with https:// or mailto:",
    r"^[a-z0-9._-]+$": "the part of an address before the @",
    r"^[-a-zA-Z0-9_]+$": "the short name of a service level",
}


def _plain(annotation: Any, metadata: Any) -> str:
    if annotation in PLAIN:
        return PLAIN[annotation]
    if pattern := _limit(metadata, "pattern"):
        return PATTERNS.get(pattern, f"words like {pattern}")
    if annotation in (int, Decimal):
        least, most = _limit(metadata, "ge"), _limit(metadata, "le", "lt")
        kind = "a whole number" if annotation is int else "a number"
        if least is None and (above := _limit(metadata, "gt")) is not None:
            return f"{kind} above {above}{f' and up to {most}' if most is not None else ''}"
        if least is not None and most is not None:
            return f"{kind} from {least} to {most}"
        return f"{kind} of {least} or more" if least is not None else kind
    return "words"


def _limit(metadata: Any, *names: str) -> Any:
    for each in metadata:
        for part in (each, *getattr(each, "metadata", ())):
            for name in names:
                if getattr(part, name, None) is not None:
                    return getattr(part, name)
    return None


def first_allowed(annotation: Any) -> Any:
    """The first of the words that may be written; None where there is no such list."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return parts[0]
    return first_allowed(parts[0]) if origin in (Annotated, Union, types.UnionType) else None


def _said_of(owner: type[BaseModel], name: str) -> str:
    """The sentences of a table's explanation that name one of its keys in backquotes."""
    text = " ".join((owner.__doc__ or "").split())
    return " ".join(each for each in text.split(". ") if f"`{name}`" in each or f"`{name} =" in each)
