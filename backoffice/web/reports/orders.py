"""Purchase orders: what is ordered, paid and left of each line in a financial year, and one of them step by step."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from workflows.engine import selectors as engine
from workflows.parties.actor import Actor
from workflows.payments.models import PaymentLine
from workflows.payments.selectors import text_of
from workflows.reports import orders
from workflows.reports.asking import KIND
from workflows.reports.models import KeptQuestion
from workflows.reports.ordered import Ordered
from workflows.reports.orders import Asked, Detail, Row, Total

from ..fields import Pick
from ..paging import page_by_key
from ..payment_why import of_entitlement
from ..pieces import Fact
from ..pieces import Row as Chosen
from ..spreadsheet import Value
from ..tables import Cell, ListTable
from ..words import date_words, money, plural
from .forms import ALL_CLIENTS, ReportForm, clients, organisations
from .kinds import Amount, Counted, Lines, Report, Shown, Side
from .paid_tables import NOTHING

HEADINGS = (
    "Organisation", "Service", "Contract", "Client", "SSRef", "ID", "Service Level", "Financial year", "Line from",
    "Line to", "Ordered", "Ordered until today", "Paid", "of which to be paid", "Left",
)  # fmt: skip
NOT_ADDED_UP = "in the file"


def _standing(row: PaymentLine) -> str:
    paid = row.payment.paid_at
    return f"Paid on {date_words(paid)}" if paid else f"To be paid on {date_words(row.payment.pay_on)}"


def _about(row: PaymentLine) -> str:
    if row.one_off is not None:
        return row.one_off.words
    return " ".join(f"{each['words']}." for each in row.causes) or text_of(row.note)


def _sum(amount: Any) -> str:
    return NOT_ADDED_UP if amount is None else money(amount)


class OrdersForm(ReportForm):
    """Organisation, client, financial year."""

    organisation_id = organisations()
    client = clients()
    year = Pick(label="Financial year", missing="Choose a financial year")

    def __init__(self, *positional: Any, **options: Any) -> None:
        super().__init__(*positional, **options)
        found = orders.years()
        self.offer("year", [(each, each) for each in found])
        self.initial.setdefault("year", orders.this_year())

    def asked(self) -> Asked:
        """What was chosen."""
        return Asked(self.organisation(), self.cleaned_data["client"], self.cleaned_data["year"])

    def chosen(self, asked: Asked) -> list[Chosen]:
        """For the page and for paper."""
        own = self.actor.organisation_id if self.actor.is_provider else None
        return [
            Chosen("Organisation", self.picked("organisation_id", asked.organisation_id or own)),
            Chosen("Client", self.initial["client_words"] or ALL_CLIENTS),
            Chosen("Financial year", asked.year),
        ]


class Rows(ListTable):
    """The purchase orders of one page; each leads to how it is made up."""

    name = Cell("Purchase order", lambda row: row.name, second=lambda row: row.line.service_level.name, name=True,
                link=lambda row: row)  # fmt: skip
    service = Cell("Service", lambda row: row.line.service.name, second=lambda row: row.line.contract.reference)
    provider = Cell("Organisation", lambda row: row.line.service.organisation.name)
    ordered = Cell(
        "Ordered", lambda row: money(row.ordered), second=lambda row: f"{money(row.so_far)} until today", number=True,
    )  # fmt: skip
    paid = Cell(
        "Paid", lambda row: money(row.paid), number=True,
        second=lambda row: f"{money(row.to_be_paid)} of it to be paid" if row.to_be_paid else "",
    )  # fmt: skip
    left = Cell("Left", lambda row: money(row.left), number=True, strong=True, late=lambda row: row.left < 0)

    class Meta(ListTable.Meta):
        caption = "Purchase orders, by client"
        empty = NOTHING

    def __init__(self, rows: Sequence[Row], side: Side, *, own: bool) -> None:
        super().__init__(rows, exclude=("provider",) if own else ())
        self.columns["name"].column.link = lambda row: side.to("purchase_order", row.line.pk, int(row.year[:4]))


class Totals(ListTable):
    """The sums of all of them."""

    rows = Cell("Purchase orders", lambda row: f"{row.rows:,}", name=True)
    ordered = Cell("Ordered", lambda row: _sum(row.ordered), number=True)
    so_far = Cell("Ordered until today", lambda row: _sum(row.so_far), number=True)
    paid = Cell("Paid", lambda row: money(row.paid), number=True)
    to_be_paid = Cell("of which to be paid", lambda row: money(row.to_be_paid), number=True)
    left = Cell("Left", lambda row: _sum(row.left), number=True, strong=True)

    class Meta(ListTable.Meta):
        caption = "Totals of all rows"

    def __init__(self, total: Total) -> None:
        super().__init__([total])


class Periods(ListTable):
    """What was ordered, period by period, and what was paid of it."""

    period = Cell("Period", lambda row: f"{date_words(row[0].first)} to {date_words(row[0].last)}", name=True)
    working = Cell("How it is worked out", lambda row: row[1])
    ordered = Cell("Ordered", lambda row: money(row[0].money.total), number=True, strong=True)

    class Meta(ListTable.Meta):
        caption = "What is ordered, period by period"
        empty = "Nothing is ordered in this year."


class Paid(ListTable):
    """Every amount that was finalised on it."""

    payment = Cell("Payment", lambda row: row.payment.case.reference, link=lambda row: row, name=True,
                   second=_standing)  # fmt: skip
    what = Cell("Reason for payment", lambda row: PaymentLine.Kind(row.kind).label, second=_about)
    days = Cell("Applicable dates", lambda row: f"{row.first:%d/%m/%Y} to {row.last:%d/%m/%Y}", nowrap=True)
    total = Cell("Amount", lambda row: money(row.total), number=True, strong=True)

    class Meta(ListTable.Meta):
        caption = "What is paid, payment by payment"
        empty = "Nothing has been finalised yet."

    def __init__(self, rows: Sequence[PaymentLine], actor: Actor, side: Side) -> None:
        super().__init__(rows)

        def link(row: PaymentLine) -> str:
            place = Amount(row.payment_id, row.line_id, row.line.service_id, row.payment.invoiced, finalised=True)
            return side.payment(actor, place)

        self.columns["payment"].column.link = link


class Orders(Report):
    """The report."""

    key = orders.NAME
    slug = "purchase-orders"
    about = "What is ordered, what is paid and what is left, by client and financial year, as it is at this moment."
    heading = "By client"
    form = OrdersForm
    reads = KIND
    refusal = "This report is for teams that read scheduled payments."

    def name(self) -> str | None:
        """As the council calls it."""
        return orders.name()

    def asked(self, question: KeptQuestion) -> Asked:
        """What was chosen."""
        return Asked.read(question.chosen)

    def shown(self, actor: Actor, asked: Asked, query: QueryDict, side: Side) -> Shown:
        """A page of them."""
        total = orders.total(actor, asked)
        page = page_by_key(orders.found(actor, asked), orders.ORDER, query, by_id=True)
        found = [orders.row(each, asked) for each in page.items]
        return Shown(
            rows=total.rows,
            totals=Totals(total) if total.rows else None,
            table=Rows(found, side, own=actor.is_provider),
            page=page,
            clients={each.line.client_id for each in found},
            notes=_notes(total),
        )

    def rows(self, actor: Actor, asked: Asked) -> int:
        """How many there are."""
        return orders.count(actor, asked)

    def lines(self, actor: Actor, asked: Asked, counted: Counted) -> Lines:
        """All of them."""
        return _lines(counted(orders.every(actor, asked)))

    def total_lines(self, actor: Actor, asked: Asked) -> Lines:
        """Their sums; what was ordered of very many is the sum of its column."""
        total = orders.total(actor, asked)
        return [
            ("Purchase orders", "Ordered", "Ordered until today", "Paid", "of which to be paid", "Left"),
            (total.rows, total.ordered, total.so_far, total.paid, total.to_be_paid, total.left),
        ]


def page(request: HttpRequest, actor: Actor, line_id: int, year: int, side: Side) -> HttpResponse:
    """One purchase order: what was ordered period by period, and each amount that was paid; its reading is recorded."""
    found = orders.detail(actor, line_id, year)
    row, line = found.row, found.row.line
    engine.viewed_clients(actor, "purchase_order", line.pk, {line.client_id})
    context = {
        "order": row,
        "title": Orders().name(),
        "back": side.to("report", Orders.slug),
        "facts": _facts(found),
        "periods": Periods([(each, _working(each, found, actor)) for each in row.order.periods]),
        "paid": Paid(found.paid, actor, side),
        "line_href": side.line(actor, line.pk, line.service_id),
    }
    return render(request, "web/reports/order.html", context)


def _facts(found: Detail) -> list[Fact]:
    row = found.row
    to_be_paid = f"{money(row.to_be_paid)} of it to be paid" if row.to_be_paid else ""
    return [
        Fact("Ordered", money(row.ordered), f"{money(row.so_far)} until today"),
        Fact("Paid", money(row.paid), to_be_paid),
        Fact("Left", money(row.left), "More was paid than is ordered by now" if row.left < 0 else ""),
    ]


def _working(period: Ordered, found: Detail, actor: Actor) -> str:
    """The sum of a period, in the words of "Why?"; what is taken off has its sign."""
    steps = of_entitlement(period.worth, found.row.line, inside=not actor.is_provider)
    told = [f"{each.working}: {money(each.amount)}." for each in steps if each.amount]
    vat = period.worth.money.vat
    return " ".join([*told, *([f"VAT: {money(vat)}."] if vat else [])])


def _notes(total: Total) -> Sequence[str]:
    if total.ordered is not None:
        return ()
    return (f"What is ordered is not added up here for {plural(total.rows, 'purchase order')}; the file has it all.",)


def _lines(rows: Iterator[Row]) -> Iterator[Sequence[Value]]:
    yield HEADINGS
    for row in rows:
        line = row.line
        yield (
            line.service.organisation.name, line.service.name, line.contract.reference, str(line.client),
            line.client.ss_ref, line.reference, line.service_level.name, row.year, line.start, line.end, row.ordered,
            row.so_far, row.paid, row.to_be_paid, row.left,
        )  # fmt: skip
