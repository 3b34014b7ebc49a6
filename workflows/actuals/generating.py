"""Makes the rows of weeks from the live lines: one INSERT ... SELECT for all whose week is whole, the rules of week.py
for the few others, and for lines in which somebody has typed a merge of what was typed with the plan of today.

Nothing that was submitted is touched: what was agreed upon does not move under those who agreed.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import groupby, islice
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from workflows.council.actuals import Actuals, Kind
from workflows.council.profile import current

from .assessing import assess
from .entry import read, written
from .history import before
from .merging import refresh
from .models import ActualWeek, LineWeek, Standing
from .planning import Plan, closely, lay_out
from .rules import NOTHING, kind_of
from .statements import CLOSELY, GONE, NOTHING_PLANNED, OTHER_LINES, TYPED, VISITS_ASKED, WHOLE_LINES
from .writing import figures, rounded_cost, write

CHUNK = 1_000


def fill(case_ids: Iterable[int], *, now: datetime) -> int:
    """Make the rows of these weeks from the lines as they are, again where the plan has moved; returns how many moved.

    A line in which nobody has typed is made again, one in which somebody has keeps what was typed (merging.refresh).
    A line that plans nothing in its week has no rows, unless it is suspended throughout: that is said.
    """
    actuals, weeks = current().actuals, list(case_ids)
    if actuals is None or not weeks:
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        lay_out(cursor, actuals, weeks)
        moved = _executed(cursor, WHOLE_LINES)
        cursor.execute(CLOSELY)
        for chunk in _chunks(closely(actuals, cursor.fetchall())):
            moved += _other_lines(cursor, chunk)
        if visited := [each.key for each in actuals.kinds if each.visits == "required"]:
            cursor.execute(VISITS_ASKED, [visited])
        moved += _executed(cursor, GONE, [weeks])
        moved += _refresh_typed(cursor, actuals, weeks)
    ActualWeek.objects.filter(pk__in=weeks).update(generated_at=now)
    return moved


def _chunks(plans: Iterable[Plan]) -> Iterator[list[Plan]]:
    waiting = iter(plans)
    while chunk := list(islice(waiting, CHUNK)):
        yield chunk


def _executed(cursor: CursorWrapper, statement: str, parameters: list[Any] | None = None) -> int:
    cursor.execute(statement, parameters)
    return int(cursor.rowcount)


def _other_lines(cursor: CursorWrapper, plans: Sequence[Plan]) -> int:
    """Write plans that the database cannot make by itself; those without anything planned are taken off the table."""
    empty = [each for each in plans if not each.rows and not each.suspended]
    cursor.execute(NOTHING_PLANNED, [[each.line_id for each in empty], [each.week for each in empty]])
    rows = [_columns(each) for each in plans if each.rows or each.suspended]
    return _executed(cursor, OTHER_LINES, [json.dumps(rows, default=str)])


def _columns(plan: Plan) -> dict[str, Any]:
    """A plan as OTHER_LINES takes it."""
    return {
        "case_id": plan.case_id,
        "line_id": plan.line_id,
        "week": plan.week,
        "standing": Standing.SUSPENDED.value if plan.suspended else Standing.GENERATED.value,
        "rows": written(plan.rows),
        "unpriced": any(row.price is None for row in plan.rows),
        "units": sum((sum(row.planned, NOTHING) for row in plan.rows), NOTHING),
        "cost": sum((rounded_cost(row) for row in plan.rows), NOTHING),
    }


def _refresh_typed(cursor: CursorWrapper, actuals: Actuals, case_ids: Sequence[int]) -> int:
    """Renew the plan of lines in which somebody has typed, a chunk of a week at a time."""
    cursor.execute(TYPED, [list(case_ids)])
    moved = 0
    for week, rows in groupby(cursor.fetchall(), key=lambda each: each[0]):
        while chunk := list(islice(rows, CHUNK)):
            plans = {each.line_id: each for each in closely(actuals, (each for each in chunk if each[3] is not None))}
            moved += _renew(actuals, week, [line for _, line, _, _ in chunk], plans)
    return moved


def _renew(actuals: Actuals, week: date, ids: Sequence[int], plans: dict[int, Plan]) -> int:
    known = before(actuals, ids, week)
    typed = LineWeek.objects.filter(line__in=ids, week=week).select_related("line__service", "line__service_level")
    changed, empty = [], []
    for each in typed:
        plan, kept, kind = plans.get(each.line_id), read(each.rows), _kind_of(actuals, each)
        rows = refresh(kept, plan.rows if plan else (), week)
        if rows == kept or kind is None:
            continue
        if not rows and not (plan and plan.suspended):
            empty.append(each.pk)  # nothing is planned and nothing was typed
        found = assess(actuals, kind, week, rows, known[each.line_id])
        standing = Standing.SUSPENDED if plan and plan.suspended and not rows else Standing.SAVED
        changed.append((each, standing.value, figures(rows, found)))
    gone, _ = LineWeek.objects.filter(pk__in=empty, versions=None).delete()
    return write(each for each in changed if each[0].pk not in empty) + gone


def _kind_of(actuals: Actuals, row: LineWeek) -> Kind | None:
    return kind_of(actuals, row.line.service.group, row.line.service_level.key)
