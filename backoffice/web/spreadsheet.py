"""Lists as spreadsheets (XLSX), written row by row, in which nothing that a person typed can run as a formula."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from tempfile import TemporaryFile
from typing import IO, Any

from django.http import FileResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from workflows.engine.tabular import csv_lines

from .words import LONDON

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
Value = str | int | Decimal | date | datetime | None
FORMATS = {Decimal: "#,##0.00", date: "d mmmm yyyy", datetime: "d mmmm yyyy hh:mm"}
STARTERS = ("=", "+", "-", "@")
UNSPEAKABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # XML has no way to write them
WIDTH = 22
LONGEST_TITLE = 31
NOT_IN_TITLES = re.compile(r"[\\/*?:\[\]]")  # Excel refuses them


def spreadsheet(file_name: str, title: str, headings: Sequence[str], rows: Iterable[Sequence[Value]]) -> FileResponse:
    """Answer with a workbook of one sheet, to be saved as `file_name` (which never names a client)."""
    return workbook(file_name, [(title, chain([headings], rows))])


def workbook(file_name: str, sheets: Iterable[tuple[str, Iterable[Sequence[Value]]]]) -> FileResponse:
    """Answer with a workbook of several sheets, each with its title and its rows, the headings first."""
    file = TemporaryFile()  # noqa: SIM115 (the response closes it once it has been sent)
    write_workbook(file, sheets)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=file_name, content_type=TYPE)


def write_workbook(file: IO[bytes], sheets: Iterable[tuple[str, Iterable[Sequence[Value]]]]) -> None:
    """Write a workbook of several sheets into a file; its rows are never in memory together."""
    book = Workbook(write_only=True)
    for title, rows in sheets:
        _fill(book.create_sheet(NOT_IN_TITLES.sub("", title)[:LONGEST_TITLE]), iter(rows))
    book.save(file)


def write_lines(file: IO[bytes], rows: Iterable[Sequence[Value]]) -> None:
    """Write rows into a file as CSV, one by one; the headings first."""
    for line in csv_lines(rows):
        file.write(line.encode())


def _fill(sheet: Any, rows: Iterator[Sequence[Value]]) -> None:
    headings = next(rows)
    sheet.freeze_panes = "A2"
    for place in range(1, len(headings) + 1):
        sheet.column_dimensions[get_column_letter(place)].width = WIDTH
    sheet.append([cell(sheet, each, bold=True) for each in headings])
    for row in rows:
        sheet.append([cell(sheet, each) for each in row])


def cell(sheet: Any, value: Value, *, bold: bool = False) -> Any:
    """One cell. Text is always text, and stays text when somebody edits the cell later (`quotePrefix`)."""
    if isinstance(value, datetime):
        value = value.astimezone(LONDON).replace(tzinfo=None)
    plain: Any = UNSPEAKABLE.sub("", value) if isinstance(value, str) else value
    made = WriteOnlyCell(sheet, plain)
    if isinstance(value, str):
        made.data_type = "s"
        made.quotePrefix = value.lstrip().startswith(STARTERS)
    made.number_format = FORMATS.get(type(value), "General")
    if bold:
        made.font = Font(bold=True)
    return made
