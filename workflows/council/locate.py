"""Finds the line of a TOML file that a path such as ("actions", "types", 2, "label") stands for.

`tomllib` keeps no positions, and an officer who writes a profile needs the line and not a stack trace.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Path = tuple[int | str, ...]
HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\-]+)\s*\]\]?")
SETTING = re.compile(r"^\s*([A-Za-z0-9_.\-]+)\s*=\s*")
LONG = ('"""', "'''")


def line_of(text: str, path: Path) -> int:
    """Return the 1-based line of `path`, or of the nearest table above it when the key is missing."""
    found = lines(text)
    for length in range(len(path), 0, -1):
        if path[:length] in found:
            return found[path[:length]]
    return 1


def lines(text: str) -> Mapping[Path, int]:
    """The line of every table, key and element of an array that a TOML text has."""
    found: dict[Path, int] = {}
    table: Path = ()
    seen: Counter[Path] = Counter()
    rows = text.splitlines()
    number = 0
    while number < len(rows):
        row = rows[number]
        number += 1
        if header := HEADER.match(row):
            table = _table(header[2], seen, one_of_many=header[1] == "[[")
            found.setdefault(table[:-1] if header[1] == "[[" else table, number)
            found[table] = number
        elif setting := SETTING.match(row):
            path = (*table, *setting[1].split("."))
            found[path] = number
            number = _after(rows, number, setting.end(), path, found)
    return found


def _table(name: str, seen: Counter[Path], *, one_of_many: bool) -> Path:
    """The path of a header: what it lies in is the latest of its kind."""
    path: Path = ()
    parts = name.split(".")
    for place, part in enumerate(parts):
        path = (*path, part)
        if one_of_many and place == len(parts) - 1:
            seen[path] += 1
        if path in seen:
            path = (*path, seen[path] - 1)
    return path


def _after(rows: list[str], number: int, start: int, path: Path, found: dict[Path, int]) -> int:
    """The number of the last row of a value that begins on row `number`; notes where elements of an array begin."""
    value = rows[number - 1][start:]
    for quotes in LONG:
        if value.startswith(quotes):
            return number if quotes in value[3:] else _closing(rows, number, quotes)
    if not value.startswith("["):
        return number
    array = _Array()
    while True:
        for element in array.read(without_comment(value)):
            found[(*path, element)] = number
        if array.depth <= 0 or number >= len(rows):
            return number
        value = rows[number]
        number += 1


@dataclass
class _Array:
    """How far an array has been read: it may go over many rows."""

    depth: int = 0
    element: int = 0
    begun: bool = False
    quoted: str = ""

    def read(self, value: str) -> Iterator[int]:
        """The numbers of the elements that begin in this piece."""
        for letter in value:
            if self.quoted:
                self.quoted = "" if letter == self.quoted else self.quoted
                continue
            if self.depth == 1 and not self.begun and letter not in " \t,]":
                self.begun = True
                yield self.element
            self._step(letter)

    def _step(self, letter: str) -> None:
        if letter in "\"'":
            self.quoted = letter
        elif letter in "[{":
            self.depth += 1
        elif letter in "]}":
            self.depth -= 1
        elif letter == "," and self.depth == 1:
            self.element, self.begun = self.element + 1, False


def _closing(rows: list[str], number: int, quotes: str) -> int:
    return next((each + 1 for each in range(number, len(rows)) if quotes in rows[each]), len(rows))


def without_comment(row: str) -> str:
    """A row up to its comment; a # in quotes is none."""
    quoted = ""
    for place, letter in enumerate(row):
        if quoted:
            quoted = "" if letter == quoted else quoted
        elif letter in "\"'":
            quoted = letter
        elif letter == "#":
            return row[:place]
    return row
