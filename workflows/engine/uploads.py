"""Files that people send: taken by what is in them, never by what they are called."""

import unicodedata
from dataclasses import dataclass
from typing import Protocol

import puremagic

from .errors import Refused

MEGABYTE = 1024 * 1024  # as people's own computers show a file's size
LARGEST = 10 * MEGABYTE
LONGEST_NAME = 100
ENDINGS = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg"}
KEPT = " -_.()"


class Uploaded(Protocol):
    """What is asked of a file as a form received it."""

    name: str | None
    size: int | None

    def read(self) -> bytes:
        """Return all of it."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that may be kept: a safe name with the ending of its real type, that type, and its bytes."""

    name: str
    content_type: str
    content: bytes


def checked(uploaded: Uploaded) -> Upload:
    """Return the file if it is a PDF, PNG or JPEG of at most 10 MB; Refused says what to do instead.

    The size is asked first, so that a huge file is never read into memory.
    """
    size = uploaded.size or 0
    if size > LARGEST:
        raise Refused(f"The file is {size / MEGABYTE:.1f} MB. Choose one of 10 MB or less.", "too_large")
    content = uploaded.read()
    if not content:
        raise Refused("The file is empty. Choose another one.", "empty")
    found = content_type(content)
    if found is None:
        raise Refused("Choose a PDF, PNG or JPEG file. What is in this one is something else.", "file_type")
    return Upload(safe_name(uploaded.name or "", ENDINGS[found]), found, content)


def content_type(content: bytes) -> str | None:
    """The type of a file of which we take the kind, by its own first bytes; None for any other."""
    try:
        matches = puremagic.magic_string(content)
    except puremagic.PureError:
        return None
    best = matches[0].confidence
    return next((each.mime_type for each in matches if each.confidence == best and each.mime_type in ENDINGS), None)


def safe_name(name: str, ending: str) -> str:
    """A name without folders and signs, with the given ending: `C:\\x\\Brief (2).exe` becomes `Brief (2).pdf`."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    stem = last.rpartition(".")[0] or last
    plain = "".join(letter if letter.isalnum() or letter in KEPT else " " for letter in stem)
    tidy = " ".join(plain.split()).strip(". ")[:LONGEST_NAME].strip(". ")
    return f"{tidy or 'file'}{ending}"
