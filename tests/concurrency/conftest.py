"""The negative control of every race: the same test without the nets must fail."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from workflows.contracts import commands
from workflows.engine import reading, spans, work


@pytest.fixture
def without_nets(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Take out the lock, the guards, and the indexes that would catch the rest."""
    monkeypatch.setattr(reading, "LOCK", "")
    guarded = work.Statement.update

    def unguarded(self: work.Statement, row: Any, columns: Any, guard: str, value: Any) -> None:
        guarded(self, row, columns, guard, value)
        self.parts[-1] = self.parts[-1].replace(f' AND "{guard}" = %s', "")
        self.parameters.pop()

    def unwatched(self: work.Statement, sql: str, parameters: Any, miss: Any) -> None:
        self.parts.append(f" {sql}")  # what does not begin with UPDATE is not counted
        self.parameters += parameters

    monkeypatch.setattr(work.Statement, "update", unguarded)
    monkeypatch.setattr(work.Statement, "guarded", unwatched)
    # A span of a holder ends once: that would catch the second effect as well.
    monkeypatch.setattr(spans, "change", lambda *_: None)
    monkeypatch.setattr(commands, "_answer", lambda turn, version, answer, **columns: None)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE engine_event DROP CONSTRAINT event_once_in_stream")
        cursor.execute("ALTER TABLE engine_holderspan DROP CONSTRAINT holder_span_once")
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE engine_event DISABLE TRIGGER USER")
        cursor.execute("TRUNCATE engine_event CASCADE")
        cursor.execute("ALTER TABLE engine_event ENABLE TRIGGER USER")
        cursor.execute("ALTER TABLE engine_event ADD CONSTRAINT event_once_in_stream UNIQUE (stream, seq)")
        cursor.execute("TRUNCATE engine_holderspan CASCADE")
        cursor.execute("ALTER TABLE engine_holderspan ADD CONSTRAINT holder_span_once UNIQUE (case_id, seq)")
