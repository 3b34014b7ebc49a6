"""Checks the text of a profile and tells every mistake with its line and what would be right; nothing is guessed."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from . import axes, examples, references
from .faults import Fault, Faulty, meant
from .locate import Path, line_of
from .schema import Council

#: What stands in a new profile where only the council knows what is right.
TO_FILL = "<fill in>"
#: Words of pydantic, and those of a council.
OURS = {"valid tuple": "list", "valid frozenset": "list", "valid dictionary": "table"}
#: How a rule of a table names another table: `[[actuals.kinds]] …`.
NAMED = re.compile(r"\[+([\w.]+)\]+")


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found: mistakes as lines, the council when there is none, and what is taken for what is not said."""

    lines: tuple[str, ...]
    council: Council | None
    notes: tuple[str, ...] = ()


def check(name: str, text: str) -> Checked:
    """Check a whole file, of this name."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Checked((f"{name}: this is not TOML: {error}.",), None)
    council, found = _read(data)
    if found:
        numbered = sorted({(line_of(text, each.path), where(each.path), each.said) for each in found})
        return Checked(tuple(f"{name} line {line}: {place}: {_sentence(said)}" for line, place, said in numbered), None)
    return Checked((), council, tuple(f"{name}: {note}" for note in left_out(data)))


def _sentence(said: str) -> str:
    return said if said.endswith("?") else f"{said}."


def left_out(data: Mapping[str, Any]) -> Iterator[str]:
    """What a profile does not say and what is taken for it, so that nothing is taken silently."""
    for axis in axes.axes(Council):
        tables = _tables(data, axis.path[:-1])
        silent = [each for each in tables if axis.name not in each]
        if silent and not axis.required:
            some = f" in {len(silent)} of {len(tables)}" if len(tables) > 1 else ""
            yield f"{where(axis.path)} is not set{some}: {taken(axis)} is taken"


def taken(axis: axes.Axis) -> str:
    """What is taken for a setting that is left out."""
    return _words(axis.info.get_default(call_default_factory=True))


def where(path: Path) -> str:
    """A place as people read it: `[[actions.types]] label`."""
    names = tuple(part for part in path if isinstance(part, str))
    table = next((each for each in _above(names) if each and each.inside), None)
    if table is None:
        return ".".join(names) or "the whole file"
    name = ".".join(table.path)
    rest = names[len(table.path) :]
    return " ".join([f"[[{name}]]" if table.many else f"[{name}]", *rest[:1]])


def _above(names: tuple[str, ...]) -> Iterator[axes.Axis | None]:
    """The axes that a place lies in, the nearest first."""
    return (axes.at(Council, names[:length]) for length in range(len(names), 0, -1))


def _tables(data: Any, path: tuple[str, ...]) -> list[Mapping[str, Any]]:
    """Every table that a profile has at a place; each entry of a list of tables counts."""
    found = examples.values(data, path) if path else [data]
    entries = [one for each in found for one in (each if isinstance(each, list) else [each])]
    return [each for each in entries if isinstance(each, Mapping)]


def _words(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, frozenset | tuple | dict):
        return ", ".join(sorted(map(str, value))) or "nothing"
    return str(value) if value != "" else "nothing"


def _read(data: dict[str, Any]) -> tuple[Council | None, list[Fault]]:
    """The council that a file describes, or its mistakes."""
    open_places = [*_to_fill(data), *_taken_for_another(data)]
    filled = {each.path for each in open_places}
    try:
        made = Council.model_validate(data)
    except ValidationError as error:
        found = [fault for each in error.errors() for fault in _told(dict(each))]
        known = {each.path for each in found}
        found += [each for each in references.faults(data) if each.path not in known]
        return None, open_places + [each for each in found if each.path not in filled]
    return (None, open_places) if open_places else (made, [])


def _taken_for_another(data: dict[str, Any]) -> Iterator[Fault]:
    """Words where a number or true and false belong: they would be read as such, and nothing is guessed."""
    for axis in axes.axes(Council):
        if axis.allowed.startswith((axes.PLAIN[bool], "a whole number", "a number")):
            for path, value in references.found(data, axes.pattern(Council, axis)):
                if isinstance(value, str) and TO_FILL not in value:
                    yield Fault(path, f"{examples.shortened(value)!r} is not {axis.allowed}{_usual(axis)}")


def _to_fill(value: object, path: Path = ()) -> Iterator[Fault]:
    """Places of a new profile that nobody has filled in."""
    if isinstance(value, str) and TO_FILL in value:
        axis = axes.at(Council, path)
        what = f": {axis.words or axis.allowed}" if axis else ""
        yield Fault(path, f"has still to be filled in{what}".rstrip("."))
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inside:
        yield from _to_fill(each, (*path, name))


def _told(error: dict[str, Any]) -> Iterator[Fault]:
    """The mistakes that one error of pydantic stands for."""
    path: Path = tuple(part for part in error["loc"] if part != "[key]")  # pydantic says so of a key itself
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, Faulty):
        yield from (Fault((*path, *each.path), each.said) for each in cause.faults)
        return
    said = str(error["msg"]).removeprefix("Value error, ").rstrip(".")
    for theirs, ours in OURS.items():
        said = said.replace(theirs, ours)
    if not path and (named := NAMED.match(said)):
        path = tuple(named[1].split("."))
    if error["type"] == "literal_error":
        choices = error["ctx"]["expected"].replace("'", "").replace(" or ", ", ").split(", ")
        said = (
            f"{error['input']!r} is not known; write one of {', '.join(choices)}{meant(str(error['input']), choices)}"
        )
        yield Fault(path, said)
    elif error["type"] == "too_short":
        yield Fault(path, f"needs at least {error['ctx']['min_length']}{_hint(axes.at(Council, path))}")
    elif error["type"].endswith(("_parsing", "_type")) and (axis := axes.at(Council, path)) and axis.allowed:
        yield Fault(path, f"{examples.shortened(error['input'])!r} is not {axis.allowed}{_usual(axis)}")
    else:
        yield Fault(path, _right(error["type"], said, path))


def _right(kind: str, said: str, path: Path) -> str:
    """What is wrong and what would be right."""
    axis = axes.at(Council, path)
    if kind == "extra_forbidden":
        return f"is not a setting that Concord knows; take it out, or look for a spelling mistake{_near(path)}"
    hint = _hint(axis)
    return f"is missing; add it{hint}" if kind == "missing" else f"{said}{hint}"


def _near(path: Path) -> str:
    table = tuple(part for part in path if isinstance(part, str))
    return meant(table[-1], [each.name for each in axes.axes(Council) if each.path[:-1] == table[:-1]])


def _hint(axis: axes.Axis | None) -> str:
    if axis is None:
        return ""
    written = axis.allowed or ("a list of tables" if axis.many else "a table")
    usual = examples.commonest(axis.path)
    return f" ({written}{f'; {usual.words}' if usual else ''})"


def _usual(axis: axes.Axis) -> str:
    usual = examples.commonest(axis.path)
    return f" ({usual.words})" if usual else ""
