"""Writes an answer onto the version that it answers: the one write of every answer, in one statement."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from workflows.engine import door
from workflows.engine.errors import NotFound, Refused

from .models import DocumentVersion

#: Only the latest version can be answered, as it was on the screen, and once; written by hand because a query that
#: Django builds costs as much as the rest of the command's own writes (docs/benchmarks.md).
ANSWER = """
WITH answered AS (
    UPDATE contracts_documentversion v
    SET answer = %s, answered_at = %s, answered_by_id = %s, reason = %s, words_id = %s
    FROM contracts_contractdocument d
    WHERE d.case_id = %s AND v.document_id = d.case_id AND v.number = d.version
      AND v.number = %s AND v.sha256 = %s AND v.answer = ''
    RETURNING v.document_id
), closed AS (
    UPDATE contracts_contractdocument d SET open = false FROM answered a WHERE d.case_id = a.document_id AND %s
)
SELECT count(*) FROM answered
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """A version as somebody has it before them."""

    number: int
    sha256: str


def note(turn: door.Turn, shown: Shown, answer: str, *, reason: str = "", words: UUID | None = None) -> None:
    """Note the answer; every answer but a rejection closes the document. Refused when `shown` cannot be answered."""
    columns: list[Any] = [answer, turn.now, turn.actor.user_id, reason, words]
    closes = answer != DocumentVersion.Answer.REJECTED
    with connection.cursor() as cursor:
        cursor.execute(ANSWER, [*columns, turn.case.pk, shown.number, shown.sha256, closes])
        if cursor.fetchone()[0] != 1:
            raise _refusal(turn.case.pk, shown)


def latest_version(case_id: int) -> DocumentVersion:
    """The latest version of a document; NotFound when it has none."""
    version = DocumentVersion.objects.filter(document_id=case_id).order_by("-number").first()
    if version is None:
        raise NotFound
    return version


def _refusal(case_id: int, shown: Shown) -> Refused:
    version = latest_version(case_id)
    if Shown(version.number, version.sha256) != shown:
        return Refused("A newer version has been published since you opened this one.", "superseded_version")
    return Refused("This version was answered already.", "answered")
