"""What becomes of a line's week when its plan changes after somebody has typed in it. Pure.

The plan is renewed and what was typed is kept. A figure of a day that is not planned any more is not dropped: it stays
in a row that is flagged (Row.stale) until somebody has looked and saved it again.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import count

from . import week as planning
from .entry import Absence, Monitored, Row
from .rules import NOTHING, days_of

Places = frozenset[int]


def planned_rows(rows: Iterable[planning.Row], week: date) -> tuple[Row, ...]:
    """Planned rows as they are filled in: delivered as planned, with seven figures where days are planned."""
    return tuple(_planned(each, days_of(week)) for each in rows)


def _planned(row: planning.Row, days: Sequence[date]) -> Row:
    figures: tuple[Decimal, ...] = (row.units,)
    if row.days is not None:
        figures = tuple(row.units if day in row.days else NOTHING for day in days)
    return Row(row.number, row.first, row.last, figures, figures, row.price)


def refresh(kept: Sequence[Row], planned: Sequence[Row], week: date) -> tuple[Row, ...]:
    """The rows of a week under a new plan, the planned ones first. Doing it twice is doing it once.

    What was typed goes with its day to the row that now plans it; a row that plans nothing of it any more keeps it.
    """
    pairs, rest = _same(kept, planned)
    heirs = _heirs(rest, [each for each in planned if each.number not in pairs], week)
    numbers = count(max((each.number for each in kept), default=0) + 1)
    found = [pairs.get(plan.number) or _renewed(plan, heirs, numbers) for plan in planned]
    left = [_left(each, [heir for heir in heirs if heir.old is each], numbers) for each in rest]
    return (*found, *(each for each in left if each is not None), *(each for each in kept if each.added))


@dataclass(frozen=True, slots=True)
class _Heir:
    """A planned row that takes over what was typed in an old one, in some places.

    `first`: the first one of an old row has its number, and what belongs to no day.
    """

    old: Row
    plan: Row
    places: Places
    first: bool

    def takes(self, absence: Absence) -> bool:
        """Whether an absence of the old row comes along."""
        if absence.day is None and self.old.by_day:
            return self.first
        return (absence.day or 0) in self.places


def _same(kept: Sequence[Row], planned: Sequence[Row]) -> tuple[dict[int, Row], list[Row]]:
    """The planned rows that nothing has happened to, by the plan's numbers, and the kept ones that are left over."""
    rest = [each for each in kept if not each.added]
    pairs: dict[int, Row] = {}
    for plan in planned:
        found = next((each for each in rest if _plan_of(each) == _plan_of(plan)), None)
        if found is not None:
            pairs[plan.number] = found
            rest = [each for each in rest if each is not found]
    return pairs, rest


def _plan_of(row: Row) -> tuple[date, date, tuple[Decimal, ...], Decimal | None]:
    return row.first, row.last, row.planned, row.price


def _heirs(old: Sequence[Row], planned: Sequence[Row], week: date) -> list[_Heir]:
    """Who takes over from whom: rows of one shape with days in common, the first of a stretch from the first.

    Nobody takes a place twice: where two figures would come to one place, the second stays where it was typed.
    """
    found: list[_Heir] = []
    for each in old:
        if not any(each.planned):
            continue  # what was left over once stays where it is
        rank, first = _rank(each, old), True
        for plan in planned:
            if plan.by_day == each.by_day and _overlap(plan, each) and _rank(plan, planned) == rank:
                taken = frozenset[int]().union(
                    *(heir.places for heir in found if heir.plan is plan or heir.old is each)
                )
                found.append(_Heir(each, plan, (_typed(each) & _places(plan, week)) - taken, first))
                first = False
    return found


def _rank(row: Row, among: Iterable[Row]) -> int:
    """Which one it is of the rows of its days: 0 is the first carer or the first visit."""
    return [each.number for each in among if (each.first, each.last) == (row.first, row.last)].index(row.number)


def _overlap(one: Row, other: Row) -> bool:
    return one.first <= other.last and other.first <= one.last


def _renewed(plan: Row, heirs: Sequence[_Heir], numbers: Iterator[int]) -> Row:
    own = [each for each in heirs if each.plan is plan]
    number = next((each.old.number for each in own if each.first), None)
    row = replace(plan, number=next(numbers) if number is None else number)
    for heir in own:
        row = _taking(row, heir)
    return row


def _taking(row: Row, heir: _Heir) -> Row:
    """A planned row with what was typed in an old one; Actual follows the plan where only an absence was said."""
    old, places = heir.old, heir.places
    kept = {each for each in places if old.actual[each] != old.planned[each] or not row.planned[each]}
    actual = tuple(old.actual[each] if each in kept else units for each, units in enumerate(row.actual))
    gone = any(old.planned[each] and not row.planned[each] for each in places)
    shorter = not row.by_day and bool(places) and (row.first > old.first or row.last < old.last)
    absent = (*row.absent, *(each for each in old.absent if heir.takes(each)))
    row = replace(
        row, actual=actual, absent=absent, stale=row.stale or old.stale or gone or shorter,
        monitored=_monitored(row, heir), corrected=row.corrected or old.corrected,
    )  # fmt: skip
    if not heir.first:
        return row
    comment = " ".join(filter(None, (row.comment, old.comment)))
    return replace(row, comment=comment, visits=row.visits or old.visits)


def _monitored(row: Row, heir: _Heir) -> Monitored | None:
    """What visits said of the places that come along, so that they are not taken for what a person typed."""
    said = heir.old.monitored
    if said is None:
        return row.monitored
    own = row.monitored.places if row.monitored else (None,) * len(row.planned)
    places = tuple(said.places[each] if each in heir.places else units for each, units in enumerate(own))
    return Monitored(places, said.visits if heir.first else 0)


def _left(old: Row, heirs: Sequence[_Heir], numbers: Iterator[int]) -> Row | None:
    """What of an old row nobody has taken over: a row that plans nothing; None when there is nothing."""
    typed = _typed(old).difference(*(each.places for each in heirs))
    absent = tuple(each for each in old.absent if not any(heir.takes(each) for heir in heirs))
    if not typed and not absent and (heirs or not old.comment):
        return None
    actual = tuple(units if place in typed else NOTHING for place, units in enumerate(old.actual))
    number = next(numbers) if heirs else old.number
    nothing, stale = tuple(NOTHING for _ in actual), old.stale or any(old.planned)
    return replace(old, number=number, planned=nothing, actual=actual, absent=absent, stale=stale)


def _typed(row: Row) -> Places:
    """The places in which somebody said something else than the plan."""
    figures = zip(row.actual, row.planned, strict=True)
    said = {place for place, (actual, planned) in enumerate(figures) if actual != planned}
    return frozenset(said | {each.day or 0 for each in row.absent if each.day is not None or not row.by_day})


def _places(row: Row, week: date) -> Places:
    """The days of a row's price, 0 is Monday; the only place of a figure for the week."""
    if not row.by_day:
        return frozenset({0})
    return frozenset(place for place, day in enumerate(days_of(week)) if row.first <= day <= row.last)
