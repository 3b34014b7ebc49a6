"""Purchase orders: of each line and financial year what is ordered, what is paid, and what is left.

gloucestershire-faq 1: "View financial information (such as purchase orders) in real time"; the name of each is the
handbook's (norfolk-handbook §8). What is ordered is worked out when somebody looks; what is paid are finalised amounts,
an adjustment under the year of the period that it puts right.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    DecimalField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    TextField,
)
from django.db.models.functions import Cast, Coalesce, JSONObject

from workflows.council.payments import Payments
from workflows.council.profile import current
from workflows.engine import moment
from workflows.engine.errors import NotFound
from workflows.parties.actor import Actor
from workflows.payments.acting import profile
from workflows.payments.calendar import financial_year, year_span
from workflows.payments.facts import Absence, Line
from workflows.payments.facts import Method as PayingMethod
from workflows.payments.gathering import vat_prices
from workflows.payments.models import PaymentLine, PaymentMethod, PaymentStop
from workflows.payments.paying import COUNTS
from workflows.payments.rules import StopState
from workflows.register.models import (
    CarePackageLine,
    Contribution,
    LineRate,
    LineSuspension,
    PaymentHold,
    Rate,
)
from workflows.register.rules import CONTRACT, GENERAL, ORGANISATION, Price, Span, standing_prices

from . import asking, ordered
from .ordered import Order, Paying
from .selectors import services

NAME = "purchase_orders"
MONEY: "DecimalField[Any, Any]" = DecimalField(max_digits=14, decimal_places=2)
ZERO = Decimal("0.00")
#: By client; addresses carry the line alone.
ORDER = ("client__surname", "client__forename", "id")
RELATED = ("client", "service__organisation", "service_level", "contract")
#: So many lines are added up while somebody waits; of more, what is ordered is added up in the file.
MOST_ADDED_UP = 500
YEAR = Coalesce(F("about__financial_year"), F("payment__financial_year"))


@dataclass(frozen=True, slots=True)
class Asked(asking.Parameters):
    """Whose, and of which financial year: `2018/2019`."""

    organisation_id: int | None
    client_id: int | None
    year: str

    @property
    def begins(self) -> int:
        """The year in which it begins."""
        return int(self.year[:4])


@dataclass(frozen=True, slots=True)
class Row:
    """One purchase order."""

    line: CarePackageLine
    year: str
    order: Order
    paid: Decimal  # finalised, with VAT
    to_be_paid: Decimal  # of it, what finance has not paid yet

    @property
    def name(self) -> str:
        """`Kent, Karl (2750571) - 2018/2019 (ID 219165)`."""
        client = self.line.client
        return f"{client} ({client.ss_ref}) - {self.year} (ID {self.line.reference})"

    @property
    def ordered(self) -> Decimal:
        """The whole year, with VAT."""
        return self.order.whole.total

    @property
    def so_far(self) -> Decimal:
        """Its days until today."""
        return self.order.so_far.total

    @property
    def left(self) -> Decimal:
        """What of the year is still to be paid; below zero: more was paid than is ordered by now."""
        return self.ordered - self.paid


@dataclass(frozen=True, slots=True)
class Total:
    """The sums of all rows. Where there are very many, what was ordered is not added up while somebody waits."""

    rows: int
    paid: Decimal
    to_be_paid: Decimal
    ordered: Decimal | None
    so_far: Decimal | None

    @property
    def left(self) -> Decimal | None:
        """What is still to be paid."""
        return None if self.ordered is None else self.ordered - self.paid


@dataclass(frozen=True, slots=True)
class Detail:
    """One purchase order with what was paid on it."""

    row: Row
    paid: Sequence[PaymentLine]


def name() -> str | None:
    """What the council calls it; None: it has no such report."""
    return current().reports.purchase_orders if asking.pays() else None


def years() -> list[str]:
    """The financial years to choose from, the newest first: the one after this, this one, and all with payments."""
    today = moment.today()
    first = profile().go_live or today - timedelta(days=3 * 365)
    begin, end = int(financial_year(min(first, today))[:4]), int(financial_year(today)[:4]) + 1
    return [f"{year}/{year + 1}" for year in range(end, begin - 1, -1)]


def this_year() -> str:
    """The financial year of today."""
    return financial_year(moment.today())


def found(actor: Actor, asked: Asked) -> QuerySet[CarePackageLine]:
    """The lines, with what was paid of each and all that their worth is made of, to be ordered by ORDER."""
    module = profile()
    first, last = year_span(date(asked.begins, 4, 1))
    last += timedelta(days=max(each.days for each in module.calendars) - 1)
    there = Q(start__lte=last) & (Q(end=None) | Q(end__gte=first))
    rows = _lines(actor, asked).filter(there | Exists(_paid(asked.year).filter(line=OuterRef("pk"))))
    return rows.select_related(*RELATED).annotate(**_facts(), **_sums(asked.year))


def row(line: Any, asked: Asked) -> Row:
    """A line of `found` as a purchase order."""
    module, today = profile(), moment.today()
    methods = tuple(Paying(date.fromisoformat(each["start"]), each["calendar"], each["net"])
                    for each in line.methods_known)  # fmt: skip
    spans = ordered.spans_of_year(methods, module, asked.begins)
    facts = ordered.commissioned(_line(line, methods, module))
    made = ordered.order(facts, spans, today, module.rules)
    return Row(line, asked.year, made, line.paid_sum or ZERO, line.open_sum or ZERO)


def every(actor: Actor, asked: Asked) -> Iterator[Row]:
    """All of them, read from the database as they are taken."""
    for line in found(actor, asked).order_by(*ORDER).iterator(chunk_size=asking.BATCH):
        yield row(line, asked)


def count(actor: Actor, asked: Asked) -> int:
    """How many there are."""
    return found(actor, asked).count()


def total(actor: Actor, asked: Asked) -> Total:
    """Their sums: in two queries, and one more where what was ordered is added up too."""
    rows = count(actor, asked)
    paid = _paid(asked.year).filter(line__in=_lines(actor, asked))
    sums = paid.aggregate(paid=Sum("total"), to_be_paid=Sum("total", filter=Q(payment__paid_at=None)))
    whole = so_far = None
    if rows <= MOST_ADDED_UP:
        made = [row(each, asked).order for each in found(actor, asked)]
        whole = sum((each.whole.total for each in made), ZERO)
        so_far = sum((each.so_far.total for each in made), ZERO)
    return Total(rows, sums["paid"] or ZERO, sums["to_be_paid"] or ZERO, whole, so_far)


def detail(actor: Actor, line_id: int, begins: int) -> Detail:
    """One purchase order with every amount that was finalised on it; NotFound."""
    asked = Asked(None, None, f"{begins}/{begins + 1}")
    if asked.year not in years():
        raise NotFound
    line = found(actor, asked).filter(pk=line_id).first()
    if line is None:
        raise NotFound
    paid = (
        _paid(asked.year).filter(line=line_id).select_related("payment__case", "line", "note", "one_off").defer("worth")
    )
    return Detail(row(line, asked), list(paid.order_by("payment__first", "pk")))


def _lines(actor: Actor, asked: Asked) -> QuerySet[CarePackageLine]:
    rows = CarePackageLine.objects.filter(client__erased_at=None)
    if actor.is_provider:
        rows = rows.filter(service__in=services(actor))
    elif asked.organisation_id is not None:
        rows = rows.filter(service__organisation=asked.organisation_id)
    return rows if asked.client_id is None else rows.filter(client=asked.client_id)


def _paid(year: str) -> QuerySet[PaymentLine]:
    """What was finalised on purchase orders of a year."""
    rows = PaymentLine.objects.filter(COUNTS, payment__finalised_at__isnull=False)
    return rows.alias(order_year=YEAR).filter(order_year=year)


def _sums(year: str) -> dict[str, Any]:
    own = _paid(year).filter(line=OuterRef("pk")).order_by().values("line")
    return {
        "paid_sum": Subquery(own.annotate(n=Sum("total")).values("n"), output_field=MONEY),
        "open_sum": Subquery(
            own.annotate(n=Sum("total", filter=Q(payment__paid_at=None))).values("n"), output_field=MONEY
        ),
    }


def _facts() -> dict[str, Any]:
    """All that a line's worth is made of, as lists that come with the line: amounts as text, never rounded."""
    amount, line = Cast("amount", TextField()), {"line": OuterRef("pk")}
    scope = Q(contract=OuterRef("contract")) | Q(contract=None) & (
        Q(organisation=OuterRef("contract__organisation")) | Q(organisation=None)
    )
    stopped = PaymentStop.objects.filter(notice=OuterRef("case"), case__state=StopState.CONFIRMED)
    holds = PaymentHold.objects.filter(Exists(stopped), lifted_at=None, **line)
    sources: Mapping[str, tuple[QuerySet[Any], dict[str, Any]]] = {
        "own_known": (LineRate.objects.filter(**line), {"start": "start", "amount": amount}),
        "rates_known": (
            Rate.objects.filter(scope, service_level=OuterRef("service_level")),
            {"start": "start", "end": "end", "amount": amount, "contract": "contract_id",
             "organisation": "organisation_id"},
        ),
        "given_known": (
            Contribution.objects.filter(**line), {"start": "start", "end": "end", "amount": amount}
        ),
        "suspended_known": (LineSuspension.objects.filter(**line), {"start": "start", "end": "end"}),
        "stopped_known": (holds, {"start": "start", "end": "end", "cause": "cause"}),
        "methods_known": (
            PaymentMethod.objects.filter(contract=OuterRef("contract")),
            {"start": "start", "calendar": "calendar", "net": "net"},
        ),
    }  # fmt: skip
    return {
        name: ArraySubquery(rows.order_by("start").values(said=JSONObject(**columns)))
        for name, (rows, columns) in sources.items()
    }


def _line(line: Any, methods: Sequence[Paying], module: Payments) -> Line:
    scopes: dict[str, list[Price]] = {CONTRACT: [], ORGANISATION: [], GENERAL: []}
    for each in line.rates_known:
        key = CONTRACT if each["contract"] else ORGANISATION if each["organisation"] else GENERAL
        scopes[key].append(Price(_span(each), Decimal(each["amount"])))
    own = [(date.fromisoformat(each["start"]), _amount(each["amount"])) for each in line.own_known]
    deaths = [date.fromisoformat(each["start"]) for each in line.stopped_known if each["cause"] == "death"]
    away = [each for each in line.stopped_known if each["cause"] != "death"]
    return Line(
        line_id=line.pk,
        start=line.start,
        end=line.end,
        quantity=line.quantity,
        prices=tuple(standing_prices(Span(line.start, line.end), own, scopes)),
        methods=tuple(PayingMethod(each.start, each.net) for each in methods),
        contributions=tuple(Price(_span(each), Decimal(each["amount"])) for each in line.given_known),
        vat=tuple(vat_prices(module).get(line.service_level.key, ())),
        died=min(deaths, default=None),
        suspensions=tuple(_span(each) for each in line.suspended_known),
        absences=tuple(Absence(_span(each), each["cause"], paid=False) for each in away),
    )


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _span(said: Mapping[str, Any]) -> Span:
    return Span(date.fromisoformat(said["start"]), date.fromisoformat(said["end"]) if said["end"] else None)
