"""What the live lines plan for weeks: one table of the lines for a transaction, and the lines that need a closer look.

A line is `whole` in a week when it is provided on all seven days, at one price and by one plan of visits; then the
database writes its rows by itself (statements.WHOLE_LINES), once for all lines of one `shape`. For the others the rules
of week.py do.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, islice
from string import Template
from typing import Any

from django.db.backends.utils import CursorWrapper
from django.db.models import Q

from workflows.council.actuals import Actuals, Kind
from workflows.register.models import CarePackageLine, LineSuspension, LineVisits, ServiceLevel
from workflows.register.rules import Span
from workflows.register.selectors import prices_of_lines

from .entry import Row
from .merging import planned_rows
from .rules import kind_of, sunday_of
from .week import Line, Visits, is_suspended, rows_of

CHUNK = 1_000

#: What holds for the lines of a table `live` in its weeks; prices as register.rules.standing_prices finds them: a
#: line's own, its contract's, its organisation's, the general one.
TERMS = """
own AS MATERIALIZED (
    SELECT DISTINCT ON (v.line_id, v.week) v.line_id, v.week, r.amount
    FROM live v JOIN register_linerate r ON r.line_id = v.line_id AND r.start <= v.week
    ORDER BY v.line_id, v.week, r.start DESC
), scope AS MATERIALIZED (
    SELECT t.service_level_id, t.contract_id, t.week, p.amount, EXISTS (
        SELECT FROM register_rate r WHERE r.service_level_id = t.service_level_id
            AND (r.contract_id = t.contract_id OR r.contract_id IS NULL)
            AND (r.start BETWEEN t.week + 1 AND t.week + 6 OR r."end" BETWEEN t.week AND t.week + 5)
    ) AS varies
    FROM (SELECT DISTINCT service_level_id, contract_id, week FROM live) t
    JOIN register_contract c ON c.id = t.contract_id
    LEFT JOIN LATERAL (
        SELECT r.amount FROM register_rate r
        WHERE r.service_level_id = t.service_level_id AND r.start <= t.week AND (r."end" IS NULL OR r."end" >= t.week)
            AND (r.contract_id = t.contract_id OR r.contract_id IS NULL
                AND (r.organisation_id = c.organisation_id OR r.organisation_id IS NULL))
        ORDER BY r.contract_id NULLS LAST, r.organisation_id NULLS LAST LIMIT 1
    ) p ON true
), visits AS MATERIALIZED (
    SELECT v.line_id, v.week, string_agg(concat_ws(' ', x.units, x.days::text, x.carers), ';' ORDER BY x.id) AS said,
        bool_or(x.start > v.week OR x."end" < v.week + 6 OR NOT x.days && '{0, 1, 2, 3, 4, 5, 6}') AS broken
    FROM live v JOIN register_linevisits x ON x.line_id = v.line_id
        AND x.start <= v.week + 6 AND (x."end" IS NULL OR x."end" >= v.week)
    WHERE v.by_day GROUP BY v.line_id, v.week
), broken AS MATERIALIZED (
    SELECT v.line_id, v.week FROM live v JOIN register_linesuspension x ON x.line_id = v.line_id
        AND x.start <= v.week + 6 AND (x."end" IS NULL OR x."end" >= v.week)
    UNION
    SELECT v.line_id, v.week FROM live v JOIN register_linerate x ON x.line_id = v.line_id
        AND x.start BETWEEN v.week + 1 AND v.week + 6
)
"""
#: The lines with their terms, and when a week of one is whole.
JOINED = """
FROM live v
JOIN scope s USING (service_level_id, contract_id, week)
LEFT JOIN own o USING (line_id, week)
LEFT JOIN visits p USING (line_id, week)
LEFT JOIN broken b USING (line_id, week)
CROSS JOIN LATERAL (SELECT coalesce(o.amount, s.amount) AS price) m
"""
WHOLE = """v.start <= v.week AND (v."end" IS NULL OR v."end" >= v.week + 6) AND b.line_id IS NULL
    AND p.broken IS NOT TRUE AND (o.amount IS NOT NULL OR NOT s.varies)"""

#: The lines of weeks.
LINES = Template("""
CREATE TEMPORARY TABLE actuals_plan ON COMMIT DROP AS
WITH live AS MATERIALIZED (
    SELECT w.case_id, w.week, l.id AS line_id, l.service_level_id, l.contract_id, l.quantity, l.start, l."end", k.kind,
        k.by_day
    FROM actuals_actualweek w
    JOIN register_carepackageline l ON l.service_id = w.service_id AND l.lot = w.lot
        AND l.start <= w.week + 6 AND (l."end" IS NULL OR l."end" >= w.week)
    JOIN parties_service s ON s.id = l.service_id
    JOIN unnest(%s::text[], %s::bigint[], %s::text[], %s::boolean[], %s::date[])
        AS k (service_group, level_id, kind, by_day, first_week)
        ON k.service_group = s."group" AND k.level_id = l.service_level_id AND k.first_week <= w.week
    WHERE w.case_id = ANY(%s)
), $terms
SELECT v.case_id, v.week, v.line_id, v.quantity, v.kind, p.said IS NOT NULL AS visited, m.price,
    concat_ws('/', v.week, coalesce(m.price::text, '-'), coalesce(p.said, v.quantity::text)) AS shape, $whole AS whole
$joined
""").substitute(terms=TERMS, whole=WHOLE, joined=JOINED)


@dataclass(frozen=True, slots=True)
class Plan:
    """What one line plans for one week; a line that is suspended throughout has no rows."""

    case_id: int
    line_id: int
    week: date
    kind: Kind
    rows: tuple[Row, ...]
    suspended: bool


def lay_out(cursor: CursorWrapper, actuals: Actuals, case_ids: Sequence[int]) -> None:
    """Make the table `actuals_plan` of the lines of these cases' weeks; it goes when the transaction ends."""
    cursor.execute("DROP TABLE IF EXISTS actuals_plan")
    cursor.execute(LINES, [*recorded(actuals), list(case_ids)])
    cursor.execute("ANALYZE actuals_plan")


def recorded(actuals: Actuals) -> list[list[Any]]:
    """Which service levels of which groups are recorded, as what, and from which week on; a list a column."""
    found = [
        (live.service_group, level, kind.key, kind.days, live.first_week)
        for level, key in ServiceLevel.objects.values_list("pk", "key")
        for live in actuals.go_live
        if (kind := kind_of(actuals, live.service_group, key)) is not None
    ]
    return [[each[place] for each in found] for place in range(5)]


def closely(actuals: Actuals, asked: Iterable[tuple[date, int, int, str]]) -> Iterator[Plan]:
    """The plans of laid-out lines (week, line, case, kind; in this order) by the rules of week.py, chunk by chunk."""
    for week, rows in groupby(asked, key=lambda each: each[0]):
        while chunk := list(islice(rows, CHUNK)):
            lines = lines_in([line for _, line, _, _ in chunk], week)
            for _, line_id, case_id, kind in chunk:
                yield _plan(case_id, lines[line_id], week, actuals.kind(kind))


def _plan(case_id: int, line: Line, week: date, kind: Kind) -> Plan:
    seen = line if kind.days else _without_visits(line)
    rows = planned_rows(rows_of(seen, week, kind.step), week)
    return Plan(case_id, line.id, week, kind, rows, is_suspended(line, week))


def _without_visits(line: Line) -> Line:
    """The line as a kind sees it that does not plan days."""
    return Line(line.id, line.span, line.quantity, line.prices, (), line.suspensions)


def lines_in(ids: Sequence[int], week: date) -> dict[int, Line]:
    """Lines as far as one week is concerned, in five queries."""
    within = Span(week, sunday_of(week))
    found = list(CarePackageLine.objects.filter(pk__in=ids).select_related("contract"))
    prices = prices_of_lines(found, within)
    standing = Q(start__lte=within.end) & (Q(end__isnull=True) | Q(end__gte=week))
    suspensions: dict[int, list[Span]] = {}
    for each in LineSuspension.objects.filter(standing, line__in=ids).order_by("start"):
        suspensions.setdefault(each.line_id, []).append(Span(each.start, each.end))
    visits: dict[int, list[Visits]] = {}
    for plan in LineVisits.objects.filter(standing, line__in=ids).order_by("pk"):
        made = Visits(plan.units, frozenset(plan.days), plan.carers, Span(plan.start, plan.end))
        visits.setdefault(plan.line_id, []).append(made)
    return {
        each.pk: Line(
            each.pk,
            Span(each.start, each.end),
            each.quantity,
            tuple(prices[each.pk]),
            tuple(visits.get(each.pk, ())),
            tuple(suspensions.get(each.pk, ())),
        )
        for each in found
    }
