"""Generating a week of actuals for all lines, against the plain INSERT ... SELECT of the rows that it makes.

The register is that of the data set: a third of its lines have planned visits (a double-up among them), one in a
hundred begins inside the week, one in a hundred is suspended in it.
"""

from collections.abc import Callable

from django.db import connection
from django.utils import timezone

from bench.councils import recording
from bench.measure import Prepare, in_turns
from bench.table import Line, against_floor, show
from workflows.actuals import generating
from workflows.actuals.models import ActualWeek

GOAL = 3.0
MOST_LINES, MOST_ROUNDS = 100_000, 5
#: Together with the week that begins on Monday 17 February 2025.
ADD = """
INSERT INTO register_linevisits (line_id, start, units, days, carers)
SELECT l.id, l.start, v.units, v.days, v.carers FROM register_carepackageline l
CROSS JOIN (VALUES (0.75, '{0,1,2,3,4,5,6}'::smallint[], 2), (0.5, '{0,2,4}', 1)) AS v (units, days, carers)
WHERE mod(l.id, 3) = 0;
UPDATE register_carepackageline SET quantity = 0.25 * (1 + mod(id / 12, 120));
UPDATE register_carepackageline SET start = '2025-02-19' WHERE mod(id, 100) = 1;
INSERT INTO register_linesuspension (line_id, start, "end")
SELECT id, '2025-02-19', '2025-02-20' FROM register_carepackageline WHERE mod(id, 100) = 2;
INSERT INTO actuals_actualweek (case_id, service_id, lot, week)
SELECT n.id, s.id, '', '2025-02-17' FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM engine_case) n
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place FROM parties_service) s USING (place);
ANALYZE register_linevisits, actuals_actualweek
"""
EMPTY = "TRUNCATE actuals_lineweek CASCADE"


def run(size: int) -> list[Line]:
    """Measure it; what it adds to the data set is taken back."""
    with recording(), connection.cursor() as cursor:
        cursor.execute(ADD)
        cases = list(ActualWeek.objects.values_list("pk", flat=True))
        lines = generating.fill(cases, now=timezone.now())
        cursor.execute("CREATE TABLE bench_weeks AS SELECT * FROM actuals_lineweek")
        subjects: list[tuple[str, Prepare]] = [
            ("floor: INSERT ... SELECT of the same rows", _prepared(_floor)),
            ("fill", _prepared(lambda: generating.fill(cases, now=timezone.now()))),
            ("fill again, nothing has moved", lambda: lambda: generating.fill(cases, now=timezone.now())),
        ]
        found = against_floor(in_turns(subjects, MOST_ROUNDS), size, {"fill": GOAL})
        show(f"Generating a week: {lines:,} lines of {len(cases):,} services", found)
        cursor.execute(f"DROP TABLE bench_weeks; {EMPTY}; DELETE FROM actuals_actualweek")
    return found


def _prepared(what: Callable[[], object]) -> Prepare:
    """Empty the table (not timed), and return what fills it."""

    def prepare() -> Callable[[], object]:
        with connection.cursor() as cursor:
            cursor.execute(EMPTY)
        return what

    return prepare


def _floor() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO actuals_lineweek SELECT * FROM bench_weeks")
