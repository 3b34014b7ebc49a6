"""How every answer is written onto the version that it answers: in the door's own statement."""

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from workflows.engine import door
from workflows.engine.errors import NotFound, Refused

from .models import DocumentVersion

#: Only the latest version can be answered, as it was on the screen, and once. Written by hand: a query that Django
#: builds costs a third of a command, and a trip of its own another tenth (docs/benchmarks.md).
ANSWER = """\
UPDATE contracts_documentversion v
SET answer = %s, answered_at = %s, answered_by_id = %s, reason = %s, words_id = %s
FROM contracts_contractdocument d
WHERE d.case_id = %s AND v.document_id = d.case_id AND v.number = d.version
  AND v.number = %s AND v.sha256 = %s AND v.answer = ''
RETURNING 1
"""
CLOSE = "UPDATE contracts_contractdocument SET open = false WHERE case_id = %s RETURNING 1"


@dataclass(frozen=True, slots=True)
class Shown:
    """A version as somebody has it before them."""

    number: int
    sha256: str


def note(turn: door.Turn, shown: Shown, answer: str, *, reason: str = "", words: UUID | None = None) -> None:
    """Note the answer; every answer but a rejection closes the document. The door refuses when `shown` cannot be
    answered."""
    case_id = turn.case.pk
    columns: list[Any] = [answer, turn.now, turn.actor.user_id, reason, words, case_id, shown.number, shown.sha256]
    turn.work.also(ANSWER, columns, partial(_refusal, case_id, shown))
    if answer != DocumentVersion.Answer.REJECTED:
        turn.work.also(CLOSE, [case_id])


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
