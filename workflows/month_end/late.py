"""What is late for the end of a period: runs that were not finalised in time, weeks that are not there or not handed
in, changes that have not reached the payments, and closure days that soon end. Counts, each with what it means."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count

from workflows.actuals.models import ActualWeek
from workflows.actuals.opening import places
from workflows.actuals.rules import WEEK, monday_of
from workflows.actuals.rules import State as WeekState
from workflows.council.profile import current
from workflows.engine import parked
from workflows.engine.calendar import LONDON, council_calendar
from workflows.parties.actor import Actor
from workflows.payments.models import ScheduledPayment

from . import selectors
from .moments import Run, closure_days_end


@dataclass(frozen=True, slots=True)
class Late:
    """One thing: `key` says which page opens it, `count` how many, `run` and `day` what it is about."""

    key: str
    count: int
    run: Run | None = None
    day: date | None = None


def late(actor: Actor, runs: Sequence[Run], now: datetime) -> list[Late]:
    """All of them that are so now; nothing of a module that the council does not have."""
    selectors.require(actor)
    return [each for each in _late(runs, now) if each.count]


def _late(runs: Sequence[Run], now: datetime) -> Iterator[Late]:
    council, today = current(), now.astimezone(LONDON).date()
    if council.payments is not None:
        yield from _not_finalised(runs, now)
        yield Late("parked", parked.how_many())
    if council.actuals is not None:
        yield from _not_opened(today)
        missing = ActualWeek.objects.filter(cut_off__lt=now, case__state=WeekState.RECORDING, case__finished=None)
        yield Late("not_submitted", missing.count())
    ends = closure_days_end(council_calendar(), today)
    yield Late("closure_days", int(ends is not None), day=ends)


def _not_finalised(runs: Sequence[Run], now: datetime) -> Iterator[Late]:
    past = {(each.calendar, each.pay_on): each for each in runs if each.finalise is not None and each.finalise <= now}
    open_ = ScheduledPayment.objects.filter(finalised_at=None, pay_on__in=[day for _, day in past])
    sums = open_.order_by().values_list("calendar", "pay_on").annotate(count=Count("pk"))
    for calendar, pay_on, count in sums:
        if (calendar, pay_on) in past:
            yield Late("not_finalised", count, run=past[calendar, pay_on])


def _not_opened(today: date) -> Iterator[Late]:
    """Services and lots with a live line in this week or the one before, of which no week was opened."""
    actuals = current().actuals
    if actuals is None:
        return
    for week in (monday_of(today) - WEEK, monday_of(today)):
        there = set(ActualWeek.objects.filter(week=week).values_list("service_id", "lot"))
        yield Late("not_opened", sum(place not in there for place in places(actuals, week)), day=week)
