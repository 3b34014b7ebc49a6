"""Actuals as a file: a record for each row of each line's week between two days (suffolk-user-guide §2 "Export")."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from workflows.actuals.entry import Row, read
from workflows.actuals.models import LineWeek, Standing
from workflows.actuals.module import module
from workflows.actuals.rules import NOTHING, monday_of
from workflows.actuals.selectors import cases
from workflows.council.actuals import Actuals
from workflows.engine import selectors as engine
from workflows.parties.actor import Actor
from workflows.register.rules import plain

from .columns import EXPORTED
from .reading import causes_of, not_delivered

AT_ONCE = 500
RELATED = ("line__client", "line__service", "line__service_level")


def records(actor: Actor, first: date, last: date) -> Iterator[list[str]]:
    """The header and records of the weeks between two days that this person may read; that it was taken is kept."""
    actuals = module()
    weeks = LineWeek.objects.filter(case__in=cases(actor), week__gte=monday_of(first), week__lte=last)
    clients = weeks.order_by().values_list("line__client_id", flat=True).distinct()
    engine.viewed_clients(actor, "actuals.export", None, set(clients))
    rows = weeks.exclude(standing=Standing.SUSPENDED).select_related(*RELATED)
    ordered = rows.order_by("week", "line__service__name", "line__lot", "line__client__surname", "line_id")
    return _written(actuals, ordered.iterator(AT_ONCE))


def _written(actuals: Actuals, weeks: Iterator[LineWeek]) -> Iterator[list[str]]:
    yield [each.header for each in EXPORTED]
    for week in weeks:
        for row in read(week.rows):
            yield _record(actuals, week, row)


def _record(actuals: Actuals, week: LineWeek, row: Row) -> list[str]:
    line = week.line
    days = [_figure(each) for each in row.actual] if row.by_day else [""] * 7
    absent = not_delivered(row)
    return [
        f"{week.week:%d/%m/%Y}",
        line.service.name,
        line.lot,
        line.client.ss_ref,
        str(line.client),
        line.reference,
        line.service_level.name,
        f"{row.number}",
        _figure(sum(row.planned, NOTHING)),
        *days,
        "" if row.by_day else _figure(row.actual[0]),
        _figure(absent) if absent else "",
        causes_of(actuals, row),
        row.comment,
        "" if row.visits is None else f"{row.visits}",
        f"{week.version}",
        f"{week.pk}",
    ]


def _figure(units: Decimal) -> str:
    return plain(units)
