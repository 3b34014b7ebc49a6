"""The statements that write weeks from the table `actuals_plan` (planning.lay_out), each one for all lines at once.

What they write is what entry.written and the rules of week.py would: tests hold the two against each other.
"""

from string import Template


def _row(number: str, figures: str, price: str) -> str:
    """entry.written in SQL, for a row that is delivered as planned."""
    return Template(
        "jsonb_build_object('number', $number, 'first', p.week::text, 'last', (p.week + 6)::text,"
        " 'planned', $figures, 'actual', $figures, 'price', $price::text, 'absent', '[]'::jsonb, 'comment', '',"
        " 'added', false, 'level', NULL, 'visits', NULL, 'stale', false)"
    ).substitute(number=number, figures=figures, price=price)


_ON = [f"{day} = ANY (v.days)" for day in range(7)]
_PARTS = {
    "columns": "(case_id, line_id, week, standing, rows, unpriced, planned, delivered, payable, planned_cost,"
    " payable_cost, version, causes, not_charged, at_stake, differs, disputable, lacking)",
    "rest": "1, '{}', 0, 0, false, false, false",
    "untouched": "w.standing IN ('generated', 'suspended') AND w.saved_at IS NULL",
    "figures": ", ".join(f"CASE WHEN {on} THEN v.units::text ELSE '0' END" for on in _ON),
    "days": " + ".join(f"({on})::integer" for on in _ON),
    "visit": _row("p.number", "p.figures", "p.price"),
    "spread": _row("1", "jsonb_build_array(p.quantity::text)", "p.price"),
}
#: A row that nobody has touched is made again when its plan has moved; its version says so to forms that are open.
_PARTS["again"] = Template("""
ON CONFLICT (line_id, week) DO UPDATE SET rows = EXCLUDED.rows, standing = EXCLUDED.standing, version = w.version + 1,
    unpriced = EXCLUDED.unpriced, planned = EXCLUDED.planned, delivered = EXCLUDED.delivered,
    payable = EXCLUDED.payable, planned_cost = EXCLUDED.planned_cost, payable_cost = EXCLUDED.payable_cost
WHERE w.case_id = EXCLUDED.case_id AND $untouched
    AND (w.rows, w.standing) IS DISTINCT FROM (EXCLUDED.rows, EXCLUDED.standing)
""").substitute(_PARTS)

#: Lines whose week is whole. Every carer of every kind of visit is a row, as a double-up is two of them. Lines that
#: plan the same at one price have the same rows: those are put together once.
WHOLE_LINES = Template("""
INSERT INTO actuals_lineweek AS w $columns
WITH alike AS MATERIALIZED (
    SELECT DISTINCT ON (shape) shape, line_id, week, quantity, price, visited FROM actuals_plan WHERE whole
), visit AS (
    SELECT p.shape, p.week, p.price, v.units * ($days) AS units, jsonb_build_array($figures) AS figures,
        row_number() OVER (PARTITION BY p.shape ORDER BY v.id, carer) AS number
    FROM alike p
    JOIN register_linevisits v ON v.line_id = p.line_id
        AND v.start <= p.week AND (v."end" IS NULL OR v."end" >= p.week + 6)
    CROSS JOIN generate_series(1, v.carers) AS carer
    WHERE p.visited
), made AS (
    SELECT p.shape, jsonb_agg($visit ORDER BY p.number) AS rows, sum(p.units) AS units,
        sum(round(p.units * p.price, 2)) AS cost
    FROM visit p GROUP BY p.shape
    UNION ALL
    SELECT p.shape, jsonb_build_array($spread), p.quantity, round(p.quantity * p.price, 2)
    FROM alike p WHERE NOT p.visited
)
SELECT p.case_id, p.line_id, p.week, 'generated', m.rows, p.price IS NULL, m.units, m.units, m.units,
    coalesce(m.cost, 0), coalesce(m.cost, 0), $rest
FROM actuals_plan p JOIN made m USING (shape) WHERE p.whole ORDER BY p.line_id
$again
""").substitute(_PARTS)

#: Lines that were planned by the rules of week.py.
OTHER_LINES = Template("""
INSERT INTO actuals_lineweek AS w $columns
SELECT m.case_id, m.line_id, m.week, m.standing, m.rows, m.unpriced, m.units, m.units, m.units, m.cost, m.cost, $rest
FROM jsonb_to_recordset(%s::jsonb) AS m (
    case_id bigint, line_id bigint, week date, standing text, rows jsonb, unpriced boolean, units numeric, cost numeric)
$again
""").substitute(_PARTS)

CLOSELY = "SELECT week, line_id, case_id, kind FROM actuals_plan WHERE NOT whole ORDER BY 1, 2"

NOTHING_PLANNED = """
DELETE FROM actuals_plan p USING unnest(%s::bigint[], %s::date[]) AS n (line_id, week)
WHERE p.line_id = n.line_id AND p.week = n.week
"""

#: Where the number of visits must be given, a week as planned lacks it (assessing.assess says the same).
VISITS_ASKED = Template("""
UPDATE actuals_lineweek w SET lacking = true FROM actuals_plan p
WHERE p.line_id = w.line_id AND p.week = w.week AND p.kind = ANY(%s) AND w.delivered > 0 AND $untouched
""").substitute(_PARTS)

#: Lines that do not plan the week any more (they ended before it, moved to another lot) and that nobody has touched.
GONE = Template("""
DELETE FROM actuals_lineweek w WHERE w.case_id = ANY(%s) AND $untouched AND NOT EXISTS (
    SELECT FROM actuals_plan p WHERE p.line_id = w.line_id AND p.week = w.week AND p.case_id = w.case_id)
""").substitute(_PARTS)

#: Lines in which somebody typed and that are not submitted; without a kind where the line plans nothing any more.
TYPED = """
SELECT w.week, w.line_id, w.case_id, p.kind FROM actuals_lineweek w
LEFT JOIN actuals_plan p ON p.line_id = w.line_id AND p.week = w.week AND p.case_id = w.case_id
WHERE w.case_id = ANY(%s) AND w.saved_at IS NOT NULL AND w.standing IN ('generated', 'suspended', 'saved')
ORDER BY 1, 2
"""
