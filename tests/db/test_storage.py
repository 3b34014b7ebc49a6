"""Files in PostgreSQL: same bytes once, read in pieces, orphans swept."""

import hashlib
import io
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile, File
from django.utils import timezone

from tests import factories as make
from workflows.contracts.models import DocumentVersion
from workflows.engine import storage
from workflows.engine.models import FileChunk, StoredFile
from workflows.engine.storage import CHUNK, DatabaseStorage

pytestmark = pytest.mark.django_db
LONG = bytes(range(256)) * 2_600  # a little more than two chunks
FILES = DatabaseStorage()


class Trickle(io.RawIOBase):
    """A file that gives few bytes at a time, as an upload does."""

    def __init__(self, content: bytes) -> None:
        self.content = io.BytesIO(content)

    def read(self, size: int = -1) -> bytes:
        return self.content.read(min(size, 1_000) if size > 0 else 1_000)

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self.content.seek(offset, whence)


def test_it_names_a_file_by_its_content_and_ending() -> None:
    name = FILES.save("Letter of Mrs X.PDF", ContentFile(b"words"))
    assert name == f"{(digest := hashlib.sha256(b'words').hexdigest())[:2]}/{digest}.pdf"


def test_it_gives_back_the_same_bytes() -> None:
    name = FILES.save("a.bin", ContentFile(LONG))
    with FILES.open(name) as file:
        assert file.read() == LONG
    assert FILES.size(name) == len(LONG)


def test_it_keeps_the_same_bytes_once() -> None:
    assert FILES.save("a.pdf", ContentFile(LONG)) == FILES.save("b.pdf", ContentFile(LONG))
    assert StoredFile.objects.count() == 1
    assert FileChunk.objects.count() == 3


def test_it_keeps_an_empty_file() -> None:
    name = FILES.save("empty.txt", ContentFile(b""))
    assert FILES.open(name).read() == b""


def test_it_cuts_even_chunks_from_a_source_that_trickles() -> None:
    name = FILES.save("a.bin", File(Trickle(LONG)))
    sizes = [len(data) for data in FileChunk.objects.filter(file=name).order_by("seq").values_list("data", flat=True)]
    assert sizes == [CHUNK, CHUNK, len(LONG) - 2 * CHUNK]
    assert FILES.open(name).read() == LONG


def test_it_reads_from_the_middle_without_reading_the_rest(django_assert_num_queries) -> None:  # noqa: ANN001
    name = FILES.save("a.bin", ContentFile(LONG))
    file = FILES.open(name)
    with django_assert_num_queries(1):
        file.seek(CHUNK + 7)
        assert file.file.raw.read(5) == LONG[CHUNK + 7 : CHUNK + 12]


def test_a_missing_file_says_so() -> None:
    with pytest.raises(FileNotFoundError):
        FILES.open("no/such.pdf")


def test_a_stored_file_cannot_be_opened_to_write() -> None:
    name = FILES.save("a.txt", ContentFile(b"a"))
    with pytest.raises(ValueError, match="never changes"):
        FILES.open(name, "wb")


def test_the_sweep_takes_orphans_and_leaves_what_a_document_names() -> None:
    make.published()
    named = set(DocumentVersion.objects.values_list("pdf", flat=True))
    orphan = FILES.save("orphan.txt", ContentFile(b"nobody names me"))
    assert storage.sweep_orphans(timezone.now() + timedelta(days=2)) == 1
    assert not FILES.exists(orphan)
    assert named and all(FILES.exists(name) for name in named)


def test_the_sweep_leaves_what_was_saved_in_the_last_day() -> None:
    name = FILES.save("new.txt", ContentFile(b"just saved"))
    assert storage.sweep_orphans(timezone.now()) == 0
    assert FILES.exists(name)


def test_saving_an_orphan_again_keeps_it_from_the_sweep() -> None:
    name = FILES.save("a.txt", ContentFile(b"again"))
    StoredFile.objects.update(created_at=timezone.now() - timedelta(days=3))
    FILES.save("b.txt", ContentFile(b"again"))
    assert storage.sweep_orphans(timezone.now()) == 0
    assert FILES.exists(name)
