"""The event log: how one event is written, chained and told.

An event's body holds ids, codes, dates and figures. Words that people wrote live in content rows; the body carries
their salted hash, so that erasing the row and its salt leaves a chain that still verifies.
"""

import hashlib
import hmac
import json
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connection

from .models import Content, Event

GENESIS = b""


def canonical(value: Any) -> str:
    """Write a value as JSON in the one form that is hashed: sorted keys, no spaces, figures as text."""
    return _encoder().encode(value)


def chain(head: bytes, body: str) -> bytes:
    """The hash of an event: HMAC-SHA256 with a key that the database does not hold."""
    return hmac.digest(settings.EVENT_KEY, head + body.encode(), "sha256")


def salted(salt: bytes, text: str) -> str:
    """The hash by which an event names a content row."""
    return hashlib.sha256(salt + text.encode()).hexdigest()


@dataclass(slots=True)
class Draft:
    """An event that is being put together: facts for the body, contents for rows of their own."""

    stream: str
    kind: str
    actor_id: int
    facts: dict[str, Any] = field(default_factory=dict)
    contents: list[Content] = field(default_factory=list)

    def write_down(self, label: str, text: str) -> uuid.UUID | None:
        """Keep what a person wrote in a content row and its salted hash in the event; empty text is not kept."""
        if not text:
            return None
        row = Content(id=uuid.uuid4(), stream=self.stream, label=label, text=text, salt=secrets.token_bytes(16))
        self.contents.append(row)
        self.facts.setdefault("contents", {})[label] = {"id": row.id, "hash": salted(bytes(row.salt), text)}
        return row.id

    def seal(self, seq: int, head: bytes, at: datetime, case_id: int | None = None) -> Event:
        """Turn the draft into the event that follows `head`; nothing is written yet."""
        body = canonical(
            {
                "stream": self.stream,
                "seq": seq,
                "kind": self.kind,
                "at": at.astimezone(UTC),
                "actor": self.actor_id,
                "facts": self.facts,
            }
        )
        return Event(
            stream=self.stream,
            seq=seq,
            kind=self.kind,
            at=at,
            actor_id=self.actor_id,
            case_id=case_id,
            body=body,
            hash=chain(head, body),
        )


def record(
    stream: str,
    kind: str,
    actor_id: int,
    facts: Mapping[str, Any],
    *,
    at: datetime,
    words: Mapping[str, str] | None = None,
) -> Event:
    """Append an event to the stream of a register record or a party, in the caller's transaction.

    The caller holds the lock of the record whose stream it is; a race is refused by unique (stream, seq).
    `words` are texts that people wrote, by label: they go to content rows.
    """
    assert connection.in_atomic_block, "an event is written in the transaction of what it tells"
    last = Event.objects.filter(stream=stream).order_by("-seq").only("seq", "hash").first()
    draft = Draft(stream, kind, actor_id, dict(facts))
    for label, text in (words or {}).items():
        draft.write_down(label, text)
    event = draft.seal((last.seq if last else 0) + 1, bytes(last.hash) if last else GENESIS, at)
    Content.objects.bulk_create(draft.contents)
    event.save(force_insert=True)
    return event


def facts_of(event: Event) -> dict[str, Any]:
    """The facts of an event, read from its body."""
    facts: dict[str, Any] = json.loads(event.body)["facts"]
    return facts


@cache
def _encoder() -> json.JSONEncoder:
    return json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"an event cannot hold a {type(value).__name__}")
