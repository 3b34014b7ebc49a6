"""The statements of Commissioned v Actuals: one table `report` of all rows that were asked for, in three parameters'
tables (`asked`, `kinds`, `readable`), and what is read of it.

A week without actuals has no plan of its own yet. What it would plan is worked out here as actuals.week does it, for
all lines at once: whole weeks by their quantity or visits, broken ones day by day. Tests hold the two together.

PostgreSQL has no statistics of a table of WITH and takes some for a row or two, when they have thousands. Therefore
what is said of a line goes along with it from `chosen` to `report`, and the table of all weeks is never joined with
that of all lines: it would be worked out again for each line.
"""

from string import Template

from workflows.actuals.planning import JOINED, TERMS, WHOLE

#: What is asked; the kinds of service that are recorded; the cases that the person may read.
_ASKED = """
asked AS MATERIALIZED (
    SELECT %s::date AS first, %s::date AS last, %s::text AS service_group, %s::bigint AS organisation_id,
        %s::bigint[] AS services, %s::bigint AS client_id, %s::boolean AS differences, %s::boolean AS missing,
        %s::date AS today
), kinds AS MATERIALIZED (
    SELECT k.service_group, k.level_id, k.kind, k.by_day, k.first_week, u.unit, u.step
    FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::boolean[], %s::date[])
        AS k (service_group, level_id, kind, by_day, first_week)
    JOIN unnest(%s::text[], %s::text[], %s::numeric[]) AS u (kind, unit, step) USING (kind)
)"""

#: The lines that were asked for, within the person's services, with how they are recorded (no `step`: not at all).
_LINES = """
chosen AS MATERIALIZED (
    SELECT l.id AS line_id, l.client_id, l.service_id, l.service_level_id, l.contract_id, l.quantity, l.start, l."end",
        a.first, a.last, a.today, k.first_week, k.by_day, k.step, coalesce(k.unit, v.unit) AS unit
    FROM asked a
    JOIN parties_service s ON (a.organisation_id IS NULL OR s.organisation_id = a.organisation_id)
        AND (a.services IS NULL OR s.id = ANY (a.services))
        AND (a.service_group = '' OR s."group" = a.service_group)
    JOIN register_carepackageline l ON l.service_id = s.id AND (a.client_id IS NULL OR l.client_id = a.client_id)
        AND l.start <= a.last + 6 AND (l."end" IS NULL OR l."end" >= a.first)
    JOIN register_servicelevel v ON v.id = l.service_level_id
    LEFT JOIN kinds k ON k.service_group = s."group" AND k.level_id = l.service_level_id
)"""

#: Weeks of live lines that have begun and of which nothing is recorded.
_LIVE = """
live AS MATERIALIZED (
    SELECT w.week, l.line_id, l.client_id, l.service_id, l.service_level_id, l.contract_id, l.quantity, l.start,
        l."end", l.unit, l.by_day, l.step
    FROM chosen l
    CROSS JOIN LATERAL (
        SELECT greatest(l.first, l.first_week, date_trunc('week', l.start)::date) AS first,
            least(l.last, l.today, l."end") AS last
    ) b
    CROSS JOIN LATERAL (
        SELECT b.first + 7 * n AS week FROM generate_series(0, floor((b.last - b.first) / 7.0)::integer) n
    ) w
    WHERE (SELECT missing FROM asked) AND l.step IS NOT NULL
        AND NOT EXISTS (SELECT FROM actuals_lineweek x WHERE x.line_id = l.line_id AND x.week = w.week)
)"""

_ON = " + ".join(f"({day} = ANY (x.days))::integer" for day in range(7))
_VISITS = 'x.line_id = p.line_id AND x.start <= p.week + 6 AND (x."end" IS NULL OR x."end" >= p.week)'
_STANDS = 'x.start <= p.week + n AND (x."end" IS NULL OR x."end" >= p.week + n)'

#: What each row says of its line.
_ABOUT = "p.line_id, p.week, p.client_id, p.service_id, p.service_level_id, p.unit"

#: What weeks without actuals would plan, as rows of units and cost (actuals.week.rows_of).
_PLANNED = Template("""
terms AS MATERIALIZED (
    SELECT v.line_id, v.week, v.client_id, v.service_id, v.service_level_id, v.unit, v.contract_id, v.quantity,
        v.start, v."end", v.by_day, v.step, p.said IS NOT NULL AS visited, m.price, $whole AS whole
    $joined
), days AS (
    SELECT $about, p.quantity, p.step, n AS day, coalesce(
        (SELECT r.amount FROM register_linerate r WHERE r.line_id = p.line_id AND r.start <= p.week + n
         ORDER BY r.start DESC LIMIT 1),
        (SELECT r.amount FROM register_rate r JOIN register_contract c ON c.id = p.contract_id
         WHERE r.service_level_id = p.service_level_id
            AND r.start <= p.week + n AND (r."end" IS NULL OR r."end" >= p.week + n)
            AND (r.contract_id = p.contract_id OR r.contract_id IS NULL
                AND (r.organisation_id = c.organisation_id OR r.organisation_id IS NULL))
         ORDER BY r.contract_id NULLS LAST, r.organisation_id NULLS LAST LIMIT 1)) AS price,
        p.by_day AND EXISTS (
            SELECT FROM register_linevisits x WHERE x.line_id = p.line_id AND $stands) AS visited
    FROM terms p CROSS JOIN generate_series(0, 6) AS n
    WHERE NOT p.whole AND p.start <= p.week + n AND (p."end" IS NULL OR p."end" >= p.week + n)
        AND NOT EXISTS (SELECT FROM register_linesuspension x WHERE x.line_id = p.line_id AND $stands)
), marked AS (
    SELECT *, (lag(day) OVER w IS DISTINCT FROM day - 1 OR lag(price) OVER w IS DISTINCT FROM price
        OR lag(visited) OVER w IS DISTINCT FROM visited)::integer AS begins
    FROM days WINDOW w AS (PARTITION BY line_id, week ORDER BY day)
), numbered AS (
    SELECT *, sum(begins) OVER (PARTITION BY line_id, week ORDER BY day) AS stretch FROM marked
), stretches AS (
    SELECT $about, p.stretch, p.quantity, p.step, p.price, p.visited, min(p.day) AS first, max(p.day) AS last,
        sum(count(*) FILTER (WHERE NOT p.visited)) OVER (PARTITION BY p.line_id, p.week ORDER BY p.stretch) AS passed
    FROM numbered p GROUP BY $about, p.stretch, p.quantity, p.step, p.price, p.visited
), shares AS (
    SELECT *, CASE WHEN passed = 7 THEN quantity
        ELSE least(round(quantity * passed / (7 * step)) * step, quantity) END AS given FROM stretches
), parts AS (
    SELECT *, given - coalesce(lag(given) OVER (PARTITION BY line_id, week ORDER BY stretch), 0) AS units FROM shares
), planned AS (
    SELECT $about, p.quantity AS units, round(p.quantity * p.price, 2) AS cost, p.price
    FROM terms p WHERE p.whole AND NOT p.visited
    UNION ALL
    SELECT $about, x.units * x.carers * ($on), x.carers * round(x.units * ($on) * p.price, 2), p.price
    FROM terms p JOIN register_linevisits x ON $visits WHERE p.whole AND p.visited
    UNION ALL
    SELECT $about, p.units, round(p.units * p.price, 2), p.price FROM parts p WHERE NOT p.visited
    UNION ALL
    SELECT $about, x.units * x.carers * c.days, x.carers * round(x.units * c.days * p.price, 2), p.price
    FROM parts p JOIN register_linevisits x ON $visits
    CROSS JOIN LATERAL (
        SELECT count(*) AS days FROM generate_series(p.first, p.last) n WHERE n = ANY (x.days) AND $stands
    ) c WHERE p.visited AND c.days > 0
)""").substitute(about=_ABOUT, whole=WHOLE, joined=JOINED, on=_ON, visits=_VISITS, stands=_STANDS)

#: Every row that was asked for, worked out once. A week without actuals has delivered nothing yet: its figures say so,
#: so that each total is the sum of its column. (IS TRUE: the cases are looked up, not compared with each week.)
_REPORT = Template("""
report AS MATERIALIZED (
    SELECT w.line_id, w.week, p.client_id, p.service_id, p.service_level_id, p.unit, w.id AS line_week_id, w.case_id,
        w.standing::text, w.planned, w.delivered, w.planned_cost, w.payable_cost, w.unpriced
    FROM chosen p
    JOIN actuals_lineweek w ON w.line_id = p.line_id AND w.week BETWEEN p.first AND p.last
    WHERE (w.case_id IN (SELECT id FROM readable)) IS TRUE AND (w.differs OR NOT (SELECT differences FROM asked))
    UNION ALL
    SELECT $about, NULL, NULL, '', sum(p.units), 0, coalesce(sum(p.cost), 0), 0, bool_or(p.price IS NULL)
    FROM planned p GROUP BY $about
)""").substitute(about=_ABOUT)


def _report(readable: str) -> str:
    parts = (_ASKED, f" readable AS MATERIALIZED ({readable})", _LINES, _LIVE, TERMS.rstrip())
    return "WITH " + ",".join((*parts, _PLANNED, _REPORT))


_COLUMNS = """
SELECT r.line_week_id, r.case_id, r.line_id, r.week, r.client_id, c.surname, c.forename, c.ss_ref, l.reference,
    o.name AS organisation, s.id, s.name AS service, v.name AS service_level, r.unit, r.planned, r.planned_cost,
    r.delivered, r.payable_cost, r.standing, r.unpriced
FROM report r
JOIN parties_client c ON c.id = r.client_id
JOIN register_carepackageline l ON l.id = r.line_id
JOIN parties_service s ON s.id = r.service_id
JOIN parties_organisation o ON o.id = s.organisation_id
JOIN register_servicelevel v ON v.id = r.service_level_id
"""
_KEY = ("c.surname", "c.forename", "c.id", "r.line_id", "r.week")
#: Where a row stands in the order of names: the address that asks carries the line and the week only.
_PLACE = """(
    SELECT c.surname, c.forename, c.id, l.id, %s::date
    FROM register_carepackageline l JOIN parties_client c ON c.id = l.client_id WHERE l.id = %s
)"""


_TOTALS = """
SELECT unit, count(*), count(*) FILTER (WHERE standing = ''), coalesce(sum(planned), 0), coalesce(sum(delivered), 0),
    coalesce(sum(planned_cost), 0), coalesce(sum(payable_cost), 0)
FROM report GROUP BY unit ORDER BY unit
"""


def totals(readable: str) -> str:
    """By unit of service: rows, units and money."""
    return _report(readable) + _TOTALS


def rows(readable: str, *, beyond: str = "", limit: bool = False) -> str:
    """The rows in the order of names; after or before a row (`beyond`), or all of them."""
    order = ", ".join(f"{each} DESC" if beyond == "before" else each for each in _KEY)
    sign = {"": "", "after": ">", "before": "<"}[beyond]
    where = f"WHERE ({', '.join(_KEY)}) {sign} {_PLACE}" if sign else ""
    return f"{_report(readable)}{_COLUMNS}{where} ORDER BY {order}{' LIMIT %s' if limit else ''}"
