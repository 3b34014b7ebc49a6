"""Documents that are packed (docx, xlsx, odt, ods are ZIP files): which one it is, and that unpacking it does no harm.

Nothing is unpacked to a disk; every part is read through once, in pieces, and no further than the limit.
"""

import zipfile
import zlib
from io import BytesIO
from pathlib import PurePosixPath

from workflows.engine.errors import Refused

MOST_PARTS = 5_000
PIECE = 256 * 1024
LOCKED = 0x1  # a flag of the entry
#: The part that makes a package one kind or another.
MAIN_PART = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx"}
MIMETYPES = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
}
MACRO_PARTS = ("vbaproject.bin", "vbadata.xml")
MACRO_FOLDERS = ("basic/", "scripts/", "xl/macrosheets/")
MACRO_TYPE = b"macroEnabled"

DAMAGED = "is damaged, so it cannot be opened. Save it again, or send it as a PDF."
WITH_MACROS = "holds macros, which are small programs. Save it without macros (.docx or .xlsx), or as a PDF."
PROTECTED = "is locked with a password, so it cannot be checked. Save a copy without a password and choose that."


def kind_of(content: bytes, *, unpacked_mb: int) -> str | None:
    """`docx`, `xlsx`, `odt` or `ods`; None for any other package. Refused when it is locked, damaged or too much."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            _check_parts(package.infolist(), unpacked_mb * 1024 * 1024)
            kind = _kind(package)
            _read_through(package)
            if kind is not None and _has_macros(package):
                raise Refused(WITH_MACROS, "macros")
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise Refused(DAMAGED, "damaged") from error
    return kind


def _check_parts(parts: list[zipfile.ZipInfo], limit: int) -> None:
    if any(part.flag_bits & LOCKED for part in parts):
        raise Refused(PROTECTED, "locked")
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > limit:
        words = f"becomes larger than {limit // (1024 * 1024)} MB when it is opened. Send less of it, or a PDF."
        raise Refused(words, "unpacked_too_large")
    if any(part.filename.startswith("/") or ".." in PurePosixPath(part.filename).parts for part in parts):
        raise Refused(DAMAGED, "damaged")


def _kind(package: zipfile.ZipFile) -> str | None:
    names = set(package.namelist())
    if "mimetype" in names:
        return MIMETYPES.get(package.read("mimetype").strip())
    return next((kind for part, kind in MAIN_PART.items() if part in names and "[Content_Types].xml" in names), None)


def _read_through(package: zipfile.ZipFile) -> None:
    """Read every part: one that says less of itself than it holds fails its own check sum (BadZipFile)."""
    for part in package.infolist():
        with package.open(part) as stream:
            while stream.read(PIECE):
                pass


def _has_macros(package: zipfile.ZipFile) -> bool:
    names = [name.lower() for name in package.namelist()]
    if any(name.endswith(MACRO_PARTS) or name.startswith(MACRO_FOLDERS) for name in names):
        return True
    return "[Content_Types].xml" in package.namelist() and MACRO_TYPE in package.read("[Content_Types].xml")
