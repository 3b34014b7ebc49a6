"""Other actuals that a provider gives for a disputed row: judged as if they were decided, kept beside it."""

from collections.abc import Collection, Sequence

from workflows.actuals import settling
from workflows.actuals.assessing import Assessment
from workflows.actuals.entry import FilledRow, Row, merged, read, written
from workflows.actuals.filling import LACKS
from workflows.actuals.pricing import level_prices
from workflows.engine.errors import Invalid

from .models import DisputedRow


def rows_of(row: DisputedRow) -> tuple[Row, ...]:
    """The rows as the provider last gave them: amended, or as they were claimed."""
    return read(row.amended if row.amended is not None else row.line_week.rows)


def amend(row: DisputedRow, filled: Sequence[FilledRow], removed: Collection[int]) -> None:
    """Keep what was filled in; what is the claim again takes the amendment away. Invalid by row number."""
    line_week, week = row.line_week, row.dispute.week.week
    levels = {each.level for each in filled if each.level is not None}
    prices = level_prices([line_week.line], levels, week).get(line_week.line_id, {})
    rows = merged(rows_of(row), filled, removed, week, prices)
    [found] = settling.judged(week, [line_week], [rows])
    if faults := _faults(rows, found):
        raise Invalid(faults)
    same = rows == read(line_week.rows)
    row.amended = None if same else written(rows)
    row.amended_units = None if same else found.verdict.delivered
    row.amended_cost = None if same else found.pay
    row.changes += 1
    row.save(update_fields=["amended", "amended_units", "amended_cost", "changes"])


def _faults(rows: Sequence[Row], found: Assessment) -> dict[str, str]:
    faults = {str(number): ". ".join(each) for number, each in found.faults.items()}
    if found.lacks and not faults and rows:
        faults[str(rows[-1].number)] = LACKS[min(found.lacks)]
    return faults
