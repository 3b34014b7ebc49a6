"""Recomputes the tallies from turns and events, to compare them or to replace them.

It follows the definitions of `tally.METRICS` on another way: rows as they are instead of what was written beside them.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction

#: A turn that changed teams has an event that says so ([task, from, to]); the first tells for whom it was opened.
EXPECTED = """
handed AS (
    SELECT (move ->> 0)::bigint AS task, (move ->> 1)::bigint AS from_team, (move ->> 2)::bigint AS to_team, e.at,
        row_number() OVER (PARTITION BY move ->> 0 ORDER BY e.seq) AS place
    FROM engine_event e
    CROSS JOIN LATERAL jsonb_array_elements(e.body::jsonb -> 'facts' -> 'moved') AS move
    WHERE e.case_id IS NOT NULL AND e.body LIKE '%%"moved":%%'
), turn AS (
    SELECT t.*, coalesce(t.team_id, 0) AS team, coalesce(h.from_team, t.team_id, 0) AS first_team,
        coalesce(t.amount, 0) AS worth, (t.created AT TIME ZONE 'Europe/London')::date AS opened,
        (t.finished AT TIME ZONE 'Europe/London')::date AS ended
    FROM engine_task t LEFT JOIN handed h ON h.task = t.id AND h.place = 1
    WHERE t.team_id IS NOT NULL OR t.organisation_id IS NOT NULL
), fact AS (
    SELECT f.metric, t.kind, t.node, f.team, f.day, f.money
    FROM turn t CROSS JOIN LATERAL (VALUES
        ('open', t.team, t.opened, t.worth, t.finished IS NULL),
        ('unclaimed', t.team, t.opened, t.worth, t.finished IS NULL AND t.team <> 0 AND t.owner_id IS NULL),
        ('at_risk', t.team, t.opened, t.worth,
            t.finished IS NULL AND t.at_risk_marked_at IS NOT NULL AND t.breached_at IS NULL),
        ('breached', t.team, t.opened, t.worth, t.finished IS NULL AND t.breached_at IS NOT NULL),
        ('arrivals', t.first_team, t.opened, 0, true),
        ('completions', t.team, t.ended, 0, t.finished IS NOT NULL),
        ('timed', t.team, t.ended, 0, t.finished IS NOT NULL AND t.due_at IS NOT NULL),
        ('within_target', t.team, t.ended, 0, t.finished <= t.due_at AND t.breached_at IS NULL)
    ) AS f(metric, team, day, money, holds) WHERE f.holds
    UNION ALL
    SELECT m.metric, t.kind, t.node, m.team, (h.at AT TIME ZONE 'Europe/London')::date, 0
    FROM handed h JOIN engine_task t ON t.id = h.task
    CROSS JOIN LATERAL (VALUES ('handed_on', h.from_team), ('handed_in', h.to_team)) AS m(metric, team)
), expected AS (
    SELECT metric, kind, node, team AS team_id, day, count(*) AS count, sum(money) AS money
    FROM fact GROUP BY 1, 2, 3, 4, 5
)
"""

COMPARE = f"""
WITH {EXPECTED}, kept AS (
    SELECT metric, kind, node, team_id, day, sum(count) AS count, sum(money) AS money FROM (
        SELECT metric, kind, node, team_id, day, count, money FROM engine_tally
        UNION ALL SELECT metric, kind, node, team_id, day, count, money FROM engine_delta
    ) AS both_of_them GROUP BY 1, 2, 3, 4, 5
)
SELECT metric, kind, node, team_id, day, coalesce(k.count, 0), coalesce(e.count, 0), coalesce(k.money, 0),
    coalesce(e.money, 0)
FROM kept k FULL JOIN expected e USING (metric, kind, node, team_id, day)
WHERE coalesce(k.count, 0) <> coalesce(e.count, 0) OR coalesce(k.money, 0) <> coalesce(e.money, 0)
ORDER BY 1, 2, 3, 4, 5
"""

REPLACE = f"""
WITH {EXPECTED}
INSERT INTO engine_tally (metric, kind, node, team_id, day, count, money)
SELECT metric, kind, node, team_id, day, count, money FROM expected
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that is not what turns and events say."""

    metric: str
    kind: str
    node: str
    team_id: int
    day: date
    kept: int
    counted: int
    kept_money: Decimal
    counted_money: Decimal

    def __str__(self) -> str:
        return (
            f"{self.metric} of {self.kind}.{self.node}, team {self.team_id}, {self.day}: "
            f"kept {self.kept} (£{self.kept_money}), counted {self.counted} (£{self.counted_money})"
        )


def differences() -> list[Difference]:
    """Every figure that differs. One statement, so it is right while commands run."""
    with connection.cursor() as cursor:
        cursor.execute(COMPARE)
        return [Difference(*row) for row in cursor.fetchall()]


@transaction.atomic
def rebuild() -> None:
    """Replace all tallies by what turns and events say.

    Commands wait meanwhile (each writes deltas in the statement that changes its turns, so the lock on the deltas
    holds back both); who waits more than three seconds is told to try again.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE engine_delta IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("DELETE FROM engine_delta")
        cursor.execute("DELETE FROM engine_tally")
        cursor.execute(REPLACE, None)
