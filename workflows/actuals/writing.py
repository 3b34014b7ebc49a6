"""Writes many lines' weeks in one statement, with the figures that assessing.assess worked out."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from django.db import connection

from .assessing import Assessment
from .entry import Row, written
from .rules import NOTHING
from .week import cost

UPDATE = """
UPDATE actuals_lineweek w SET
    rows = n.rows, causes = n.causes, standing = n.standing, version = w.version + 1,
    saved_at = coalesce(%s, w.saved_at), saved_by_id = coalesce(%s, w.saved_by_id), settled = 0,
    planned = n.planned, delivered = n.delivered, payable = n.payable, not_charged = n.not_charged,
    planned_cost = n.planned_cost, payable_cost = n.payable_cost, at_stake = n.at_stake,
    differs = n.differs, disputable = n.disputable, lacking = n.lacking, unpriced = n.unpriced
FROM jsonb_to_recordset(%s::jsonb) AS n(
    id bigint, rows jsonb, causes text[], standing text, planned numeric, delivered numeric, payable numeric,
    not_charged numeric, planned_cost numeric, payable_cost numeric, at_stake numeric,
    differs boolean, disputable boolean, lacking boolean, unpriced boolean)
WHERE w.id = n.id
"""


def figures(rows: Sequence[Row], found: Assessment) -> dict[str, Any]:
    """The columns of a line's week that follow from its rows."""
    causes = sorted({each.cause for row in rows for each in row.absent if each.cause})
    return {"rows": written(rows), "causes": causes, **sums(rows, found)}


def sums(rows: Sequence[Row], found: Assessment) -> dict[str, Any]:
    """What rows come to, in figures and in yes or no."""
    verdict = found.verdict
    return {
        "planned": verdict.planned,
        "delivered": verdict.delivered,
        "payable": found.paid_units,
        "not_charged": found.not_charged,
        "planned_cost": sum((rounded_cost(row) for row in rows), NOTHING),
        "payable_cost": found.pay,
        "at_stake": verdict.at_stake,
        "differs": any(row.differs or row.corrects for row in rows),
        "disputable": verdict.disputed,
        "lacking": not found.ready,
        "unpriced": found.unpriced,
    }


def rounded_cost(row: Row) -> Decimal:
    """What a row would cost as planned."""
    return cost(sum(row.planned, NOTHING), row.price) or NOTHING


class Known(Protocol):
    """A line's week that is there: LineWeek, or what was read of one."""

    @property
    def pk(self) -> int:
        """Its number."""


def write(
    weeks: Iterable[tuple[Known, str, dict[str, Any]]], *, at: datetime | None = None, by: int | None = None
) -> int:
    """Write (line's week, its standing from now on, figures); the version of each goes up by one. Returns how many.

    Without `at` and `by` it stays said who saved it last: its plan was renewed, nobody typed.
    """
    content = [{"id": week.pk, "standing": standing, **columns} for week, standing, columns in weeks]
    if not content:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(UPDATE, [at, by, json.dumps(content, default=str)])
        return int(cursor.rowcount)
