"""Cuts the text of a CSV file into records. A long file needs the memory of a few lines beside its text."""

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

LONGEST_RECORD = 50  # lines: a quotation mark that is never closed must not swallow the rest of the file
LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|\Z)")

csv.field_size_limit(1_000_000)


class Unreadable(ValueError):
    """The file as a whole cannot be read; the message is a sentence for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record of the file: the line on which it begins, its own text, its cells, or why it has none."""

    number: int
    raw: str
    cells: tuple[str, ...] = ()
    problem: str = ""


def lines(text: str) -> Iterator[str]:
    """The lines of a text, whichever way they end."""
    return (match[1] for match in LINE.finditer(text))


def records(text: str, delimiter: str, after: int = 0) -> Iterator[Record]:
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
