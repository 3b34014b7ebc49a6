"""What the page of one line says: its terms, what each week costs, since when, and its documents."""

from datetime import date

from django.urls import reverse

from backoffice.web.line_cells import NO_RATE, pricing, state
from backoffice.web.pieces import Fact
from backoffice.web.pieces import Row as Pair
from backoffice.web.tables import Cell, ListTable
from backoffice.web.words import date_range, date_words, money, per_week, per_year, upper_first
from workflows.contracts import selectors as contracts
from workflows.contracts.rules import State
from workflows.council.profile import current
from workflows.parties.actor import Actor
from workflows.register.models import CarePackageLine
from workflows.register.rules import CONTRACT, GENERAL, ORGANISATION, OWN, plain, weekly_cost

from ..contract_documents.tables import STATES

SOURCES = {
    OWN: "A price of this line alone",
    CONTRACT: "The rate of your contract",
    ORGANISATION: "The rate of your organisation",
    GENERAL: "The rate of the service level",
    "": "",
}


def facts(line: CarePackageLine, today: date) -> list[Fact]:
    """Cost, dates, how it stands."""
    weekly = None if line.unit_cost is None else weekly_cost(line.quantity, line.unit_cost)
    stands = state(line, today)
    return [
        Fact("Cost", per_week(weekly), per_year(weekly)) if weekly is not None else Fact("Cost", NO_RATE),
        Fact("Dates", upper_first(date_range(line.start, line.end))),
        Fact("State", stands.text if stands else "Provided now"),
    ]


def rows(line: CarePackageLine) -> list[Pair]:
    """The line's terms, in the order of the list's columns."""
    level = line.service_level
    return [
        Pair("Client", f"{line.client} (SSRef {line.client.ss_ref})"),
        Pair("Service", line.service.name),
        Pair("Service Level", level.name),
        Pair("Start Date", date_words(line.start)),
        Pair("End Date", date_words(line.end) if line.end else "None (open)"),
        Pair("Quantity", f"{plain(line.quantity)} x {level.unit} ({level.contract_type})"),
        *([Pair("Lot", line.lot)] if line.lot else []),
        Pair("Pricing", pricing(line)),
        Pair("CarePackageRef", line.reference),
        Pair("Contract", line.contract.reference, [line.contract.title]),
        *([Pair("Review date", date_words(line.review_date), ["The line is temporary"])] if line.temporary else []),
    ]


class Prices(ListTable):
    """Which price of one unit held when."""

    dates = Cell("Dates", lambda row: upper_first(date_range(row.span.start, row.span.end)), name=True)
    amount = Cell("Price", lambda row: NO_RATE if row.amount is None else money(row.amount), number=True)
    source = Cell("What sets it", lambda row: SOURCES[row.source])

    class Meta(ListTable.Meta):
        caption = "Prices with their dates"


class Suspensions(ListTable):
    """The days on which the line was not to be provided."""

    dates = Cell("Dates", lambda row: upper_first(date_range(row.start, row.end)), name=True)

    class Meta(ListTable.Meta):
        caption = "Suspensions with their dates"


class Contributions(ListTable):
    """What the client pays you each week, which is taken off what the council pays."""

    dates = Cell("Dates", lambda row: upper_first(date_range(row.start, row.end)), name=True)
    amount = Cell("Amount a week", lambda row: money(row.amount), number=True)

    class Meta(ListTable.Meta):
        caption = "The client's contributions with their dates"


class Documents(ListTable):
    """The contract documents of the line, the newest first."""

    document = Cell(
        "Document",
        lambda row: f"{current().contract_documents.type_label} {row['reference']}",
        link=lambda row: reverse("portal:document", args=[row["case_id"]]),
        name=True,
    )
    cost = Cell("Cost", lambda row: money(row["amount"]), second=lambda _: "weekly", number=True)
    begun = Cell("Published", lambda row: date_words(row["created"]))
    status = Cell("Status", lambda row: STATES[State(row["state"])].text)

    class Meta(ListTable.Meta):
        caption = "Contract documents of this line"
        empty = "None was published yet."


def documents(actor: Actor, line: CarePackageLine) -> Documents | None:
    """The line's documents; None when the role does not include them at its service."""
    if not actor.may(contracts.FUNCTION, "view", line.service_id):
        return None
    return Documents(contracts.of_line(actor, line.pk))
