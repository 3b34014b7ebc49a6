"""Cuts the text of a CSV file into records. A file that comes in pieces needs the memory of a few lines."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

LONGEST_RECORD = 50  # lines: a quotation mark that is never closed must not swallow the rest of the file
PIECE = 1 << 16  # characters that are looked at together

csv.field_size_limit(1_000_000)


class Unreadable(ValueError):
    """The file as a whole cannot be read; the message is a sentence for the person who sent it."""


class Record(NamedTuple):
    """One record of the file: the line on which it begins, its own text, its cells, or why it has none."""

    number: int
    raw: str
    cells: tuple[str, ...] = ()
    problem: str = ""


def lines(text: str | Iterable[str]) -> Iterator[str]:
    """The lines of a text (or of one that comes in pieces), whichever way they end."""
    waiting: list[str] = []
    for piece in _pieces(text) if isinstance(text, str) else text:
        waiting.append(piece)
        if not ("\n" in piece or "\r" in piece or any(each.endswith("\r") for each in waiting[-2:-1])):
            continue  # the line goes on
        whole = "".join(waiting)
        # A "\r" at the very end may be one half of an end of a line.
        end = max(whole.rfind("\n"), whole.rfind("\r", 0, len(whole) - 1)) + 1
        waiting = [whole[end:]]
        if end:
            yield from _cut(whole[:end])[:-1]
    yield from _cut("".join(waiting))


def _pieces(text: str) -> Iterator[str]:
    return (text[place : place + PIECE] for place in range(0, len(text), PIECE))


def _cut(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def records(text: str | Iterable[str], delimiter: str, after: int = 0) -> Iterator[Record]:
    """Cut the text after the first `after` lines into records; blank lines are left out."""
    coming, number = islice(lines(text), after, None), after + 1
    waiting = deque(islice(coming, LONGEST_RECORD))
    empty = delimiter + " \t\"'"
    while waiting:
        length = _length(waiting)
        taken = max(length, 1)
        raw = waiting.popleft() if taken == 1 else "\n".join(waiting.popleft() for _ in range(taken))
        waiting.extend(islice(coming, taken))
        if length == 0:
            yield Record(number, raw, problem="A quotation mark is opened here and never closed.")
        elif raw.strip(empty):
            yield _record(number, raw, delimiter)
        number += taken


def cells(raw: str, delimiter: str) -> tuple[str, ...]:
    """The cells of one record; Unreadable when its quotation marks stand where none can."""
    try:
        return tuple(next(csv.reader([raw], delimiter=delimiter, skipinitialspace=True), []))
    except csv.Error:
        raise Unreadable("The quotation marks of this row do not fit together.") from None


def _record(number: int, raw: str, delimiter: str) -> Record:
    try:
        return Record(number, raw, cells(raw, delimiter))
    except Unreadable as error:
        return Record(number, raw, problem=str(error))


def _length(waiting: Sequence[str]) -> int:
    """How many lines the record takes; 0 when its quotation marks never close."""
    marks = 0
    for length, line in enumerate(waiting, start=1):
        marks += line.count('"')
        if marks % 2 == 0:
            return length
    return 0
