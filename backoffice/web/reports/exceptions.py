"""Pending Payments Exceptions: choose the organisation, view (suffolk-user-guide §5 "Pending Payments Exception")."""

from collections.abc import Sequence

from django.http import QueryDict

from workflows.parties.actor import Actor
from workflows.reports import exceptions
from workflows.reports.asking import KIND
from workflows.reports.exceptions import Asked, Total
from workflows.reports.models import KeptQuestion

from ..pieces import Row as Chosen
from ..tables import Cell, ListTable
from ..words import money
from .forms import ReportForm, organisations
from .kinds import Counted, Lines, Report, Shown, Side
from .paid_tables import PaidLines, address_of, every, lines, page_of


class ExceptionsForm(ReportForm):
    """The organisation."""

    organisation_id = organisations()

    def asked(self) -> Asked:
        """What was chosen."""
        return Asked(self.organisation())

    def chosen(self, asked: Asked) -> list[Chosen]:
        """For the page and for paper."""
        return [Chosen("Organisation", self.picked("organisation_id", asked.organisation_id or self._own()))]

    def _own(self) -> int | None:
        return self.actor.organisation_id if self.actor.is_provider else None


class Totals(ListTable):
    """The sums of all adjustments."""

    rows = Cell("Adjustments", lambda row: f"{row.rows:,}", name=True)
    paid = Cell("Paid more", lambda row: money(row.paid), number=True)
    taken_back = Cell("Taken back", lambda row: money(row.taken_back), number=True)
    vat = Cell("of which VAT", lambda row: money(row.vat), number=True)
    total = Cell("Together", lambda row: money(row.total), number=True, strong=True)

    class Meta(ListTable.Meta):
        caption = "Totals of all rows"

    def __init__(self, total: Total) -> None:
        super().__init__([total])


class Exceptions(Report):
    """The report."""

    key = exceptions.NAME
    slug = "pending-payments-exceptions"
    about = "Detail on adjustments due in the next payment run, and what each is because of."
    heading = "By client"
    form = ExceptionsForm
    reads = KIND
    refusal = "This report is for teams that read scheduled payments."

    def name(self) -> str | None:
        """As the council calls it."""
        return exceptions.name()

    def asked(self, question: KeptQuestion) -> Asked:
        """What was chosen."""
        return Asked.read(question.chosen)

    def shown(self, actor: Actor, asked: Asked, query: QueryDict, side: Side) -> Shown:
        """A page of the adjustments."""
        total = exceptions.total(actor, asked)
        found, page = page_of(exceptions.rows(actor, asked), query)
        return Shown(
            rows=total.rows,
            totals=Totals(total) if total.rows else None,
            table=PaidLines(found, address_of(actor, side), own=actor.is_provider),
            page=page,
            clients={each.client_id for each in found},
            notes=NOTES if total.rows else (),
        )

    def rows(self, actor: Actor, asked: Asked) -> int:
        """How many there are."""
        return exceptions.total(actor, asked).rows

    def lines(self, actor: Actor, asked: Asked, counted: Counted) -> Lines:
        """All of them."""
        return lines(counted(every(exceptions.rows(actor, asked))))

    def total_lines(self, actor: Actor, asked: Asked) -> Lines:
        """Their sums."""
        total = exceptions.total(actor, asked)
        return [
            ("Adjustments", "Paid more", "Taken back", "of which VAT", "Together"),
            (total.rows, total.paid, total.taken_back, total.vat, total.total),
        ]


NOTES: Sequence[str] = (
    "These adjustments are worked out again whenever something changes, until their payment is finalised.",
)
