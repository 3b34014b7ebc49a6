"""Removes what nobody reads any more. Events, anchors, cases and notices are kept; retention is another matter."""

from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from . import storage
from .files import staging

#: Rows a statement: short locks, whatever has piled up.
PIECE = 5_000
OUTBOX_KEPT = timedelta(days=30)
RECEIPTS_KEPT = timedelta(days=90)
SLOTS_KEPT = timedelta(days=60)

DONE = "SELECT id FROM engine_outbox WHERE done_at < %s LIMIT %s"
RECEIPTS = "SELECT key FROM engine_receipt WHERE at < %s LIMIT %s"
SLOTS = "SELECT id FROM engine_slot WHERE slot < %s LIMIT %s"


def clean(now: datetime | None = None) -> dict[str, int]:
    """Remove old rows of the engine's tables; returns how many, by table."""
    moment = now or timezone.now()
    return {
        "outbox": _remove("engine_outbox", "id", DONE, moment - OUTBOX_KEPT),
        "receipts": _remove("engine_receipt", "key", RECEIPTS, moment - RECEIPTS_KEPT),
        "slots": _remove("engine_slot", "id", SLOTS, moment - SLOTS_KEPT),
        "files not sent": staging.wipe(moment),
        "files": storage.sweep_orphans(moment),
    }


def _remove(table: str, key: str, which: str, before: datetime) -> int:
    """Delete in pieces; table, key and query are constants of this module."""
    removed = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table} WHERE {key} IN ({which})", [before, PIECE])  # noqa: S608
            removed += int(cursor.rowcount)
            if cursor.rowcount < PIECE:
                return removed
