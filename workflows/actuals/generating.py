"""Fills weeks from the live lines: a line's week as it was commissioned (suffolk-user-guide §2 step 7)."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from django.db.models import Q

from workflows.council.actuals import Kind
from workflows.council.profile import current
from workflows.register.models import CarePackageLine
from workflows.register.rules import Span
from workflows.register.selectors import prices_of

from . import week as weeks
from .entry import Before, Row, assess, read
from .models import ActualWeek, LineWeek, Standing
from .rules import NOTHING, days_of, is_live, kind_of, sunday_of
from .writing import figures


def fill(case_ids: Collection[int], *, now: datetime) -> int:  # noqa: ARG001
    """Make the lines' weeks of these cases that are missing or whose plan changed; returns how many."""
    return sum(_fill(each) for each in ActualWeek.objects.filter(pk__in=case_ids).select_related("service"))


def _fill(actual: ActualWeek) -> int:
    council = current().actuals
    if council is None or not is_live(council, actual.service.group, actual.week):
        return 0
    lines = CarePackageLine.objects.filter(
        Q(end=None) | Q(end__gte=actual.week), service=actual.service, lot=actual.lot, start__lte=sunday_of(actual.week)
    ).select_related("service_level")
    standing = {each.line_id: each for each in LineWeek.objects.filter(case=actual.pk)}
    made = 0
    for line in lines.order_by("pk"):
        kind = kind_of(council, actual.service.group, line.service_level.key)
        if kind is not None:
            made += _make(actual, line, kind, standing.get(line.pk))
    return made


def _make(actual: ActualWeek, line: CarePackageLine, kind: Kind, old: LineWeek | None) -> bool:
    council = current().actuals
    if council is None:
        return False
    planned = plan_of(line)
    rows = tuple(row_of(each, kind, actual) for each in weeks.rows_of(planned, actual.week, kind.step))
    suspended = weeks.is_suspended(planned, actual.week)
    if old is not None and (old.standing != Standing.GENERATED or read(old.rows) == rows):
        return False
    if not rows and not suspended and old is None:
        return False
    columns = figures(rows, assess(council, kind, actual.week, rows, Before()))
    standing = Standing.SUSPENDED if suspended else Standing.GENERATED
    version = old.version + 1 if old is not None else 1
    LineWeek.objects.update_or_create(
        line=line,
        week=actual.week,
        defaults={"case_id": actual.pk, "standing": standing, "version": version, **columns},
    )
    return True


def plan_of(line: CarePackageLine) -> weeks.Line:
    """A line as the pure functions of its weeks take it."""
    visits = [weeks.Visits(each.units, frozenset(each.days), each.carers) for each in line.visits.order_by("pk")]
    suspended = tuple(Span(each.start, each.end) for each in line.suspensions.all())
    return weeks.Line(
        line.pk, Span(line.start, line.end), line.quantity, tuple(prices_of(line)), tuple(visits), suspended
    )


def row_of(row: weeks.Row, kind: Kind, actual: ActualWeek) -> Row:
    """A planned row as it is filled in: delivered as planned until somebody says otherwise."""
    days = days_of(actual.week)
    if row.days is None or not kind.days:
        planned: tuple[Decimal, ...] = (row.planned,)
    else:
        planned = tuple(row.units if day in row.days else NOTHING for day in days)
    return Row(row.number, row.first, row.last, planned, planned, row.price)
