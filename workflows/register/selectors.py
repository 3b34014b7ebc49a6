"""The readers of the register: what a line says on a day, and the lists that pages show."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db.models import Count, DecimalField, F, Q, QuerySet, Sum
from django.db.models.functions import Round

from workflows.engine import moment
from workflows.engine.errors import NotFound, Refused
from workflows.engine.models import Event
from workflows.parties.actor import Actor
from workflows.parties.models import Client, Organisation, Service

from .models import CarePackageLine, Contract, LineQuerySet, LineRate, Rate, ServiceLevel
from .rules import (
    CONTRACT,
    GENERAL,
    ORGANISATION,
    LineTerms,
    Price,
    Span,
    Standing,
    UpliftPreview,
    amount_on,
    standing_prices,
    weekly_cost,
    yearly,
)

POUNDS = DecimalField(max_digits=14, decimal_places=2)
FUNCTION = "care_package_line_items"  # what a provider's role must allow
RELATED = ("client", "service__organisation", "contract", "service_level")


def line_terms(line_id: int, on: date) -> LineTerms:
    """What a line says on a day; NotFound, or Refused (`no_rate`) when it has no price."""
    found = lines_terms([line_id], on).get(line_id)
    if found is None:
        line = CarePackageLine.objects.filter(pk=line_id).first()
        if line is None:
            raise NotFound
        raise Refused(f"There is no rate for {line.reference}. Set the rate of its service level first.", "no_rate")
    return found


def lines_terms(ids: Iterable[int], on: date) -> dict[int, LineTerms]:
    """What lines say on a day, in one query. A line without a price in force is not in the answer."""
    rows = CarePackageLine.objects.filter(pk__in=list(ids)).priced(on).select_related(*RELATED)
    return {row.pk: terms_of(row, on) for row in rows if row.unit_cost is not None}


def terms_of(line: CarePackageLine, on: date) -> LineTerms:
    """The terms of a line that was read by `priced(on)` with everything related; it must have a price."""
    organisation, unit_cost = line.service.organisation, line.unit_cost
    if unit_cost is None:
        raise ValueError(f"{line.reference} has no price in force, so it has no terms")
    return LineTerms(
        line_id=line.pk,
        version=line.version,
        on=on,
        care_package_ref=line.reference,
        client_id=line.client_id,
        ss_ref=line.client.ss_ref,
        client_name=str(line.client),
        organisation_id=organisation.pk,
        organisation_name=organisation.name,
        service_id=line.service_id,
        service_name=line.service.name,
        service_group=line.service.group,
        contract_id=line.contract_id,
        contract_reference=line.contract.reference,
        contract_title=line.contract.title,
        service_level_id=line.service_level_id,
        service_level=line.service_level.name,
        contract_type=line.service_level.contract_type,
        unit=line.service_level.unit,
        quantity=line.quantity,
        unit_cost=unit_cost,
        weekly_cost=weekly_cost(line.quantity, unit_cost),
        start=line.start,
        end=line.end,
        temporary=line.temporary,
        review_date=line.review_date,
        suspended=line.suspended,
    )


def lines(actor: Actor, *, historical: bool = False, on: date | None = None) -> LineQuerySet:
    """The care package lines that somebody may see, with their prices of today (norfolk-handbook §5).

    A provider sees those of the services where the role lets them view care package line items; council staff all.
    Without `historical` only lines that have not ended.
    """
    day = on or moment.today()
    rows = own_lines(actor).priced(day).select_related(*RELATED)
    return rows if historical else rows.live_on(day)


def line(actor: Actor, line_id: int, on: date | None = None) -> CarePackageLine:
    """One line that somebody may see, with its price; NotFound."""
    found = lines(actor, historical=True, on=on).filter(pk=line_id).first()
    if found is None:
        raise NotFound
    return found


def line_story(line_id: int) -> QuerySet[Event]:
    """The events of a line, the first one first."""
    return Event.objects.filter(stream=f"line:{line_id}").select_related("actor").order_by("seq")


def rate_history(line: CarePackageLine) -> list[Price]:
    """The prices of the line's service level that may hold for it, narrowest scope first, then by start."""
    order = (F("contract").asc(nulls_last=True), F("organisation").asc(nulls_last=True), "start")
    return [Price(Span(rate.start, rate.end), rate.amount) for rate in _rates(line).order_by(*order)]


def prices_of(line: CarePackageLine) -> list[Standing]:
    """Which price of one unit held for a line from when to when, the first one first, in two queries."""
    return prices_of_lines([line], Span(line.start, line.end))[line.pk]


def prices_of_lines(lines: Iterable[CarePackageLine], within: Span) -> dict[int, list[Standing]]:
    """The same for many lines (with their contracts) on some days, by line, in two queries."""
    found = list(lines)
    own: dict[int, list[tuple[date, Decimal | None]]] = {each.pk: [] for each in found}
    for rate in LineRate.objects.filter(line__in=list(own)).order_by("start"):
        own[rate.line_id].append((rate.start, rate.amount))
    scopes = _scopes_of(found)
    return {
        each.pk: standing_prices(within, own[each.pk], scopes[each.service_level_id, each.contract_id])
        for each in found
    }


def _scopes_of(lines: list[CarePackageLine]) -> dict[tuple[int, int], dict[str, list[Price]]]:
    """The prices that may hold for each service level and contract among lines, the narrowest scope first."""
    rates: dict[int, list[Rate]] = {}
    for rate in Rate.objects.filter(service_level__in={each.service_level_id for each in lines}).order_by("start"):
        rates.setdefault(rate.service_level_id, []).append(rate)
    found: dict[tuple[int, int], dict[str, list[Price]]] = {}
    for each in lines:
        place = each.service_level_id, each.contract_id
        if place not in found:
            found[place] = _scopes(rates.get(each.service_level_id, []), each.contract)
    return found


def _scopes(rates: list[Rate], contract: Contract) -> dict[str, list[Price]]:
    scopes: dict[str, list[Price]] = {CONTRACT: [], ORGANISATION: [], GENERAL: []}
    for rate in rates:
        price = Price(Span(rate.start, rate.end), rate.amount)
        if rate.contract_id == contract.pk:
            scopes[CONTRACT].append(price)
        elif rate.contract_id is None and rate.organisation_id in {None, contract.organisation_id}:
            scopes[GENERAL if rate.organisation_id is None else ORGANISATION].append(price)
    return scopes


def uplift_preview(service_level_id: int, start: date, amount: Decimal) -> UpliftPreview:
    """What a new general rate from a day on would move, in two queries; lines that end before it do not count."""
    level = ServiceLevel.objects.filter(pk=service_level_id).first()
    if level is None:
        raise NotFound
    general = level.rates.filter(organisation__isnull=True, contract__isnull=True)
    old = amount_on((Price(Span(each.start, each.end), each.amount) for each in general), start)
    live = CarePackageLine.objects.filter(service_level=level).live_on(start).priced(start)
    moved = Q(by_general_rate=True)
    sums = live.aggregate(
        lines=Count("pk", filter=moved),
        own=Count("pk", filter=~moved),
        before=Sum(Round(F("quantity") * F("unit_cost"), 2), filter=moved, default=Decimal(0), output_field=POUNDS),
        after=Sum(Round(F("quantity") * amount, 2), filter=moved, default=Decimal(0), output_field=POUNDS),
    )
    return UpliftPreview(
        service_level=level.name,
        start=start,
        old_amount=old,
        new_amount=amount,
        lines=sums["lines"],
        lines_with_own_price=sums["own"],
        before=yearly(sums["before"]),
        after=yearly(sums["after"]),
    )


def services(actor: Actor) -> QuerySet[Service]:
    """The services that somebody may choose from: a provider's own, or all."""
    rows = Service.objects.select_related("organisation").order_by("name")
    return rows.filter(organisation=actor.organisation_id) if actor.is_provider else rows


def organisations() -> QuerySet[Organisation]:
    """All organisations by name, for council staff."""
    return Organisation.objects.order_by("name")


def contracts() -> QuerySet[Contract]:
    """All contracts by reference, for council staff."""
    return Contract.objects.select_related("organisation").order_by("reference")


def service_levels() -> QuerySet[ServiceLevel]:
    """All service levels by name."""
    return ServiceLevel.objects.order_by("name")


def general_rates(levels: Iterable[ServiceLevel]) -> dict[int, list[Price]]:
    """The rates that hold for everybody, by service level, in one query."""
    rates = Rate.objects.filter(service_level__in=list(levels), organisation__isnull=True, contract__isnull=True)
    found: dict[int, list[Price]] = {}
    for rate in rates:
        found.setdefault(rate.service_level_id, []).append(Price(Span(rate.start, rate.end), rate.amount))
    return found


def client(client_id: int) -> Client | None:
    """A client who was not erased, or None; for council staff."""
    return Client.objects.filter(pk=client_id, erased_at__isnull=True).first()


def client_by_ss_ref(ss_ref: str) -> Client | None:
    """The client with an SSRef, or None."""
    return Client.objects.filter(ss_ref=ss_ref.strip(), erased_at__isnull=True).first()


def own_lines(actor: Actor) -> LineQuerySet:
    """The lines that somebody may see, those that have ended too: a provider's where the role lets them, else all."""
    rows = CarePackageLine.objects.all()
    if not actor.is_provider:
        return rows
    if not actor.may(FUNCTION):
        return rows.none()
    rows = rows.filter(service__organisation=actor.organisation_id)
    allowed = actor.services_for(FUNCTION)
    return rows if allowed is None else rows.filter(service__in=allowed)


def _rates(line: CarePackageLine) -> QuerySet[Rate]:
    scope = Q(contract=line.contract_id) | Q(
        Q(organisation=line.contract.organisation_id) | Q(organisation__isnull=True), contract__isnull=True
    )
    return Rate.objects.filter(scope, service_level=line.service_level_id)
