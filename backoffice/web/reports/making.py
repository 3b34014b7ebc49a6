"""The files of reports: written at once where they are short, by a worker (workflows.reports.files) where long.

A report beside Commissioned v Actuals gives its own function in WRITERS.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

from workflows.parties.actor import Actor
from workflows.reports import commissioned
from workflows.reports.commissioned import Asked, Row
from workflows.reports.models import KeptQuestion

from ..spreadsheet import CSV, TYPE, write_lines, write_workbook
from .tables import lines, total_lines

TYPES = {"xlsx": TYPE, "csv": CSV}
#: Rows that are written well within a second (0.23 ms and 0.01 ms each); a longer report is for a worker.
AT_ONCE = {"xlsx": 2_000, "csv": 20_000}
Counted = Callable[[Iterable[Any]], Iterator[Any]]


def is_long(form: str, rows: int) -> bool:
    """Whether a file of so many rows is for a worker."""
    return rows > AT_ONCE[form]


def write(actor: Actor, question: KeptQuestion, form: str, out: IO[bytes], counted: Counted) -> None:
    """Write the file of a report that a person asked for."""
    WRITERS[question.report](actor, question, form, out, counted)


def name_of(question: KeptQuestion, form: str) -> str:
    """The name of the file; no client's name is in it."""
    asked = Asked.read(question.chosen)
    return f"commissioned-v-actuals-{asked.first.isoformat()}-{asked.last.isoformat()}.{form}"


def _commissioned(actor: Actor, question: KeptQuestion, form: str, out: IO[bytes], counted: Counted) -> None:
    asked = Asked.read(question.chosen)
    rows: Iterator[Row] = counted(commissioned.every(actor, asked))
    if form == "csv":
        write_lines(out, lines(rows))
        return
    totals = total_lines(commissioned.totals(actor, asked))
    write_workbook(out, [(commissioned.name(), lines(rows)), ("Totals", totals)])


WRITERS: dict[str, Callable[[Actor, KeptQuestion, str, IO[bytes], Counted], None]] = {
    commissioned.NAME: _commissioned,
}
