"""What somebody typed into a week: each line's rows as they fill it in, with faults by field. Pure.

Only lines that were touched are given on: a form has all of a week, and what somebody left alone is theirs who changed
it meanwhile. Choosing a cause fills the right boxes (picture 03a): the policy says in which box it stands, and whether
it is also taken off the Actual column.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from workflows.actuals.entry import COMMENT_LIMIT, Absence, FilledRow, Row
from workflows.actuals.policy import Asked, causes_of, rule_for
from workflows.actuals.rules import DAYS_A_WEEK, NOTHING, fault_of_units
from workflows.council.actuals import Actuals, Box, Kind, Rule

from . import names

NUMBER = re.compile(r"\d{1,4}(\.\d{1,2})?", re.ASCII)
NOT_A_NUMBER = "Enter a number such as 3.25"
TOO_LONG = f"A comment can have {COMMENT_LIMIT:,} characters at most"
NO_VISITS = "Enter the number of visits"
NO_QUANTITY = "Enter the quantity of the row, or leave all of it empty"
NO_DAYS = "Tick the days of the row"
BOTH = "Untick the day or enter a figure, not both"
#: Rows that can be added at once; more come with a further save.
MOST_ADDED = 20


@dataclass(frozen=True, slots=True)
class Known:
    """A line's week as it is stored."""

    id: int
    version: int
    kind: Kind
    week: date
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """What was typed for one line. `version`: of what the form was opened with."""

    id: int
    version: int
    rows: tuple[FilledRow, ...]
    removed: frozenset[int]


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed in all: the touched lines, faults by field, and the boxes that a cause has filled."""

    lines: tuple[Line, ...]
    faults: Mapping[str, str]
    filled_in: Mapping[str, str]

    @property
    def touched(self) -> frozenset[int]:
        """The lines' weeks in which something was typed."""
        return frozenset(each.id for each in self.lines)


@dataclass(slots=True)
class _Reading:
    """One line while it is read."""

    actuals: Actuals
    known: Known
    data: Mapping[str, str]
    faults: dict[str, str] = field(default_factory=dict)
    filled_in: dict[str, str] = field(default_factory=dict)

    def name(self, row: Row, box: str, place: int) -> str:
        return names.cell(self.known.id, row.number, box, place)

    def text(self, name: str, otherwise: str = "") -> str:
        """Words; too many are a fault."""
        found = self.data.get(name, otherwise).strip()
        if len(found) > COMMENT_LIMIT:
            self.faults[name] = TOO_LONG
        return found

    def units(self, name: str, otherwise: Decimal, planned: Decimal = NOTHING) -> Decimal:
        """A figure; empty is nothing. Only what differs from the plan must be in steps."""
        if name not in self.data:
            return otherwise
        text = self.data[name].strip().replace(",", "")
        if not text:
            return NOTHING
        if not NUMBER.fullmatch(text):
            self.faults[name] = NOT_A_NUMBER
            return otherwise
        units = Decimal(text)
        fault = fault_of_units(units, self.known.kind.step, self.known.kind.unit) if units != planned else None
        if fault and units != otherwise:
            self.faults[name] = fault
        return units

    def rule(self, cause: str) -> Rule | None:
        """What the council's rules say of a cause in this week."""
        known = self.known
        return rule_for(self.actuals, Asked(known.kind.key, cause, known.week)) if cause else None


def read(actuals: Actuals, known: Iterable[Known], data: Mapping[str, str]) -> Typed:
    """What was typed for these lines. Lines of which the form has nothing, or nothing new, are left out."""
    lines: list[Line] = []
    faults: dict[str, str] = {}
    filled_in: dict[str, str] = {}
    for each in known:
        version = touched(each, data)
        if version is None:
            continue
        reading = _Reading(actuals, each, names.of_line(data, each.id))
        lines.append(_line(reading, version))
        faults |= reading.faults
        filled_in |= reading.filled_in
    return Typed(tuple(lines), faults, filled_in)


def touched(known: Known, data: Mapping[str, str]) -> int | None:
    """The version that the form was opened with when something was typed since; else None."""
    begun = names.begun(known.id, data.get(names.opened(known.id), ""))
    if begun is None:
        return None
    version, was = begun
    now = {name: value.strip() for name, value in names.of_line(data, known.id).items() if value.strip()}
    return None if now == was else version


def causes_for(actuals: Actuals, kind: Kind, week: date) -> list[tuple[str, str]]:
    """(key, words) of the causes that people choose from; none where what is missing needs no cause."""
    keys = causes_of(actuals, kind.key, week)
    return [(key, actuals.cause(key).label) for key in keys if key != actuals.unexplained]


def _line(reading: _Reading, version: int) -> Line:
    known = reading.known
    beginning = names.line(known.id)
    removed = {row.number for row in known.rows if row.added and f"{beginning}-{row.number}-remove" in reading.data}
    nothing = f"{beginning}-none" in reading.data
    rows = [_row(reading, row, nothing=nothing) for row in known.rows if row.number not in removed]
    next_number = max([0, *(row.number for row in known.rows)]) + 1
    rows += _added(reading, next_number)
    return Line(known.id, version, tuple(rows), frozenset(removed))


def _row(reading: _Reading, row: Row, *, nothing: bool) -> FilledRow:
    beginning = names.row(reading.known.id, row.number)
    cells = [_cell(reading, row, place) for place in range(len(row.planned))]
    return FilledRow(
        number=row.number,
        actual=tuple(NOTHING if nothing else actual for actual, _ in cells),
        absent=() if nothing else (*(each for _, absent in cells for each in absent), *_further(reading, row)),
        comment=reading.text(f"{beginning}-comment", row.comment),
        visits=_visits(reading, f"{beginning}-visits", row.visits, asked=any(actual for actual, _ in cells)),
        level=row.level,
        corrected=_corrected(reading, f"{beginning}-corrected"),
    )


def _corrected(reading: _Reading, name: str) -> str | None:
    """Why a figure differs from its visits; None where the form has no such field."""
    said = reading.data.get(name)
    monitoring = reading.actuals.monitoring
    if said is None or monitoring is None:
        return None
    return said if monitoring.correction(said) is not None else ""


def _cell(reading: _Reading, row: Row, place: int) -> tuple[Decimal, list[Absence]]:
    """One place of a row: what stands in Actual, and what was not delivered, in the boxes of their causes."""
    planned = row.planned[place]
    actual = _actual(reading, row, place)
    boxes = [box for box in names.ABSENCES if box in reading.known.kind.boxes]
    found = [each for box in boxes for each in _absences(reading, row, box, place)]
    if not found and actual < planned:
        found = _less(reading, row, place, planned - actual)
        actual = planned if found else actual
    absent = [_in_its_box(reading, each) for each in found]
    actual = _lowered(reading, actual, planned, absent)
    _tell(reading, row, place, actual, absent)
    return actual, absent


def _actual(reading: _Reading, row: Row, place: int) -> Decimal:
    """The Actual box; where days are ticked, unticking one empties it (suffolk-user-guide §2 "untick")."""
    name, stored = reading.name(row, "actual", place), row.actual[place]
    typed = reading.units(name, stored, row.planned[place])
    if f"{names.row(reading.known.id, row.number)}-ticks" not in reading.data or not row.planned[place]:
        return typed
    ticked = reading.name(row, "tick", place) in reading.data
    if ticked == bool(stored):
        return typed
    if typed != stored and bool(typed) != ticked:
        reading.faults[name] = BOTH
    if typed == stored:
        typed = row.planned[place] if ticked else NOTHING
        reading.filled_in[name] = names.figure(typed, always=True)
    return typed


def _absences(reading: _Reading, row: Row, box: Box, place: int) -> Iterator[Absence]:
    """What is recorded in a box of a place. The first stands in the box, others of a row without days have a field."""
    stored = _stored(row, box, place)
    first = stored[0] if stored else Absence(box, NOTHING, day=place if row.by_day else None)
    name = reading.name(row, box, place)
    units = reading.units(name, first.units, row.planned[place])
    if units:
        cause = reading.data.get(f"{name}-cause", first.cause) or _only_cause(reading, box)
        yield Absence(box, units, _sound(reading, cause), first.day, reading.text(f"{name}-comment", first.comment))
    if row.by_day:
        yield from stored[1:]


def _stored(row: Row, box: Box, place: int) -> list[Absence]:
    return [each for each in row.absent if each.box == box and (not row.by_day or each.day == place)]


def further(row: Row) -> list[Absence]:
    """The absences of a row without days that do not fit into a box, because another one stands in it."""
    found: list[Absence] = []
    for box in dict.fromkeys(each.box for each in row.absent):
        found += _stored(row, box, 0)[1:]
    return [] if row.by_day else found


def _further(reading: _Reading, row: Row) -> Iterator[Absence]:
    """Those, as they were typed, and one that is new (fields `x0`, `x1`, …)."""
    if row.by_day:
        return
    stored = further(row)
    for index in range(len(stored) + 1):
        name = f"{names.row(reading.known.id, row.number)}-x{index}"
        old = stored[index] if index < len(stored) else None
        units = reading.units(f"{name}-units", old.units if old else NOTHING, row.planned[0])
        cause = _sound(reading, reading.data.get(f"{name}-cause", old.cause if old else ""))
        if units:
            rule = reading.rule(cause)
            otherwise: Box = old.box if old else names.ABSENCES[-1]
            comment = reading.text(f"{name}-comment", old.comment if old else "")
            yield Absence(rule.box if rule else otherwise, units, cause, None, comment)


def _less(reading: _Reading, row: Row, place: int, units: Decimal) -> list[Absence]:
    """A cause that was chosen for what is missing in Actual, and nothing in a box yet."""
    name = reading.name(row, names.LESS, place)
    cause = _sound(reading, reading.data.get(f"{name}-cause", ""))
    rule = reading.rule(cause)
    if rule is None:
        return []
    comment = reading.text(f"{name}-comment")
    return [Absence(rule.box, units, cause, place if row.by_day else None, comment)]


def _in_its_box(reading: _Reading, absence: Absence) -> Absence:
    rule = reading.rule(absence.cause)
    box = rule.box if rule is not None and rule.taken else absence.box
    return Absence(box, absence.units, absence.cause, absence.day, absence.comment)


def _lowered(reading: _Reading, actual: Decimal, planned: Decimal, absent: Sequence[Absence]) -> Decimal:
    """Actual less what a cause takes off it, where it still stands at the plan."""
    if actual != planned:
        return actual
    rules = [(each, reading.rule(each.cause)) for each in absent]
    off = sum((each.units for each, rule in rules if rule is not None and rule.lowers_actual), NOTHING)
    return max(planned - off, NOTHING)


def _tell(reading: _Reading, row: Row, place: int, actual: Decimal, absent: Sequence[Absence]) -> None:
    """Say which boxes stand otherwise than they were typed, so that the page shows it while typing."""
    wanted: dict[str, str] = {"actual": names.figure(actual, always=bool(row.planned[place]))}
    for box in names.ABSENCES:
        first = next((each for each in absent if each.box == box), None)
        wanted[box] = names.figure(first.units) if first else ""
    for column, value in wanted.items():
        name = reading.name(row, column, place)
        typed = reading.data.get(name)
        if typed is None or name in reading.faults:
            continue
        if _decimal(typed) != _decimal(value):
            reading.filled_in[name] = value


def _decimal(text: str) -> Decimal | None:
    text = text.strip().replace(",", "")
    return (Decimal(text) if NUMBER.fullmatch(text) else None) if text else NOTHING


def _only_cause(reading: _Reading, box: Box) -> str:
    """The cause of a box for which there is no other (bedford-actuals-guide "Frustrated")."""
    known = reading.known
    rules = {key: reading.rule(key) for key in causes_of(reading.actuals, known.kind.key, known.week)}
    found = [key for key, rule in rules.items() if rule is not None and rule.box == box]
    return found[0] if len(found) == 1 and len(causes_for(reading.actuals, known.kind, known.week)) == 1 else ""


def _sound(reading: _Reading, cause: str) -> str:
    """The cause, or none for what the profile does not have: a form cannot make one up."""
    return cause if cause in {each.key for each in reading.actuals.causes} else ""


def _visits(reading: _Reading, name: str, otherwise: int | None, *, asked: bool) -> int | None:
    """How many visits there were; where the council wants to know it, delivered care needs a number."""
    text = reading.data.get(name)
    if text is None:
        return otherwise
    if asked and not text.strip() and reading.known.kind.visits == "required":
        reading.faults[name] = NO_VISITS
    text = text.strip()
    if text and not (text.isdecimal() and len(text) <= 3):
        reading.faults[name] = "Enter a whole number of visits"
        return otherwise
    return int(text) if text else None


def _added(reading: _Reading, number: int) -> Iterator[FilledRow]:
    """Rows for extra care: a quantity on each of the ticked days (suffolk-user-guide §2)."""
    for index in range(1, MOST_ADDED + 1):
        beginning = names.row(reading.known.id, names.added(index))
        typed = {name: value for name, value in reading.data.items() if name.startswith(f"{beginning}-")}
        if any(value.strip() for value in typed.values()):
            yield _new_row(reading, beginning, number)
            number += 1


def _new_row(reading: _Reading, beginning: str, number: int) -> FilledRow:
    quantity = reading.units(f"{beginning}-quantity", NOTHING)
    level = reading.data.get(f"{beginning}-level", "")
    if not quantity:
        reading.faults.setdefault(f"{beginning}-quantity", NO_QUANTITY)
    return FilledRow(
        number=number,
        actual=_ticked(reading, beginning, quantity) if reading.known.kind.days else (quantity,),
        comment=reading.text(f"{beginning}-comment"),
        visits=_visits(reading, f"{beginning}-visits", None, asked=bool(quantity)),
        level=int(level) if level.isdecimal() and len(level) < 10 else None,
    )


def _ticked(reading: _Reading, beginning: str, quantity: Decimal) -> tuple[Decimal, ...]:
    days = [day for day in range(DAYS_A_WEEK) if f"{beginning}-tick-{day}" in reading.data]
    if not days:
        reading.faults[f"{beginning}-tick-0"] = NO_DAYS
    return tuple(quantity if day in days else NOTHING for day in range(DAYS_A_WEEK))
