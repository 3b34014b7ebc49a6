"""The list of care package line items, as a page and as a file: the handbook's columns (norfolk-handbook §5)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from backoffice.web.pieces import Tag
from backoffice.web.spreadsheet import Value
from backoffice.web.tables import Cell, ListTable
from backoffice.web.words import date_words, money, upper_first
from workflows.council.profile import current
from workflows.register.models import CarePackageLine
from workflows.register.rules import pricing_words, weekly_cost

HEADINGS = (
    "SSRef", "Client", "Service", "Service Level", "Start Date", "End Date", "Weekly cost in pounds", "Quantity",
    "Unit", "Unit cost in pounds", "Contract type", "Pricing", "CarePackageRef", "State",
)  # fmt: skip
ENDED = Tag("Ended", "grey")
SUSPENDED = Tag("Suspended", "yellow")
LATER = Tag("Starts later", "blue")
NO_RATE = "No rate yet"


def state(line: CarePackageLine, today: date) -> Tag | None:
    """How a line stands today; nothing for one that is simply provided."""
    if line.end is not None and line.end < today:
        return ENDED
    if line.start > today:
        return LATER
    return SUSPENDED if line.suspended else None


def pricing(line: CarePackageLine) -> str:
    """The handbook's words: `1 x Placement at £536.49 (Spot)`."""
    if line.unit_cost is None:
        return NO_RATE
    level = line.service_level
    return pricing_words(line.quantity, level.unit, line.unit_cost, level.contract_type)


def cost(line: CarePackageLine) -> str:
    """What the line costs a week."""
    return NO_RATE if line.unit_cost is None else money(weekly_cost(line.quantity, line.unit_cost))


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the page with how it stands, and the address of a new action about it (empty: there is none)."""

    line: CarePackageLine
    stands: Tag | None
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
        name=True,
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


def sheet(lines: Iterable[CarePackageLine], today: date) -> Iterator[Sequence[Value]]:
    """The same lines for a file: figures as figures, days as days, "displaying cost and breakdown of care" (§3)."""
    for line in lines:
        stands, level = state(line, today), line.service_level
        weekly = None if line.unit_cost is None else weekly_cost(line.quantity, line.unit_cost)
        yield (
            line.client.ss_ref, str(line.client), line.service.name, level.name, line.start, line.end, weekly,
            line.quantity, level.unit, line.unit_cost, level.contract_type, pricing(line), line.reference,
            stands.text if stands else "Provided now",
        )  # fmt: skip
