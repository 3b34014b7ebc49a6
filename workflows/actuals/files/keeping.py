"""What was made of a line's week when a file was read, kept until the file is taken over; and when it may be trusted.

A line's week is weighed once, when the person is shown what the file would do. It is taken over as it was weighed when
everything that was looked at for it is as it was: the rules and the code that reads them, the line's week itself (by
the transaction that last wrote it), its kind of service, and whether it has to be complete. Anything else is weighed
again, under the lock of its week. What depends on other weeks, on decisions or on authorisations is never kept.
"""

import hashlib
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connection

from workflows.actuals.models import WeighedWeek
from workflows.council.actuals import Actuals
from workflows.parties.actor import Actor
from workflows.register.imports.copying import copy_values

from .matching import OWN, Place, own

#: What was looked at of a line's week `w` (of the line `l`, the service `p` and the level `v`), as one text.
FACTS = """concat_ws(':', w.version, w.standing, w.xmin, p."group", v.key)"""
JOINS = """
JOIN register_carepackageline l ON l.id = w.line_id
JOIN parties_service p ON p.id = l.service_id
JOIN register_servicelevel v ON v.id = l.service_level_id
"""
SUMS = ("planned", "delivered", "payable", "not_charged", "planned_cost", "payable_cost", "at_stake",
        "differs", "disputable", "lacking", "unpriced")  # fmt: skip
COLUMNS = ("run_id", "line_week_id", "case_id", "records", "facts", "rows", *SUMS)
TAKE = """
UPDATE actuals_lineweek w SET
    rows = k.rows, causes = '{}', standing = 'saved', version = w.version + 1, saved_at = %s, saved_by_id = %s,
    settled = 0, planned = k.planned, delivered = k.delivered, payable = k.payable, not_charged = k.not_charged,
    planned_cost = k.planned_cost, payable_cost = k.payable_cost, at_stake = k.at_stake,
    differs = k.differs, disputable = k.disputable, lacking = k.lacking, unpriced = k.unpriced
FROM actuals_weighedweek k, register_carepackageline l, parties_service p, register_servicelevel v
WHERE k.run_id = %s AND k.case_id = %s AND k.facts <> '' AND w.id = k.line_week_id AND w.case_id = k.case_id
    AND l.id = w.line_id AND p.id = l.service_id AND v.id = l.service_level_id
    AND k.facts = concat_ws(':', %s::text, {facts}) AND {own}
RETURNING w.id, w.line_id
""".replace("{facts}", FACTS).replace("{own}", OWN)
#: The records of the lines' weeks of a case that a run changes, save for those that were taken.
LEFT = """
SELECT w.week, w.case_id, w.id, r.number
FROM actuals_weighedweek k JOIN actuals_lineweek w ON w.id = k.line_week_id {joins}
CROSS JOIN LATERAL unnest(k.records) AS r(number)
WHERE k.run_id = %s AND k.case_id = %s AND NOT w.id = ANY(%s) AND {own}
ORDER BY w.id, r.number
""".replace("{joins}", JOINS).replace("{own}", OWN)
CASES = """
SELECT k.case_id, count(*), sum(cardinality(k.records)) FROM actuals_weighedweek k
JOIN actuals_actualweek a ON a.case_id = k.case_id
WHERE k.run_id = %s GROUP BY a.week, k.case_id ORDER BY a.week, k.case_id
"""
#: Of runs that were read before anything was kept: which lines' weeks they change.
MISSING = """
INSERT INTO actuals_weighedweek (run_id, line_week_id, case_id, records, facts)
SELECT r.run_id, w.id, w.case_id, array_agg(r.number), ''
FROM register_importrow r JOIN actuals_lineweek w ON w.id = r.record_id
WHERE r.run_id = %s AND r.verdict <> 'rejected'
GROUP BY r.run_id, w.id HAVING bool_or(r.verdict IN ('new', 'updated'))
"""
#: Whatever says how a line's week is judged; a release that changes one of them trusts nothing that was kept before.
CODE = (
    "workflows.actuals.assessing",
    "workflows.actuals.entry",
    "workflows.actuals.files.reading",
    "workflows.actuals.files.weighing",
    "workflows.actuals.judging",
    "workflows.actuals.policy",
    "workflows.actuals.rules",
    "workflows.actuals.week",
    "workflows.actuals.writing",
    "workflows.council.actuals",
    "workflows.register.rules",
)


class Kept(NamedTuple):
    """What a file makes of a line's week: the lines of the file that say so, and (unless `facts` is empty) the rows as
    JSON and the columns that follow from them."""

    line_week_id: int
    case_id: int
    records: Sequence[int]
    facts: str = ""
    rows: str | None = None
    sums: Sequence[Any] = (None,) * len(SUMS)


def keep(run_id: int, weeks: Iterable[Kept]) -> None:
    """Keep what was weighed of a run."""
    rows = (
        (run_id, each.line_week_id, each.case_id, list(each.records), each.facts, each.rows, *each.sums)
        for each in weeks
    )
    copy_values(WeighedWeek._meta.db_table, COLUMNS, rows)


def cases(run_id: int) -> list[tuple[int, int, int]]:
    """The cases that a run changes, by week: how many lines' weeks of each, and how many records say so."""
    with connection.cursor() as cursor:
        if not WeighedWeek.objects.filter(run_id=run_id).exists():
            cursor.execute(MISSING, [run_id])
        cursor.execute(CASES, [run_id])
        return list(cursor.fetchall())


def take(run_id: int, case_id: int, facts: str, actor: Actor, now: datetime) -> list[tuple[int, int]]:
    """Write what was kept of a case and may be trusted; returns the lines' weeks with their lines.

    The case must be locked. `facts` is what holds for all of them: rules_of, and whether they must be complete.
    """
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [now, actor.user_id, run_id, case_id, facts, *own(actor)])
        return list(cursor.fetchall())


def left(run_id: int, case_id: int, taken: Sequence[int], actor: Actor) -> list[Place]:
    """The places of what a run changes in a case and was not taken."""
    with connection.cursor() as cursor:
        cursor.execute(LEFT, [run_id, case_id, list(taken), *own(actor)])
        return [Place(*row) for row in cursor.fetchall()]


def forget(run_id: int, weeks: Iterable[int] | None = None) -> None:
    """Forget what was kept of a run, or of these lines' weeks."""
    rows = WeighedWeek.objects.filter(run_id=run_id)
    (rows if weeks is None else rows.filter(line_week_id__in=list(weeks))).delete()


def facts_of(rules: str, *, strict: bool) -> str:
    """What holds for all lines' weeks of a case, as it stands before FACTS."""
    return f"{rules}:{'whole' if strict else 'open'}"


def rules_of(actuals: Actuals) -> str:
    """By which rules something is judged: those of the council, and the code that reads them."""
    return hashlib.sha256(f"{_code()}{_plain(actuals.model_dump())}".encode()).hexdigest()[:20]


@cache
def _code() -> str:
    found = hashlib.sha256()
    for name in CODE:
        found.update(Path(str(sys.modules[name].__file__)).read_bytes())
    return found.hexdigest()


def _plain(value: object) -> str:
    """A value of a profile as text that is the same in every process: sets come in order."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(sorted(f'{key}={_plain(one)}' for key, one in value.items()))}}}"
    if isinstance(value, frozenset | set):
        return f"<{', '.join(sorted(_plain(one) for one in value))}>"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_plain(one) for one in value)}]"
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
