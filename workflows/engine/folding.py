"""Folds deltas into tallies, and reads both as one figure.

A fold is one statement: it deletes the deltas that it sees and adds what it deleted. What is not committed yet it does
not see, so nothing is lost; what another worker deletes it cannot delete too, so nothing is counted twice; a worker
that dies has changed nothing. (Following deltas by number would need pg_snapshot_xmin; taking them away does not.)
"""

# ruff: noqa: S608 (every name in the statements below is one of ours)
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from django.db import connection, transaction

from .metrics import COMPLETED, METRICS, PERSONAL, STOCKS, Day
from .tally import week_of

#: How many deltas one statement folds: enough for a busy minute, little enough to hold no lock for long.
AT_ONCE = 50_000

#: What a figure can be told apart by, beside its metric.
By = Literal["kind", "node", "team_id", "service_group", "provider_id", "outcome", "bucket", "day"]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


KEY = "metric, kind, node, team_id, service_group, outcome, bucket, day"
SUMS = "count, minutes, waited, money"
ADDED = ", ".join(f"sum({each}) AS {each}" for each in SUMS.split(", "))
#: The figures that a delta stands for. A turn that was completed is one of a day, and one of its week twice: by the
#: verb that ended it, and by how long it took; so a day is never divided by verbs and buckets.
SPREAD = f"""
    SELECT metric, kind, node, team_id, service_group, provider_id,
        CASE WHEN metric IN ({_listed(COMPLETED)}) THEN '' ELSE outcome END AS outcome,
        CASE WHEN metric IN ({_listed(COMPLETED)}) THEN 0 ELSE bucket END AS bucket, day, {SUMS}
    FROM {{deltas}} WHERE metric NOT IN ({_listed(PERSONAL)})
    UNION ALL
    SELECT e.metric, kind, node, team_id, service_group, provider_id, e.outcome, e.bucket,
        date_trunc('week', day::timestamp)::date, count, 0, 0, 0
    FROM {{deltas}} CROSS JOIN LATERAL (VALUES ('took', '', bucket), ('passed', outcome, 0::smallint))
        AS e(metric, outcome, bucket)
    WHERE deltas.metric IN ({_listed(COMPLETED)})
"""
#: The figures of people that a delta stands for.
OF_A_PERSON = f"""
    SELECT person_id, team_id, kind,
        CASE WHEN metric IN ({_listed(COMPLETED)}) THEN 'completed' ELSE metric END AS metric, day, count, minutes
    FROM {{deltas}} WHERE person_id <> 0
"""


def _adds(table: str, key: str, sums: str, source: str) -> str:
    """Adds to a table what a source has; its unique key is written in one order by everybody, so that two folds never
    wait for each other crosswise."""
    added = ", ".join(f"sum({each})" for each in sums.split(", "))
    changes = ", ".join(f"{each} = {table}.{each} + excluded.{each}" for each in sums.split(", "))
    return (
        f"INSERT INTO {table} ({key}, {sums}) SELECT {key}, {added} FROM {source} GROUP BY {key} ORDER BY {key}"
        f" ON CONFLICT ({key}) DO UPDATE SET {changes}"
    )


FOLD = f"""
WITH deltas AS (
    DELETE FROM engine_delta WHERE id = ANY(ARRAY(
        SELECT id FROM engine_delta ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED
    )) RETURNING *
), figure AS MATERIALIZED ({SPREAD.format(deltas="deltas")}
), person AS ({OF_A_PERSON.format(deltas="deltas")}
), of_all AS ({_adds("engine_tally", KEY, SUMS, "figure")}
), of_providers AS ({_adds("engine_providertally", f"provider_id, {KEY}", SUMS, "figure")}
), of_people AS ({_adds("engine_persontally", "team_id, person_id, kind, metric, day", "count, minutes", "person")}
)
SELECT count(*) FROM deltas
"""

#: What has come back to nothing is not kept: the figures of what is open stay as small as what is open.
EMPTY = """
DELETE FROM {table} WHERE id IN (
    SELECT id FROM {table} WHERE count = 0 AND money = 0 AND minutes = 0 FOR UPDATE SKIP LOCKED
)
"""

#: Of sums each kind of day is a branch of its own, so that each reads its part of an index; deltas are few.
READ = """
SELECT metric, {told}, min(day), sum(count)::bigint, sum(minutes)::bigint, sum(waited)::bigint, sum(money)
FROM ({branches}) AS both_of_them
GROUP BY metric{grouped} HAVING sum(count) <> 0 OR sum(money) <> 0
"""
SPREAD_NOW = SPREAD.format(deltas="engine_delta AS deltas")
#: Which rows: by the day that a metric carries.
DAYS: dict[Day, str] = {
    "opened": "metric = ANY(%(opened)s)",
    "happened": "metric = ANY(%(happened)s) AND day BETWEEN %(first)s AND %(last)s",
    "week": "metric = ANY(%(week)s) AND day BETWEEN %(first_week)s AND %(last)s",
}
NARROWER = {
    "teams": "(team_id = ANY(%(teams)s) OR (team_id = 0 AND kind = ANY(%(provider_kinds)s)))",
    "kinds": "kind = ANY(%(kinds)s)",
    "group": "service_group = %(group)s",
    "provider": "provider_id = %(provider)s",
}
#: Days between the same edges are one row, of the first of them: a page needs ages and weeks, not every day.
PERIOD = """, width_bucket(day, CASE WHEN metric = ANY(%(stocks)s)
    THEN %(stock_edges)s::date[] ELSE %(flow_edges)s::date[] END)"""
EMPTY_OF = {"team_id": "0::bigint", "provider_id": "0::bigint", "bucket": "0"}
APART: tuple[By, ...] = ("kind", "node", "team_id", "service_group", "provider_id", "outcome", "bucket")

OF_PERSONS = f"""
SELECT metric, kind, team_id, person_id, sum(count)::bigint, sum(minutes)::bigint FROM (
    SELECT metric, kind, team_id, person_id, day, count, minutes FROM engine_persontally
    UNION ALL
    SELECT metric, kind, team_id, person_id, day, count, minutes
    FROM ({OF_A_PERSON.format(deltas="engine_delta")}) AS unfolded
) AS both_of_them
WHERE team_id = ANY(%(teams)s) AND day BETWEEN %(first)s AND %(last)s
    AND (%(kinds)s::text[] IS NULL OR kind = ANY(%(kinds)s))
GROUP BY 1, 2, 3, 4
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure as it is now, folded and unfolded together: of one day, or of the days from `day` to an edge.

    What it was not asked to be told apart by is empty, or 0.
    """

    metric: str
    kind: str
    node: str
    team_id: int
    service_group: str
    provider_id: int
    outcome: str
    bucket: int
    day: date
    count: int
    minutes: int
    waited: int
    money: Decimal


@dataclass(frozen=True, slots=True)
class PersonFigure:
    """What a person did with turns of a team."""

    metric: str
    kind: str
    team_id: int
    person_id: int
    count: int
    minutes: int


def fold() -> int:
    """Fold what there is; returns how many deltas. Any number of workers may do so at once."""
    folded, taken = 0, AT_ONCE
    while taken == AT_ONCE:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(FOLD, {"most": AT_ONCE})
            taken = int(cursor.fetchone()[0])
        folded += taken
    for table in ("engine_tally", "engine_providertally"):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(EMPTY.format(table=table))
    return folded


def figures(
    teams: Iterable[int] | None,
    *,
    provider_kinds: Iterable[str],
    first: date,
    last: date,
    metrics: Iterable[str] | None = None,
    kinds: Iterable[str] | None = None,
    group: str | None = None,
    provider: int | None = None,
    by: Iterable[By] = ("kind", "node", "team_id", "day"),
    edges: tuple[Iterable[date], Iterable[date]] | None = None,
) -> list[Figure]:
    """The figures of some teams (None: of all that there are, providers' and whole cases' too), and of what no team
    has in some kinds of case; what happened, from `first` to `last`. One query, one moment.

    `by`: what they are told apart by. `edges`: the days with which a new age of what is open, and a new period of
    what happened, begin: "day" then stands for them. Figures of weeks are those of every week that has one of the days.
    """
    apart, asked_for = set(by), None if metrics is None else set(metrics)
    wanted: dict[str, Any] = {
        "stocks": list(STOCKS),
        "first": first,
        "first_week": week_of(first),
        "last": last,
        "teams": None if teams is None else sorted(teams),
        "provider_kinds": sorted(provider_kinds),
        "kinds": None if kinds is None else sorted(kinds),
        "group": group,
        "provider": provider,
        "stock_edges": sorted(edges[0]) if edges else [],
        "flow_edges": sorted(edges[1]) if edges else [],
    }
    for metric in METRICS:
        if asked_for is None or metric.key in asked_for:
            wanted.setdefault(metric.day, []).append(metric.key)
    narrower = [sql for name, sql in NARROWER.items() if wanted[name] is not None]
    of_provider = provider is not None or "provider_id" in apart
    own = [*APART] if of_provider else [each for each in APART if each != "provider_id"]
    grouped = "".join(f", {each}" for each in own if each in apart)
    columns = f"metric, {', '.join(own)}, day, {SUMS}"
    sources = ("engine_providertally" if of_provider else "engine_tally", f"({SPREAD_NOW}) AS unfolded")
    days = [sql for day, sql in DAYS.items() if day in wanted]
    branches = [
        f"SELECT {columns} FROM {source} WHERE {' AND '.join([each, *narrower])}" for source in sources for each in days
    ]
    sql = READ.format(
        told=", ".join(each if each in apart else EMPTY_OF.get(each, "''") for each in APART),
        branches=" UNION ALL ".join(branches),
        grouped=grouped + (PERIOD if edges else ", day" if "day" in apart else ""),
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, wanted)
        return [Figure(*row) for row in cursor.fetchall()]


def persons(teams: Iterable[int], *, first: date, last: date, kinds: Iterable[str] | None = None) -> list[PersonFigure]:
    """What people did with the turns of some teams (metrics.OF_PEOPLE), from `first` to `last`."""
    wanted: dict[str, Any] = {"teams": sorted(teams), "first": first, "last": last}
    wanted["kinds"] = None if kinds is None else sorted(kinds)
    with connection.cursor() as cursor:
        cursor.execute(OF_PERSONS, wanted)
        return [PersonFigure(*row) for row in cursor.fetchall()]
