"""In which period of payment weeks of actuals fall: "the payment schedule provided should indicate which payment period
we are currently on" (suffolk-user-guide §2, step 4).

The schedule is that of the contracts whose lines a service (or lot) has in a week. Who asks has read the weeks; a
calendar of payments says nothing of any person.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Max, Min, Value
from django.db.models.functions import Coalesce

from workflows.actuals.models import ActualWeek
from workflows.council.payments import Payments
from workflows.council.profile import current
from workflows.engine.calendar import council_calendar
from workflows.register.models import CarePackageLine

from .calendar import Period, Works, periods
from .models import PaymentMethod

#: A service, its lot, and the Monday of a week.
Place = tuple[int, str, date]
SUNDAY = timedelta(days=6)
#: A line without an end goes on.
OPEN_END = Coalesce("end", Value(date.max))


@dataclass(frozen=True, slots=True)
class Falls:
    """A period in which days of a week are paid, and the name of the calendar that says so."""

    calendar: str
    period: Period


def place_of(week: ActualWeek) -> Place:
    """Where and when a week of actuals is."""
    return week.service_id, week.lot, week.week


def of_weeks(places: Sequence[Place]) -> dict[Place, tuple[Falls, ...]]:
    """The periods of payment of each of these weeks, in two queries; none where contracts have no payment method."""
    module = current().payments
    if module is None or not places:
        return {}
    contracts = _contracts(places)
    methods = _methods({contract for found in contracts.values() for contract, _, _ in found})
    works_on = council_calendar().works_on
    found = {}
    for service, lot, monday in places:
        here = [contract for contract, first, last in contracts.get((service, lot), ()) if _meet(first, last, monday)]
        calendars = {_calendar(methods.get(contract, ()), monday) for contract in here} - {""}
        found[service, lot, monday] = tuple(_falls(module, sorted(calendars), monday, works_on))
    return found


Had = Mapping[tuple[int, str], Sequence[tuple[int, date, date]]]
Methods = Mapping[int, Sequence[tuple[date, str]]]


def _contracts(places: Sequence[Place]) -> Had:
    """The contracts that services and lots have lines of, each from its first line's start to its last one's end."""
    first, last = min(week for _, _, week in places), max(week for _, _, week in places) + SUNDAY
    rows = CarePackageLine.objects.filter(service__in={service for service, _, _ in places}, start__lte=last)
    spans = rows.order_by().values_list("service_id", "lot", "contract_id")
    found = defaultdict(list)
    for service, lot, contract, start, end in spans.annotate(since=Min("start"), until=Max(OPEN_END)):
        if end >= first:
            found[service, lot].append((contract, start, end))
    return found


def _methods(contracts: Iterable[int]) -> Methods:
    """How contracts are paid, the oldest first."""
    found = defaultdict(list)
    rows = PaymentMethod.objects.filter(contract__in=set(contracts)).order_by("start")
    for contract, start, calendar in rows.values_list("contract_id", "start", "calendar"):
        found[contract].append((start, calendar))
    return found


def _meet(first: date, last: date, monday: date) -> bool:
    return first <= monday + SUNDAY and monday <= last


def _calendar(methods: Sequence[tuple[date, str]], monday: date) -> str:
    """The calendar by which a contract is paid in a week; "" before it has one."""
    held = [calendar for start, calendar in methods if start <= monday + SUNDAY]
    return held[-1] if held else ""


def _falls(module: Payments, calendars: Iterable[str], monday: date, works_on: Works) -> Iterable[Falls]:
    for key in calendars:
        calendar = module.calendar(key)
        for period in periods(calendar, monday, monday + SUNDAY, works_on):
            if module.go_live is None or period.first >= module.go_live:
                yield Falls(calendar.name, period)
