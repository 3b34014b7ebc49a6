"""The lists of the room."""

from typing import Any

from django.urls import reverse

from backoffice.web.pieces import Tag
from backoffice.web.tables import Cell, ListTable, Tick
from backoffice.web.tag_cell import TagCell
from backoffice.web.words import date_range, date_words, moment, money, plural
from workflows.payments.models import PaymentLine
from workflows.payments.rules import RunState, State
from workflows.payments.run_selectors import unusual

STATES = {
    RunState.PREPARED: Tag("Prepared", "blue"),
    RunState.PROPOSED: Tag("Waits for a second person", "orange"),
    RunState.FINALISING: Tag("Being finalised", "blue"),
    RunState.FINALISED: Tag("Finalised, not sent", "yellow"),
    RunState.SENT: Tag("Sent to finance", "purple"),
    RunState.PAID: Tag("Paid", "green"),
    RunState.CANCELLED: Tag("Cancelled", "grey"),
}
PAYMENT_STATES = {
    State.CURRENT: Tag("Current", "blue"),
    State.PARTLY: Tag("Partly finalised", "orange"),
    State.FINALISED: Tag("Finalised", "grey"),
    State.PAID: Tag("Paid", "green"),
}
RESULTS = {"waiting": Tag("Waiting", "grey"), "done": Tag("Done", "green"), "refused": Tag("Not done", "red")}


def waits(row: Any) -> str:
    """What of a pay day waits, in words."""
    found = [
        plural(row.lines, "line waits", "lines wait") if row.lines else "",
        f"{plural(row.rejected, 'payment')} rejected" if row.rejected else "",
        f"{plural(row.held_out, 'line')} held out" if row.held_out else "",
        f"{plural(row.by_hand, 'adjustment')} by hand not approved" if row.by_hand else "",
        f"{plural(row.changed, 'payment')} being worked out" if row.changed else "",
        f"{plural(row.invoices, 'payment waits', 'payments wait')} for an invoice ({money(row.invoiced)})"
        if row.invoices
        else "",
    ]
    return "; ".join(each for each in found if each)


class Dues(ListTable):
    """What is due."""

    day = Cell("Pay day", lambda row: date_words(row.pay_on), more=lambda row: row.name, name=True,
               link=lambda row: reverse("council:payments_due", args=[row.calendar, row.pay_on.isoformat()]),
               second=lambda row: f"finalise by {date_words(row.finalise_on)}")  # fmt: skip
    calendar = Cell("Calendar", lambda row: row.name)
    payments = Cell("Payments", lambda row: f"{row.payments:,}", number=True)
    payable = Cell("Total Payable", lambda row: money(row.payable), number=True, strong=True)
    waiting = Cell("What waits", waits, second=lambda row: f"{money(row.not_paid)} is not paid while it waits"
                   if row.not_paid else "")  # fmt: skip

    class Meta(ListTable.Meta):
        caption = "What is due and in no run"
        empty = "Nothing is due. Payments appear here when their period can be looked at."


class Runs(ListTable):
    """The runs, the latest first."""

    run = Cell("Run", lambda row: f"Run {row.number}", link=lambda row: row.href,
               second=lambda row: row.case.reference, name=True)  # fmt: skip
    status = TagCell("Status", lambda row: STATES[RunState(row.case.state)])
    day = Cell("Pay day", lambda row: date_words(row.pay_on), second=lambda row: row.calendar_name)
    payments = Cell("Payments", lambda row: f"{row.payments_count:,}", number=True,
                    second=lambda row: plural(row.lines_count, "line"))  # fmt: skip
    total = Cell("Total", lambda row: money(row.total), second=lambda row: f"VAT {money(row.vat)}", number=True)
    people = Cell("By", lambda row: row.proposed_by.name if row.proposed_by else "",
                  second=lambda row: f"approved by {row.approved_by.name}" if row.approved_by else "")  # fmt: skip

    class Meta(ListTable.Meta):
        caption = "Payment runs, the latest first"
        empty = "There has been no run yet. Prepare one from what is due."


def _marks(row: dict[str, Any]) -> str:
    found = [
        f"{plural(row['held_out'], 'line')} held out" if row["held_out"] else "",
        "rejected by the provider" if row["rejected"] else "",
        f"{money(row['not_paid'])} waits" if row["not_paid"] else "",
        "being worked out again" if row["changed"] else "",
        f"{money(row['carried_in'])} carried in" if row["carried_in"] else "",
        f"{money(row['carried_out'])} carried on" if row["carried_out"] else "",
    ]
    return "; ".join(each for each in found if each)


class Payments(ListTable):
    """The payments of a run."""

    payment = Cell("Payment", lambda row: row["reference"], link=lambda row: row["href"],
                   second=lambda row: plural(row["lines_count"] or 0, "line"), name=True)  # fmt: skip
    provider = Cell("Provider", lambda row: row["provider"], second=lambda row: row["contract_name"])
    status = TagCell("Status", lambda row: PAYMENT_STATES[State(row["state"])])
    marks = Cell("To know", _marks)
    before = Cell("Paid before", lambda row: money(row["before"]), number=True)
    payable = Cell("Total Payable", lambda row: money(row["payable"]), number=True, strong=True)
    advice = Cell("Remittance", lambda row: "Remittance advice" if row["advice"] else "",
                  link=lambda row: row["advice"], more=lambda row: row["reference"])  # fmt: skip

    class Meta(ListTable.Meta):
        caption = "The payments of this run, those that pay most first"
        empty = "No payment is in this run."


def _mark(row: Any) -> Tag | None:
    """What stands out of a contract's payment."""
    if row.before is None:
        return Tag("New", "blue")
    return Tag("Unusual", "orange") if unusual(row.before, row.now) else None


class Changes(ListTable):
    """What moved most."""

    provider = Cell("Provider", lambda row: row.provider, second=lambda row: row.contract,
                    link=lambda row: reverse("council:run_payment", args=[row.run, row.payment]),
                    more=lambda row: row.reference, name=True)  # fmt: skip
    before = Cell("Paid before", lambda row: money(row.before) if row.before is not None else "Not paid before",
                  number=True)  # fmt: skip
    now = Cell("In this run", lambda row: money(row.now), number=True)
    by = Cell("Difference", lambda row: f"{money(abs(row.by))} {'more' if row.by > 0 else 'less'}", number=True)
    mark = TagCell("Mark", _mark)

    class Meta(ListTable.Meta):
        caption = "What moved most since the payment before"
        empty = "Every contract is paid as the last time."


class Looks(ListTable):
    """Lines that need a look."""

    client = Cell("Client", lambda row: f"{row.line.client} ({row.line.client.ss_ref})",
                  second=lambda row: f"{row.line.service_level.name}, {row.line.reference}", name=True)  # fmt: skip
    payment = Cell("Payment", lambda row: row.payment.case.reference, link=lambda row: row.href,
                   more=lambda row: f"for {row.line.reference}, {row.pk}",
                   second=lambda row: row.payment.contract.organisation.name)  # fmt: skip
    why = Cell("What it waits for, who has it", lambda row: row.why)
    amount = Cell("Amount", lambda row: money(row.amount), number=True)

    class Meta(ListTable.Meta):
        caption = "Lines that need a look"
        empty = "There is none of these."


class Lines(ListTable):
    """The lines of a payment that can be held out."""

    tick = Tick(lambda row: row.pk, more=lambda row: f"{row.line.client}, {row.words}", field="lines",
                ticked=lambda row: row.ticked)  # fmt: skip
    client = Cell("Client", lambda row: f"{row.line.client} ({row.line.client.ss_ref})",
                  second=lambda row: f"{row.line.service_level.name}, {row.line.reference}", name=True)  # fmt: skip
    what = Cell("For", lambda row: row.words, second=lambda row: date_range(row.first, row.last))
    why = Cell("Not paid", lambda row: row.why)
    excl = Cell("Excl VAT", lambda row: money(row.excl), number=True)
    vat = Cell("VAT", lambda row: money(row.vat), number=True)
    total = Cell("Total", lambda row: money(row.total), number=True, strong=True)

    class Meta(ListTable.Meta):
        caption = "Lines in this payment"
        empty = "No line is in this payment."


class HeldOut(ListTable):
    """The lines of a payment that are held out."""

    tick = Tick(lambda row: row.pk, more=lambda row: f"{row.line.client}, held out", field="lines")
    client = Cell("Client", lambda row: f"{row.line.client} ({row.line.client.ss_ref})",
                  second=lambda row: f"{row.line.service_level.name}, {row.line.reference}", name=True)  # fmt: skip
    why = Cell("Why", lambda row: row.why, second=lambda row: row.who)
    total = Cell("Total", lambda row: money(row.total), number=True)

    class Meta(ListTable.Meta):
        caption = "Lines that are held out"


class Returned(ListTable):
    """What finance has sent back."""

    when = Cell("Brought in", lambda row: moment(row.at), second=lambda row: f"by {row.by.name}", name=True)
    payments = Cell("Payments", lambda row: f"{row.payments_count:,}", number=True)
    total = Cell("Total", lambda row: money(row.total), number=True)

    class Meta(ListTable.Meta):
        caption = "Return files of this run, the latest first"
        show_caption = True


class Faults(ListTable):
    """What is wrong with a return file."""

    line = Cell("Line", lambda row: f"Line {row.line:,}" if row.line else "The file", name=True)
    what = Cell("What is wrong", lambda row: row.text)

    class Meta(ListTable.Meta):
        caption = "What is wrong, line by line"


class Items(ListTable):
    """What became of each payment."""

    payment = Cell("Payment", lambda row: row["reference"] or "A payment", link=lambda row: row["href"],
                   second=lambda row: row["provider"], name=True)  # fmt: skip
    result = TagCell("Result", lambda row: RESULTS[row["result"]])
    message = Cell("What became of it", lambda row: row["message"])

    class Meta(ListTable.Meta):
        caption = "What became of each payment"
        empty = "There is none of these."


def kind_words(line: PaymentLine) -> str:
    """What a row of a payment is: paid, an adjustment of an earlier period, by hand."""
    if line.kind == PaymentLine.Kind.SCHEDULED:
        return "This period"
    return str(PaymentLine.Kind(line.kind).label)
