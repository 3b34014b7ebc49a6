"""Other actuals that a provider gives for a disputed row: judged as if they were decided, kept beside it."""

from collections.abc import Collection, Sequence
from copy import copy
from dataclasses import replace

from workflows.actuals import settling
from workflows.actuals.assessing import Assessment, Before
from workflows.actuals.entry import FilledRow, Row, merged, read, written
from workflows.actuals.filling import LACKS
from workflows.actuals.module import module
from workflows.actuals.pricing import level_prices
from workflows.actuals.rules import kind_of
from workflows.actuals.selectors import Line
from workflows.engine.errors import Invalid, NotFound

from .models import DisputedRow


def rows_of(row: DisputedRow) -> tuple[Row, ...]:
    """The rows as the provider last gave them: amended, or as they were claimed."""
    return read(row.amended if row.amended is not None else row.line_week.rows)


def line_of(row: DisputedRow) -> Line:
    """The row as a line of a week, for the boxes of the week's own pages: what is stored is what was last given, its
    version counts the changes. NotFound where the council records no such care any more."""
    week, line, rows = copy(row.line_week), row.line_week.line, rows_of(row)
    week.rows, week.version = written(rows), row.changes
    kind = kind_of(module(), line.service.group, line.service_level.key)
    if kind is None:
        raise NotFound
    return Line(week, kind, rows, Before(), _judged(row, rows))


def as_filled(row: DisputedRow, line: Line, filled: Sequence[FilledRow], removed: Collection[int]) -> Line:
    """The same line as it would be; nothing is written."""
    rows = _merged(row, filled, removed)
    return replace(line, rows=rows, found=_judged(row, rows))


def amend(row: DisputedRow, filled: Sequence[FilledRow], removed: Collection[int]) -> None:
    """Keep what was filled in; what is the claim again takes the amendment away. Invalid by row number."""
    rows = _merged(row, filled, removed)
    found = _judged(row, rows)
    if faults := _faults(rows, found):
        raise Invalid(faults)
    same = rows == read(row.line_week.rows)
    row.amended = None if same else written(rows)
    row.amended_units = None if same else found.verdict.delivered
    row.amended_cost = None if same else found.pay
    row.changes += 1
    row.save(update_fields=["amended", "amended_units", "amended_cost", "changes"])


def _merged(row: DisputedRow, filled: Sequence[FilledRow], removed: Collection[int]) -> tuple[Row, ...]:
    line, week = row.line_week.line, row.dispute.week.week
    levels = {each.level for each in filled if each.level is not None}
    prices = level_prices([line], levels, week).get(line.pk, {})
    return merged(rows_of(row), filled, removed, week, prices)


def _judged(row: DisputedRow, rows: Sequence[Row]) -> Assessment:
    [found] = settling.judged(row.dispute.week.week, [row.line_week], [rows])
    return found


def _faults(rows: Sequence[Row], found: Assessment) -> dict[str, str]:
    faults = {str(number): ". ".join(each) for number, each in found.faults.items()}
    if found.lacks and not faults and rows:
        faults[str(rows[-1].number)] = LACKS[min(found.lacks)]
    return faults
