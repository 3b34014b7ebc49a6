"""A temporary table that holds the records of one run in their own types, and the statements that work on it.

It lives for one transaction. Every step is one statement for all records, so that 50,000 rows cost as many round
trips as one.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, LiteralString

from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from .copying import copy_values
from .kinds import TYPES, Column, Kind

#: Where a reference is looked up: every text that names a record of the kind.
NAMES: dict[str, LiteralString] = {
    "organisations": "SELECT id, reference AS name FROM parties_organisation",
    "services": "SELECT id, reference AS name FROM parties_service",
    "clients": "SELECT id, ss_ref AS name FROM parties_client WHERE erased_at IS NULL",
    "contracts": "SELECT id, reference AS name FROM register_contract",
    "levels": "SELECT id, key AS name FROM register_servicelevel UNION SELECT id, name FROM register_servicelevel",
    "lines": "SELECT id, reference AS name FROM register_carepackageline",
}
CALLED = {
    "organisations": "organisation",
    "services": "service",
    "clients": "client",
    "contracts": "contract",
    "levels": "service level",
    "lines": "line",
}


class Stage:
    """The staged records of one run, of one kind, with the columns that its file has (`given`)."""

    def __init__(self, kind: Kind, given: frozenset[str], cursor: CursorWrapper) -> None:
        self.kind, self.given, self.cursor = kind, given, cursor
        self.names: dict[str, Composable] = {
            "stage": Identifier(f"import_{kind.name}"),
            "live": Identifier(kind.table),
        }

    def do(self, statement: LiteralString, parameters: list[Any] | None = None, **names: Composable) -> int:
        """Run a statement in which {stage} and {live} stand for the two tables; returns how many rows it touched."""
        composed = SQL(statement).format(**self.names, **names)
        self.cursor.execute(composed.as_string(connection.connection), parameters)
        return int(self.cursor.rowcount)

    def fetch(self, statement: LiteralString, parameters: list[Any] | None = None, **names: Composable) -> list[Any]:
        """Run a query and return its rows."""
        self.do(statement, parameters, **names)
        return list(self.cursor.fetchall())

    def reject(self, condition: LiteralString, sentence: LiteralString, parameters: list[Any] | None = None) -> None:
        """Add a sentence (an SQL expression) to the message of every staged record s that meets the condition."""
        self.do(
            "UPDATE {stage} s SET message = concat_ws(' ', NULLIF(s.message, ''), {sentence}) WHERE {condition}",
            parameters,
            sentence=SQL(sentence),
            condition=SQL(condition).format(**self.names),
        )

    def doubt(self, condition: LiteralString, sentence: LiteralString, parameters: list[Any] | None = None) -> None:
        """Note a doubt about the quality of records that are taken all the same."""
        self.do(
            "UPDATE {stage} s SET issue = concat_ws(' ', NULLIF(s.issue, ''), {sentence}) WHERE {condition}",
            parameters,
            sentence=SQL(sentence),
            condition=SQL(condition).format(**self.names),
        )

    def create(self, run_id: int) -> None:
        """Make the table and fill it with the records of the run that parsing has let through."""
        columns, typed = self.kind.columns, _typed(self.kind.columns)
        self._make(columns)
        into = SQL(", ").join(Identifier(c.name) for c in columns)
        read = SQL(", ").join(SQL("d.{}").format(Identifier(c.name)) for c in columns)
        self.do(
            "INSERT INTO {stage} (row_id, number, {into}) SELECT r.id, r.number, {read} FROM register_importrow r"
            " CROSS JOIN LATERAL jsonb_to_record(r.data) AS d({typed}) WHERE r.run_id = %s AND r.problem = ''",
            [run_id],
            into=into,
            read=read,
            typed=typed,
        )
        self.do("ANALYZE {stage}")

    def create_of(self, records: Iterable[tuple[int, Mapping[str, str | None]]], names: Collection[str]) -> None:
        """Make the table for records as they come, each with its number and values; `names` are the columns of it.

        They are not kept yet, so that the number stands for the row's id.
        """
        columns = [each for each in self.kind.columns if each.name in names]
        self._make(columns)
        rows = ((number, number, *(values.get(c.name) for c in columns)) for number, values in records)
        copy_values(f"import_{self.kind.name}", ["row_id", "number", *(c.name for c in columns)], rows)
        self.do("ANALYZE {stage}")

    def _make(self, columns: Sequence[Column]) -> None:
        ids = [SQL("{} bigint").format(Identifier(c.target)) for c in columns if c.refers]
        self.do("DROP TABLE IF EXISTS {stage}")
        self.do(
            "CREATE TEMPORARY TABLE {stage} (row_id bigint PRIMARY KEY, number integer, message text DEFAULT '',"
            " issue text DEFAULT '', verdict text DEFAULT '', target_id bigint, changes jsonb DEFAULT '{{}}',"
            " {columns}) ON COMMIT DROP",
            columns=SQL(", ").join([_typed(columns), *ids]),
        )

    def resolve(self) -> None:
        """Find the records that references name, and the live record of each key."""
        for column in self.kind.columns:
            if column.refers:
                self._find(column.refers, column.name, column.target, column.header)
                self._refuse_unknown(column)
        if self.kind.name in NAMES:
            key = self.kind.column(self.kind.key[0])
            self._find(self.kind.name, key.name, "target_id", key.header)
        else:
            same = SQL(" AND ").join(
                SQL("t.{0} IS NOT DISTINCT FROM s.{0}").format(Identifier(self.kind.column(name).target))
                for name in self.kind.key
            )
            self.do("UPDATE {stage} s SET target_id = t.id FROM {live} t WHERE {same}", same=same)

    def _find(self, kind: str, name: str, target: str, header: str) -> None:
        """Find by the very text, else by the text without its leading zeros, which spreadsheets take away."""
        known, named, found = SQL(NAMES[kind]), Identifier(name), Identifier(target)
        self.do(
            "UPDATE {stage} s SET {target} = k.id FROM ({known}) k WHERE k.name = s.{name}",
            known=known,
            name=named,
            target=found,
        )
        self.do(
            "UPDATE {stage} s SET {target} = k.id, issue = concat_ws(' ', NULLIF(s.issue, ''),"
            " {header} || ' ' || s.{name} || ' was read as ' || k.name || '.')"
            " FROM (SELECT min(id) AS id, min(name) AS name, ltrim(name, '0') AS bare FROM ({known}) a"
            " GROUP BY ltrim(name, '0') HAVING count(DISTINCT id) = 1) k"
            " WHERE s.{target} IS NULL AND k.bare = ltrim(s.{name}, '0') AND k.bare <> ''",
            header=Literal(header),
            known=known,
            name=named,
            target=found,
        )

    def _refuse_unknown(self, column: Column) -> None:
        self.do(
            "UPDATE {stage} s SET message = concat_ws(' ', NULLIF(s.message, ''), {said} || s.{name} || '.')"
            " WHERE s.{name} IS NOT NULL AND s.{target} IS NULL",
            said=Literal(f"There is no {CALLED[str(column.refers)]} with the {column.header} "),
            name=Identifier(column.name),
            target=Identifier(column.target),
        )

    def refuse_twice(self) -> None:
        """Reject a record whose key is already on an earlier line of the file."""
        key = SQL(", ").join(Identifier(self.kind.column(name).target) for name in self.kind.key)
        key = SQL("target_id, CASE WHEN target_id IS NULL THEN ROW({}) END").format(key)
        header = " and ".join(
            self.kind.column(name).header for name in self.kind.key if self.kind.column(name).required
        )
        self.do(
            "UPDATE {stage} s SET message = concat_ws(' ', NULLIF(s.message, ''),"
            " {sentence} || f.first || ' of this file.')"
            " FROM (SELECT row_id, number, first_value(number) OVER (PARTITION BY {key} ORDER BY number) AS first"
            " FROM {stage}) f WHERE f.row_id = s.row_id AND f.first < f.number",
            key=key,
            sentence=Literal(f"The same {header} stands on line "),
        )

    def fill(self) -> None:
        """Give columns that the file does not have the live record's values, and empty ones their default."""
        missing = [c for c in self.kept if c.name not in self.given]
        if missing:
            taken = SQL(", ").join(SQL("{0} = t.{0}").format(Identifier(c.target)) for c in missing)
            self.do("UPDATE {stage} s SET {taken} FROM {live} t WHERE t.id = s.target_id", taken=taken)
        blank = [
            SQL("{0} = COALESCE({0}, {1})").format(Identifier(c.name), Literal("" if c.reads == "text" else False))
            for c in self.kept
            if not c.required and not c.refers and c.reads in {"text", "yes"}
        ]
        if blank:
            self.do("UPDATE {stage} SET {blank}", blank=SQL(", ").join(blank))

    def compare(self) -> None:
        """Write down what differs from the live record, as {column: [old, new]}; of words only that they differ."""
        pairs = SQL(", ").join(self._pair(c) for c in self.kept if c.name not in self.kind.key)
        self.do(
            "UPDATE {stage} s SET changes = jsonb_strip_nulls(jsonb_build_object({pairs}))"
            " FROM {live} t WHERE t.id = s.target_id",
            pairs=pairs,
        )

    def judge(self, run_id: int) -> None:
        """Give every record of the run its verdict."""
        self.do(
            "UPDATE {stage} SET verdict = CASE WHEN message <> '' THEN 'rejected' WHEN target_id IS NULL THEN 'new'"
            " WHEN changes = '{{}}' THEN 'unchanged' ELSE 'updated' END"
        )
        self.keep_verdicts(run_id)

    def keep_verdicts(self, run_id: int) -> None:
        """Write down what becomes of each staged record; what could not even be read is rejected."""
        self.do(
            "UPDATE register_importrow r SET verdict = s.verdict, message = s.message, issue = s.issue,"
            " record_id = s.target_id FROM {stage} s WHERE s.row_id = r.id AND (r.verdict, r.message, r.issue,"
            " r.record_id) IS DISTINCT FROM (s.verdict, s.message, s.issue, s.target_id)"
        )
        self.do(
            "UPDATE register_importrow SET verdict = 'rejected', message = problem"
            " WHERE run_id = %s AND problem <> '' AND verdict <> 'rejected'",
            [run_id],
        )

    def keep_ids(self) -> None:
        """Write down which record each new one has become."""
        self.do(
            "UPDATE register_importrow r SET record_id = s.target_id FROM {stage} s"
            " WHERE s.row_id = r.id AND s.verdict = 'new'"
        )

    @property
    def kept(self) -> list[Column]:
        """The columns that the live table has."""
        return [column for column in self.kind.columns if column.kept]

    def _pair(self, column: Column) -> Composed:
        said: Composable = SQL("jsonb_build_array({}, {})").format(value_of("t", column), value_of("s", column))
        if column.name in self.kind.words:
            said = SQL("'true'::jsonb")
        return SQL("{label}, CASE WHEN t.{name} IS DISTINCT FROM s.{name} THEN {said} END").format(
            label=Literal(column.name), name=Identifier(column.target), said=said
        )


def _typed(columns: Sequence[Column]) -> Composed:
    """The columns with their types."""
    return SQL(", ").join(SQL("{} {}").format(Identifier(c.name), SQL(TYPES[c.reads])) for c in columns)


def value_of(alias: str, column: Column) -> Composed:
    """A value as an event holds it: ids and yes or no as they are, the rest as text."""
    plain = column.refers or column.reads == "yes"
    return SQL("{}.{}" if plain else "{}.{}::text").format(Identifier(alias), Identifier(column.target))
