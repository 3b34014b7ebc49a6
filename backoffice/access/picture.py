"""The picture that an authenticator app reads, as one path of an SVG: no script, no style, no file."""

from dataclasses import dataclass

import segno

QUIET = 4  # the light border that readers need, in squares


@dataclass(frozen=True, slots=True)
class Picture:
    """How many squares it is wide, and the dark ones as an SVG path."""

    width: int
    path: str


def picture_of(text: str) -> Picture:
    """The QR code of a text."""
    rows = segno.make(text, error="m", micro=False).matrix
    dark = [f"M{column + QUIET} {row + QUIET}h1v1h-1z" for row, line in enumerate(rows)
            for column, square in enumerate(line) if square]  # fmt: skip
    return Picture(len(rows) + 2 * QUIET, "".join(dark))
