"""Makes a contract document as a PDF that is the same, byte for byte, whenever it is made again from its figures."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from workflows.council.profile import current
from workflows.engine.calendar import LONDON
from workflows.engine.typeset import pdf

from .rules import Figure

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
    content = pdf(TEMPLATE, data)
    return Rendered(content, hashlib.sha256(content).hexdigest())
