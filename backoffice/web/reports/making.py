"""The files of reports: written at once where they are short, by a worker (workflows.reports.files) where long."""

from typing import IO

from workflows.parties.actor import Actor
from workflows.reports.models import KeptQuestion

from ..spreadsheet import CSV, TYPE
from . import shelf
from .kinds import Counted

TYPES = {"xlsx": TYPE, "csv": CSV}
#: Rows that are written well within a second (0.23 ms and 0.01 ms each); a longer report is for a worker.
AT_ONCE = {"xlsx": 2_000, "csv": 20_000}


def is_long(form: str, rows: int) -> bool:
    """Whether a file of so many rows is for a worker."""
    return rows > AT_ONCE[form]


def write(actor: Actor, question: KeptQuestion, form: str, out: IO[bytes], counted: Counted) -> None:
    """Write the file of a report that a person asked for."""
    report = shelf.of_question(question)
    report.write(actor, report.asked(question), form, out, counted)


def name_of(question: KeptQuestion, form: str) -> str:
    """The name of the file; no client's name is in it."""
    report = shelf.of_question(question)
    return report.file_name(report.asked(question), form)
