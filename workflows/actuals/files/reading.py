"""What the records of a file say of one line's week: which rows they fill in, and what is wrong with them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from workflows.actuals.entry import Absence, FilledRow, Row
from workflows.actuals.rules import NOTHING
from workflows.council.actuals import Actuals, Box, Kind
from workflows.register.rules import plain

from .columns import BOXES, DAYS, HEADERS

Verdict = Literal["new", "updated", "unchanged"]
NOT_THERE = ("not_delivered", "cause")
NO_DAY = "NotDelivered was taken for the whole week, as the days do not come to it. Lower the days, or use the page."
ALL_WEEK = "Only figures of whole weeks (day 0) can be imported."


class Given(NamedTuple):
    """A record of the file: its line of the file, and its values by column (None: empty)."""

    number: int
    values: Mapping[str, Any]


@dataclass(slots=True)
class Found:
    """What a line's week becomes: the rows that are filled in, and of each record what it does or why it cannot."""

    filled: list[FilledRow] = field(default_factory=list)
    verdicts: dict[int, Verdict] = field(default_factory=dict)
    problems: dict[int, str] = field(default_factory=dict)
    doubts: dict[int, str] = field(default_factory=dict)
    rows: dict[int, int] = field(default_factory=dict)  # the row's number of each record


class Wrong(ValueError):
    """A record cannot be taken; the message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is the same for all records of a file: the council's rules, and which columns it has."""

    actuals: Actuals
    given: frozenset[str]

    def read(self, kind: Kind, week: date, version: int, stored: Sequence[Row], records: Iterable[Given]) -> Found:
        """Read the records of one line's week against the rows that it has."""
        found, left = Found(), {each.number: each for each in stored}
        for record in records:
            try:
                self._record(found, left, kind, week, version, stored, record)
            except Wrong as wrong:
                found.problems[record.number] = str(wrong)
        return found

    def _record(
        self, found: Found, left: dict[int, Row], kind: Kind, week: date, version: int, stored: Sequence[Row],
        record: Given,
    ) -> None:  # fmt: skip
        if record.values.get("day"):
            raise Wrong(ALL_WEEK)
        row = self._row(left, stored, record)
        filled = self._filled(kind, week, row, stored, record)
        if row is not None:
            del left[row.number]
            same = (row.actual, row.absent, row.comment, row.visits) == (
                filled.actual, filled.absent, filled.comment, filled.visits
            )  # fmt: skip
        else:
            row = _added_already(left, filled)
            same = row is not None
            if row is not None:
                del left[row.number]
        if not same:
            _in_time(record, version)
            found.filled.append(filled)
            if row is not None and row.by_day and any(each.day is None for each in filled.absent):
                found.doubts[record.number] = NO_DAY
        new = filled.number == 0
        found.rows[record.number] = 0 if row is None else row.number
        found.verdicts[record.number] = "unchanged" if same else "new" if new else "updated"

    def _row(self, left: Mapping[int, Row], stored: Sequence[Row], record: Given) -> Row | None:
        """The row that a record is about; None: it adds one."""
        number = record.values.get("row")
        if number is None and "row" in self.given:
            return None
        if number is None:
            planned = [each for each in stored if not each.added]
            if len(planned) != 1:
                raise Wrong("This line has several rows in this week: say which in the column Row.")
            number = planned[0].number
        if number not in {each.number for each in stored}:
            raise Wrong(f"There is no row {number} in this week. Leave Row empty to add a row.")
        if number not in left:
            raise Wrong(f"Row {number} of this line and week stands in this file before.")
        return left[number]

    def _filled(self, kind: Kind, week: date, row: Row | None, stored: Sequence[Row], record: Given) -> FilledRow:
        values = record.values
        if row is None:
            return FilledRow(0, _new_figures(values, stored), (), values.get("comment") or "", values.get("visits"))
        actual = _figures(row, values)
        return FilledRow(
            number=row.number,
            actual=actual,
            absent=self._absent(kind, week, row, actual, values),
            comment=(values.get("comment") or "") if "comment" in self.given else row.comment,
            visits=values.get("visits") if "visits" in self.given else row.visits,
        )

    def _absent(
        self, kind: Kind, week: date, row: Row, actual: Sequence[Decimal], values: Mapping[str, Any]
    ) -> tuple[Absence, ...]:
        if values.get("extra"):
            raise Wrong("Extra cannot be imported: add a row for more care.")
        if not self.given.isdisjoint(BOXES):
            return _boxes(kind, row, values)
        if self.given.isdisjoint(NOT_THERE):
            return row.absent
        units, said = values.get("not_delivered") or NOTHING, values.get("cause") or ""
        if (units, said) == (not_delivered(row), causes_of(self.actuals, row)):
            return row.absent
        if not units and not said:
            return ()
        if not units:
            raise Wrong("Cause is filled in and NotDelivered is not.")
        cause = self._cause(said) if said else ""
        return _by_day(row, actual, Absence(self._box(kind, week, cause), units, cause))

    def _cause(self, said: str) -> str:
        plainly = said.strip().casefold()
        found = [each.key for each in self.actuals.causes if plainly in {each.key.casefold(), each.label.casefold()}]
        if not found:
            labels = ", ".join(f"“{each.label}”" for each in self.actuals.causes)
            raise Wrong(f"“{said}” is no cause. Causes are: {labels}.")
        return found[0]

    def _box(self, kind: Kind, week: date, cause: str) -> Box:
        """The column in which the council wants a cause; its first one for absences while there is no cause."""
        rules = (each for each in self.actuals.rules if kind.key in each.kinds and each.holds(week))
        usual: Box = next((each for each in kind.boxes if each in BOXES), "actual")
        return next((each.box for each in rules if each.cause == cause), usual)


def not_delivered(row: Row) -> Decimal:
    """Units of a row that were not delivered, in whatever box."""
    return sum((each.units for each in row.absent), NOTHING) if row.absent else NOTHING


def causes_of(actuals: Actuals, row: Row) -> str:
    """The causes of a row in the council's words."""
    if not row.absent:
        return ""
    labels = {each.key: each.label for each in actuals.causes}
    return "; ".join(dict.fromkeys(labels.get(each.cause, each.cause) for each in row.absent if each.cause))


def _by_day(row: Row, actual: Sequence[Decimal], absence: Absence) -> tuple[Absence, ...]:
    """An absence on the days that say it: where the days of the record lack as much as NotDelivered has.

    A file has one cell for the week, and occasions in a row are counted by day; else it stays the week's.
    """
    short = [planned - units for planned, units in zip(row.planned, actual, strict=True)]
    lacking = {day: units for day, units in enumerate(short) if units > 0}
    if not row.by_day or sum(lacking.values(), NOTHING) != absence.units:
        return (absence,)
    return tuple(replace(absence, day=day, units=units) for day, units in lacking.items())


def _in_time(record: Given, version: int) -> None:
    known = record.values.get("version")
    if known is not None and known != version:
        raise Wrong("Somebody has saved this line since the file was exported. Export it again.")


def _figures(row: Row, values: Mapping[str, Any]) -> tuple[Decimal, ...]:
    """The figures of a row after the file: by day where days are planned, else one for the week."""
    days, whole = [values.get(day) for day in DAYS], values.get("actual")
    if not row.by_day:
        if any(each is not None for each in days):
            raise Wrong("This row has one figure for the week: fill in Actual.")
        return row.actual if whole is None else (whole,)
    actual = tuple(old if new is None else new for new, old in zip(days, row.actual, strict=True))
    if whole is not None and whole != sum(actual, NOTHING):
        raise Wrong(
            f"This row is planned by day: fill in {', '.join(HEADERS)}; they come to {plain(sum(actual, NOTHING))}."
        )
    return actual


def _new_figures(values: Mapping[str, Any], stored: Sequence[Row]) -> tuple[Decimal, ...]:
    days, whole = [values.get(day) for day in DAYS], values.get("actual")
    if values.get("not_delivered"):
        raise Wrong("A row that is added plans nothing, so NotDelivered stays empty.")
    if any(each is not None for each in days):
        return tuple(NOTHING if each is None else each for each in days)
    if whole is None:
        raise Wrong("A row that is added needs figures.")
    if any(each.by_day for each in stored):
        raise Wrong(f"A row that is added to this line needs its figures by day: fill in {', '.join(HEADERS)}.")
    return (whole,)


def _added_already(left: Mapping[int, Row], filled: FilledRow) -> Row | None:
    """The row that an earlier import of the same record has added."""
    same = (
        each for each in left.values() if each.added and (each.actual, each.comment) == (filled.actual, filled.comment)
    )
    return next(same, None)


def _boxes(kind: Kind, row: Row, values: Mapping[str, Any]) -> tuple[Absence, ...]:
    """The boxes of a file of the system before this one: units without a cause, which is asked for later."""
    boxes: tuple[Box, ...] = ("frustrated", "missed")
    wanted = {box: values.get(box) or NOTHING for box in boxes}
    if all(sum(row.box(box), NOTHING) == wanted[box] for box in boxes):
        return row.absent
    for box in boxes:
        if wanted[box] and box not in kind.boxes:
            raise Wrong(f"{BOXES[box]} is not used for {kind.name}.")
    return tuple(Absence(box, wanted[box], "") for box in boxes if wanted[box])
