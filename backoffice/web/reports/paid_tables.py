"""The lines of payments on the pages of reports, and in their files."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from django.http import QueryDict

from workflows.parties.actor import Actor
from workflows.reports import asking, paid_lines
from workflows.reports.paid_lines import PaidLine

from ..paging import Page, page_by_key
from ..spreadsheet import Value
from ..tables import Cell, ListTable
from ..words import money
from .kinds import Amount, Side

Address = Callable[[PaidLine], str]
HEADINGS = (
    "Organisation", "Contract", "Payment", "Period from", "Period to", "Pay day", "Status", "Service", "Client",
    "SSRef", "CarePackageRef", "Service Level", "What", "From", "To", "Excl VAT", "VAT", "Total", "Not paid", "Because",
)  # fmt: skip
NOTHING = "There is nothing to display."  # suffolk-user-guide §5


class PaidLines(ListTable):
    """The lines of one page; each amount leads to how it was worked out."""

    client = Cell("Client", lambda row: row.client, second=lambda row: row.ss_ref, name=True)
    line = Cell("Service Level", lambda row: row.service_level, second=lambda row: f"{row.reference}, {row.service}")
    provider = Cell("Organisation", lambda row: row.provider)
    payment = Cell(
        "Payment",
        lambda row: row.payment_reference,
        second=lambda row: f"{row.contract}, pay day {row.pay_on:%d/%m/%Y}",
    )
    days = Cell("Applicable dates", lambda row: f"{row.first:%d/%m/%Y} to {row.last:%d/%m/%Y}", nowrap=True)
    because = Cell("Reason for payment", lambda row: row.what, second=lambda row: row.because)
    total = Cell(
        "Amount", lambda row: money(row.total), link=lambda row: row, more=lambda row: row.reference, number=True,
        strong=True, second=lambda row: f"{money(row.not_paid)} {'waits' if row.waiting else 'is not due'}"
        if row.not_paid else "",
    )  # fmt: skip

    class Meta(ListTable.Meta):
        caption = "Lines of payments, by client"
        empty = NOTHING

    def __init__(self, rows: Sequence[PaidLine], address: Address, *, own: bool, without: Sequence[str] = ()) -> None:
        super().__init__(rows, exclude=(*without, *(("provider",) if own else ())))
        self.columns["total"].column.link = address


def address_of(actor: Actor, side: Side) -> Address:
    """Where a line's amount comes from: the sum of it in its payment."""

    def address(row: PaidLine) -> str:
        place = Amount(row.case_id, row.line_id, row.service_id, row.invoiced, finalised=False)
        return side.payment(actor, place)

    return address


def page_of(rows: object, query: QueryDict) -> tuple[list[PaidLine], Page]:
    """The lines of a page, and its neighbours."""
    page = page_by_key(rows, paid_lines.ORDER, query, by_id=True)  # type: ignore[arg-type]
    return [PaidLine(**each) for each in page.items], page


def lines(rows: Iterable[PaidLine]) -> Iterator[Sequence[Value]]:
    """For a file: headings, then each line, a column for each figure."""
    yield HEADINGS
    for row in rows:
        yield (
            row.provider, row.contract, row.payment_reference, row.period_first, row.period_last, row.pay_on,
            row.status, row.service, row.client, row.ss_ref, row.reference, row.service_level, row.what, row.first,
            row.last, row.excl, row.vat, row.total, row.not_paid, row.because,
        )  # fmt: skip


def every(rows: object) -> Iterator[PaidLine]:
    """All lines, read from the database as they are taken."""
    found: object = rows.order_by(*paid_lines.ORDER).iterator(chunk_size=asking.BATCH)  # type: ignore[attr-defined]
    return (PaidLine(**each) for each in found)  # type: ignore[attr-defined]
