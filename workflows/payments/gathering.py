"""Everything that is known about lines and bears on their payment, read for many at once: facts.Line.

As many queries for one line as for ten thousand. No rule is in here: entitlement.py has them.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, TypeVar

from django.db.models import F

from workflows.actuals.models import LineWeek, Standing
from workflows.contracts.models import ContractDocument
from workflows.contracts.rules import State as DocumentState
from workflows.council.payments import Payments
from workflows.council.profile import current
from workflows.engine.calendar import LONDON
from workflows.register.models import CarePackageLine, Contribution, LineRate, LineSuspension, PaymentHold, Rate
from workflows.register.rules import CONTRACT, GENERAL, ORGANISATION, Price, Span, day_before, standing_prices

from .facts import Absence, Actual, Cause, Line, Method, Wait
from .models import PaymentMethod, PaymentStop
from .rules import StopState

T = TypeVar("T")
#: Lines' weeks that are settled between both sides, wholly or but for what is disputed.
SETTLED = {Standing.PAYABLE, Standing.PAID, Standing.DISPUTED}


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read for all lines, by what it belongs to."""

    own: Mapping[int, list[tuple[date, Decimal | None]]]
    rates: Mapping[tuple[int, int | None, int | None], list[Price]]
    methods: Mapping[int, list[Method]]
    contributions: Mapping[int, list[Price]]
    suspensions: Mapping[int, list[Span]]
    waits: Mapping[int, list[Wait]]
    died: Mapping[int, date]
    absences: Mapping[int, list[Absence]]
    actuals: Mapping[int, list[Actual]]


def gather(lines: Collection[CarePackageLine], first: date, last: date, module: Payments) -> dict[int, Line]:
    """The facts of these lines (read with contract and service_level), with actuals of the weeks of a range."""
    ids = [each.pk for each in lines]
    waits: dict[int, list[Wait]] = defaultdict(list)
    died, absences = _notices(ids, waits)
    _documents(ids, waits)
    methods = _grouped(
        PaymentMethod.objects.filter(contract__in={each.contract_id for each in lines}).order_by("start"),
        lambda each: each.contract_id,
        lambda each: Method(each.start, each.net, each.on_actuals),
    )
    on_actuals = [each.pk for each in lines if any(method.on_actuals for method in methods[each.contract_id])]
    actuals = _actuals(on_actuals, first, last, waits)
    read = _Read(
        own=_grouped(LineRate.objects.filter(line__in=ids).order_by("start"), _line, lambda e: (e.start, e.amount)),
        rates=_grouped(
            Rate.objects.filter(service_level__in={each.service_level_id for each in lines}).order_by("start"),
            lambda each: (each.service_level_id, each.organisation_id, each.contract_id),
            lambda each: Price(Span(each.start, each.end), each.amount),
        ),
        methods=methods,
        contributions=_grouped(
            Contribution.objects.filter(line__in=ids), _line, lambda e: Price(Span(e.start, e.end), e.amount)
        ),
        suspensions=_grouped(LineSuspension.objects.filter(line__in=ids), _line, lambda e: Span(e.start, e.end)),
        waits=waits,
        died=died,
        absences=absences,
        actuals=actuals,
    )
    vat = {key: tuple(prices) for key, prices in vat_prices(module).items()}
    return {each.pk: _fact(each, read, vat.get(each.service_level.key, ())) for each in lines}


def _fact(line: CarePackageLine, read: _Read, vat: tuple[Price, ...]) -> Line:
    level, organisation = line.service_level_id, line.contract.organisation_id
    scopes = {
        CONTRACT: read.rates[level, None, line.contract_id],
        ORGANISATION: read.rates[level, organisation, None],
        GENERAL: read.rates[level, None, None],
    }
    return Line(
        line_id=line.pk,
        start=line.start,
        end=line.end,
        quantity=line.quantity,
        prices=tuple(standing_prices(Span(line.start, line.end), read.own[line.pk], scopes)),
        methods=tuple(read.methods[line.contract_id]),
        contributions=tuple(read.contributions[line.pk]),
        vat=vat,
        died=read.died.get(line.pk),
        suspensions=tuple(read.suspensions[line.pk]),
        absences=tuple(read.absences[line.pk]),
        waits=tuple(read.waits[line.pk]),
        actuals=tuple(read.actuals[line.pk]),
    )


def _notices(ids: list[int], waits: dict[int, list[Wait]]) -> tuple[dict[int, date], dict[int, list[Absence]]]:
    """Notices wait until payments has checked them; then a death is a fact, and a stay or a move days without pay."""
    holds = list(
        PaymentHold.objects.filter(line__in=ids, lifted_at=None).select_related("case__holder_team").order_by("pk")
    )
    stops = PaymentStop.objects.filter(notice__in={each.case_id for each in holds}, case__state=StopState.CONFIRMED)
    confirmed = set(stops.values_list("notice_id", flat=True))
    died: dict[int, date] = {}
    absences: dict[int, list[Absence]] = defaultdict(list)
    for each in holds:
        if each.case_id not in confirmed:
            waits[each.line_id].append(_waiting(each))
        elif each.cause == PaymentHold.Cause.DEATH:
            died[each.line_id] = min(each.start, died.get(each.line_id, each.start))
        else:
            absences[each.line_id].append(Absence(Span(each.start, each.end), each.cause, paid=False))
    return died, absences


def _waiting(hold: PaymentHold) -> Wait:
    case = hold.case
    holder = case.holder_team.name if case.holder_team else current().name
    return Wait(Span(hold.start, hold.end), Cause.HOLD, hold.cause, holder, _day(hold.placed_at), case.reference)


def _documents(ids: list[int], waits: dict[int, list[Wait]]) -> None:
    """Documents that nobody has agreed to; whether they hold payments is the profile's (entitlement.py asks)."""
    open_ = {DocumentState.PUBLISHED, DocumentState.REJECTED}
    rows = ContractDocument.objects.filter(line__in=ids, case__state__in=open_)
    rows = rows.select_related("case__holder_team", "case__organisation")
    for each in rows.order_by("case_id"):
        case = each.case
        holder = case.holder_team.name if case.holder_team else case.organisation.name
        since = _day(case.holder_since)
        waits[each.line_id].append(
            Wait(Span(_day(case.created)), Cause.DOCUMENT, case.state, holder, since, case.reference)
        )


def _actuals(ids: list[int], first: date, last: date, waits: dict[int, list[Wait]]) -> dict[int, list[Actual]]:
    """Weeks that are settled, and waits for those that are not."""
    found: dict[int, list[Actual]] = defaultdict(list)
    rows = LineWeek.objects.filter(line__in=ids, week__gte=_monday(first), week__lte=last)
    rows = rows.select_related("case__holder_team", "case__organisation").annotate(group=F("line__service__group"))
    for each in rows.order_by("week"):
        sunday = date.fromordinal(each.week.toordinal() + 6)
        wait = _wait_for(each, Span(each.week, sunday))
        if each.standing not in SETTLED:
            waits[each.line_id].append(wait)
            continue
        disputed = max(each.delivered - each.payable, Decimal(0)) if each.standing == Standing.DISPUTED else Decimal(0)
        found[each.line_id].append(
            Actual(each.week, sunday, each.payable, disputed, wait if disputed else None, each.payable_cost)
        )
    return found


def _wait_for(week: LineWeek, span: Span) -> Wait:
    case = week.case
    holder = case.holder_team.name if case.holder_team else case.organisation.name
    disputed = week.standing == Standing.DISPUTED
    cause: Literal[Cause.DISPUTE, Cause.ACTUALS] = Cause.DISPUTE if disputed else Cause.ACTUALS
    return Wait(span, cause, week.standing, holder, _day(case.holder_since), case.reference)


def vat_prices(module: Payments) -> dict[str, list[Price]]:
    """Percentages by the key of a service level; one holds until the day before the next."""
    by_level: dict[str, list[Any]] = defaultdict(list)
    for each in sorted(module.vat, key=lambda vat: vat.start):
        by_level[each.service_level].append(each)
    return {
        level: [
            Price(Span(one.start, day_before(rates[place + 1].start) if place + 1 < len(rates) else None), one.percent)
            for place, one in enumerate(rates)
        ]
        for level, rates in by_level.items()
    }


def _grouped(rows: Iterable[Any], by: Callable[[Any], Any], make: Callable[[Any], T]) -> dict[Any, list[T]]:
    found: dict[Any, list[T]] = defaultdict(list)
    for each in rows:
        found[by(each)].append(make(each))
    return found


def _line(row: Any) -> int:
    return int(row.line_id)


def _day(at: Any) -> date:
    found: date = at.astimezone(LONDON).date()
    return found


def _monday(day: date) -> date:
    return date.fromordinal(day.toordinal() - day.weekday())
