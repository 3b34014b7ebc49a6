"""The extract of clients' contributions; the council's own."""

from collections.abc import Iterable, Iterator, Sequence

from django.http import QueryDict

from workflows.parties.actor import Actor
from workflows.reports import asking, contributions
from workflows.reports.asking import KIND
from workflows.reports.contributions import Asked, Row, Total
from workflows.reports.models import KeptQuestion

from ..paging import page_by_key
from ..pieces import Row as Chosen
from ..spreadsheet import Value
from ..tables import Cell, ListTable
from ..words import money, plural
from .forms import ALL_CLIENTS, ReportForm, between, clients, days, organisations
from .kinds import COUNCIL, Counted, Lines, Report, Shown, Side
from .paid_tables import NOTHING

BETWEEN = "The report shows what clients contribute on the days between the two dates."
HEADINGS = (
    "Client", "SSRef", "CarePackageRef", "Service Level", "Organisation", "Service", "Contract", "From", "To", "Days",
    "A week", "Comes to", "Collected by",
)  # fmt: skip


class ContributionsForm(ReportForm):
    """Organisation, client, dates."""

    organisation_id = organisations()
    client = clients()
    first, last = days(BETWEEN)

    def asked(self) -> Asked:
        """What was chosen."""
        data = self.cleaned_data
        return Asked(self.organisation(), data["client"], data["first"], data["last"])

    def chosen(self, asked: Asked) -> list[Chosen]:
        """For the page and for paper."""
        return [
            Chosen("Organisation", self.picked("organisation_id", asked.organisation_id)),
            Chosen("Client", self.initial["client_words"] or ALL_CLIENTS),
            Chosen("Dates", between(asked.first, asked.last)),
        ]


class Rows(ListTable):
    """The amounts of one page; each leads to its line."""

    client = Cell("Client", lambda row: row.client, second=lambda row: row.ss_ref, name=True)
    line = Cell("CarePackageRef", lambda row: row.reference, second=lambda row: row.service_level,
                link=lambda row: row)  # fmt: skip
    provider = Cell("Organisation", lambda row: row.provider, second=lambda row: row.service)
    days = Cell(
        "Dates", lambda row: f"{row.from_day:%d/%m/%Y} to {row.to_day:%d/%m/%Y}",
        second=lambda row: f"{plural(row.days, 'day')}", nowrap=True,
    )  # fmt: skip
    amount = Cell("A week", lambda row: money(row.amount), number=True)
    comes_to = Cell("Comes to", lambda row: money(row.comes_to), number=True, strong=True)
    collected = Cell("Collected by", lambda row: row.collected)

    class Meta(ListTable.Meta):
        caption = "Contributions by client and dates"
        empty = NOTHING

    def __init__(self, rows: Sequence[Row], actor: Actor, side: Side) -> None:
        super().__init__(rows)
        self.columns["line"].column.link = lambda row: side.line(actor, row.line_id, 0)


class Totals(ListTable):
    """The sums of all amounts."""

    rows = Cell("Rows", lambda row: f"{row.rows:,}", name=True)
    taken_off = Cell("Collected by providers", lambda row: money(row.taken_off), number=True)
    others = Cell("Others", lambda row: money(row.comes_to - row.taken_off), number=True)
    comes_to = Cell("Together", lambda row: money(row.comes_to), number=True, strong=True)

    class Meta(ListTable.Meta):
        caption = "Totals of all rows"

    def __init__(self, total: Total) -> None:
        super().__init__([total])


class Contributions(Report):
    """The report."""

    key = contributions.NAME
    slug = "contributions"
    about = "What clients contribute, by client and dates, and who collects it."
    heading = "By client"
    form = ContributionsForm
    reads = KIND
    refusal = "This report is for teams that read scheduled payments."
    sides = frozenset({COUNCIL})

    def name(self) -> str | None:
        """As the council calls it."""
        return contributions.name()

    def asked(self, question: KeptQuestion) -> Asked:
        """What was chosen."""
        return Asked.read(question.chosen)

    def shown(self, actor: Actor, asked: Asked, query: QueryDict, side: Side) -> Shown:
        """A page of the amounts."""
        total = contributions.total(asked)
        page = page_by_key(contributions.rows(asked), contributions.ORDER, query, by_id=True)
        found = [Row(**each) for each in page.items]
        return Shown(
            rows=total.rows,
            totals=Totals(total) if total.rows else None,
            table=Rows(found, actor, side),
            page=page,
            clients={each.client_id for each in found},
        )

    def rows(self, actor: Actor, asked: Asked) -> int:  # noqa: ARG002
        """How many there are."""
        return contributions.total(asked).rows

    def lines(self, actor: Actor, asked: Asked, counted: Counted) -> Lines:  # noqa: ARG002
        """All of them."""
        rows = contributions.rows(asked).order_by(*contributions.ORDER).iterator(chunk_size=asking.BATCH)
        return _lines(counted(Row(**each) for each in rows))

    def total_lines(self, actor: Actor, asked: Asked) -> Lines:  # noqa: ARG002
        """Their sums."""
        total = contributions.total(asked)
        return [
            ("Rows", "Collected by providers", "Others", "Together"),
            (total.rows, total.taken_off, total.comes_to - total.taken_off, total.comes_to),
        ]


def _lines(rows: Iterable[Row]) -> Iterator[Sequence[Value]]:
    yield HEADINGS
    for row in rows:
        yield (
            row.client, row.ss_ref, row.reference, row.service_level, row.provider, row.service, row.contract,
            row.from_day, row.to_day, row.days, row.amount, row.comes_to, row.collected,
        )  # fmt: skip
