"""What recorded visits make of a line's week: how each counts, in which box it stands, and which boxes stay. Pure.

A box shows what the visits come to until a person says otherwise; from then on a later file leaves it alone (issue:
"giving actuals that a person can still correct"). Minutes count by the profile's bands (domain.md §5, the charge bands
of a home care factsheet); which visit belongs to which row of a day is found by their planned lengths, then by time.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from workflows.council.actuals import Kind, Monitoring, Rounding

from .entry import Monitored, Row
from .rules import DAYS_A_WEEK, NOTHING, days_of, to_step

MINUTES_AN_HOUR = 60
Why = Literal["not_delivered", "too_short", "as_planned", "rounded"]
Place = tuple[int, int]  # a row's number, and the place of a figure in it


@dataclass(frozen=True, slots=True)
class Visit:
    """One carer's visit. `day` is the weekday on which it was to begin, 0 is Monday; `order` sorts those of a day.

    `planned`: how many minutes were planned (None: it was not planned); `minutes`: how many it took (None: it did not
    take place).
    """

    id: int
    day: int
    order: str
    planned: int | None
    minutes: int | None


@dataclass(frozen=True, slots=True)
class Counted:
    """What became of a visit: the place it counts in (None: no row has that day), its minutes, and why.

    `plan`: how many minutes the council planned for it, where one visit was planned there and recorded.
    """

    visit: Visit
    place: Place | None
    minutes: int
    why: Why
    plan: int | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """A box that a person filled otherwise, and that stays so: what stands in it, and what the visits come to."""

    place: Place
    stands: Decimal
    visits: Decimal


@dataclass(frozen=True, slots=True)
class Filling:
    """A line's week after its visits: its rows, how each visit counted, which boxes stayed, and what was cut off.

    `cut`: units above the plan that the council does not take by way of actuals.
    """

    rows: tuple[Row, ...]
    counted: tuple[Counted, ...]
    left: tuple[Left, ...] = ()
    cut: Decimal = NOTHING

    def changed(self, stored: Sequence[Row]) -> list[Row]:
        """The rows that are not as they were."""
        before = {each.number: each for each in stored}
        return [each for each in self.rows if each != before[each.number]]


@dataclass(frozen=True, slots=True)
class Week:
    """What is the same for all visits of a line's week.

    `recorded_until`: the last weekday on which the service has any visit (None: none); `refuses_more`: the council
    takes nothing above the plan.
    """

    monday: date
    kind: Kind
    monitoring: Monitoring
    recorded_until: int | None
    refuses_more: bool


def count(minutes: int | None, planned: int | None, rounding: Rounding) -> tuple[int, Why]:
    """How many minutes a visit counts for, and why.

    A visit that was as long as planned is never too short. What was not planned has no tolerance.
    """
    if minutes is None:
        return 0, "not_delivered"
    if minutes < rounding.least and (planned is None or minutes < planned):
        return 0, "too_short"
    if planned is not None and abs(minutes - planned) <= rounding.tolerance:
        return planned, "as_planned"
    return _rounded(minutes, rounding), "rounded"


def _rounded(minutes: int, rounding: Rounding) -> int:
    if rounding.nearest is not None:
        return (2 * minutes + rounding.nearest) // (2 * rounding.nearest) * rounding.nearest
    band = next((each for each in rounding.bands if minutes <= each.up_to), None)
    if band is not None:
        return band.counts
    last, every = rounding.bands[-1], rounding.then_every or 1
    return last.counts - (last.up_to - minutes) // every * every


def fill(week: Week, rows: Sequence[Row], visits: Iterable[Visit]) -> Filling:
    """Fill the boxes of a line's week from its visits. Doing it twice is doing it once.

    A row of which no visit says anything stays as it is; rows that somebody added are theirs.
    """
    told = sorted(visits, key=lambda each: (each.day, each.order, each.id))
    taking = [each for each in rows if not each.added and not each.stale]
    counted = _counted(week, taking, told)
    units = _units(week, taking, counted)
    cut = _cut(units, taking) if week.refuses_more else NOTHING
    numbers = _visits(taking, counted)
    filled, left = [], []
    for row in rows:
        said = tuple(units.get((row.number, place)) for place in range(len(row.planned)))
        if row.number not in numbers or not any(each is not None for each in said):
            filled.append(row if row.monitored is None else _without(row))
            continue
        made, stayed = _filled(week, row, Monitored(said, numbers[row.number]))
        filled.append(made)
        left += stayed
    return Filling(tuple(filled), tuple(counted), tuple(left), cut)


def _counted(week: Week, rows: Sequence[Row], visits: Sequence[Visit]) -> list[Counted]:
    found: list[Counted] = []
    for day in range(DAYS_A_WEEK):
        of_day = [each for each in visits if each.day == day]
        places = _assigned(week, rows, day, of_day)
        for visit in of_day:
            place = places.get(visit.id)
            alone = [each for each in places.values() if each == place]
            planned = _planned(week, rows, place) if place is not None and len(alone) == 1 else None
            minutes, why = count(visit.minutes, visit.planned if planned is None else planned, week.monitoring.rounding)
            found.append(Counted(visit, place, minutes if place is not None else 0, why, planned))
    return found


@dataclass(slots=True)
class _Free:
    """The planned places of a day that still wait for their visit."""

    minutes: dict[Place, int | None]
    taken: dict[int, Place] = field(default_factory=dict)

    def give(self, visit: Visit, place: Place) -> None:
        self.taken[visit.id] = place
        del self.minutes[place]


def _assigned(week: Week, rows: Sequence[Row], day: int, visits: Sequence[Visit]) -> dict[int, Place]:
    """Which place each visit of a day counts in: the one planned as long as it, then the first that is left.

    Visits beyond the planned ones (a visit in two parts) go to the place that lacks most.
    """
    candidates = [each for each in rows if each.first <= days_of(week.monday)[day] <= each.last]
    weekly = next((each for each in candidates if not each.by_day), None)
    if weekly is not None:
        return {each.id: (weekly.number, 0) for each in visits}
    planned = [(each.number, day) for each in candidates if each.planned[day]]
    free = _Free({place: _planned(week, rows, place) for place in planned})
    for visit in visits:
        same = (
            each for each, minutes in free.minutes.items() if visit.planned is not None and minutes == visit.planned
        )
        if (place := next(same, None)) is not None:
            free.give(visit, place)
    for visit in visits:
        if visit.id not in free.taken and free.minutes:
            free.give(visit, next(iter(free.minutes)))
    for visit in visits:
        if visit.id not in free.taken and candidates:
            free.taken[visit.id] = _lacking_most(week, rows, planned, visits, free.taken) or (candidates[0].number, day)
    return free.taken


def _lacking_most(
    week: Week, rows: Sequence[Row], planned: Sequence[Place], visits: Sequence[Visit], taken: Mapping[int, Place]
) -> Place | None:
    def lacks(place: Place) -> int:
        given = sum(each.minutes or 0 for each in visits if taken.get(each.id) == place)
        return (_planned(week, rows, place) or 0) - given

    return max(planned, key=lacks, default=None)


def _planned(week: Week, rows: Sequence[Row], place: Place) -> int | None:
    """How many minutes the council planned in a place, where it plans days in hours."""
    row = next(each for each in rows if each.number == place[0])
    if week.kind.unit != "hours" or not row.by_day or not row.planned[place[1]]:
        return None
    minutes = row.planned[place[1]] * MINUTES_AN_HOUR
    return int(minutes) if minutes == int(minutes) else None


def _units(week: Week, rows: Sequence[Row], counted: Sequence[Counted]) -> dict[Place, Decimal]:
    """What the visits come to by place, in the kind's units and steps."""
    found: dict[Place, Decimal] = {}
    for each in counted:
        if each.place is not None:
            found[each.place] = found.get(each.place, NOTHING) + _worth(week.kind, each)
    planned = {(row.number, place): units for row in rows for place, units in enumerate(row.planned)}
    found = {place: _in_steps(week.kind, units, planned[place]) for place, units in found.items()}
    return {**_without_record(week, rows, found), **found} if counted else {}


def _worth(kind: Kind, counted: Counted) -> Decimal:
    if kind.unit == "hours":
        return Decimal(counted.minutes)
    return Decimal(1 if counted.why not in {"not_delivered", "too_short"} and counted.minutes else 0)


def _in_steps(kind: Kind, worth: Decimal, planned: Decimal) -> Decimal:
    """Units in the steps of the kind; what was planned need not be in steps."""
    units = worth / MINUTES_AN_HOUR if kind.unit == "hours" else worth
    return units if units == planned else to_step(units, kind.step)


def _without_record(week: Week, rows: Sequence[Row], found: Mapping[Place, Decimal]) -> dict[Place, Decimal]:
    """Planned days of a monitored line on which no visit was recorded, where the council counts nothing for them."""
    until = week.recorded_until
    if week.monitoring.without_record == "planned" or until is None:
        return {}
    days = [(row.number, day) for row in rows if row.by_day for day, units in enumerate(row.planned) if units]
    return {place: NOTHING for place in days if place[1] <= until and place not in found}


def _cut(units: dict[Place, Decimal], rows: Sequence[Row]) -> Decimal:
    """Take off what is above the plan of the whole week, from the last place backwards; returns how much it was.

    Places of which no visit says anything count as they stand: care that moved to another day is no increase.
    """
    planned = sum((sum(row.planned, NOTHING) for row in rows), NOTHING)
    stands = {(row.number, place): row.delivered_on(place) for row in rows for place in range(len(row.planned))}
    too_much = max(sum({**stands, **units}.values(), NOTHING) - planned, NOTHING)
    cut = NOTHING
    for place in sorted(units, key=lambda each: (each[1], each[0]), reverse=True):
        off = min(units[place], too_much - cut)
        units[place] -= off
        cut += off
    return cut


def _visits(rows: Sequence[Row], counted: Sequence[Counted]) -> dict[int, int]:
    """How many visits took place, by row."""
    found = {row.number: 0 for row in rows}
    for each in counted:
        if each.place is not None and each.minutes:
            found[each.place[0]] += 1
    return found


def _filled(week: Week, row: Row, said: Monitored) -> tuple[Row, list[Left]]:
    """A row with what the visits say, and the places in which a person had said otherwise."""
    actual, left = list(row.actual), []
    for place, units in enumerate(said.places):
        before = row.monitored.places[place] if row.monitored else None
        if units is None or units == before:
            continue
        if _is_free(row, place):
            actual[place] = units
        elif row.delivered_on(place) != units:
            left.append(Left((row.number, place), row.delivered_on(place), units))
    number = row.visits
    if week.kind.visits != "no" and number in {None, row.monitored.visits if row.monitored else None}:
        number = said.visits
    made = replace(row, actual=tuple(actual), monitored=said, visits=number)
    return replace(made, corrected=made.corrected if made.corrects else ""), left


def _is_free(row: Row, place: int) -> bool:
    """Whether nobody has said anything about a place: it stands as planned, or as the visits of before had it."""
    said = row.monitored.places[place] if row.monitored else None
    return not row.absent_on(place) and row.actual[place] == (row.planned[place] if said is None else said)


def _without(row: Row) -> Row:
    """A row whose visits went to another line: what they had filled stands as planned again."""
    actual = tuple(
        row.planned[place]
        if row.monitored and row.monitored.places[place] is not None and _is_free(row, place)
        else units
        for place, units in enumerate(row.actual)
    )
    number = None if row.monitored and row.visits == row.monitored.visits else row.visits
    return replace(row, actual=actual, monitored=None, corrected="", visits=number)
