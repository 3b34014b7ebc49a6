"""What the records of a file make of lines' weeks, by the council's rules; and what is written beside each record.

Weeks are read when they are weighed, so that an import that holds their lock weighs what it is about to change.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from workflows.actuals.assessing import Assessment, Before, assess, faults_of_figures
from workflows.actuals.entry import Row, merged, read
from workflows.actuals.filling import LACKS, LOCKED, OPEN, Brought
from workflows.actuals.flow import ActualsFlow
from workflows.actuals.history import before
from workflows.actuals.models import LineWeek, Standing
from workflows.actuals.rules import kind_of
from workflows.council.actuals import Actuals, Kind
from workflows.engine.arrays import any_of
from workflows.engine.errors import NotFound
from workflows.register.imports.kinds import Reads

from .columns import ACTUALS
from .matching import Place
from .reading import Found, Given, Sheet

RECORDING = ActualsFlow.record.name
CLOSED = "This week is closed."
RECORDS = "SELECT id, number, data, verdict, message, issue FROM register_importrow WHERE id = ANY(%s) ORDER BY number"
WRITE_DOWN = """
UPDATE register_importrow r SET verdict = n.verdict, message = n.message, issue = n.issue, record_id = n.record_id
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[])
    AS n (id, record_id, verdict, message, issue)
WHERE r.id = n.id
"""
#: How a value is read back from the form in which it is kept.
TYPED: Mapping[Reads, Callable[[str], Any]] = {"date": date.fromisoformat, "amount": Decimal, "count": int, "text": str}
READERS = {each.name: TYPED[each.reads] for each in ACTUALS.columns}


@dataclass(frozen=True, slots=True)
class Note:
    """What stands beside a record: what becomes of it, why it is rejected, and doubts."""

    record_id: int
    line_week_id: int
    verdict: str
    message: str
    issue: str


@dataclass(slots=True)
class Weighed:
    """What a part of a file comes to: the lines' weeks that change, and the notes that are not there yet."""

    brought: list[Brought] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it was given, with the note that it has."""

    given: Given
    verdict: str
    message: str
    issue: str


@dataclass(frozen=True, slots=True)
class Stored:
    """A line's week as far as a file asks."""

    pk: int
    case_id: int
    line_id: int
    week: date
    version: int
    standing: str
    rows: Sequence[Row]
    kind: Kind


COLUMNS = ("pk", "case_id", "line_id", "week", "version", "standing", "rows", "line__service__group",
           "line__service_level__key")  # fmt: skip


class Scales:
    """Weighs the records of one file."""

    def __init__(self, actuals: Actuals, given: frozenset[str]) -> None:
        self.actuals, self.sheet = actuals, Sheet(actuals, given)
        self._kinds: dict[tuple[str, str], Kind] = {}

    def is_strict(self, node: str) -> bool:
        """Whether a week at this place must be complete: what was submitted, or is by being saved."""
        return self.actuals.submit_mode == "on_save" or node != RECORDING

    def weigh(self, part: Sequence[Place], nodes: Mapping[int, str]) -> Weighed:
        """Weigh records of one week; `nodes` says where each open case stands. Asks five queries at most."""
        records = _records(part)
        weeks = self._weeks(list(records))
        open_now = [each for each in weeks if each.case_id in nodes and each.standing in OPEN]
        known = before(self.actuals, [each.line_id for each in open_now], part[0].week)
        found = Weighed()
        for each in weeks:
            said = self.sheet.read(
                each.kind, each.week, each.version, each.rows, [one.given for one in records[each.pk]]
            )
            if each.line_id in known:
                self._weigh(found, each, said, known[each.line_id], strict=self.is_strict(nodes[each.case_id]))
            else:
                _keep_out(said, LOCKED.get(Standing(each.standing), CLOSED))
            _reject_others(said, records[each.pk])
            found.notes += _notes(each.pk, said, records[each.pk])
        return found

    def _weigh(self, found: Weighed, week: Stored, said: Found, known: Before, *, strict: bool) -> None:
        if said.filled and not said.problems:
            rows = merged(week.rows, said.filled, frozenset(), week.week, {})
            judged = assess(self.actuals, week.kind, week.week, rows, known)
            _find_faults(said, week.kind, rows, judged, strict=strict)
            if not said.problems:
                found.brought.append(Brought(week.pk, week.line_id, rows, judged))

    def _weeks(self, ids: Sequence[int]) -> list[Stored]:
        rows = LineWeek.objects.filter(pk__in=any_of(ids)).order_by("case_id", "pk").values_list(*COLUMNS)
        return [
            Stored(pk, case, line, week, version, standing, read(content), self._kind(group, level))
            for pk, case, line, week, version, standing, content, group, level in rows
        ]

    def _kind(self, group: str, level: str) -> Kind:
        if (group, level) not in self._kinds:
            found = kind_of(self.actuals, group, level)
            if found is None:
                raise NotFound
            self._kinds[group, level] = found
        return self._kinds[group, level]


def _keep_out(said: Found, message: str) -> None:
    """Nothing of this line's week can change: what says the same as it does is no fault."""
    for record, verdict in said.verdicts.items():
        if verdict != "unchanged":
            said.problems.setdefault(record, message)


def write_down(notes: Iterable[Note]) -> None:
    """Write what becomes of records beside them."""
    rows = [(each.record_id, each.line_week_id, each.verdict, each.message, each.issue) for each in notes]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(WRITE_DOWN, [list(column) for column in zip(*rows, strict=True)])


def _records(part: Sequence[Place]) -> dict[int, list[Record]]:
    """The records of a part, by their line's week, in the order of the file."""
    places = {each.record_id: each.line_week_id for each in part}
    found: dict[int, list[Record]] = {each.line_week_id: [] for each in part}
    with connection.cursor() as cursor:
        cursor.execute(RECORDS, [list(places)])
        for id, number, data, *note in cursor.fetchall():
            values = {name: READERS[name](text) for name, text in json.loads(data).items() if text is not None}
            found[places[id]].append(Record(Given(id, number, values), *note))
    return found


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
    first = min(each.given.number for each in records if each.given.id in said.problems)
    for each in records:
        message = f"Line {first} of the file, for the same line and week, has an error."
        said.problems.setdefault(each.given.id, message)


def _notes(line_week_id: int, said: Found, records: Iterable[Record]) -> Iterable[Note]:
    """The notes of records that say something else than what stands beside them."""
    for each in records:
        id, doubt = each.given.id, said.doubts.get(each.given.id, "")
        message = said.problems.get(id, "")
        verdict = "rejected" if message else said.verdicts[id]
        issue = each.issue if doubt in each.issue else f"{each.issue} {doubt}".strip()
        if (verdict, message, issue) != (each.verdict, each.message, each.issue):
            yield Note(id, line_week_id, verdict, message, issue)
