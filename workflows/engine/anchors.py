"""Anchors: once an hour the head of every stream that changed is written outside PostgreSQL.

Whoever can rewrite the database can take the end off a stream, or a whole stream, and leave a chain that is right in
itself. The anchors' file remembers what was there. Each line is sealed, and chained to the line before.
"""

import fcntl
import json
import mmap
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from .events import GENESIS, canonical, chain
from .models import Anchor

FILE = "anchors.jsonl"
#: Streams an anchor: a line that fits in memory, whatever was imported in that hour.
HEADS = 20_000
LOCK = 20_260_501

#: The head of every stream with an event whose transaction had not ended at the last anchor. `written_by` is the
#: transaction that wrote an event: ids come in order of beginning, not of commit.
CHANGED = """
SELECT DISTINCT ON (stream) stream, seq, encode(hash, 'hex')
FROM engine_event WHERE stream IN (SELECT stream FROM engine_event WHERE written_by >= %s)
ORDER BY stream, seq DESC
"""
STILL_RUNNING = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


def anchor() -> int:
    """Write the heads of the event streams that have changed outside PostgreSQL.

    Returns how many had changed. What an earlier crash kept from the file is written as well.
    """
    changed = _make(timezone.now())
    write_down()
    return changed


def folder() -> Path:
    """Where the file is: outside PostgreSQL, on every machine that runs a worker the same."""
    return Path(settings.ANCHOR_DIR)


def lines() -> Iterator[dict[str, Any]]:
    """The file's anchors, from first to last; a half-written last line is left out."""
    path = folder() / FILE
    if path.exists():
        with path.open(encoding="utf-8") as file:
            yield from (json.loads(line) for line in file if line.endswith("\n"))


def seal(before: bytes, at: datetime | str, heads: dict[str, Any]) -> bytes:
    """The hash of an anchor that follows `before`."""
    moment = at if isinstance(at, str) else at.isoformat()
    return chain(before, canonical({"at": moment, "heads": heads}))


def write_down() -> None:
    """Append to the file what it lacks; after a crash between commit and file, the next call does it."""
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder() / FILE).open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        last = _last_hash(file)
        known = Anchor.objects.filter(hash=bytes.fromhex(last)).values_list("pk", flat=True).first() if last else 0
        for row in Anchor.objects.filter(pk__gt=known or 0).order_by("pk").iterator(chunk_size=10):
            line = {"at": row.at.isoformat(), "heads": row.heads, "hash": bytes(row.hash).hex()}
            file.write(canonical(line).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


@transaction.atomic
def _make(now: datetime) -> int:
    """Insert the anchors of what changed; one at a time, so that they are one chain."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        last = Anchor.objects.order_by("-pk").first()
        before = bytes(last.hash) if last else GENESIS
        # Read before the heads: what ends in between is anchored now and once more next time.
        cursor.execute(STILL_RUNNING)
        seen_below = cursor.fetchone()[0]
        since = last.seen_below if last and last.seen_below <= seen_below else 0
        cursor.execute(CHANGED, [since])
        changed = 0
        while True:
            heads = {stream: [seq, head] for stream, seq, head in cursor.fetchmany(HEADS)}
            if changed and not heads:
                return changed
            before = _insert(now, heads, before, seen_below)
            changed += len(heads)
            if len(heads) < HEADS:
                return changed


def _insert(now: datetime, heads: dict[str, Any], before: bytes, seen_below: int) -> bytes:
    hashed = seal(before, now, heads)
    Anchor.objects.create(at=now, heads=heads, hash=hashed, seen_below=seen_below)
    return hashed


def _last_hash(file: Any) -> str:
    """The hash of the last whole line; a line that a crash cut short is taken off."""
    size = os.fstat(file.fileno()).st_size
    if size == 0:
        return ""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        end = content.rfind(b"\n") + 1
        start = content.rfind(b"\n", 0, max(end - 1, 0)) + 1
        line = content[start:end]
    if end < size:
        file.truncate(end)
    return str(json.loads(line)["hash"]) if line else ""
