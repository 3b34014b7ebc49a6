"""Files as people send them: good ones of each kind, nasty ones, and a virus scanner that speaks clamd's protocol."""

import io
import socket
import struct
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from django.core.files.uploadedfile import SimpleUploadedFile

from workflows.engine import files
from workflows.engine.models import Attachment
from workflows.parties.actor import Actor

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PDF_HEAD = b"%PDF-1.7\n"
#: The signature that every scanner knows, in two halves: scanners of this very file need not find it.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def png(width: int = 8, height: int = 8) -> bytes:
    """A PNG that says to be so large; its dots are one grey line, packed."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    dots = zlib.compress(b"\0" * (width + 1) * min(height, 8))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", dots) + _chunk(b"IEND", b"")


def jpeg(width: int = 8, height: int = 8) -> bytes:
    """The frame of a JPEG that says to be so large."""
    start = b"\xff\xd8\xff\xe0" + struct.pack(">H5sHBHHBB", 16, b"JFIF\0", 0x0101, 0, 1, 1, 0, 0)
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return start + frame + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x00" * 20 + b"\xff\xd9"


def packed(parts: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP file of these parts."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return written.getvalue()


def docx(extra: Mapping[str, bytes] | None = None, types: bytes = b"<Types/>") -> bytes:
    """A Word document, with further parts."""
    return packed({"[Content_Types].xml": types, "word/document.xml": b"<document/>", **(extra or {})})


def xlsx(extra: Mapping[str, bytes] | None = None) -> bytes:
    """An Excel workbook, with further parts."""
    return packed({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>", **(extra or {})})


def odt(kind: str = "text") -> bytes:
    """An OpenDocument file."""
    return packed({"mimetype": f"application/vnd.oasis.opendocument.{kind}".encode(), "content.xml": b"<office/>"})


def bomb(maker: Callable[[Mapping[str, bytes]], bytes] = packed, megabytes: int = 300) -> bytes:
    """A package of a few hundred kilobytes that becomes `megabytes`."""
    return maker({"word/media/nothing.bin": b"\0" * (megabytes * 1024 * 1024)})


def understated(content: bytes, said: int = 10) -> bytes:
    """The same package, with its largest part saying that it is small."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        real = max(part.file_size for part in package.infolist())
    return content.replace(struct.pack("<I", real), struct.pack("<I", said))


def locked(content: bytes) -> bytes:
    """The same package with every entry marked as encrypted."""
    changed = bytearray(content)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = changed.find(mark)
        while at >= 0:
            changed[at + place] |= 1
            at = changed.find(mark, at + 4)
    return bytes(changed)


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    """A file as a browser sends it; what the browser says of its type is never believed."""
    return SimpleUploadedFile(name, content, "application/octet-stream")


def staged(actor: Actor, name: str = "a.pdf", content: bytes = PDF) -> Attachment:
    """A file that this person has chosen in a form."""
    return files.stage(actor, upload(name, content))


@dataclass
class Clamd:
    """ClamAV's daemon as far as INSTREAM and PING go, on a real socket; `limit` is its StreamMaxLength.

    `reply` takes the place of its own answers; an empty one hangs up without a word.
    """

    address: tuple[str, str] | tuple[str, str, int]
    limit: int = 25 * 1024 * 1024
    reply: bytes | None = None
    seen: list[bytes] = field(default_factory=list)
    pieces: list[int] = field(default_factory=list)
    commands: list[bytes] = field(default_factory=list)

    def answer(self, link: socket.socket) -> None:
        """Serve one connection."""
        with link, link.makefile("rb") as said:
            command = b""
            while not command.endswith(b"\0"):
                command += said.read(1)
            self.commands.append(command)
            if command == b"zPING\0":
                link.sendall(b"PONG\0")
            elif command == b"zINSTREAM\0":
                link.sendall(self._scan(said))

    def _scan(self, said: io.BufferedReader) -> bytes:
        content = b""
        while length := struct.unpack("!I", said.read(4))[0]:
            self.pieces.append(length)
            if len(content) + length > self.limit:
                return b"INSTREAM size limit exceeded. ERROR\0"
            content += said.read(length)
        self.seen.append(content)
        if self.reply is not None:
            return self.reply
        return b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0"


@contextmanager
def clamd(folder: Path | None = None) -> Iterator[Clamd]:
    """A scanner that runs: on a Unix socket in `folder`, else on a TCP port."""
    if folder is not None:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(folder / "clamd.sock"))
        running = Clamd(("unix", str(folder / "clamd.sock")))
    else:
        listener = socket.create_server(("127.0.0.1", 0))
        running = Clamd(("tcp", *listener.getsockname()[:2]))
    listener.listen()
    with _Serving(listener, running):
        yield running


class _Serving:
    """Accepts until the listener is shut; connections are served one after the other."""

    def __init__(self, listener: socket.socket, running: Clamd) -> None:
        self.listener, self.running = listener, running
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join(timeout=5)
        self.listener.close()

    def _serve(self) -> None:
        while True:
            try:
                link, _ = self.listener.accept()
            except OSError:
                return
            try:
                self.running.answer(link)
            except (OSError, struct.error):
                continue  # who asked has hung up


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
