"""Checks the whole event log, and names every event that was changed, deleted or inserted.

Three witnesses: the chain (keyed outside the database), the case's own version and head, and the anchors' file. Memory
stays flat: events are streamed, anchors are read line by line.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from . import anchors
from .erase import ERASED
from .events import GENESIS, chain, salted
from .models import Anchor, Content, Event

CHUNK = 2_000
#: Findings of one kind that are listed; a wrong key would list every event.
MOST = 1_000

CASES = """
SELECT c.id, c.version, c.head, coalesce(e.seq, 0), coalesce(e.hash, ''::bytea)
FROM engine_case c LEFT JOIN LATERAL
    (SELECT seq, hash FROM engine_event WHERE stream = 'case:' || c.id ORDER BY seq DESC LIMIT 1) e ON true
WHERE c.version <> coalesce(e.seq, 0) OR c.head <> coalesce(e.hash, ''::bytea)
ORDER BY c.id
"""
ANCHORED = """
SELECT a.stream, a.seq, e.seq IS NULL
FROM unnest(%s::text[], %s::int[], %s::text[]) AS a(stream, seq, hash)
LEFT JOIN engine_event e ON e.stream = a.stream AND e.seq = a.seq
WHERE e.seq IS NULL OR encode(e.hash, 'hex') <> a.hash
ORDER BY a.stream, a.seq
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with one event, stream or anchor: `place` names it, `what` says it."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


@dataclass(slots=True)
class Report:
    """What was checked and found; removals from the end of a stream after `anchored_at` cannot be told."""

    events: int = 0
    streams: int = 0
    anchored_at: str | None = None
    findings: list[Finding] = field(default_factory=list)
    places: set[str] = field(default_factory=set)

    def find(self, place: str, what: str) -> None:
        """Note a finding; the first word about a place is kept, because it is the nearest one."""
        if place not in self.places and len(self.findings) < MOST:
            self.places.add(place)
            self.findings.append(Finding(place, what))


@dataclass(slots=True)
class Chain:
    """Walks one stream. `before` holds the hashes that the next event may be chained to; empty: it cannot be told."""

    report: Report
    stream: str = ""
    seq: int = 0
    before: list[bytes] = field(default_factory=list)
    broken: bool = False

    def take(self, event: Event) -> None:
        """Check the next event in order of stream and seq."""
        if event.stream != self.stream:
            self.report.streams += 1
            self.stream, self.seq, self.before, self.broken = event.stream, 0, [GENESIS], False
        self._gap(event)
        said = columns_differ(event)
        if said:
            self.report.find(place(event.stream, event.seq), f"was changed: {said}")
        self._link(event)
        self.seq = event.seq

    def _gap(self, event: Event) -> None:
        for seq in range(self.seq + 1, min(event.seq, self.seq + MOST)):
            self.report.find(place(event.stream, seq), "was deleted")
            self.before = []
        if event.seq <= self.seq:
            self.report.find(place(event.stream, event.seq), "was inserted: its number is there twice")

    def _link(self, event: Event) -> None:
        stored = bytes(event.hash)
        possible = [chain(each, event.body) for each in self.before]
        if not self.before or stored in possible:
            self.before, self.broken = [stored], False
        elif self.broken:
            self.report.find(place(event.stream, event.seq), "cannot be checked, because the one before it was changed")
            self.before, self.broken = [stored], False
        else:
            self.report.find(place(event.stream, event.seq), "was changed or inserted: its seal is not ours")
            # If only the hash was changed, the next event is chained to the right one.
            self.before, self.broken = [stored, *possible], True


def verify() -> Report:
    """Check everything in one snapshot of the database."""
    report = Report()
    with transaction.atomic():
        if len(connection.savepoint_ids) == 0:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        _anchors(report)
        _events(report)
        _cases(report)
    return report


def place(stream: str, seq: int) -> str:
    """How an event is named."""
    return f"event {seq} of {stream}"


def columns_differ(event: Event) -> str:
    """Which column says something else than the sealed body; empty when all agree."""
    try:
        body = json.loads(event.body)
        sealed = (body["stream"], body["seq"], body["kind"], body["at"], body["actor"])
    except (ValueError, KeyError, TypeError):
        return "its body is not an event's"
    columns = (event.stream, event.seq, event.kind, event.at.astimezone(UTC).isoformat(), event.actor_id)
    names = ("stream", "number", "kind", "time", "actor")
    differing = [name for name, one, other in zip(names, sealed, columns, strict=True) if one != other]
    of_case = f"case:{event.case_id}" if event.case_id is not None else None
    if of_case != (event.stream if event.stream.startswith("case:") else None):
        differing.append("case")
    return f"its {', '.join(differing)} in the table is not what was sealed" if differing else ""


def _events(report: Report) -> None:
    walk = Chain(report)
    erased: set[str] = set()
    recorded: set[str] = set()
    events: QuerySet[Event] = Event.objects.order_by("stream", "seq")
    rows = events.iterator(chunk_size=CHUNK)
    while piece := list(islice(rows, CHUNK)):
        for event in piece:
            walk.take(event)
        report.events += len(piece)
        _contents(piece, report, erased, recorded)
    for content in sorted(erased - recorded):
        report.find(f"words {content}", "were erased without a record")


def _contents(piece: list[Event], report: Report, erased: set[str], recorded: set[str]) -> None:
    """Check the words that these events refer to: there, unchanged, or erased with a record."""
    wanted: dict[str, tuple[Event, str]] = {}
    for event in piece:
        facts = _facts(event)
        recorded.update(facts.get("erased", []) if event.kind == ERASED else [])
        for words in facts.get("contents", {}).values():
            wanted[words["id"]] = (event, words["hash"])
    rows = {str(row.pk): row for row in Content.objects.filter(pk__in=wanted)}
    for key, (event, hashed) in wanted.items():
        row = rows.get(key)
        if row is None:
            report.find(place(event.stream, event.seq), "its words were deleted")
        elif row.erased_at is not None and not row.text and not bytes(row.salt):
            erased.add(key)
        elif salted(bytes(row.salt), row.text) != hashed:
            report.find(place(event.stream, event.seq), "its words were changed")


def _facts(event: Event) -> dict[str, Any]:
    try:
        facts = json.loads(event.body)["facts"]
    except (ValueError, KeyError, TypeError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _cases(report: Report) -> None:
    """The case itself remembers how many events it has, and the last one's seal."""
    with connection.cursor() as cursor:
        cursor.execute(CASES)
        for case_id, version, _head, seq, _hash in cursor.fetchall():
            stream = f"case:{case_id}"
            for missing in range(seq + 1, min(version, seq + MOST) + 1):
                report.find(place(stream, missing), "was deleted")
            for more in range(version + 1, min(seq, version + MOST) + 1):
                report.find(place(stream, more), "was inserted: the case knows nothing of it")
            if version == seq:
                report.find(place(stream, seq), "is not the event that the case was left with")


def _anchors(report: Report) -> None:
    """Compare with the file, and the file with its own chain and with the table that it was written from."""
    before, number = GENESIS, 0
    for number, line in enumerate(anchors.lines(), start=1):
        if anchors.seal(before, line["at"], line["heads"]).hex() != line["hash"]:
            report.find(f"line {number} of {anchors.FILE}", "was changed, or a line before it was taken out")
        before = bytes.fromhex(line["hash"])
        report.anchored_at = line["at"]
        _compare(line, report)
    written = Anchor.objects.filter(hash=before).values_list("pk", flat=True).first() if number else 0
    if written is None:
        report.find(f"line {number} of {anchors.FILE}", "is not in the table of anchors")
    elif Anchor.objects.filter(pk__lte=written).count() != number:
        report.find("the table of anchors", "does not have as many rows as the file has lines")
    elif Anchor.objects.filter(pk__gt=written).exists():
        report.find(anchors.FILE, "lacks the last anchors of the table; if it stays so, the file was cut short")


def _compare(line: dict[str, Any], report: Report) -> None:
    heads = line["heads"]
    columns = [list(heads), [head[0] for head in heads.values()], [head[1] for head in heads.values()]]
    with connection.cursor() as cursor:
        cursor.execute(ANCHORED, columns)
        for stream, seq, gone in cursor.fetchall():
            at = datetime.fromisoformat(line["at"])
            said = "was deleted" if gone else "was changed"
            report.find(place(stream, seq), f"{said} after it was anchored at {at:%H:%M on %d %B %Y} (UTC)")
