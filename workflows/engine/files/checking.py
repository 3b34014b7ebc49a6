"""Files that people send: taken by what is in them, never by what they are called, and never more than is allowed.

The council's profile says what is allowed ([files]); a form may allow less. What is refused is refused in a sentence
that begins with the file's own name and ends with what to do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Protocol

import puremagic

from workflows.council.files import Files
from workflows.council.profile import current
from workflows.engine.errors import Refused

from . import packed, pictures
from .names import safe_name, shown_name

MEGABYTE = 1024 * 1024  # as people's own computers show a file's size


class Uploaded(Protocol):
    """What is asked of a file as a form received it."""

    @property
    def name(self) -> str | None:
        """What its sender calls it."""

    @property
    def size(self) -> int | None:
        """Its length in bytes."""

    def read(self) -> Any:
        """Return all of it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: its name for people, the ending it gets, and the type that it is given out with."""

    key: str
    words: str
    ending: str
    content_type: str


OFFICE = "application/vnd.openxmlformats-officedocument"
OPEN = "application/vnd.oasis.opendocument"
KINDS = {
    kind.key: kind
    for kind in (
        Kind("pdf", "PDF", ".pdf", "application/pdf"),
        Kind("png", "PNG", ".png", "image/png"),
        Kind("jpeg", "JPEG", ".jpg", "image/jpeg"),
        Kind("docx", "Word (.docx)", ".docx", f"{OFFICE}.wordprocessingml.document"),
        Kind("xlsx", "Excel (.xlsx)", ".xlsx", f"{OFFICE}.spreadsheetml.sheet"),
        Kind("odt", "OpenDocument text (.odt)", ".odt", f"{OPEN}.text"),
        Kind("ods", "OpenDocument spreadsheet (.ods)", ".ods", f"{OPEN}.spreadsheet"),
        Kind("csv", "CSV", ".csv", "text/csv; charset=utf-8"),
        Kind("txt", "plain text (.txt)", ".txt", "text/plain; charset=utf-8"),
    )
}
BY_TYPE = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpeg"}
#: What begins each of them: some look for it further on, where another kind of file may stand before it.
HEADS = {"pdf": b"%PDF-", "png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff"}
PACKAGE, OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: Words of a web page. Where a browser would look for them, no document has them.
PAGE_WORDS = (
    b"<!doctype",
    b"<html",
    b"<head",
    b"<body",
    b"<script",
    b"<iframe",
    b"<svg",
    b"<object",
    b"<embed",
    b"<img",
)
LOOKED_AT = 1_024


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that may be kept: a safe name with the ending of its real type, that type, and its bytes."""

    name: str
    content_type: str
    content: bytes


def checked(uploaded: Uploaded, kinds: Sequence[str] = ()) -> Checked:
    """Return the file if it is of an allowed kind and size; Refused says what to do instead.

    `kinds` are those that a form takes; none: all that the profile allows. The size is asked first, so that a huge file
    is never read into memory.
    """
    try:
        return _checked(uploaded, current().files, kinds)
    except Refused as refusal:
        raise Refused(f"“{shown_name(uploaded.name or '')}” {refusal.reason}", refusal.code) from refusal


def allowed(kinds: Sequence[str] = ()) -> list[Kind]:
    """The kinds that a form takes, in the profile's order."""
    rules = current().files
    return [KINDS[key] for key in rules.kinds if not kinds or key in kinds]


def listed(kinds: Sequence[str] = ()) -> str:
    """`PDF, PNG or JPEG`."""
    words = [kind.words for kind in allowed(kinds)]
    return " or ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def _checked(uploaded: Uploaded, rules: Files, kinds: Sequence[str]) -> Checked:
    size = uploaded.size or 0
    if size > rules.largest_mb * MEGABYTE:
        words = f"is {size / MEGABYTE:.1f} MB. Choose one of {rules.largest_mb} MB or less."
        raise Refused(words, "too_large")
    content = uploaded.read()
    if not content:
        raise Refused("is empty. Choose another one.", "empty")
    found = _kind(content, uploaded.name or "", rules)
    if found is None or found not in {kind.key for kind in allowed(kinds)}:
        raise Refused(f"cannot be sent: what is in it is something else. Choose a {listed(kinds)} file.", "file_type")
    if _looks_like_a_page(content):
        raise Refused("holds parts of a web page, which can run programs. Send it as a plain PDF.", "active")
    _check_picture(found, content, rules)
    return Checked(safe_name(uploaded.name or "", KINDS[found].ending), KINDS[found].content_type, content)


def _kind(content: bytes, name: str, rules: Files) -> str | None:
    """Which kind a file is, by its own bytes; only plain texts are told apart by what they are called."""
    if content.startswith(PACKAGE):
        kind = packed.kind_of(content, unpacked_mb=rules.unpacked_mb)
        if kind is None:
            raise Refused("is an archive. Take the files out of it and choose them one by one.", "archive")
        return kind
    if content.startswith(OLD_OFFICE):
        words = "is locked with a password, or was made by an old Office. Save a copy as .docx, .xlsx or PDF."
        raise Refused(words, "old_office")
    return _by_magic(content) or _text(content, PurePosixPath(name).suffix.lower())


def _by_magic(content: bytes) -> str | None:
    try:
        matches = puremagic.magic_string(content)
    except puremagic.PureError:
        return None
    best = matches[0].confidence
    found = next(
        (BY_TYPE[each.mime_type] for each in matches if each.confidence == best and each.mime_type in BY_TYPE), ""
    )
    return found if found and content.startswith(HEADS[found]) else None


def _text(content: bytes, suffix: str) -> str | None:
    """`csv` or `txt` for words without control signs that are called so; older programs write them in Windows' way."""
    kind = {".csv": "csv", ".txt": "txt"}.get(suffix)
    if kind is None or any(byte < 32 and byte not in b"\t\n\r\f" for byte in set(content)):
        return None
    return kind if _readable("utf-8", content) or _readable("cp1252", content) else None


def _readable(encoding: str, content: bytes) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _looks_like_a_page(content: bytes) -> bool:
    start = content[:LOOKED_AT].lower()
    return any(word in start for word in PAGE_WORDS)


def _check_picture(kind: str, content: bytes, rules: Files) -> None:
    if kind not in {"png", "jpeg"}:
        return
    size = pictures.size_of(kind, content)
    if size is None:
        raise Refused("is damaged, so it cannot be opened. Save the picture again and choose that.", "damaged")
    width, height = size
    if width * height > rules.megapixels * 1_000_000:
        words = f"is a picture of {width:,} by {height:,} dots, too large to open safely. Save a smaller copy of it."
        raise Refused(words, "too_many_dots")
