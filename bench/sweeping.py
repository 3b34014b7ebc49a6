"""The sweep that marks turns at risk and past due, against the plain UPDATE of the same turns by the same indexes."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count as numbers

from django.db import connection

from bench import data
from bench.measure import Prepare, in_turns
from bench.table import Line, against_floor, show
from workflows.engine import sweep

NEWLY_DUE = (0, 100, 10_000)
#: Every sweep is at another second of one working hour: who is told is told then, and once a moment.
SECONDS = numbers(1)
#: Half of them become at risk, half are past due; the sweep has not seen either.
MAKE_DUE = """
UPDATE engine_task t SET at_risk_at = %(now)s - interval '1 minute',
    due_at = %(now)s + CASE WHEN n.odd THEN interval '1 hour' ELSE -interval '30 seconds' END
FROM (
    SELECT id, mod(id, 2) = 1 AS odd FROM engine_task
    WHERE finished IS NULL AND breached_at IS NULL AND at_risk_at > %(now)s + interval '1 day'
    ORDER BY due_at DESC LIMIT %(count)s
) n WHERE n.id = t.id
"""
FLOOR = (
    """UPDATE engine_task SET at_risk_marked_at = %(now)s
    WHERE finished IS NULL AND breached_at IS NULL AND at_risk_marked_at IS NULL AND at_risk_at <= %(now)s""",
    """UPDATE engine_task SET breached_at = %(now)s
    WHERE finished IS NULL AND breached_at IS NULL AND due_at < %(now)s""",
)


def run(size: int, rounds: int) -> list[Line]:
    """Measure it with nothing, a little and much to do, over all open turns."""
    found: list[Line] = []
    for count in NEWLY_DUE:
        if count > size // 20:
            continue
        subjects: list[tuple[str, Prepare]] = [
            ("floor: two plain UPDATEs", _prepared(count, _floor)),
            ("sweep", _prepared(count, sweep.sweep)),
        ]
        lines = against_floor(in_turns(subjects, max(3, min(rounds // 4, 30) if count < 1000 else 5)), size)
        show(f"The sweep, {count:,} newly due", lines)
        found += lines
    return found


def _prepared(count: int, sweep_at: Callable[[datetime], object]) -> Prepare:
    """Make `count` turns due (not timed), and return what sweeps them."""

    def prepare() -> Callable[[], object]:
        now = data.working_moment() + timedelta(seconds=next(SECONDS))
        if count:
            with connection.cursor() as cursor:
                cursor.execute(MAKE_DUE, {"now": now, "count": count})
        return lambda: sweep_at(now)

    return prepare


def _floor(now: datetime) -> None:
    cursor = connection.connection.cursor()
    cursor.execute("BEGIN")
    for statement in FLOOR:
        cursor.execute(statement, {"now": now})
    cursor.execute("COMMIT")
