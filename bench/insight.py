"""The managers' overview: the SQL of its figures, from the sums that it reads, against the scan of turns that they
stand for.

As many turns as the data set has open are spread over the year before it: kinds, steps, teams, service groups,
providers, outcomes and times are drawn by the number of the turn, and added up as the fold adds them.
"""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import connection

from bench.data import working_moment
from bench.measure import Prepare, in_turns
from bench.table import Line, show
from workflows.council.profile import current
from workflows.engine import folding, moment, registry
from workflows.engine.tally import london_day
from workflows.insight import selectors
from workflows.insight.asked import Asked, asked
from workflows.insight.selectors import Scope
from workflows.parties.models import Organisation, Team

MOST = 0.050
#: As many begin on each day; half of them are done within two working days, one in five hundred is never.
HISTORY = """
WITH turn AS (
    SELECT i, 'kind_' || mod(i, 12) AS kind, 'step_' || mod(i / 12, 3) AS node, mod(i * 7, 8) AS team,
        (%(groups)s::text[])[1 + mod(i / 3, cardinality(%(groups)s::text[]))] AS service_group,
        1 + mod(i * 31, %(providers)s) AS provider, %(today)s::date - mod(i * 101, 365)::int AS opened,
        least(600, (-30 * ln((mod(i * 7919, 10000) + 1) / 10001.0))::int) AS took, mod(i, 3) AS way
    FROM generate_series(1::bigint, %(size)s) i
), stood AS (
    SELECT *, mod(i, 500) <> 0 AND opened + took / 10 <= %(today)s::date AS done FROM turn
), figure AS (
    SELECT f.metric, kind, node, team AS team_id, service_group, provider AS provider_id, '' AS outcome, 0 AS bucket,
        f.day, f.minutes, f.waited, f.money
    FROM stood CROSS JOIN LATERAL (VALUES
        ('arrivals', opened, 0, 0, 0, true),
        ('open', opened, 0, 0, 500, NOT done), ('unclaimed', opened, 0, 0, 500, NOT done AND way = 0 AND team > 0),
        ('breached', opened, 0, 0, 500, NOT done AND way = 1),
        (CASE WHEN mod(i, 10) = 1 THEN 'late' ELSE 'in_time' END, opened + took / 10, took * 48, took * 20, 0,
            done)
    ) AS f(metric, day, minutes, waited, money, holds) WHERE f.holds
    UNION ALL
    SELECT e.metric, kind, node, team, service_group, provider, e.outcome, e.bucket,
        date_trunc('week', (opened + took / 10)::timestamp)::date, 0, 0, 0
    FROM stood CROSS JOIN LATERAL (VALUES ('took', '', took), ('passed', 'verb_' || way, 0))
        AS e(metric, outcome, bucket)
    WHERE done
), of_all AS (
    INSERT INTO engine_tally ({key}, {sums}) SELECT {key}, count(*), sum(minutes), sum(waited), sum(money)
    FROM figure GROUP BY {key} ORDER BY {key}
)
INSERT INTO engine_providertally (provider_id, {key}, {sums})
SELECT provider_id, {key}, count(*), sum(minutes), sum(waited), sum(money) FROM figure GROUP BY provider_id, {key}
ORDER BY provider_id, {key}
"""
#: What the sums save: the same counts from the turns, and the two percentiles of each step from their times.
SCAN = """
SELECT kind, node, coalesce(team_id, 0), count(*) FILTER (WHERE finished IS NULL),
    count(*) FILTER (WHERE finished IS NULL AND team_id IS NOT NULL AND owner_id IS NULL),
    count(*) FILTER (WHERE finished IS NULL AND breached_at IS NOT NULL),
    count(*) FILTER (WHERE finished IS NULL AND breached_at IS NULL AND at_risk_marked_at IS NOT NULL),
    sum(amount) FILTER (WHERE finished IS NULL), min(created) FILTER (WHERE finished IS NULL),
    count(*) FILTER (WHERE created >= %(first)s), count(*) FILTER (WHERE finished >= %(first)s),
    count(*) FILTER (WHERE finished >= %(first)s AND finished <= due_at AND breached_at IS NULL),
    percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY finished - created)
FROM engine_task GROUP BY 1, 2, 3
"""


def run(size: int, rounds: int) -> list[Line]:
    """Measure the page's figures on the data set that `connection` is."""
    _history(size)
    with moment.at(working_moment()):
        today = london_day(moment.now())
        scope = Scope(tuple(Team.objects.order_by("name")), registry.kinds(), every=True)
        usual = asked(today)
        pages = {
            "the overview's figures": usual,
            "… of one team": replace(usual, team_id=scope.teams[0].pk),
            "… of one service group": replace(usual, group=current().service_groups[0].key),
            "… of one provider": replace(usual, provider=3),
            "… half a year, beside the half before": asked(today, first=today - timedelta(days=181)),
        }
        first = {"first": working_moment() - timedelta(days=usual.days)}
        subjects: list[tuple[str, Prepare]] = [("the scan that they save", lambda: partial(_ask, SCAN, first))]
        subjects += [(name, _figures(scope, page)) for name, page in pages.items()]
        series = in_turns(subjects, max(5, min(rounds // 10, 20)))
    scan = series[0]
    lines = [Line(scan, size)]
    for each in series[1:]:
        shown = each.name == "the overview's figures"
        met = each.median < MOST if shown else None
        lines.append(Line(each, size, each.median / scan.median, "under 50 ms" if shown else "", met))
    show(f"The managers' overview, {_rows():,} sums of a year", lines)
    return lines


def _history(size: int) -> None:
    """Write the sums of a year of so many turns."""
    given: dict[str, Any] = {
        "size": size,
        "groups": [group.key for group in current().service_groups],
        "providers": max(1, Organisation.objects.count()),
        "today": london_day(working_moment()),
    }
    with connection.cursor() as cursor:
        cursor.execute(HISTORY.format(key=folding.KEY, sums=folding.SUMS), given)
        cursor.execute("VACUUM ANALYZE engine_tally, engine_providertally")


def _figures(scope: Scope, page: Asked) -> Prepare:
    """The two questions of the page that its figures come from."""

    def ask() -> None:
        selectors.kept(scope, page, moment.now())
        selectors.times(scope, page)

    return lambda: ask


def _ask(sql: str, given: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        cursor.fetchall()


def _rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM engine_tally) + (SELECT count(*) FROM engine_providertally)")
        return int(cursor.fetchone()[0])
