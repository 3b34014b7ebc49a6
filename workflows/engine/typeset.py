"""Makes tagged PDFs: a template of typst and plain data, and the same data give the same bytes on every machine."""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

#: How typst says that PDF/UA-1 is not to be had because no font shows a letter.
MISSING_LETTER = "could not be displayed with font"


def pdf(template: Path, data: Mapping[str, Any]) -> bytes:
    """Make the PDF: PDF/UA-1, or still tagged but without the standard's mark when a letter of a name is in no font.

    Only the compiler's own fonts are used. What people typed is data to the template, never a command of it.
    """
    inputs = {"document": json.dumps(data)}
    options: dict[str, Any] = {"format": "pdf", "sys_inputs": inputs, "ignore_system_fonts": True}
    try:
        content: bytes = typst.compile(_read(template), pdf_standards=["ua-1"], **options)
    except typst.TypstError as error:
        if MISSING_LETTER not in str(error):
            raise
        content = typst.compile(_read(template), **options)
    return content


@lru_cache(maxsize=8)
def _read(template: Path) -> bytes:
    return template.read_bytes()
