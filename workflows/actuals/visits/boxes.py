"""The boxes of weeks from recorded visits: read for many lines' weeks at once, worked out by monitoring.fill."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Exists, OuterRef

from workflows.actuals.entry import FilledRow, Monitored, Row, read
from workflows.actuals.filling import Filled
from workflows.actuals.models import LineWeek, RecordedVisit, Standing
from workflows.actuals.monitoring import Filling, Visit, Week, fill
from workflows.actuals.rules import kind_of
from workflows.council.actuals import Actuals

#: The visits of lines' weeks, those that lie in staging before those that they take the place of.
STORED = """
SELECT w.id, v.id, v.day - v.week, v.planned_start, v.actual_start, v.carer, v.planned_minutes, v.minutes
FROM actuals_lineweek w JOIN actuals_recordedvisit v ON v.line_id = w.line_id AND v.week = w.week
WHERE w.id = ANY(%s)
"""
STAGED = """
AND NOT EXISTS (SELECT FROM import_visits s WHERE s.target_id = v.id AND s.message = '')
UNION ALL
SELECT w.id, -s.row_id, s.day - s.week, s.planned_start, s.actual_start, s.carer, s.planned_minutes, s.minutes
FROM actuals_lineweek w JOIN import_visits s ON s.line_id = w.line_id AND s.week = w.week AND s.message = ''
WHERE w.id = ANY(%s)
"""
LAST_STORED = """
SELECT l.service_id, v.week, v.day FROM actuals_recordedvisit v JOIN register_carepackageline l ON l.id = v.line_id
WHERE (l.service_id, v.week) IN (SELECT * FROM unnest(%s::bigint[], %s::date[]))
"""
LAST_STAGED = """
UNION ALL SELECT s.service_id, s.week, s.day FROM import_visits s
WHERE s.message = '' AND (s.service_id, s.week) IN (SELECT * FROM unnest(%s::bigint[], %s::date[]))
"""


@dataclass(slots=True)
class Recorded:
    """The visits of lines' weeks by the line's week, and until which day each service has any in a week.

    A visit that is only staged has the record's id below zero.
    """

    visits: dict[int, list[Visit]] = field(default_factory=lambda: defaultdict(list))
    until: dict[tuple[int, date], int] = field(default_factory=dict)


def recorded(weeks: Sequence[LineWeek], *, staged: bool = False) -> Recorded:
    """What was recorded for these lines' weeks, in two queries; `staged`: as it will be after the file."""
    found, ids = Recorded(), [each.pk for each in weeks]
    places = {(each.line.service_id, each.week) for each in weeks}
    columns: list[list[Any]] = [[each for each, _ in places], [each for _, each in places]]
    with connection.cursor() as cursor:
        cursor.execute(STORED + (STAGED if staged else ""), [ids, ids] if staged else [ids])
        for line_week, *said in cursor.fetchall():
            found.visits[line_week].append(_visit(*said))
        found.until = _last(cursor, columns, staged=staged)
    return found


def _last(cursor: CursorWrapper, columns: list[list[Any]], *, staged: bool) -> dict[tuple[int, date], int]:
    inner = LAST_STORED + (LAST_STAGED if staged else "")
    cursor.execute(
        f"SELECT service_id, week, max(day) - week FROM ({inner}) d GROUP BY 1, 2",  # noqa: S608 (two constants)
        columns * 2 if staged else columns,
    )
    return {(service, week): last for service, week, last in cursor.fetchall()}


def of_record(row: RecordedVisit) -> Visit:
    """A visit as it is kept."""
    day = (row.day - row.week).days
    return _visit(row.pk, day, row.planned_start, row.actual_start, row.carer, row.planned_minutes, row.minutes)


def _visit(
    id: int, day: int, planned: datetime | None, actual: datetime | None, carer: str, plan: int | None, took: int | None
) -> Visit:
    begins = planned or actual
    return Visit(id, day, f"{begins.timestamp():015.0f} {carer}" if begins else "", plan, took)


def fillings(actuals: Actuals, weeks: Iterable[LineWeek], known: Recorded) -> dict[int, Filling]:
    """What the visits make of lines' weeks, by id; kinds whose visits the council does not take have none."""
    found: dict[int, Filling] = {}
    for each in weeks:
        kind = kind_of(actuals, each.line.service.group, each.line.service_level.key)
        if kind is None or actuals.monitoring is None or kind.key not in actuals.monitoring.kinds:
            continue
        until = known.until.get((each.line.service_id, each.week))
        week = Week(each.week, kind, actuals.monitoring, until, actuals.over_plan == "refuse")
        found[each.pk] = fill(week, read(each.rows), known.visits.get(each.pk, ()))
    return found


def of_case(actuals: Actuals, case_id: int) -> list[Filled]:
    """What the visits that were recorded fill into a week that is being recorded."""
    if actuals.monitoring is None:
        return []
    rows = LineWeek.objects.filter(case=case_id, standing__in=[Standing.GENERATED, Standing.SAVED])
    visited = RecordedVisit.objects.filter(line=OuterRef("line"), week=OuterRef("week"))
    weeks = list(rows.filter(Exists(visited)).select_related("line__service", "line__service_level").order_by("pk"))
    return filled(weeks, fillings(actuals, weeks, recorded(weeks)))


def filled(
    weeks: Iterable[LineWeek], found: Mapping[int, Filling], only: Collection[int] | None = None
) -> list[Filled]:
    """What is to be written of it: the rows that are not as they were, of `only` these lines' weeks."""
    chosen = [each for each in weeks if each.pk in found and (only is None or each.pk in only)]
    changed = {each.pk: tuple(_row(row) for row in found[each.pk].changed(read(each.rows))) for each in chosen}
    return [Filled(each.pk, each.version, changed[each.pk]) for each in chosen if changed[each.pk]]


def _row(row: Row) -> FilledRow:
    nothing = Monitored((None,) * len(row.planned), 0)
    return FilledRow(
        number=row.number,
        actual=row.actual,
        absent=row.absent,
        comment=row.comment,
        visits=row.visits,
        level=row.level,
        monitored=row.monitored or nothing,
        corrected=row.corrected,
    )
