"""Which weeks of a period are not submitted: an invoice is not created before they are.

A week counts as submitted once it is with the council, or closed as empty; where a save is a submission
(bedford-actuals-guide "Actuals" 4) once every line of it was saved. A profile can wait for the council's check.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from workflows.actuals.models import ActualWeek, LineWeek, Standing
from workflows.actuals.rules import State, is_live, kind_of, monday_of, sunday_of
from workflows.council.profile import current
from workflows.payments.models import ScheduledPayment
from workflows.register.models import CarePackageLine
from workflows.register.rules import Span

from .acting import profile

WEEK = timedelta(weeks=1)
#: Where a week stands that the provider has submitted, and one that the council has checked too.
SUBMITTED = {State.SUBMITTED, State.CHECKED, State.PAID, State.EMPTY}
CHECKED = SUBMITTED - {State.SUBMITTED}
Place = tuple[int, str, date]  # service, lot, Monday


@dataclass(frozen=True, slots=True)
class Missing:
    """A week of a service (or lot) that is to be submitted first; `case_id` where it is open."""

    service: str
    lot: str
    week: date
    case_id: int | None


def missing(payment: ScheduledPayment) -> list[Missing]:
    """The weeks of the payment's period that stand in its way, in their order; none where it is paid by the plan."""
    actuals = current().actuals
    if actuals is None or not payment.method.on_actuals:
        return []
    wanted: dict[Place, str] = {}
    lines = CarePackageLine.objects.filter(contract=payment.contract_id, start__lte=payment.last)
    lines = lines.filter(Q(end=None) | Q(end__gte=payment.first)).select_related("service", "service_level")
    for line in lines:
        group = line.service.group
        if kind_of(actuals, group, line.service_level.key) is None:
            continue
        live = Span(line.start, line.end)
        for week in _weeks(payment):
            shares = live.start <= sunday_of(week) and (live.end is None or live.end >= week)
            if shares and is_live(actuals, group, week):
                wanted[line.service_id, line.lot, week] = line.service.name
    return _without_those_done(wanted)


def words(found: Collection[Missing]) -> str:
    """What is refused, and what to do first."""
    one = min(found, key=lambda each: each.week)
    more = len(found) - 1
    also = f", and {more} more {'week' if more == 1 else 'weeks'}" if more else ""
    verb = "checked" if profile().actuals == "checked" else "submitted"
    where = f"{one.service}{f', {one.lot}' if one.lot else ''}"
    return f"The actuals of the whole period must be {verb} first: the week of {one.week:%d/%m/%Y} of {where}{also}."


def _weeks(payment: ScheduledPayment) -> list[date]:
    first = monday_of(payment.first)
    return [first + number * WEEK for number in range((payment.last - first).days // 7 + 1)]


def _without_those_done(wanted: dict[Place, str]) -> list[Missing]:
    services, weeks = {each[0] for each in wanted}, {each[2] for each in wanted}
    rows = ActualWeek.objects.filter(service__in=services, week__in=weeks).select_related("case")
    known = {(each.service_id, each.lot, each.week): each for each in rows}
    done = CHECKED if profile().actuals == "checked" else SUBMITTED
    saved = _saved([each.pk for each in known.values() if each.case.state == State.RECORDING])
    found = []
    for (service, lot, week), name in sorted(wanted.items(), key=lambda each: (each[0][2], each[1], each[0][1])):
        there = known.get((service, lot, week))
        if there is None or (State(there.case.state) not in done and there.pk not in saved):
            found.append(Missing(name, lot, week, there.pk if there else None))
    return found


def _saved(recording: list[int]) -> set[int]:
    """Of weeks that are being recorded, those that are submitted because everything in them was saved."""
    module = current().actuals
    if module is None or module.submit_mode != "on_save" or profile().actuals == "checked" or not recording:
        return set()
    open_ = LineWeek.objects.filter(case__in=recording, standing=Standing.GENERATED)
    generated = ActualWeek.objects.filter(pk__in=recording, generated_at__isnull=False)
    return set(generated.values_list("pk", flat=True)) - set(open_.values_list("case_id", flat=True))
