"""Lists as spreadsheets (XLSX), written row by row, in which nothing that a person typed can run as a formula."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from tempfile import TemporaryFile
from typing import Any

from django.http import FileResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from .words import LONDON

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Value = str | int | Decimal | date | datetime | None
FORMATS = {Decimal: "#,##0.00", date: "d mmmm yyyy", datetime: "d mmmm yyyy hh:mm"}
STARTERS = ("=", "+", "-", "@")
UNSPEAKABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # XML has no way to write them
WIDTH = 22
LONGEST_TITLE = 31


def spreadsheet(file_name: str, title: str, headings: Sequence[str], rows: Iterable[Sequence[Value]]) -> FileResponse:
    """Answer with a workbook of one sheet, to be saved as `file_name` (which never names a client)."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:LONGEST_TITLE])
    sheet.freeze_panes = "A2"
    for place in range(len(headings)):
        sheet.column_dimensions[chr(ord("A") + place)].width = WIDTH
    sheet.append([cell(sheet, each, bold=True) for each in headings])
    for row in rows:
        sheet.append([cell(sheet, each) for each in row])
    file = TemporaryFile()  # noqa: SIM115 (the response closes it once it has been sent)
    book.save(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=file_name, content_type=TYPE)


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
