"""Pending Scheduled Payments: status, date from, date to (suffolk-user-guide §5, steps 2 to 8)."""

from typing import Any

from django.http import QueryDict

from workflows.council.profile import current
from workflows.parties.actor import Actor
from workflows.reports import pending
from workflows.reports.asking import KIND
from workflows.reports.models import KeptQuestion
from workflows.reports.pending import Asked, Total

from ..fields import Pick
from ..pieces import Row as Chosen
from ..tables import Cell, ListTable
from ..words import money
from .forms import ReportForm, between, days, organisations
from .kinds import Counted, Lines, Report, Shown, Side
from .paid_tables import PaidLines, address_of, every, lines, page_of

BETWEEN = "The report shows every payment whose period has a day between the two dates."
ALL = "All pending payments"


class PendingForm(ReportForm):
    """Status and the two dates; the council also chooses the organisation."""

    organisation_id = organisations()
    status = Pick(label="Status", empty=ALL, required=False)
    first, last = days(BETWEEN)

    def __init__(self, *positional: Any, **options: Any) -> None:
        super().__init__(*positional, **options)
        self.offer("status", list(pending.statuses().items()))
        if self.actor.is_provider:
            del self.fields["organisation_id"]

    def asked(self) -> Asked:
        """What was chosen."""
        data = self.cleaned_data
        return Asked(self.organisation(), data["status"], data["first"], data["last"])

    def chosen(self, asked: Asked) -> list[Chosen]:
        """For the page and for paper."""
        own = [Chosen("Status", self.picked("status", asked.status)), Chosen("Dates", between(asked.first, asked.last))]
        if self.actor.is_provider:
            return own
        return [Chosen("Organisation", self.picked("organisation_id", asked.organisation_id)), *own]


class Totals(ListTable):
    """The sums of all lines."""

    payments = Cell("Payments", lambda row: f"{row.payments:,}", name=True)
    rows = Cell("Lines", lambda row: f"{row.rows:,}", number=True)
    excl = Cell("Excl VAT", lambda row: money(row.excl), number=True)
    vat = Cell("VAT", lambda row: money(row.vat), number=True)
    total = Cell("Total of all lines", lambda row: money(row.total), number=True, strong=True)
    not_paid = Cell("Waits, or is not due", lambda row: money(row.not_paid), number=True)
    carried = Cell("Carried from earlier periods", lambda row: money(row.carried), number=True)

    class Meta(ListTable.Meta):
        caption = "Totals of all rows"

    def __init__(self, total: Total) -> None:
        super().__init__([total], exclude=() if total.carried else ("carried",))


class Pending(Report):
    """The report."""

    key = pending.NAME
    slug = "pending-scheduled-payments"
    about = "The payments that are due and not finalised yet, client by client."
    heading = "By client"
    form = PendingForm
    reads = KIND
    refusal = "This report is for teams that read scheduled payments."

    def name(self) -> str | None:
        """As the council calls it."""
        return pending.name()

    def asked(self, question: KeptQuestion) -> Asked:
        """What was chosen."""
        return Asked.read(question.chosen)

    def shown(self, actor: Actor, asked: Asked, query: QueryDict, side: Side) -> Shown:
        """A page of the lines."""
        total = pending.total(actor, asked)
        found, page = page_of(pending.rows(actor, asked), query)
        return Shown(
            rows=total.rows,
            totals=Totals(total) if total.rows else None,
            table=PaidLines(found, address_of(actor, side), own=actor.is_provider),
            page=page,
            clients={each.client_id for each in found},
            notes=(f"These payments are not final until {current().name} carries out the finalisation process.",),
        )

    def rows(self, actor: Actor, asked: Asked) -> int:
        """How many there are."""
        return pending.total(actor, asked).rows

    def lines(self, actor: Actor, asked: Asked, counted: Counted) -> Lines:
        """All of them."""
        return lines(counted(every(pending.rows(actor, asked))))

    def total_lines(self, actor: Actor, asked: Asked) -> Lines:
        """Their sums."""
        total = pending.total(actor, asked)
        return [
            ("Payments", "Lines", "Excl VAT", "VAT", "Total", "Waits, or is not due", "Carried from earlier periods"),
            (total.payments, total.rows, total.excl, total.vat, total.total, total.not_paid, total.carried),
        ]
