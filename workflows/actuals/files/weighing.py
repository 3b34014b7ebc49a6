"""What the records of a file make of lines' weeks, by the council's rules; and what is written beside each record.

Weeks are read when they are weighed, so that an import that holds their lock weighs what it is about to change.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import connection

from workflows.actuals.assessing import Assessment, Before, assess, faults_of_figures
from workflows.actuals.entry import COMMENT_LIMIT, Row, merged, read, written
from workflows.actuals.filling import LACKS, LOCKED, OPEN
from workflows.actuals.flow import ActualsFlow
from workflows.actuals.history import before
from workflows.actuals.models import Standing
from workflows.actuals.rules import kind_of
from workflows.actuals.writing import sums
from workflows.council.actuals import Actuals, Kind
from workflows.engine.errors import NotFound
from workflows.register.imports.kinds import Reads

from .columns import ACTUALS
from .keeping import FACTS, JOINS, SUMS, Kept, facts_of, rules_of
from .matching import Place
from .reading import Found, Given, Sheet

RECORDING = ActualsFlow.record.name
CLOSED = "This week is closed."
RECORDS = """
SELECT number, data, verdict, message, issue FROM register_importrow WHERE run_id = %s AND number = ANY(%s)
"""
WRITE_DOWN = """
UPDATE register_importrow r SET verdict = n.verdict, message = n.message, issue = n.issue
FROM unnest(%s::integer[], %s::text[], %s::text[], %s::text[]) AS n (number, verdict, message, issue)
WHERE r.run_id = %s AND r.number = n.number
"""
WEEKS = """
SELECT w.id, w.case_id, w.line_id, w.week, w.version, w.standing, w.rows::text, p."group", v.key, {facts}
FROM actuals_lineweek w {joins} WHERE w.id = ANY(%s) ORDER BY w.case_id, w.id
""".replace("{facts}", FACTS).replace("{joins}", JOINS)
REMEMBERED = 4_000  # cells: most come again and again
#: How a value is read back from the form in which it is kept.
TYPED: Mapping[Reads, Callable[[str], Any]] = {
    "date": lru_cache(REMEMBERED)(date.fromisoformat),
    "amount": lru_cache(REMEMBERED)(Decimal),
    "count": int,
}
READERS = {each.name: TYPED[each.reads] for each in ACTUALS.columns if each.reads in TYPED}
CHANGES = frozenset({"new", "updated"})


class Note(NamedTuple):
    """What stands beside a record: what becomes of it, why it is rejected, and doubts."""

    number: int
    line_week_id: int
    verdict: str
    message: str
    issue: str


class Record(NamedTuple):
    """A record as it was given, with the note that it has."""

    given: Given
    verdict: str = ""
    message: str = ""
    issue: str = ""


class Stored(NamedTuple):
    """A line's week as far as a file asks; `facts`: keeping.FACTS of it."""

    pk: int
    case_id: int
    line_id: int
    week: date
    version: int
    standing: str
    rows: tuple[Row, ...]
    kind: Kind
    facts: str


class Brought(NamedTuple):
    """A line's week as a file makes it, judged; with keeping.SUMS of it where, whatever happens elsewhere, it would be
    judged so."""

    week: Stored
    rows: tuple[Row, ...]
    found: Assessment
    lasting: tuple[Any, ...] | None = None


@dataclass(slots=True)
class Weighed:
    """What a part of a file comes to: the lines' weeks that change, with the records that say so and (where it can be
    taken) what they become; and the notes that are not there yet."""

    changes: dict[int, tuple[Stored, list[int]]] = field(default_factory=dict)
    brought: dict[int, Brought] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


class Scales:
    """Weighs the records of one file."""

    def __init__(self, actuals: Actuals, given: frozenset[str]) -> None:
        self.actuals, self.sheet, self.rules = actuals, Sheet(actuals, given), rules_of(actuals)
        self._kinds: dict[tuple[str, str], Kind] = {}
        self._week: date | None = None  # whose rows and judgements are remembered: most come again and again in a week
        self._read: dict[str, tuple[Row, ...]] = {}
        self._alike: dict[Any, tuple[Assessment, tuple[Any, ...]]] = {}

    def is_strict(self, node: str) -> bool:
        """Whether a week at this place must be complete: what was submitted, or is by being saved."""
        return self.actuals.submit_mode == "on_save" or node != RECORDING

    def facts(self, node: str) -> str:
        """What holds for all weeks of a case at this place (keeping.take)."""
        return facts_of(self.rules, strict=self.is_strict(node))

    def weigh(self, part: Sequence[Place], records: Mapping[int, Record], nodes: Mapping[int, str]) -> Weighed:
        """Weigh records (by number) of one week; `nodes` says where each open case stands. Asks five queries at most.

        What went before a week is read only where it can matter.
        """
        if part[0].week != self._week:
            self._week = part[0].week
            self._read.clear()
            self._alike.clear()
        own: dict[int, list[Record]] = {}
        for each in part:
            own.setdefault(each.line_week_id, []).append(records[each.number])
        found, waiting = Weighed(), list[tuple[Stored, Found, tuple[Row, ...]]]()
        for week in self._weeks(list(own)):
            mine = own[week.pk]
            said = self.sheet.read(week.kind, week.week, week.version, week.rows, [each.given for each in mine])
            if week.case_id not in nodes or week.standing not in OPEN:
                _keep_out(said, LOCKED.get(Standing(week.standing), CLOSED))
            elif said.filled and not said.problems:
                rows = merged(week.rows, said.filled, frozenset(), week.week, {})
                alone = self._alone(week.kind, week.week, rows)
                if alone is None:
                    waiting.append((week, said, rows))
                    continue
                self._settle(found, said, Brought(week, rows, *alone), nodes)
            _conclude(found, week, said, mine)
        known = before(self.actuals, [week.line_id for week, _, _ in waiting], part[0].week)
        for week, said, rows in waiting:
            judged = assess(self.actuals, week.kind, week.week, rows, known[week.line_id])
            self._settle(found, said, Brought(week, rows, judged), nodes)
            _conclude(found, week, said, own[week.pk])
        return found

    def kept(self, found: Weighed, nodes: Mapping[int, str]) -> Iterable[Kept]:
        """What is kept of what was weighed: all of it that changes something, ready to be written where it lasts."""
        for pk, (week, records) in found.changes.items():
            brought = found.brought.get(pk)
            if brought is None or brought.lasting is None:
                yield Kept(pk, week.case_id, records)
                continue
            facts = f"{self.facts(nodes[week.case_id])}:{week.facts}"
            yield Kept(pk, week.case_id, records, facts, json.dumps(written(brought.rows)), brought.lasting)

    def _settle(self, found: Weighed, said: Found, brought: Brought, nodes: Mapping[int, str]) -> None:
        strict = self.is_strict(nodes[brought.week.case_id])
        _find_faults(said, brought.week.kind, brought.rows, brought.found, strict=strict)
        if not said.problems:
            found.brought[brought.week.pk] = brought

    def _alone(self, kind: Kind, week: date, rows: tuple[Row, ...]) -> tuple[Assessment, tuple[Any, ...]] | None:
        """What the rules make of rows whatever went before, with SUMS of it; None where that matters.

        Stays, occasions and decisions are asked for absences alone, authorisations for what is above the plan alone.
        """
        if any(row.absent for row in rows):
            return None
        key = _key(kind, week, rows)
        found = self._alike.get(key)
        if found is None:
            judged = assess(self.actuals, kind, week, rows, Before())
            columns = sums(rows, judged)
            found = self._alike[key] = judged, tuple(columns[each] for each in SUMS)
        return None if found[0].verdict.over else found

    def _weeks(self, ids: list[int]) -> list[Stored]:
        with connection.cursor() as cursor:
            cursor.execute(WEEKS, [ids])
            return [
                Stored(pk, case, line, week, version, standing, self._rows(content), self._kind(group, level), facts)
                for pk, case, line, week, version, standing, content, group, level, facts in cursor.fetchall()
            ]

    def _rows(self, content: str) -> tuple[Row, ...]:
        found = self._read.get(content)
        if found is None:
            found = self._read[content] = read(json.loads(content))
        return found

    def _kind(self, group: str, level: str) -> Kind:
        if (group, level) not in self._kinds:
            found = kind_of(self.actuals, group, level)
            if found is None:
                raise NotFound
            self._kinds[group, level] = found
        return self._kinds[group, level]


_LOOKED_AT = attrgetter("number", "first", "last", "planned", "actual", "price", "absent", "added", "level", "visits",
                        "stale", "monitored", "corrected")  # fmt: skip


def _key(kind: Kind, week: date, rows: Sequence[Row]) -> tuple[Any, ...]:
    """What rows without absences are judged by: all of them, but of a comment only whether it is there and too long."""
    said = ((*_LOOKED_AT(row), bool(row.comment.strip()), len(row.comment) > COMMENT_LIMIT) for row in rows)
    return (kind.key, week, *said)


def _conclude(found: Weighed, week: Stored, said: Found, records: Sequence[Record]) -> None:
    """Write down what becomes of the records of a line's week."""
    _reject_others(said, records)
    found.notes += _notes(week.pk, said, records)
    if not said.problems and not CHANGES.isdisjoint(said.verdicts.values()):
        found.changes[week.pk] = week, [each.given.number for each in records]


def _keep_out(said: Found, message: str) -> None:
    """Nothing of this line's week can change: what says the same as it does is no fault."""
    for record, verdict in said.verdicts.items():
        if verdict != "unchanged":
            said.problems.setdefault(record, message)


def write_down(run_id: int, notes: Iterable[Note]) -> None:
    """Write what becomes of records beside them."""
    rows = [(each.number, each.verdict, each.message, each.issue) for each in notes]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(WRITE_DOWN, [*(list(column) for column in zip(*rows, strict=True)), run_id])


def records_of(run_id: int, numbers: Iterable[int]) -> dict[int, Record]:
    """Records of a file as they are kept, by their line of it."""
    with connection.cursor() as cursor:
        cursor.execute(RECORDS, [run_id, list(numbers)])
        return {number: Record(given(number, json.loads(data)), *note) for number, data, *note in cursor.fetchall()}


def given(number: int, data: Mapping[str, str | None]) -> Given:
    """A record with its values as they are meant."""
    values: dict[str, Any] = {}
    for name, text in data.items():
        if text is not None:
            values[name] = READERS[name](text) if name in READERS else text
    return Given(number, values)


def _find_faults(said: Found, kind: Kind, rows: Sequence[Row], judged: Assessment, *, strict: bool) -> None:
    """Where the week could not be saved so, the records that say it are refused; what it only lacks is a doubt."""
    if judged.ready:
        return
    figures = {row.number: found for row in rows if (found := faults_of_figures(kind, row))}
    faults: Mapping[int, Sequence[str]] = judged.faults if strict else figures
    lacks = [] if judged.faults else [LACKS[each] for each in sorted(judged.lacks)]
    last = max(row.number for row in rows)
    for record, number in said.rows.items():
        if said.verdicts[record] == "unchanged":
            continue
        refused = [*faults.get(number or last, ()), *(lacks if strict else ())]
        doubted = [] if strict else [*judged.faults.get(number or last, ()), *lacks]
        if refused:
            said.problems[record] = _sentences(refused)
        elif doubted:
            said.doubts[record] = f"{said.doubts.get(record, '')} {_sentences(doubted)}".strip()
    if faults and not said.problems:
        said.problems[max(said.rows)] = _sentences(next(iter(faults.values())))


def _sentences(said: Iterable[str]) -> str:
    return " ".join(f"{each.rstrip('.')}." for each in dict.fromkeys(said))


def _reject_others(said: Found, records: Iterable[Record]) -> None:
    """A line's week is taken whole: the other records of one that has an error wait for it."""
    if not said.problems:
        return
    first = min(each.given.number for each in records if each.given.number in said.problems)
    for each in records:
        message = f"Line {first} of the file, for the same line and week, has an error."
        said.problems.setdefault(each.given.number, message)


def _notes(line_week_id: int, said: Found, records: Iterable[Record]) -> Iterable[Note]:
    """The notes of records that say something else than what stands beside them."""
    for each in records:
        number = each.given.number
        doubt, message = said.doubts.get(number, ""), said.problems.get(number, "")
        verdict = "rejected" if message else said.verdicts[number]
        issue = each.issue if doubt in each.issue else f"{each.issue} {doubt}".strip()
        if (verdict, message, issue) != (each.verdict, each.message, each.issue):
            yield Note(number, line_week_id, verdict, message, issue)
