"""What runs now: the profile's running lists and the notices, read once and kept until something changes.

A process asks the one row of `Version` every few seconds at most, when a request or a message begins; nothing else is
asked until that number is another one. Who changes something reads at once.
"""

import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from workflows.council import profile
from workflows.council.running import Lists, Row
from workflows.engine import moment

from .models import Entry, Notice, Version

#: For how many seconds a process takes it that nothing was changed elsewhere.
LOOK_EVERY = 2.0


@dataclass(frozen=True, slots=True)
class Kept:
    """What was read last."""

    version: int
    notices: tuple[Notice, ...]


_kept = Kept(0, ())
_looked_at = float("-inf")


def refresh(*, now: bool = False) -> None:
    """Read again what others have changed; asks the database when the last look is too old, or `now`."""
    global _kept, _looked_at  # noqa: PLW0603
    if not now and time.monotonic() - _looked_at < LOOK_EVERY:
        return
    _looked_at = time.monotonic()
    version = Version.objects.values_list("number", flat=True).first() or 0
    if version != _kept.version:
        profile.run_with(lists())
        _kept = Kept(version, tuple(_notices()))


def forget() -> None:
    """Take it that nothing was ever changed, and that this was just asked (for tests)."""
    global _kept, _looked_at
    _kept, _looked_at = Kept(0, ()), time.monotonic()
    profile.run_with({})


def lists() -> Lists:
    """Every running list as the tables have it."""
    found: dict[str, list[Row]] = defaultdict(list)
    for each in Entry.objects.order_by("path", "place", "pk"):
        found[each.path].append(Row(each.key, each.words, each.retired_at is not None, each.own))
    return {path: tuple(rows) for path, rows in found.items()}


def notices(audience: str, at: datetime | None = None) -> list[Notice]:
    """What stands above the pages of somebody now: `staff`, `provider`, or empty for who has not signed in."""
    now = at or moment.now()
    return [each for each in _kept.notices if each.first <= now < each.last and audience in WHO[each.audience]]


WHO = {
    "everybody": ("staff", "provider", ""),
    "signed_in": ("staff", "provider"),
    "staff": ("staff",),
    "providers": ("provider",),
    "signed_out": ("",),
}


def _notices() -> Iterator[Notice]:
    """Those that are shown or will be."""
    yield from Notice.objects.filter(ended_at=None, last__gt=moment.now()).order_by("first", "pk")
