"""Which files are taken, and what they are called afterwards."""

from io import BytesIO

import pytest

from workflows.engine import uploads
from workflows.engine.errors import Refused

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\0" * 30
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + b"\0" * 30 + b"\xff\xd9"


class Sent(BytesIO):
    """A file as a form received it."""

    def __init__(self, name: str, content: bytes, size: int | None = None) -> None:
        super().__init__(content)
        self.name = name
        self.size = len(content) if size is None else size


@pytest.mark.parametrize(
    ("content", "name", "content_type"),
    [(b"%PDF-1.7 x", "a.pdf", "application/pdf"), (PNG, "a.png", "image/png"), (JPEG, "a.jpg", "image/jpeg")],
)
def test_it_takes_three_types_whatever_they_are_called(content: bytes, name: str, content_type: str) -> None:
    taken = uploads.checked(Sent("a.exe", content))
    assert (taken.name, taken.content_type, taken.content) == (name, content_type, content)


@pytest.mark.parametrize("content", [b"PK\x03\x04" + b"\0" * 60, b"GIF89a" + b"\0" * 60, b"hello %PDF-1.7", b"\0" * 60])
def test_it_refuses_other_types(content: bytes) -> None:
    with pytest.raises(Refused, match="PDF, PNG or JPEG"):
        uploads.checked(Sent("a.pdf", content))


def test_it_asks_the_size_before_it_reads() -> None:
    sent = Sent("a.pdf", b"%PDF-1.7", size=50 * uploads.MEGABYTE)
    with pytest.raises(Refused, match=r"The file is 50\.0 MB"):
        uploads.checked(sent)
    assert sent.tell() == 0


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Brief (2).PDF", "Brief (2).pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\x\\Vertrag ä.pdf", "Vertrag ä.pdf"),
        ('a"b\r\nSet-Cookie: x.pdf', "a b Set-Cookie x.pdf"),
        ("\u202efdp.exe", "fdp.pdf"),
        (".pdf", "pdf.pdf"),
        ("", "file.pdf"),
        ("...", "file.pdf"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
    ],
)
def test_names_are_made_safe(name: str, safe: str) -> None:
    assert uploads.safe_name(name, ".pdf") == safe
