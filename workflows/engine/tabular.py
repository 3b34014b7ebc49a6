"""CSV that is written for people who open it in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def safe(value: object) -> str:
    """A cell that no spreadsheet runs as a formula: what begins like one gets an apostrophe in front.

    Figures keep their minus: a spreadsheet reads `-159.52` as a number.
    """
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(DANGEROUS) and not _figure(text) else text


def write_csv(rows: Iterable[Sequence[object]]) -> str:
    """Write rows, the header first; with a byte order mark, without which Excel reads £ as two other characters."""
    return "".join(csv_lines(rows))


def csv_lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The same line by line, for files of any length."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    yield "\ufeff"
    for row in rows:
        writer.writerow([safe(cell) for cell in row])
        yield out.getvalue()
        out.seek(0)
        out.truncate()


def _figure(text: str) -> bool:
    whole, _, pence = text[1:].partition(".")
    return (
        text[0] == "-" and whole.isascii() and whole.isdigit() and (not pence or (pence.isascii() and pence.isdigit()))
    )
