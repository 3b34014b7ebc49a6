"""Dates as a calendar file (RFC 5545) that any diary reads. Pure.

No client and no amount stands in it: whoever has the file has dates only.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

#: A line of the file has so many bytes at most; what is longer goes on in the next one, after a space (§3.1).
LONGEST = 75


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happens on a day, or at a moment. `uid` is the same each time the file is made."""

    uid: str
    when: date | datetime
    title: str
    text: str = ""


def written(name: str, found: Iterable[Happening], *, made: datetime) -> bytes:
    """The file: its lines end as the format wants, texts are escaped, long lines folded between characters."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Concord//Scheduled payments//EN", "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH", f"X-WR-CALNAME:{escaped(name)}",
    ]  # fmt: skip
    for each in found:
        lines += _event(each, made)
    folded = (part for line in [*lines, "END:VCALENDAR"] for part in _folded(line))
    return "".join(f"{line}\r\n" for line in folded).encode()


def escaped(text: str) -> str:
    """A text as a value: backslash, semicolon, comma and line ends are marked (§3.3.11)."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\\", "\\\\")
    return plain.replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _event(each: Happening, made: datetime) -> list[str]:
    text = [f"DESCRIPTION:{escaped(each.text)}"] if each.text else []
    return [
        "BEGIN:VEVENT", f"UID:{escaped(each.uid)}", f"DTSTAMP:{_moment(made)}", *_when(each.when),
        f"SUMMARY:{escaped(each.title)}", *text, "TRANSP:TRANSPARENT", "END:VEVENT",
    ]  # fmt: skip


def _when(when: date | datetime) -> list[str]:
    """A moment in UTC, or a whole day, whose end is the day after it."""
    if isinstance(when, datetime):
        return [f"DTSTART:{_moment(when)}", f"DTEND:{_moment(when)}"]
    after = when + timedelta(days=1)
    return [f"DTSTART;VALUE=DATE:{when:%Y%m%d}", f"DTEND;VALUE=DATE:{after:%Y%m%d}"]


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _folded(line: str) -> Iterator[str]:
    """A line in pieces of at most LONGEST bytes; no character is cut in two."""
    begun = ""
    for character in line:
        if len(f"{begun}{character}".encode()) > LONGEST:
            yield begun
            begun = " "
        begun += character
    yield begun
