"""Folds deltas into tallies, and reads both as one figure.

A fold is one statement: it deletes the deltas that it sees and adds what it deleted. What is not committed yet it does
not see, so nothing is lost; what another worker deletes it cannot delete too, so nothing is counted twice; a worker
that dies has changed nothing. (Following deltas by number would need pg_snapshot_xmin; taking them away does not.)
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from .tally import STOCKS

#: How many deltas one statement folds: enough for a busy minute, little enough to hold no lock for long.
AT_ONCE = 50_000

#: `tally_once` is written in one order by everybody, so that two folds never wait for each other crosswise.
FOLD = """
WITH taken AS (
    DELETE FROM engine_delta WHERE id = ANY(ARRAY(
        SELECT id FROM engine_delta ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED
    )) RETURNING metric, kind, node, team_id, day, count, money
), sums AS (
    SELECT metric, kind, node, team_id, day, sum(count) AS count, sum(money) AS money, count(*) AS deltas
    FROM taken GROUP BY 1, 2, 3, 4, 5
), folded AS (
    INSERT INTO engine_tally (metric, kind, node, team_id, day, count, money)
    SELECT metric, kind, node, team_id, day, count, money FROM sums ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (metric, kind, node, team_id, day) DO UPDATE
    SET count = engine_tally.count + excluded.count, money = engine_tally.money + excluded.money
)
SELECT coalesce(sum(deltas), 0) FROM sums
"""

#: What has come back to nothing is not kept: the figures of what is open stay as small as what is open.
EMPTY = """
DELETE FROM engine_tally WHERE id IN (
    SELECT id FROM engine_tally WHERE count = 0 AND money = 0 FOR UPDATE SKIP LOCKED
)
"""

READ = """
SELECT metric, kind, node, team_id, day, sum(count)::bigint AS count, sum(money) AS money FROM (
    SELECT metric, kind, node, team_id, day, count, money FROM engine_tally WHERE {where}
    UNION ALL
    SELECT metric, kind, node, team_id, day, count, money FROM engine_delta WHERE {where}
) AS both_of_them
GROUP BY 1, 2, 3, 4, 5 HAVING sum(count) <> 0 OR sum(money) <> 0
"""
#: Days between the same edges are one row, of the first of them: a page needs ages and weeks, not every day.
TOGETHER = """
SELECT metric, kind, node, team_id, min(day), sum(count)::bigint, sum(money) FROM ({days}) AS by_day
GROUP BY metric, kind, node, team_id, width_bucket(day, CASE WHEN metric = ANY(%(stocks)s)
    THEN %(stock_edges)s::date[] ELSE %(flow_edges)s::date[] END)
"""
WHERE = """
    (team_id = ANY(%(teams)s) OR (team_id = 0 AND kind = ANY(%(provider_kinds)s)))
    AND (%(kinds)s::text[] IS NULL OR kind = ANY(%(kinds)s))
    AND (metric = ANY(%(stocks)s) OR day BETWEEN %(first)s AND %(last)s)
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure as it is now, folded and unfolded together: of one day, or of the days from `day` to an edge."""

    metric: str
    kind: str
    node: str
    team_id: int
    day: date
    count: int
    money: Decimal


def fold() -> int:
    """Fold what there is; returns how many deltas. Any number of workers may do so at once."""
    folded, taken = 0, AT_ONCE
    while taken == AT_ONCE:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(FOLD, {"most": AT_ONCE})
            taken = int(cursor.fetchone()[0])
        folded += taken
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(EMPTY)
    return folded


def figures(
    teams: Iterable[int],
    *,
    provider_kinds: Iterable[str],
    first: date,
    last: date,
    kinds: Iterable[str] | None = None,
    edges: tuple[Iterable[date], Iterable[date]] | None = None,
) -> list[Figure]:
    """The figures of some teams, and of the providers' turns of some kinds of case; what happened, from `first` to
    `last`. One query, one moment.

    `edges`: the days with which a new age of what is open, and a new period of what happened, begin; without them
    each day is a row of its own.
    """
    wanted: Mapping[str, Any] = {
        "teams": sorted(teams),
        "provider_kinds": sorted(provider_kinds),
        "kinds": None if kinds is None else sorted(kinds),
        "stocks": list(STOCKS),
        "first": first,
        "last": last,
        "stock_edges": sorted(edges[0]) if edges else [],
        "flow_edges": sorted(edges[1]) if edges else [],
    }
    days = READ.format(where=WHERE)
    with connection.cursor() as cursor:
        cursor.execute(TOGETHER.format(days=days) if edges else days, wanted)
        return [Figure(*row) for row in cursor.fetchall()]
