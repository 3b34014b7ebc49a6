"""On which days a line's week is planned, and by how many carers (suffolk-user-guide §2 "a double assist service")."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from workflows.engine.atomic import command
from workflows.engine.duties import require_desk
from workflows.engine.errors import Refused
from workflows.parties.actor import Actor

from .models import CarePackageLine, LineVisits
from .recording import locked_line, tell_line
from .rules import day_before

LAST_DAY = 6


@dataclass(frozen=True, slots=True)
class Planned:
    """So many units on each of these weekdays (0 is Monday), by so many carers at once."""

    units: Decimal
    days: tuple[int, ...]
    carers: int = 1


@command
def plan_visits(
    *, actor: Actor, line_id: int, version: int | None, start: date, visits: Sequence[Planned]
) -> CarePackageLine:
    """Plan a line's week by days from a day on; what was planned before it ends the day before.

    Without visits nobody plans days any more. Refused when they do not come to the units a week of the line.
    """
    line = locked_line(line_id, version)
    require_desk(actor, line.service.group, "brokerage")
    if start < line.start or (line.end is not None and line.end < start):
        raise Refused("The line is not provided on that day.", "outside")
    _check(line, visits)
    line.visits.filter(start__gte=start).delete()
    line.visits.filter(end=None).update(end=day_before(start))
    line.visits.bulk_create(
        LineVisits(line=line, start=start, units=each.units, days=sorted(each.days), carers=each.carers)
        for each in visits
    )
    line.version += 1
    line.save(update_fields=["version"])
    told = [{"units": each.units, "days": sorted(each.days), "carers": each.carers} for each in visits]
    tell_line(line, "planned", actor, {"start": start, "visits": told})
    return line


def _check(line: CarePackageLine, visits: Sequence[Planned]) -> None:
    for each in visits:
        days = set(each.days)
        if each.units <= 0 or each.carers < 1 or not days or len(days) != len(each.days):
            raise Refused("Visits have units above 0, at least one carer, and each of their days once.", "visits")
        if min(days) < 0 or max(days) > LAST_DAY:
            raise Refused("Days are numbered from 0 (Monday) to 6 (Sunday).", "days")
    units = sum((each.units * len(each.days) * each.carers for each in visits), Decimal(0))
    if visits and units != line.quantity:
        raise Refused(f"The visits come to {units:f} a week, and the line has {line.quantity:f}.", "quantity")
