"""Files kept in PostgreSQL, so that web and worker processes hold no state and one backup holds everything.

A file is named by its content: the same bytes are kept once, and a name never comes to mean other bytes. A column
that names a file must be a FileField: what no FileField names is an orphan, and is removed after a day.
"""

from __future__ import annotations  # Django's File takes its type argument in stubs only

import hashlib
import io
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

from django.apps import apps
from django.core.files import File
from django.core.files.storage import Storage
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.deconstruct import deconstructible

from .models import FileChunk, StoredFile

CHUNK = 256 * 1024
#: Chunks written in one statement.
AT_ONCE = 8
ORPHAN_AFTER = timedelta(days=1)

INSERT = """
INSERT INTO engine_storedfile (name, size, sha256, created_at) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING
"""


@deconstructible
class DatabaseStorage(Storage):
    """Django storage over StoredFile and FileChunk. Names look like `3f/3f9a….pdf`."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:  # noqa: ARG002
        """The wish is only read for its ending: the content makes the name."""
        return name

    def exists(self, name: str) -> bool:
        """Whether the file is there."""
        return StoredFile.objects.filter(pk=name).exists()

    def size(self, name: str) -> int:
        """The length in bytes; FileNotFoundError when there is no such file."""
        return _found(name).size

    def get_created_time(self, name: str) -> datetime:
        """When these bytes were last saved."""
        return _found(name).created_at

    def delete(self, name: str) -> None:
        """Remove a file and its chunks; one that is not there is no error."""
        StoredFile.objects.filter(pk=name).delete()

    def url(self, name: str | None) -> str:
        """Files are only given out by views that ask whose they are."""
        raise NotImplementedError("a stored file has no address of its own")

    def _open(self, name: str, mode: str = "rb") -> File[Any]:
        if mode != "rb":
            raise ValueError("a stored file never changes; open it with 'rb'")
        return File(io.BufferedReader(ChunkReader(_found(name)), buffer_size=CHUNK), name)

    def _save(self, name: str, content: File[Any]) -> str:
        sha256, size = _measure(content)
        stored = f"{sha256[:2]}/{sha256}{_ending(name)}"
        with transaction.atomic():
            if not _still_there(stored):
                _write(stored, sha256, size, content)
        return stored


class ChunkReader(io.RawIOBase):
    """Reads a stored file chunk by chunk; never the whole file in memory."""

    def __init__(self, file: StoredFile) -> None:
        super().__init__()
        self._file = file
        self._at = 0
        self._seq = -1
        self._chunk = b""

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can be read from anywhere."""
        return True

    def tell(self) -> int:
        """Where the next byte comes from."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._file.size}[whence]
        self._at = max(base + offset, 0)
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer from one chunk, at most; 0 at the end."""
        if self._at >= self._file.size:
            return 0
        seq, start = divmod(self._at, CHUNK)
        if seq != self._seq:
            data = FileChunk.objects.values_list("data", flat=True).get(file=self._file, seq=seq)
            self._seq, self._chunk = seq, bytes(data)
        piece = self._chunk[start : start + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


def sweep_orphans(now: datetime) -> int:
    """Remove files that no FileField of any table names and that were saved more than a day ago."""
    named = " ".join(f"AND NOT EXISTS (SELECT FROM {table} WHERE {column} = f.name)" for table, column in _namers())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT f.name FROM engine_storedfile f WHERE f.created_at < %s {named} FOR UPDATE SKIP LOCKED",
            [now - ORPHAN_AFTER],
        )
        names = [row[0] for row in cursor.fetchall()]
        FileChunk.objects.filter(file__in=names).delete()
        StoredFile.objects.filter(pk__in=names).delete()
    return len(names)


@transaction.atomic
def drop_unnamed(names: Iterable[str]) -> int:
    """Delete files at once that no FileField names any more; returns how many.

    The rows are locked first and looked at afterwards: whoever saves the same bytes meanwhile has named them by then,
    or finds them gone and writes them again.
    """
    wanted = sorted(set(names))
    there = StoredFile.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
    locked = list(there.values_list("pk", flat=True))
    gone = [name for name in locked if not _is_named(name)]
    StoredFile.objects.filter(pk__in=gone).delete()
    return len(gone)


def digest_of(content: bytes) -> str:
    """The SHA-256 by which the same bytes are known."""
    return hashlib.sha256(content).hexdigest()


def _is_named(name: str) -> bool:
    asked = " UNION ALL ".join(f"SELECT 1 FROM {table} WHERE {column} = %s" for table, column in _namers())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS ({asked})", [name] * asked.count("%s"))
        return bool(cursor.fetchone()[0])


def _namers() -> Iterator[tuple[str, str]]:
    """Every column that may name a stored file, quoted."""
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, models.FileField) and isinstance(field.storage, DatabaseStorage):
                yield connection.ops.quote_name(model._meta.db_table), connection.ops.quote_name(str(field.column))


def _measure(content: File[Any]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for chunk in content.chunks(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def _still_there(name: str) -> bool:
    """Whether the bytes are there already; saving them again keeps the sweep from taking them."""
    return StoredFile.objects.filter(pk=name).update(created_at=timezone.now()) == 1


def _write(name: str, sha256: str, size: int, content: File[Any]) -> None:
    """Write the row and its chunks; whoever finds the row taken waited for its commit, so the chunks are there."""
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [name, size, sha256, timezone.now()])
        if cursor.rowcount == 0:
            return
    numbered = enumerate(_even(content))
    while rows := [FileChunk(file_id=name, seq=seq, data=data) for seq, data in islice(numbered, AT_ONCE)]:
        FileChunk.objects.bulk_create(rows)


def _even(content: File[Any]) -> Iterator[bytes]:
    """The content in chunks of exactly CHUNK bytes, the last one shorter: reading finds a byte by division."""
    content.seek(0)
    while data := content.read(CHUNK):
        while len(data) < CHUNK and (more := content.read(CHUNK - len(data))):
            data += more
        yield data if isinstance(data, bytes) else data.encode()


def _found(name: str) -> StoredFile:
    try:
        return StoredFile.objects.get(pk=name)
    except StoredFile.DoesNotExist:
        raise FileNotFoundError(f"there is no stored file {name}") from None


def _ending(name: str) -> str:
    suffix = PurePosixPath(name).suffix.lower()
    return suffix if suffix[1:].isalnum() and len(suffix) <= 10 else ""
