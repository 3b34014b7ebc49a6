"""The tables of Commissioned v Actuals on the page, and its rows as files have them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal

from workflows.actuals.models import Standing
from workflows.register.rules import plain
from workflows.reports.commissioned import Row, Total

from ..pieces import Tag
from ..spreadsheet import Value
from ..tables import Cell, ListTable
from ..words import date_words, money, upper_first

MISSING = Tag("No actuals", "orange")
COLOURS = {
    Standing.SAVED: "blue", Standing.SUBMITTED: "blue", Standing.DISPUTED: "yellow", Standing.PAYABLE: "green",
    Standing.PAID: "green",
}  # fmt: skip
Address = Callable[[Row], str]
HEADINGS = (
    "Organisation", "Service", "Client", "SSRef", "CarePackageRef", "Service Level", "Week beginning", "Unit",
    "Commissioned", "Commissioned cost", "Actual", "Difference", "Payable cost", "Standing",
)  # fmt: skip
TOTALS = (
    "Unit", "Commissioned", "Commissioned cost", "Actual", "Difference", "Payable cost", "Rows", "Weeks without actuals"
)  # fmt: skip


def standing(row: Row) -> Tag:
    """Where a line's week stands."""
    if row.line_week_id is None:
        return MISSING
    found = Standing(row.standing)
    return Tag(str(found.label), COLOURS.get(found, "grey"))


def unit_words(unit: str) -> str:
    """`half_days` as people say it."""
    return unit.replace("_", " ").lower()


def difference(units: Decimal) -> str:
    """Above or below what was commissioned, in words: the sign alone is overlooked."""
    if not units:
        return "None"
    return f"{plain(abs(units))} {'above' if units > 0 else 'below'}"


class Rows(ListTable):
    """The rows of one page. Every figure says where it comes from: `address` leads to the week (or its line)."""

    client = Cell("Client", lambda row: row.client, second=lambda row: row.ss_ref, name=True)
    line = Cell("Service Level", lambda row: row.service_level, second=lambda row: f"{row.reference}, {row.service}")
    organisation = Cell("Organisation", lambda row: row.organisation)
    week = Cell(
        "Week beginning", lambda row: date_words(row.week), link=lambda row: row, more=lambda row: row.reference,
    )  # fmt: skip
    planned = Cell(
        "Commissioned", lambda row: f"{plain(row.planned)} {unit_words(row.unit)}",
        second=lambda row: "no price" if row.unpriced else money(row.planned_cost), number=True, nowrap=True,
    )  # fmt: skip
    delivered = Cell("Actual", lambda row: f"{plain(row.delivered)} {unit_words(row.unit)}", number=True, nowrap=True)
    difference = Cell("Difference", lambda row: difference(row.difference), number=True, nowrap=True)
    payable = Cell("Payable cost", lambda row: money(row.payable_cost), number=True)
    standing = Cell("Standing", lambda _: "", tag=standing)

    class Meta(ListTable.Meta):
        caption = "Commissioned and actual, by client, line and week"
        empty = "There is nothing to display."

    def __init__(self, rows: Sequence[Row], address: Address, *, own: bool) -> None:
        super().__init__(rows, exclude=("organisation",) if own else ())
        self.columns["week"].column.link = address


class Totals(ListTable):
    """The sums of all rows, by unit."""

    unit = Cell("Total", lambda row: upper_first(unit_words(row.unit)) if row.unit else "All", name=True)
    planned = Cell(
        "Commissioned", lambda row: plain(row.planned) if row.unit else "", second=lambda row: money(row.planned_cost),
        number=True,
    )  # fmt: skip
    delivered = Cell("Actual", lambda row: plain(row.delivered) if row.unit else "", number=True)
    difference = Cell("Difference", lambda row: difference(row.difference) if row.unit else "", number=True)
    payable = Cell("Payable cost", lambda row: money(row.payable_cost), number=True)
    rows = Cell("Rows", lambda row: f"{row.rows:,}", number=True)
    missing = Cell("Weeks without actuals", lambda row: f"{row.missing:,}", number=True)

    class Meta(ListTable.Meta):
        caption = "Totals of all rows"

    def __init__(self, totals: Sequence[Total]) -> None:
        super().__init__([*totals, *([together(totals)] if len(totals) > 1 else [])])


def together(totals: Iterable[Total]) -> Total:
    """The money of all units, with how many rows there are; units of different kinds are not added up."""
    each = list(totals)
    nothing = Decimal(0)
    return Total(
        "", sum(one.rows for one in each), sum(one.missing for one in each), nothing, nothing,
        sum((one.planned_cost for one in each), nothing), sum((one.payable_cost for one in each), nothing),
    )  # fmt: skip


def lines(rows: Iterable[Row]) -> Iterator[Sequence[Value]]:
    """The report for a file: headings, then each row, a column for each figure."""
    yield HEADINGS
    for row in rows:
        yield (
            row.organisation, row.service, row.client, row.ss_ref, row.reference, row.service_level, row.week,
            unit_words(row.unit), row.planned, None if row.unpriced else row.planned_cost, row.delivered,
            row.difference, row.payable_cost, standing(row).text,
        )  # fmt: skip


def total_lines(totals: Iterable[Total]) -> Iterator[Sequence[Value]]:
    """The totals for a file."""
    yield TOTALS
    for row in totals:
        yield (
            unit_words(row.unit), row.planned, row.planned_cost, row.delivered, row.difference, row.payable_cost,
            row.rows, row.missing,
        )  # fmt: skip
