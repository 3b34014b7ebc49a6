"""The list of care package line items: the handbook's columns (norfolk-handbook §5)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from backoffice.web.line_cells import cost, pricing
from backoffice.web.pieces import Tag
from backoffice.web.tables import Cell, ListTable
from backoffice.web.words import date_words, upper_first
from workflows.council.profile import current
from workflows.register.models import CarePackageLine

NEWS = {"new": Tag("New", "teal"), "changed": Tag("Changed", "teal")}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the page with how it stands, whether it is news, and the address of a new action about it (empty:
    there is none)."""

    line: CarePackageLine
    stands: Tag | None
    news: Tag | None = None
    action: str = ""

    @property
    def href(self) -> str:
        """The line's own page."""
        return reverse("portal:line", args=[self.line.pk])


class Lines(ListTable):
    """The lines of one page."""

    ss_ref = Cell("SSRef", lambda row: row.line.client.ss_ref)
    client = Cell(
        "Client", lambda row: str(row.line.client), link=lambda row: row.href, more=lambda row: row.line.reference,
        tag=lambda row: row.news, name=True,
    )  # fmt: skip
    service = Cell("Service", lambda row: row.line.service.name)
    level = Cell("Service Level", lambda row: row.line.service_level.name, tag=lambda row: row.stands)
    start = Cell("Start Date", lambda row: date_words(row.line.start))
    end = Cell("End Date", lambda row: date_words(row.line.end))
    cost = Cell(
        "Cost", lambda row: cost(row.line), second=lambda row: "" if row.line.unit_cost is None else "weekly",
        number=True,
    )  # fmt: skip
    pricing = Cell("Pricing", lambda row: pricing(row.line))
    reference = Cell("CarePackageRef", lambda row: row.line.reference)
    act = Cell(
        "Action", lambda _: "Submit action", link=lambda row: row.action, bare=True,
        more=lambda row: f"about {row.line.client}, {row.line.reference}",
    )  # fmt: skip

    def __init__(self, rows: Sequence[Row], *, filtered: bool) -> None:
        super().__init__(rows, exclude=() if any(row.action for row in rows) else ("act",))
        self.filtered = filtered

    @property
    def caption(self) -> str:
        """What the list is called here."""
        return upper_first(current().care_package_lines.names)

    @property
    def empty(self) -> str:
        """Why there are none, and what fills the list."""
        words = current().care_package_lines
        if self.filtered:
            return f"No {words.name} fits the filter. Those that have ended are left out until you include historical."
        return f"There are no {words.names} yet. They appear here when {current().name} buys care from you."
