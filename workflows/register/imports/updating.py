"""Takes staged records over into the register, set-based, and tells each of them: "Update System".

Everything here runs in one transaction: all records, all events and all outbox rows, or none.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from psycopg.sql import SQL, Identifier, Literal

from workflows.engine import moment, outbox
from workflows.engine.models import Event, Outbox
from workflows.register.catalogue import RATES_CHANGED
from workflows.register.recording import LINE_CHANGED, What, changed_payload

from .copying import copy
from .history import Told, record_all
from .stage import Stage, value_of

#: Which tables' rows are locked, in this order, before they are compared: the record, and for rates its level.
LOCKED_BY = {"rates": ("register_servicelevel", "service_level_id")}


def lock(stage: Stage) -> None:
    """Lock the live records that the file may change, by id, so that nobody changes them in between."""
    table, column = LOCKED_BY.get(stage.kind.name, (stage.kind.table, "target_id"))
    stage.do(
        "SELECT id FROM {table} WHERE id IN (SELECT {column} FROM {stage}) ORDER BY id FOR NO KEY UPDATE",
        table=Identifier(table),
        column=Identifier(column),
    )


def take_over(stage: Stage, actor_id: int, publish: bool) -> None:
    """Write new and updated records, their events, and for lines what other rooms react to."""
    at = moment.now()
    if stage.kind.name == "rates":
        stage.do("SET CONSTRAINTS rate_alone DEFERRED")
    _insert(stage)
    _update(stage)
    if stage.kind.name == "rates":
        _end_standing_rates(stage)
        stage.do("SET CONSTRAINTS rate_alone IMMEDIATE")
    if stage.kind.name == "lines":
        _set_own_prices(stage)
    rows = _changed(stage)
    events = record_all((_told(stage, row) for row in rows), actor_id, at)
    if stage.kind.name == "lines":
        copy(Outbox, _rows(events, publish, at))
    if stage.kind.name == "rates":
        copy(Outbox, _rates(rows, events, at))
    if stage.kind.name in {"lines", "rates"}:
        outbox.wake_after_commit()


def _insert(stage: Stage) -> None:
    columns = SQL(", ").join(Identifier(column.target) for column in stage.kept)
    stage.do(
        "UPDATE {stage} s SET target_id = n.id FROM (SELECT row_id, nextval(pg_get_serial_sequence({name}, 'id')) AS id"
        " FROM (SELECT row_id FROM {stage} WHERE verdict = 'new' ORDER BY number) o) n WHERE n.row_id = s.row_id",
        name=Literal(stage.kind.table),
    )
    rest, first = (SQL(", version"), SQL(", 1")) if stage.kind.name == "lines" else (SQL(""), SQL(""))
    stage.do(
        "INSERT INTO {live} (id, {columns}{rest}) SELECT target_id, {columns}{first} FROM {stage}"
        " WHERE verdict = 'new' ORDER BY number",
        columns=columns,
        rest=rest,
        first=first,
    )


def _update(stage: Stage) -> None:
    columns = [column for column in stage.kept if column.name not in stage.kind.key]
    values = SQL(", ").join(SQL("{0} = s.{0}").format(Identifier(column.target)) for column in columns)
    if stage.kind.name == "lines":
        values += SQL(", version = t.version + 1")
    stage.do(
        "UPDATE {live} t SET {values} FROM {stage} s WHERE s.target_id = t.id AND s.verdict = 'updated'", values=values
    )


def _end_standing_rates(stage: Stage) -> None:
    """End the open rate that a new one of the same scope follows, the day before it."""
    stage.do(
        'UPDATE register_rate t SET "end" = n.next - 1 FROM (SELECT id, lead(start) OVER'
        " (PARTITION BY service_level_id, organisation_id, contract_id ORDER BY start) AS next FROM register_rate"
        " WHERE service_level_id IN (SELECT service_level_id FROM {stage} WHERE verdict IN ('new', 'updated'))) n"
        ' WHERE n.id = t.id AND t."end" IS NULL AND n.next IS NOT NULL'
    )


def _set_own_prices(stage: Stage) -> None:
    stage.do(
        "INSERT INTO register_linerate (line_id, start, amount) SELECT target_id, price_from, unit_cost FROM {stage}"
        " WHERE unit_cost IS NOT NULL AND (verdict = 'new' OR (verdict = 'updated' AND changes ? 'unit_cost'))"
        " ON CONFLICT (line_id, start) DO UPDATE SET amount = EXCLUDED.amount"
    )


def _changed(stage: Stage) -> list[dict[str, Any]]:
    """The new and updated records: id, verdict, what differs, and every value as text."""
    values = SQL(", ").join(SQL("{}, {}").format(Literal(c.name), value_of("s", c)) for c in stage.kind.columns)
    version = SQL("t.version") if stage.kind.name == "lines" else SQL("NULL")
    rows = stage.fetch(
        "SELECT s.target_id, s.verdict, s.changes, jsonb_build_object({values}), {version} FROM {stage} s"
        " JOIN {live} t ON t.id = s.target_id WHERE s.verdict IN ('new', 'updated') ORDER BY s.number",
        values=values,
        version=version,
    )
    return [
        # Django leaves jsonb as text outside of its own fields.
        {"id": pk, "verdict": verdict, "changes": json.loads(changes), "values": json.loads(every), "version": version}
        for pk, verdict, changes, every, version in rows
    ]


def _told(stage: Stage, row: dict[str, Any]) -> Told:
    """What an event says of one record: all of a new one, of an updated one what differs."""
    kind, values, new = stage.kind, row["values"], row["verdict"] == "new"
    if kind.name == "rates":
        return Told(f"level:{values['service_level']}", "level.rate_set", values)
    told = {name: value for name, value in values.items() if name not in kind.words} if new else row["changes"]
    facts: dict[str, Any] = told if new else {"changes": told}
    words = {name: values[name] or "" for name in kind.words if new or name in row["changes"]}
    if kind.name == "clients":
        words = {"name": f"{values['surname']}, {values['forename']}"} | ({"ss_ref": values["ss_ref"]} if new else {})
    if kind.name == "lines":
        facts |= {"version": row["version"]}
    return Told(f"{kind.stream}:{row['id']}", _kind_of_event(stage, row), facts, words)


def _kind_of_event(stage: Stage, row: dict[str, Any]) -> str:
    if stage.kind.name == "lines":
        return f"line.{what_happened(row)}"
    return f"{stage.kind.stream}.{'added' if row['verdict'] == 'new' else 'changed'}"


def what_happened(row: dict[str, Any]) -> What:
    """In the words of the commands: a line has started, has an end date, or was varied."""
    if row["verdict"] == "new":
        return "started"
    return "ended" if "end" in row["changes"] and row["changes"]["end"][1] is not None else "varied"


def _rates(rows: list[dict[str, Any]], events: list[Event], at: datetime) -> Iterator[Outbox]:
    """One row for each level that has another price, from the first day on which one of its new rates holds."""
    first: dict[int, tuple[str, int]] = {}
    for row, event in zip(rows, events, strict=True):
        level, told = int(row["values"]["service_level"]), (str(row["values"]["start"]), event.seq)
        first[level] = min(told, first.get(level, told))
    for level, (start, seq) in first.items():
        yield outbox.row(RATES_CHANGED, f"level:{level}:{seq}", {"level": level, "start": start}, at)


def _rows(events: list[Event], publish: bool, at: datetime) -> Iterator[Outbox]:
    for event in events:
        line_id, what = int(event.stream.partition(":")[2]), event.kind.partition(".")[2]
        payload = changed_payload(line_id, int(event.pk), event.seq, what, publish)  # type: ignore[arg-type]
        yield outbox.row(LINE_CHANGED, f"line:{line_id}:{event.seq}", payload, at)
