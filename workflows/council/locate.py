"""Finds the line of a TOML file that a path such as ("teams", 2, "name") stands for.

`tomllib` keeps no positions, and an officer who writes a profile needs the line and not a stack trace.
"""

import re

HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\-]+)\s*\]\]?")
SETTING = re.compile(r"^\s*([A-Za-z0-9_\-]+)\s*=")


def line_of(text: str, path: tuple[int | str, ...]) -> int:
    """Return the 1-based line of `path`, or of the nearest table above it when the key is missing."""
    wanted = tuple(part for part in path if isinstance(part, str))
    occurrence = next((part for part in path if isinstance(part, int)), 0)
    best, depth = 1, 0
    for number, table, key in _entries(text, wanted[0] if wanted else "", occurrence):
        shared = _shared(wanted, (*table, *([key] if key else [])))
        if shared > depth:
            best, depth = number, shared
    return best


def line_of_entry(text: str, table: str, key: str) -> int | None:
    """The line on which an entry of `[[table]]` says `key = "…"`; None when there is none."""
    here = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := HEADER.match(line):
            here = header[2]
        elif here == table and re.match(rf'^\s*key\s*=\s*"{re.escape(key)}"', line):
            return number
    return None


def _entries(text: str, counted: str, occurrence: int) -> list[tuple[int, tuple[str, ...], str | None]]:
    """List (line, table, key); of an array of tables called `counted` only the wanted occurrence."""
    entries: list[tuple[int, tuple[str, ...], str | None]] = []
    table: tuple[str, ...] = ()
    seen, wanted = -1, True
    for number, line in enumerate(text.splitlines(), start=1):
        if header := HEADER.match(line):
            table = tuple(header[2].split("."))
            if header[1] == "[[" and table[0] == counted and len(table) == 1:
                seen += 1
            wanted = header[1] == "[" or table[0] != counted or len(table) > 1 or seen == occurrence
            if wanted:
                entries.append((number, table, None))
        elif wanted and (setting := SETTING.match(line)):
            entries.append((number, table, setting[1]))
    return entries


def _shared(wanted: tuple[str, ...], found: tuple[str, ...]) -> int:
    """How many leading parts agree; nothing when `found` leads elsewhere."""
    length = len(found)
    return length if wanted[:length] == found else 0
