"""Makes a contract document as a PDF that is the same, byte for byte, whenever it is made again from its figures."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

from workflows.council.profile import current
from workflows.engine.calendar import LONDON

from .rules import Figure

#: How typst says that PDF/UA-1 is not to be had because no font shows a letter.
MISSING_LETTER = "could not be displayed with font"
TEMPLATE = Path(__file__).with_name("document.typ")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A PDF and its SHA-256, in hexadecimal."""

    content: bytes
    sha256: str


def render(*, reference: str, version: int, figures: Sequence[Figure], published_at: datetime) -> Rendered:
    """Render one version. The words around the figures come from the profile at the time of publishing."""
    council = current()
    profile = council.contract_documents
    day = published_at.astimezone(LONDON)
    data = {
        "title": f"{profile.type_label} {reference}, version {version}",
        "council": council.name,
        "department": council.department,
        "introduction": f"{profile.full_name}, published on {day.day} {day:%B %Y}.",
        "reference": reference,
        "version": version,
        "year": day.year,
        "month": day.month,
        "day": day.day,
        "rows": [[figure.label, figure.text] for figure in figures],
        "agreement": profile.agree_text,
    }
    content = _compile(json.dumps(data))
    return Rendered(content, hashlib.sha256(content).hexdigest())


def _compile(data: str) -> bytes:
    """Make the PDF: PDF/UA-1, or still tagged but without the standard's mark when a letter of a name is in no font.

    Only the compiler's own fonts are used, so that the same figures give the same bytes on every machine.
    """
    options: dict[str, Any] = {"format": "pdf", "sys_inputs": {"document": data}, "ignore_system_fonts": True}
    try:
        content: bytes = typst.compile(_template(), pdf_standards=["ua-1"], **options)
    except typst.TypstError as error:
        if MISSING_LETTER not in str(error):
            raise
        content = typst.compile(_template(), **options)
    return content


@lru_cache(maxsize=1)
def _template() -> bytes:
    return TEMPLATE.read_bytes()
