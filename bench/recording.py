"""Finds out what a command wrote, row by row, and makes the floor from it: the same rows by plain statements.

Made from the command itself, the floor cannot be kinder or harsher than what the command does today: the columns that
it changed, the rows that it added, nothing else. The command is rolled back, so that the floor can write its rows.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, transaction

ROOMS = ("engine", "contracts", "register", "parties", "people")

WATCH = """
CREATE TEMP TABLE bench_written (id bigserial, name text, was jsonb, becomes jsonb) ON COMMIT DROP;
CREATE FUNCTION bench_write_down() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO bench_written (name, was, becomes) VALUES (TG_TABLE_NAME, to_jsonb(OLD), to_jsonb(NEW)); RETURN NULL;
END $$;
"""

Statement = tuple[str, list[Any]]


@dataclass(slots=True)
class Row:
    """One row that was written: where, its key, its columns, and which of them are new."""

    table: str
    key: str
    columns: dict[str, Any]
    changed: list[str] | None  # None: the row was added


class Undone(Exception):
    """Takes a recorded command back."""


Record = Callable[[Callable[[], object]], list[Statement]]


@contextmanager
def recorder() -> Iterator[Record]:
    """Give a function that runs a command, takes it back, and returns the plain statements of what it wrote."""
    tables = {model._meta.db_table: model for model in apps.get_models() if model._meta.app_label in ROOMS}

    def record(command: Callable[[], object]) -> list[Statement]:
        written: list[Row] = []
        try:
            with transaction.atomic():
                command()
                written += _rows(tables)
                raise Undone
        except Undone:
            return [*_updates(written), *_inserts(written)]

    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(WATCH)
                for table in tables:
                    cursor.execute(
                        f'CREATE TRIGGER zz_bench AFTER INSERT OR UPDATE OR DELETE ON "{table}"'
                        " FOR EACH ROW EXECUTE FUNCTION bench_write_down()"
                    )
            yield record
            raise Undone
    except Undone:
        pass


def plain(statements: Sequence[Statement], locks: Statement) -> Callable[[], None]:
    """Return what runs the statements, one trip each, between BEGIN and COMMIT, after the lock that a command needs."""
    connection.ensure_connection()
    cursor = connection.connection.cursor()

    def run() -> None:
        cursor.execute("BEGIN")
        cursor.execute(*locks)
        cursor.fetchone()
        for statement in statements:
            cursor.execute(*statement)
        cursor.execute("COMMIT")

    return run


def _rows(tables: dict[str, Any]) -> list[Row]:
    """What the triggers wrote down; a row that was written twice counts once, as it was in the end."""
    found: dict[tuple[str, Any], Row] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name, was, becomes IS NULL FROM bench_written ORDER BY id")
        notes = cursor.fetchall()
        for number, table, was, gone in notes:
            if gone:
                raise NotImplementedError(f"a floor for a command that deletes from {table}")
            fields = {field.column for field in tables[table]._meta.concrete_fields}
            changed = _changed(cursor, number) & fields if was is not None else None
            cursor.execute(
                f'SELECT (jsonb_populate_record(NULL::"{table}", becomes)).* FROM bench_written WHERE id = %s', [number]
            )
            names = [each.name for each in cursor.description]
            values = {name: value for name, value in zip(names, cursor.fetchone(), strict=True) if name in fields}
            key = tables[table]._meta.pk.column
            before = found.get((table, values[key]))
            if before is not None:
                changed = None if before.changed is None else {*before.changed, *(changed or ())}
            found[table, values[key]] = Row(table, key, values, None if changed is None else sorted(changed))
    return list(found.values())


def _changed(cursor: Any, number: int) -> set[str]:
    cursor.execute(
        "SELECT n.key FROM bench_written w, jsonb_each(w.becomes) n"
        " WHERE w.id = %s AND n.value IS DISTINCT FROM w.was -> n.key",
        [number],
    )
    return {row[0] for row in cursor.fetchall()}


def _updates(rows: Sequence[Row]) -> Iterator[Statement]:
    for row in rows:
        if row.changed:
            sets = ", ".join(f'"{name}" = %s' for name in row.changed)
            values = [row.columns[name] for name in row.changed]
            yield f'UPDATE "{row.table}" SET {sets} WHERE "{row.key}" = %s', [*values, row.columns[row.key]]


def _inserts(rows: Sequence[Row]) -> Iterator[Statement]:
    """One statement a table, however many rows."""
    added: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.changed is None:
            added[row.table].append(row)
    for table, news in added.items():
        names = ", ".join(f'"{name}"' for name in news[0].columns)
        line = "(" + ", ".join(["%s"] * len(news[0].columns)) + ")"
        values = [value for row in news for value in row.columns.values()]
        yield f'INSERT INTO "{table}" ({names}) VALUES {", ".join([line] * len(news))}', values
