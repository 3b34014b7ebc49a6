"""How large a picture becomes when it is opened, read from its first bytes without opening it."""

import struct

PNG_HEAD = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
#: JPEG's frame headers: the segments that say how large the picture is.
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
ALONE = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length


def size_of(kind: str, content: bytes) -> tuple[int, int] | None:
    """(width, height) of a PNG or JPEG; None when it does not say, which no whole picture does."""
    return _png(content) if kind == "png" else _jpeg(content)


def _png(content: bytes) -> tuple[int, int] | None:
    if not content.startswith(PNG_HEAD) or len(content) < 24:
        return None
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _jpeg(content: bytes) -> tuple[int, int] | None:
    """Walk from segment to segment until the one that describes the frame."""
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF or marker in ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        if marker in FRAMES:
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return None
