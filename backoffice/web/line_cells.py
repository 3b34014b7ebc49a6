"""What a list of care package lines says of each, on both sides: how it stands, what it costs, the row of its file."""

from datetime import date

from workflows.register.models import CarePackageLine
from workflows.register.rules import pricing_words, weekly_cost

from .pieces import Tag
from .spreadsheet import Value
from .words import money

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


def values(line: CarePackageLine, today: date) -> tuple[Value, ...]:
    """A line's row under HEADINGS: figures as figures, days as days, "displaying cost and breakdown of care" (§3)."""
    stands, level = state(line, today), line.service_level
    weekly = None if line.unit_cost is None else weekly_cost(line.quantity, line.unit_cost)
    return (
        line.client.ss_ref, str(line.client), line.service.name, level.name, line.start, line.end, weekly,
        line.quantity, level.unit, line.unit_cost, level.contract_type, pricing(line), line.reference,
        stands.text if stands else "Provided now",
    )  # fmt: skip
