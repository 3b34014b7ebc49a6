"""A line's week as people fill it in: pure values, kept as JSON in one column. assessing.py says what it is worth.

A line's week is read, changed, versioned and judged whole, so its rows are one value (docs/adr/0014). Figures stand by
day (seven of them) or, where a kind of service does not plan days, as one figure for the week.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from workflows.council.actuals import Box

from .rules import (
    DAYS_A_WEEK,
    NOTHING,
    sunday_of,
)

COMMENT_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class Absence:
    """Units that were not delivered, in the box in which somebody wrote them. `day` 0 is Monday; None: of the week.

    No `cause` yet: it is asked for before the week is submitted.
    """

    box: Box
    units: Decimal
    cause: str = ""
    day: int | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Monitored:
    """What the recorded visits say of a row: a figure in the places of `planned` (None: they say nothing of it), and
    how many visits there were."""

    places: tuple[Decimal | None, ...]
    visits: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a line's week: what was planned and what was delivered, by day or (one figure) for the week.

    `first` and `last` are the days of its price. `added`: somebody added it for extra care; then nothing is planned.
    `level`: another service level than the line's, by its id. `visits`: how many there were, where that is asked.
    `stale`: its plan went away after somebody had typed in it; whoever saves it again has looked. `monitored`: what
    recorded visits say of it; `corrected` is the cause for which somebody says otherwise.
    """

    number: int
    first: date
    last: date
    planned: tuple[Decimal, ...]
    actual: tuple[Decimal, ...]
    price: Decimal | None
    absent: tuple[Absence, ...] = ()
    comment: str = ""
    added: bool = False
    level: int | None = None
    visits: int | None = None
    stale: bool = False
    monitored: Monitored | None = None
    corrected: str = ""

    @property
    def by_day(self) -> bool:
        """Whether its figures stand by day."""
        return len(self.planned) == DAYS_A_WEEK

    @property
    def differs(self) -> bool:
        """Whether it says anything else than the plan."""
        return self.actual != self.planned or bool(self.absent)

    def absent_on(self, place: int) -> tuple[Absence, ...]:
        """What was not delivered in a place of `planned`; all of it where there is only one place."""
        return tuple(each for each in self.absent if not self.by_day or (each.day or 0) == place)

    def delivered_on(self, place: int) -> Decimal:
        """What was delivered in a place: what a cause explains was not, whether or not Actual still counts it."""
        missing = sum((each.units for each in self.absent_on(place)), NOTHING)
        actual, planned = self.actual[place], self.planned[place]
        return max(actual - missing if actual > planned else min(actual, planned - missing), NOTHING)

    @property
    def corrects(self) -> bool:
        """Whether it says otherwise than the visits that were recorded."""
        said = self.monitored.places if self.monitored else ()
        return any(units is not None and self.delivered_on(place) != units for place, units in enumerate(said))

    def box(self, box: Box) -> tuple[Decimal, ...]:
        """What stands in a box, in the places of `planned`."""
        if box == "actual":
            return self.actual
        found = [NOTHING] * len(self.planned)
        for each in self.absent:
            if each.box == box:
                found[each.day if self.by_day and each.day is not None else 0] += each.units
        return tuple(found)


@dataclass(frozen=True, slots=True)
class FilledRow:
    """A row as somebody filled it in. A number that the week does not have is a row that is added.

    What was planned and what it costs is never taken from a form. `monitored` comes from visits alone (None: as it was;
    without any figure: nothing is recorded any more), `corrected` is the cause of a correction (None: as it was).
    """

    number: int
    actual: tuple[Decimal, ...]
    absent: tuple[Absence, ...] = ()
    comment: str = ""
    visits: int | None = None
    level: int | None = None
    monitored: Monitored | None = None
    corrected: str | None = None


def merged(
    stored: Sequence[Row],
    filled: Iterable[FilledRow],
    removed: Collection[int],
    week: date,
    prices: Mapping[int, Decimal],
) -> tuple[Row, ...]:
    """The rows as they are after somebody filled some of them in: the others stay, added ones may be taken out again.

    `prices` are of other service levels, by id. ValueError for figures that do not fit a row's places.
    """
    rows = {row.number: row for row in stored if not (row.added and row.number in removed)}
    for each in filled:
        if each.number in rows:
            rows[each.number] = _filled(rows[each.number], each)
        elif each.number not in removed:
            row = _added(max([0, *rows, *removed]) + 1, each, stored, week, prices)
            rows[row.number] = row
    return tuple(rows.values())


def _filled(row: Row, filled: FilledRow) -> Row:
    if len(filled.actual) != len(row.planned):
        raise ValueError(f"row {row.number} has {len(row.planned)} places, not {len(filled.actual)}")
    monitored = row.monitored if filled.monitored is None else filled.monitored
    if monitored is not None and all(each is None for each in monitored.places):
        monitored = None
    looked = filled.monitored is None  # a person has; visits have not
    found = Row(
        row.number, row.first, row.last, row.planned, filled.actual, row.price, filled.absent, filled.comment,
        row.added, row.level, filled.visits, row.stale and not looked, monitored, row.corrected,
    )  # fmt: skip
    cause = row.corrected if filled.corrected is None else filled.corrected
    corrected = cause if cause and found.corrects else ""
    return found if found.corrected == corrected else replace(found, corrected=corrected)


def _added(number: int, filled: FilledRow, stored: Sequence[Row], week: date, prices: Mapping[int, Decimal]) -> Row:
    own = next((row.price for row in reversed(stored) if not row.added), None)
    return Row(
        number=number,
        first=week,
        last=sunday_of(week),
        planned=(NOTHING,) * len(filled.actual),
        actual=filled.actual,
        price=own if filled.level is None else prices.get(filled.level),
        comment=filled.comment,
        added=True,
        level=filled.level,
        visits=filled.visits,
    )


def written(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The rows as they are kept: figures are text, so that nothing is rounded on the way."""
    return [
        {
            "number": row.number,
            "first": row.first.isoformat(),
            "last": row.last.isoformat(),
            "planned": [str(each) for each in row.planned],
            "actual": [str(each) for each in row.actual],
            "price": None if row.price is None else str(row.price),
            "absent": [_written_absence(each) for each in row.absent],
            "comment": row.comment,
            "added": row.added,
            "level": row.level,
            "visits": row.visits,
            "stale": row.stale,
            **_written_monitored(row),
        }
        for row in rows
    ]


def _written_monitored(row: Row) -> dict[str, Any]:
    """Nothing for the rows of which no visit says anything: most have none."""
    if row.monitored is None:
        return {}
    places = [None if each is None else str(each) for each in row.monitored.places]
    return {"monitored": {"places": places, "visits": row.monitored.visits}, "corrected": row.corrected}


def read(content: Iterable[Mapping[str, Any]]) -> tuple[Row, ...]:
    """The rows as they were kept."""
    return tuple(
        Row(
            number=each["number"],
            first=date.fromisoformat(each["first"]),
            last=date.fromisoformat(each["last"]),
            planned=tuple(Decimal(units) for units in each["planned"]),
            actual=tuple(Decimal(units) for units in each["actual"]),
            price=None if each["price"] is None else Decimal(each["price"]),
            absent=tuple(_read_absence(absence) for absence in each["absent"]),
            comment=each["comment"],
            added=each["added"],
            level=each["level"],
            visits=each["visits"],
            stale=each.get("stale", False),
            monitored=_read_monitored(each.get("monitored")),
            corrected=each.get("corrected", ""),
        )
        for each in content
    )


def _read_monitored(content: Mapping[str, Any] | None) -> Monitored | None:
    if content is None:
        return None
    places = tuple(None if each is None else Decimal(each) for each in content["places"])
    return Monitored(places, content["visits"])


def _written_absence(absence: Absence) -> dict[str, Any]:
    return {
        "box": absence.box,
        "units": str(absence.units),
        "cause": absence.cause,
        "day": absence.day,
        "comment": absence.comment,
    }


def _read_absence(content: Mapping[str, Any]) -> Absence:
    return Absence(content["box"], Decimal(content["units"]), content["cause"], content["day"], content["comment"])
