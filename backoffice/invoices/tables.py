"""The tables of the council's pages of invoices and credit notes."""

from collections.abc import Collection, Sequence
from typing import Any

from django.urls import reverse

from backoffice.web import invoice_words
from backoffice.web.pieces import Tag
from backoffice.web.tables import Cell, ListTable, Tick
from backoffice.web.tag_cell import TagCell
from backoffice.web.words import NOTHING, date_range, date_words, difference, money
from workflows.invoices.checking import ToCheck

RESULTS = {"waiting": Tag("Waiting", "grey"), "done": Tag("Accepted", "green"), "refused": Tag("Not done", "red")}
CLEAN, LOOK = Tag("Clean", "green"), Tag("Look at it", "yellow")


def _who(row: dict[str, Any]) -> str:
    return "Provider" if row["holder"] == "provider" else row["team"] or NOTHING


class Invoices(ListTable):
    """Invoices of all providers."""

    invoice = Cell(
        "Invoice", lambda row: row["reference"], name=True,
        link=lambda row: reverse("council:case", args=[row["case_id"]]),
        second=lambda row: date_range(row["first"], row["last"]),
    )  # fmt: skip
    provider = Cell("Provider", lambda row: row["organisation"], second=lambda row: row["title"] or row["contract"])
    total = Cell("Total", lambda row: money(row["total"]), number=True,
                 second=lambda row: f"VAT {money(row['vat'])}" if row["vat"] else "")  # fmt: skip
    state = Cell("Status", lambda _: "", tag=lambda row: invoice_words.tag(row["state"]), nowrap=True)
    submitted = Cell("Submitted", lambda row: date_words(row["submitted_at"]), nowrap=True)
    holder = Cell("Who has it", _who)
    due = Cell("Due", lambda row: date_words(row["due_at"]), tag=lambda row: row["clock"], nowrap=True)

    class Meta(ListTable.Meta):
        caption = "Invoices, the newest period first"
        empty = "There are no invoices like this. They come from contracts that are paid by invoices."


def _href(each: ToCheck) -> str:
    return reverse("council:case", args=[each.invoice.pk])


class Checks(ListTable):
    """Invoices that await the council, to be ticked; those about which nothing is to be said are ticked already."""

    tick = Tick(lambda row: str(row.invoice.pk), more=lambda row: row.invoice.case.reference, field="invoices",
                ticked=lambda row: row.invoice.pk in row.chosen)  # fmt: skip
    invoice = Cell(
        "Invoice", lambda row: row.invoice.case.reference, name=True, link=_href,
        second=lambda row: invoice_words.period(row.invoice),
    )  # fmt: skip
    provider = Cell("Provider", lambda row: row.invoice.case.organisation.name,
                    second=lambda row: row.invoice.payment.contract.reference)  # fmt: skip
    total = Cell("Total", lambda row: money(row.total), number=True,
                 second=lambda row: difference(row.before, row.total) if row.before is not None else "")  # fmt: skip
    remarks = TagCell("Worth a look", lambda row: CLEAN if row.clean else LOOK)
    why = Cell("Why", lambda row: " ".join(row.remarks))

    class Meta(ListTable.Meta):
        caption = "Invoices that await your check, those submitted first first"
        empty = "No invoice awaits a check."


class Preview(ListTable):
    """What will be accepted."""

    invoice = Cell("Invoice", lambda row: row.invoice.case.reference, name=True,
                   second=lambda row: invoice_words.period(row.invoice))  # fmt: skip
    provider = Cell("Provider", lambda row: row.invoice.case.organisation.name,
                    second=lambda row: row.invoice.payment.contract.reference)  # fmt: skip
    total = Cell("Total", lambda row: money(row.total), number=True)
    why = Cell("Worth a look", lambda row: " ".join(row.remarks))

    class Meta(ListTable.Meta):
        caption = "What will be accepted"


class Items(ListTable):
    """What became of each invoice of a batch."""

    invoice = Cell("Invoice", lambda row: row["reference"], name=True, link=lambda row: row["href"],
                   second=lambda row: row["provider"])  # fmt: skip
    result = TagCell("Result", lambda row: RESULTS[row["result"]])
    message = Cell("What became of it", lambda row: row["message"])

    class Meta(ListTable.Meta):
        caption = "What became of each invoice"
        empty = "There is none of these."


class Notes(ListTable):
    """Credit notes of all providers."""

    note = Cell(
        "Credit note", lambda row: row.case.reference, name=True,
        link=lambda row: reverse("council:case", args=[row.pk]),
        second=lambda row: f"against {row.invoice.case.reference}",
    )  # fmt: skip
    provider = Cell("Provider", lambda row: row.case.organisation.name,
                    second=lambda row: row.invoice.payment.contract.reference)  # fmt: skip
    line = Cell("Line", lambda row: str(row.line.line.client), second=lambda row: row.line.line.reference)
    amount = Cell("Gives back", lambda row: money(row.amount), number=True)
    state = Cell("Status", lambda _: "", tag=lambda row: invoice_words.note_tag(row.case.state), nowrap=True)
    raised = Cell("Raised", lambda row: date_words(row.raised_at), nowrap=True)
    taken = Cell("Taken off by", lambda row: row.credited_in.payment.case.reference if row.credited_in else NOTHING)

    class Meta(ListTable.Meta):
        caption = "Credit notes, those raised last first"
        empty = "There are no credit notes like this. Providers raise them against lines of processed invoices."


class Moved(ListTable):
    """What has moved in an invoice since it was created, or asked about."""

    line = Cell("Client", lambda row: f"{row.line.client} ({row.line.client.ss_ref})", name=True,
                second=lambda row: row.line.reference)  # fmt: skip
    before = Cell("Was", lambda row: money(row.before), number=True)
    after = Cell("Is now", lambda row: money(row.after), number=True)
    why = Cell(
        "Why",
        lambda row: "; ".join(row.because),
        second=lambda row: "; ".join(f"Week of {date_words(each.week)}, saved by {each.name}" for each in row.saved),
    )

    class Meta(ListTable.Meta):
        caption = "Items that were worked out again"


def ticked(rows: Sequence[ToCheck], chosen: Collection[int] | None) -> list[Any]:
    """The rows, each knowing which are ticked: what was chosen, or (None) all that are clean."""
    wanted = {each.invoice.pk for each in rows if each.clean} if chosen is None else set(chosen)
    return [_Ticked(each, wanted) for each in rows]


class _Ticked:
    """A row with what is ticked."""

    def __init__(self, row: ToCheck, chosen: Collection[int]) -> None:
        self.row, self.chosen = row, chosen

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)
