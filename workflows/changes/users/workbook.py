"""Reads the first sheet of a workbook as CSV: people fill the template in with Excel, and send it as it is.

Nothing in it runs: values are read, never formulas, and a workbook that unpacks to too much, holds macros or entities
of its own is refused before it is opened.
"""

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from workflows.engine.errors import Refused
from workflows.engine.files import packed

MOST_MB, MOST_ROWS, MOST_COLUMNS = 50, 20_000, 50
SIGNATURE = b"PK\x03\x04"
UNREADABLE = "This file cannot be read. Use the template, and save it as an Excel workbook (.xlsx) or as CSV UTF-8."


def is_one(content: bytes) -> bool:
    """Whether these bytes are a packed document, whatever the file is called."""
    return content.startswith(SIGNATURE)


def as_csv(content: bytes) -> bytes:
    """The first sheet as CSV; Refused with a sentence when it is no workbook that can be read."""
    try:
        kind = packed.kind_of(content, unpacked_mb=MOST_MB)
    except Refused as refusal:
        raise Refused(f"The file {refusal.reason}", "unreadable") from refusal
    if kind != "xlsx" or _has_entities(content):
        raise Refused(UNREADABLE, "unreadable")
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        rows = list(_rows(book.worksheets[0]))
    except (InvalidFileException, KeyError, ValueError, IndexError, TypeError, AttributeError, SyntaxError) as error:
        raise Refused(UNREADABLE, "unreadable") from error
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _rows(sheet: Any) -> Iterator[list[str]]:
    """The rows up to the last that says something; Refused when there are more than anybody types."""
    empty = 0
    for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True), start=1):
        if number > MOST_ROWS:
            raise Refused(f"The sheet has more than {MOST_ROWS:,} rows. Cut it into parts.", "too_large")
        cells = [_text(each) for each in row]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            empty += 1
            continue
        yield from ([""] for _ in range(empty))
        empty = 0
        yield cells


def _text(value: Any) -> str:
    """A cell as people see it: a whole number has no decimals."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    return " ".join(str(value).split())


def _has_entities(content: bytes) -> bool:
    """Whether a part declares a document type: no Excel writes one, and entities can grow without end."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        names = [name for name in package.namelist() if name.endswith((".xml", ".rels"))]
        return any(b"<!DOCTYPE" in package.read(name) or b"<!ENTITY" in package.read(name) for name in names)
