"""Late payments and what statutory interest on them might cost; the council's own."""

from collections.abc import Iterable, Iterator, Sequence

from django import forms
from django.http import QueryDict
from django.urls import reverse

from workflows.parties.actor import Actor
from workflows.register.rules import plain
from workflows.reports import late
from workflows.reports.asking import KIND
from workflows.reports.late import Asked, Row, Total
from workflows.reports.models import KeptQuestion

from ..paging import page_by_key
from ..pieces import Row as Chosen
from ..spreadsheet import Value
from ..tables import Cell, ListTable
from ..words import date_words, money, plural
from .forms import ReportForm, between, days, organisations
from .kinds import COUNCIL, Counted, Lines, Report, Shown, Side
from .paid_tables import NOTHING

BETWEEN = "The report shows payments whose pay day lies between the two dates."
HEADINGS = (
    "Organisation", "Contract", "Payment", "Period from", "Period to", "Pay day", "30 days end on", "Paid on",
    "Transfer", "Amount", "Days after the pay day", "Interest runs after", "Days of interest", "Bank Rate",
    "Rate of interest", "Interest", "Fixed sum", "Exposure",
)  # fmt: skip


class LateForm(ReportForm):
    """Organisation, dates, and whether payments in time are shown too."""

    organisation_id = organisations()
    first, last = days(BETWEEN)
    on_time = forms.BooleanField(label="Include payments that were on time", required=False)

    def asked(self) -> Asked:
        """What was chosen."""
        data = self.cleaned_data
        return Asked(self.organisation(), data["first"], data["last"], data["on_time"])

    def chosen(self, asked: Asked) -> list[Chosen]:
        """For the page and for paper."""
        return [
            Chosen("Organisation", self.picked("organisation_id", asked.organisation_id)),
            Chosen("Pay days", between(asked.first, asked.last)),
            Chosen("Shows", "All payments" if asked.on_time else "Late payments"),
        ]


def _working(row: Row) -> str:
    """`12 days at 8 + 4.25 %`."""
    found = row.exposure
    if not found.days:
        return ""
    if found.base is None:
        return f"{plural(found.days, 'day')}; Bank Rate is not known"
    return f"{plural(found.days, 'day')} at 8 + {plain(found.base)}%"


class Rows(ListTable):
    """The payments of one page; each leads to itself, and says how its interest is reckoned."""

    payment = Cell(
        "Payment", lambda row: row.payment, link=lambda row: reverse("council:case", args=[row.case_id]), name=True,
        second=lambda row: f"{row.first:%d/%m/%Y} to {row.last:%d/%m/%Y}",
    )  # fmt: skip
    provider = Cell("Organisation", lambda row: row.provider, second=lambda row: row.contract)
    due = Cell("Pay day", lambda row: date_words(row.due), second=lambda row: f"30 days end on {row.thirty:%d/%m/%Y}")
    paid = Cell(
        "Paid", lambda row: date_words(row.paid_on) if row.paid_on else "Not yet",
        second=lambda row: f"{plural(row.days, 'day')} late" if row.days else "", late=lambda row: bool(row.days),
    )  # fmt: skip
    amount = Cell("Amount", lambda row: money(row.amount), number=True)
    interest = Cell("Interest", lambda row: money(row.exposure.interest), second=_working, number=True)
    fixed = Cell("Fixed sum", lambda row: money(row.exposure.fixed), number=True)
    total = Cell("Exposure", lambda row: money(row.exposure.total), number=True, strong=True)

    class Meta(ListTable.Meta):
        caption = "Payments by pay day"
        empty = NOTHING


class Totals(ListTable):
    """The sums of all payments."""

    rows = Cell("Payments", lambda row: f"{row.rows:,}", name=True)
    late = Cell("Late", lambda row: f"{row.late:,}", number=True)
    unpaid = Cell("Not paid yet", lambda row: f"{row.unpaid:,}", number=True)
    amount = Cell("Amount", lambda row: money(row.amount), number=True)
    interest = Cell("Interest", lambda row: money(row.interest), number=True)
    fixed = Cell("Fixed sums", lambda row: money(row.fixed), number=True)
    exposure = Cell("Exposure", lambda row: money(row.interest + row.fixed), number=True, strong=True)

    class Meta(ListTable.Meta):
        caption = "Totals of all rows"

    def __init__(self, total: Total) -> None:
        super().__init__([total])


class Late(Report):
    """The report."""

    key = late.NAME
    slug = "late-payments"
    about = "What was paid after its day or after 30 days, and what statutory interest on it might come to."
    heading = "By pay day"
    form = LateForm
    reads = KIND
    refusal = "This report is for teams that read scheduled payments."
    sides = frozenset({COUNCIL})

    def name(self) -> str | None:
        """As the council calls it."""
        return late.name()

    def asked(self, question: KeptQuestion) -> Asked:
        """What was chosen."""
        return Asked.read(question.chosen)

    def shown(self, actor: Actor, asked: Asked, query: QueryDict, side: Side) -> Shown:  # noqa: ARG002
        """A page of the payments."""
        total = late.total(actor, asked)
        page = page_by_key(late.found(actor, asked), late.ORDER, query)
        return Shown(
            rows=total.rows,
            totals=Totals(total) if total.rows else None,
            table=Rows(list(late.rows_of(page.items))),
            page=page,
            clients=(),
            notes=_notes() if total.late else (),
        )

    def rows(self, actor: Actor, asked: Asked) -> int:
        """How many there are."""
        return late.count(actor, asked)

    def lines(self, actor: Actor, asked: Asked, counted: Counted) -> Lines:
        """All of them."""
        return _lines(counted(late.every(actor, asked)))

    def total_lines(self, actor: Actor, asked: Asked) -> Lines:
        """Their sums."""
        total = late.total(actor, asked)
        return [
            ("Payments", "Late", "Not paid yet", "Amount", "Interest", "Fixed sums", "Exposure"),
            (total.rows, total.late, total.unpaid, total.amount, total.interest, total.fixed,
             total.interest + total.fixed),
        ]  # fmt: skip


NOTES: Sequence[str] = (
    "Exposure by the Late Payment of Commercial Debts (Interest) Act 1998: simple interest at 8% above Bank Rate from "
    "the day after the pay day or the 30th day, whichever is earlier (what is paid in advance: after the last day of "
    "its period), and a fixed sum of £40, £70 or £100. Whether the Act applies to a contract is not decided here.",
    "What is not paid yet is reckoned until today.",
)


def _notes() -> Sequence[str]:
    known = f"Bank Rate is known here until {date_words(late.known_until())}; later changes stand in the profile."
    return (*NOTES, known)


def _lines(rows: Iterable[Row]) -> Iterator[Sequence[Value]]:
    yield HEADINGS
    for row in rows:
        cost = row.exposure
        yield (
            row.provider, row.contract, row.payment, row.first, row.last, row.due, row.thirty, row.paid_on,
            row.transfer, row.amount, row.days, cost.relevant, cost.days, cost.base, cost.percent, cost.interest,
            cost.fixed, cost.total,
        )  # fmt: skip
