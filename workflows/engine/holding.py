"""How long the cases of each provider were held by whom, of all providers beside each other.

Of the metric "held" alone, by an index of it alone (`provider_held`): the statement for every figure (folding.READ)
would read the rows of the table for it, four times as dear at a million stretches a year.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

WHERE = "metric = 'held' AND day BETWEEN %(first)s AND %(last)s AND kind = ANY(%(kinds)s)"
NARROWER = {"team": " AND team_id = %(team)s", "group": " AND service_group = %(group)s"}
READ = """
SELECT provider_id, outcome, sum(count)::bigint, sum(minutes)::bigint FROM (
    SELECT provider_id, outcome, count, minutes FROM engine_providertally WHERE {where}
    UNION ALL
    SELECT provider_id, outcome, count, minutes FROM engine_delta WHERE {where}
) AS both_of_them
GROUP BY 1, 2 HAVING sum(count) <> 0
"""


@dataclass(frozen=True, slots=True)
class OfProvider:
    """What one kind of holder had of one provider's cases (0: of cases that are about none)."""

    provider_id: int
    holder: str
    count: int
    minutes: int


def by_provider(
    kinds: Iterable[str], first: date, last: date, *, team: int | None = None, group: str | None = None
) -> list[OfProvider]:
    """The stretches of holding that ended on these days, added up; of one team, or of one service group. One query."""
    wanted: dict[str, Any] = {"kinds": sorted(kinds), "first": first, "last": last, "team": team, "group": group}
    where = WHERE + "".join(sql for name, sql in NARROWER.items() if wanted[name] is not None)
    with connection.cursor() as cursor:
        cursor.execute(READ.format(where=where), wanted)
        return [OfProvider(*row) for row in cursor.fetchall()]
