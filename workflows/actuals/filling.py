"""What somebody filled in for a week, written into its lines: the figures of a form, of an import, of a dispute.

Everything here runs inside the week's own door (commands.save, commands.change), with its case locked.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Sum

from workflows.engine import door
from workflows.engine.errors import Invalid, NotFound, Refused

from . import rules
from .assessing import Assessment, assess, faults_of_figures
from .entry import FilledRow, Row, merged, read
from .history import before
from .models import ActualWeek, LineWeek, Standing
from .module import module
from .pricing import level_prices
from .topics import RAISED
from .writing import figures, write

#: What may still be filled in; what was paid is locked, what is disputed is changed in its dispute.
OPEN = frozenset({Standing.GENERATED, Standing.SAVED, Standing.SUBMITTED, Standing.PAYABLE})
LOCKED = {
    Standing.PAID: "This was paid: a later change is made up for in the next payment. Tell the council.",
    Standing.DISPUTED: "This is disputed: change it in the dispute.",
    Standing.SUSPENDED: "There are no actuals for this week: the service user is suspended.",
}


@dataclass(frozen=True, slots=True)
class Filled:
    """What somebody filled in for one line's week, and which version they had before them."""

    line_week_id: int
    version: int
    rows: tuple[FilledRow, ...]
    removed: frozenset[int] = frozenset()


class Conflicts(Refused):
    """Lines of the week were saved by somebody else meanwhile: who and when, by the id of the line's week."""

    def __init__(self, conflicts: Mapping[int, tuple[str, datetime | None]]) -> None:
        number = len(conflicts)
        what = "One line of this week was" if number == 1 else f"{number} lines of this week were"
        super().__init__(f"{what} saved by somebody else since you opened it. Nothing of yours was saved.", "conflict")
        self.conflicts = dict(conflicts)


def fill(turn: door.Turn, filled: Sequence[Filled], standing: Standing, *, strict: bool) -> None:
    """Write what was filled in: as many queries for one line as for three hundred."""
    actuals = module()
    weeks = asked(turn.case.pk, filled)
    week = ActualWeek.objects.values_list("week", flat=True).get(pk=turn.case.pk)
    known = before(actuals, [each.line_id for each in weeks.values()], week)
    prices = level_prices([each.line for each in weeks.values()], _levels(filled), week)
    faults: dict[str, str] = {}
    changed, raised = [], []
    for each in filled:
        stored = weeks[each.line_week_id]
        kind = rules.kind_of(actuals, stored.line.service.group, stored.line.service_level.key)
        if kind is None:
            raise NotFound
        rows = merged(read(stored.rows), each.rows, each.removed, week, prices.get(stored.line_id, {}))
        found = assess(actuals, kind, week, rows, known[stored.line_id])
        faults |= _faults(stored, rows, found.faults if strict else _figures(kind, rows))
        if strict and found.lacks and not found.faults:
            faults[f"{stored.pk}-{rows[-1].number}"] = LACKS[min(found.lacks)]
        changed.append((stored, standing.value, figures(rows, found)))
        raised += raised_by(stored.line_id, found)
    if faults:
        raise Invalid(faults)
    write(changed, at=turn.now, by=turn.actor.user_id)
    _tell(turn, sorted(weeks), sorted(each.line_id for each in weeks.values()), raised)


LACKS = {
    "cause": "Choose why something planned was not delivered",
    "comment": "Say in the comment what happened",
    "correction": "Choose why this differs from the visits that were recorded",
    "plan": "The plan has changed since this was filled in: look at it and save it again",
    "visits": "Enter the number of visits",
}


def asked(case_id: int, filled: Sequence[Filled]) -> dict[int, LineWeek]:
    """The lines' weeks that somebody filled in; NotFound, Refused or Conflicts."""
    ids = [each.line_week_id for each in filled]
    rows = LineWeek.objects.filter(case=case_id, pk__in=ids)
    weeks = {each.pk: each for each in rows.select_related("line__service", "line__service_level", "saved_by")}
    if not ids or weeks.keys() != set(ids):
        raise NotFound
    for each in weeks.values():
        if each.standing not in OPEN:
            raise Refused(LOCKED[Standing(each.standing)], each.standing)
    conflicts = {
        each.line_week_id: _saved(weeks[each.line_week_id])
        for each in filled
        if each.version != weeks[each.line_week_id].version
    }
    if conflicts:
        raise Conflicts(conflicts)
    return weeks


@dataclass(frozen=True, slots=True)
class Came:
    """A line's week that a file has filled in, and what that sets going."""

    pk: int
    line_id: int
    raised: Sequence[list[Any]] = ()


class Unchanged(Exception):
    """Nothing that was brought changes the week, so nothing happened to it."""


#: Writes what a file says into a week under its lock, and tells what came of it, as it comes.
Bring = Callable[[door.Turn], Iterable[Came]]


def bring(turn: door.Turn, came: Iterable[Came]) -> None:
    """Write what a file brings into a week; raises Unchanged."""
    weeks: list[int] = []
    lines: list[int] = []
    raised: list[list[Any]] = []
    for each in came:
        weeks.append(each.pk)
        lines.append(each.line_id)
        raised += each.raised
    if not weeks:
        raise Unchanged
    _tell(turn, sorted(weeks), sorted(lines), raised)


def raised_by(line_id: int, found: Assessment) -> list[list[Any]]:
    return [[line_id, one.what, one.cause, one.since.isoformat()] for one in found.raises]


def _tell(turn: door.Turn, weeks: list[int], lines: list[int], raised: list[list[Any]]) -> None:
    """Say which lines were filled in, and what that sets going."""
    week = ActualWeek.objects.values_list("week", flat=True).get(pk=turn.case.pk)
    turn.facts["lines"] = weeks
    turn.follow(RAISED, {"case": turn.case.pk, "week": week.isoformat(), "raised": raised, "lines": lines})
    sum_up(turn)


def _saved(week: LineWeek) -> tuple[str, datetime | None]:
    return (week.saved_by.name if week.saved_by else "Somebody", week.saved_at)


def _levels(filled: Sequence[Filled]) -> set[int]:
    return {row.level for each in filled for row in each.rows if row.level is not None}


def _figures(kind: Any, rows: Sequence[Row]) -> dict[int, tuple[str, ...]]:
    return {row.number: tuple(found) for row in rows if (found := faults_of_figures(kind, row))}


def _faults(week: LineWeek, rows: Sequence[Row], found: Mapping[int, Sequence[str]]) -> dict[str, str]:
    return {f"{week.pk}-{row.number}": ". ".join(found[row.number]) for row in rows if found.get(row.number)}


def said(filled: Sequence[Filled]) -> list[Any]:
    """What was filled in, for the receipt: a key that comes again with something else is refused."""
    return [
        [each.line_week_id, each.version, [repr(row) for row in each.rows], sorted(each.removed)] for each in filled
    ]


def sum_up(turn: door.Turn) -> None:
    """What the week comes to stands on its case, so that queues can put the costliest first."""
    turn.case.amount = LineWeek.objects.filter(case=turn.case.pk).aggregate(all=Sum("payable_cost"))["all"]
