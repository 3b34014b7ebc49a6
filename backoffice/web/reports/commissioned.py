"""Commissioned v Actuals: its parameters in the order of suffolk-user-guide §5, steps 3 to 9, and its page."""

from datetime import date
from typing import Any, Literal

from django import forms
from django.http import QueryDict

from workflows.actuals.rules import DAY, WEEK
from workflows.parties.actor import Actor
from workflows.reports import commissioned, selectors
from workflows.reports.commissioned import Asked, Cursor, Part, Row
from workflows.reports.models import KeptQuestion

from ..fields import Pick
from ..paging import Page
from ..pieces import Row as Chosen
from ..words import date_range, listing, upper_first
from .forms import ALL_CLIENTS, ReportForm, clients, days, organisations
from .kinds import Counted, Lines, Report, Shown, Side
from .tables import Rows, Totals, lines, total_lines

LONGEST_NUMBER = 19
BETWEEN = "The report shows whole weeks: every week, Monday to Sunday, with a day between the two dates."


class CommissionedForm(ReportForm):
    """Service Group Class, Organisation, Client, the dates, and the two boxes. Nothing chosen means all."""

    service_group = Pick(label="Service Group Class", empty="All classes", required=False)
    organisation_id = organisations()
    client = clients()
    first, last = days(BETWEEN)
    differences = forms.BooleanField(
        label="Differences only",
        help_text="Leaves out weeks in which all was delivered as commissioned.",
        required=False,
    )
    missing = forms.BooleanField(
        label="Include weeks without actuals",
        help_text="Adds weeks that have begun and for which nothing is recorded yet.",
        required=False,
    )

    def __init__(self, *positional: Any, **options: Any) -> None:
        super().__init__(*positional, **options)
        self.offer("service_group", selectors.service_groups())

    def asked(self) -> Asked:
        """What was chosen."""
        data = self.cleaned_data
        return Asked(
            service_group=data["service_group"],
            organisation_id=self.organisation(),
            client_id=data["client"],
            first=data["first"],
            last=data["last"],
            differences=data["differences"],
            missing=data["missing"],
        )

    def chosen(self, asked: Asked) -> list[Chosen]:
        """What the report is about, for the page and for paper."""
        shows = [("differences only", asked.differences), ("weeks without actuals included", asked.missing)]
        first, last = asked.weeks
        return [
            Chosen("Service Group Class", self.picked("service_group", asked.service_group)),
            Chosen("Organisation", self.picked("organisation_id", asked.organisation_id)),
            Chosen("Client", self.initial["client_words"] or ALL_CLIENTS),
            Chosen("Weeks", upper_first(date_range(first, last + WEEK - DAY))),
            Chosen("Shows", upper_first(listing([words for words, on in shows if on]) or "weeks with actuals")),
        ]


class Commissioned(Report):
    """The report."""

    key = commissioned.NAME
    slug = "commissioned-v-actuals"
    about = "Compares planned service delivery with actual service delivery for any selected time period."
    heading = "By client, line and week"
    form = CommissionedForm
    reads = commissioned.KIND
    refusal = "This report is for teams that read actuals."

    def name(self) -> str | None:
        """As the council calls it."""
        return commissioned.name() if commissioned.is_offered() else None

    def asked(self, question: KeptQuestion) -> Asked:
        """What was chosen."""
        return Asked.read(question.chosen)

    def shown(self, actor: Actor, asked: Asked, query: QueryDict, side: Side) -> Shown:
        """A page of the rows under their totals."""
        totals = commissioned.totals(actor, asked)
        part = commissioned.part(actor, asked, _cursor(query)) if totals else Part((), before=False, after=False)
        return Shown(
            rows=sum(each.rows for each in totals),
            totals=Totals(totals) if totals else None,
            table=Rows(part.rows, lambda row: side.week(actor, row), own=actor.is_provider),
            page=_pages(part),
            clients={row.client_id for row in part.rows},
        )

    def rows(self, actor: Actor, asked: Asked) -> int:
        """How many there are."""
        return sum(each.rows for each in commissioned.totals(actor, asked))

    def lines(self, actor: Actor, asked: Asked, counted: Counted) -> Lines:
        """All of them."""
        return lines(counted(commissioned.every(actor, asked)))

    def total_lines(self, actor: Actor, asked: Asked) -> Lines:
        """By unit of service."""
        return total_lines(commissioned.totals(actor, asked))


def _pages(part: Part) -> Page:
    rows = list(part.rows)
    return Page(
        rows,
        f"?before={_mark(rows[0])}" if part.before else "",
        f"?after={_mark(rows[-1])}" if part.after else "",
    )


def _mark(row: Row) -> str:
    """Where a page ends, as numbers: the order is by name, and no address may name a client."""
    return f"{row.line_id}.{row.week.isoformat()}"


def _cursor(query: QueryDict) -> Cursor | None:
    """Where the page begins; what cannot be read is the first page."""
    way: Literal["after", "before"] = "before" if "before" in query else "after"
    line, _, week = query.get(way, "").partition(".")
    if not (line.isascii() and line.isdigit() and len(line) < LONGEST_NUMBER):
        return None
    try:
        return Cursor(way, int(line), date.fromisoformat(week))
    except ValueError:
        return None
