"""The tables of the manager's page, each made once: shown, and written to CSV and XLSX."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from workflows.insight.meanings import Meaning

Value = str | int | Decimal | date | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A cell: `value` for files, `text` for people; `href` opens what it counts, `more` makes its link unique."""

    value: Value
    text: str
    href: str = ""
    more: str = ""
    late: bool = False
    second: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a bar: where it begins and how wide it is, and which age it stands for."""

    x: int
    width: int
    age: int


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its name (with a grey second line), cells, and its bar if the table has one."""

    name: str
    cells: Sequence[Entry]
    second: str = ""
    bar: Sequence[Piece] | None = None
    total: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its heading, what its figures mean, and why it is empty when it is."""

    key: str
    title: str
    first: str  # heading of the rows' names
    headings: Sequence[str]
    lines: Sequence[Line]
    foot: Sequence[Line] = ()
    meanings: Sequence[Meaning] = ()
    empty: str = ""
    bar: str = ""  # heading of the bar, if there is one
    legend: Sequence[str] = field(default=())
    seconds: str = "Held by"  # what the second lines of the rows' names say, as a heading of files

    def plain(self) -> Iterator[list[Value]]:
        """Headings, then each row, for files."""
        seconds = any(line.second for line in self.lines)
        yield [self.first, *([self.seconds] if seconds else []), *self.headings]
        for line in [*self.lines, *self.foot]:
            yield [line.name, *([line.second] if seconds else []), *(cell.value for cell in line.cells)]
