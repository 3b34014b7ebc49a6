"""The lists of the register."""

from backoffice.casework import worklist
from backoffice.casework.cells import weekly_cell
from backoffice.casework.states import state_tag
from backoffice.web.line_cells import state
from backoffice.web.tables import Cell, ListTable
from backoffice.web.tag_cell import TagCell
from backoffice.web.words import date_range, date_words, money, upper_first
from workflows.register.models import CarePackageLine
from workflows.register.rules import CONTRACT, GENERAL, ORGANISATION, OWN, weekly_cost


def cost_of(line: CarePackageLine) -> str:
    """What a line costs a week; a line without a price says so."""
    return "No rate" if line.unit_cost is None else money(weekly_cost(line.quantity, line.unit_cost))


class Lines(ListTable):
    """Care package lines."""

    client = Cell(
        "Client",
        lambda row: str(row.client),
        link=lambda row: row.href,
        more=lambda row: row.reference,
        second=lambda row: f"{row.client.ss_ref}, {row.reference}",
        name=True,
    )
    service = Cell("Service", lambda row: row.service.name, second=lambda row: row.service.organisation.name)
    level = Cell(
        "Service level",
        lambda row: row.service_level.name,
        tag=lambda row: state(row, row.today),
    )
    dates = Cell("Dates", lambda row: upper_first(date_range(row.start, row.end)))
    cost = Cell("Cost", cost_of, second=lambda row: "a week" if row.unit_cost is not None else "", number=True)

    class Meta(ListTable.Meta):
        caption = "Care package lines"
        empty = "There are no lines here. Lines come from an import, or are added one by one."


class LineDocuments(ListTable):
    """The contract documents of a line."""

    document = Cell("Document", lambda row: row["reference"], link=lambda row: row["href"], name=True)
    occasion = Cell("Occasion", lambda row: row["occasion"].title())
    status = TagCell("Status", lambda row: state_tag(row["state"]))
    cost = weekly_cell("Cost", lambda row: row["amount"])
    begun = Cell("Published", lambda row: date_words(row["created"]))

    class Meta(ListTable.Meta):
        caption = "Contract documents of this line"
        empty = "None was published yet. See Ready to publish."


SOURCES = {
    OWN: "A price of this line alone",
    CONTRACT: "The rate of its contract",
    ORGANISATION: "The rate of its organisation",
    GENERAL: "The general rate of the service level",
    "": "",
}


class Prices(ListTable):
    """Which price of one unit held for a line, with its dates."""

    dates = Cell("Dates", lambda row: upper_first(date_range(row.span.start, row.span.end)), name=True)
    amount = Cell("Price", lambda row: "No rate" if row.amount is None else money(row.amount), number=True)
    source = Cell("What sets it", lambda row: SOURCES[row.source])

    class Meta(ListTable.Meta):
        caption = "Prices of one unit a week, with their dates"


class Waiting(ListTable):
    """The open turns that are about a line."""

    what = Cell(
        "What",
        lambda row: row["title"],
        link=lambda row: row["href"],
        second=worklist.what_words,
        name=True,
    )
    due = Cell(
        "Due", lambda row: row["clock"].words, tag=lambda row: row["clock"].tag, late=lambda row: row["clock"].late
    )
    who = Cell("With", lambda row: row["side"], second=lambda row: row["person"])

    class Meta(ListTable.Meta):
        caption = "What waits on this line"
        empty = "Nothing is open about this line."


class Contracts(ListTable):
    """Contracts."""

    reference = Cell("Contract", lambda row: row.reference, link=lambda row: row.href, name=True)
    title = Cell("Title", lambda row: row.title)
    organisation = Cell("Organisation", lambda row: row.organisation.name)

    class Meta(ListTable.Meta):
        caption = "Contracts"
        empty = "There are no contracts. Import them, or add the first one."


class Levels(ListTable):
    """Service levels with the general rate of today."""

    name = Cell("Service level", lambda row: row.name, link=lambda row: row.href, name=True)
    group = Cell("For", lambda row: row.group_name)
    unit = Cell("Unit", lambda row: row.unit, second=lambda row: row.contract_type)
    rate = weekly_cell("Rate today", lambda row: row.rate)

    class Meta(ListTable.Meta):
        caption = "Service levels"
        empty = "There are no service levels. Import them, or add the first one."


class Rates(ListTable):
    """The rates of a level."""

    scope = Cell("For", lambda row: row.scope, name=True)
    dates = Cell("Dates", lambda row: upper_first(date_range(row.start, row.end)))
    amount = weekly_cell("Amount", lambda row: row.amount)

    class Meta(ListTable.Meta):
        caption = "Rates, the narrowest first"
        empty = "There is no rate yet: lines at this level have no price."
