"""The tables of the council's pages of scheduled payments."""

from typing import Any

from django.urls import reverse

from backoffice.web import payment_words
from backoffice.web.pieces import Tag
from backoffice.web.tables import Cell, ListTable
from backoffice.web.tag_cell import TagCell
from backoffice.web.words import date_range, date_words, money, plural
from workflows.payments.models import Confirmation, PaymentLine, Rejected
from workflows.payments.rules import State
from workflows.payments.selectors import text_of

from .present import since_words, whose

Row = dict[str, Any]


#: What is counted of a payment's lines, in one word and in many.
COUNTED = (
    ("held_out", "line held out", "lines held out"),
    ("adjusted", "adjustment", "adjustments"),
    ("by_hand", "amount by hand to approve", "amounts by hand to approve"),
)


def attention(row: Row) -> str:
    """What somebody should look at in a payment, in words."""
    noted = row["noted"]
    said = []
    if row["at_stake"]:
        said.append(f"{money(row['at_stake'])} rejected")
    if noted.get("waits"):
        said.append(f"{plural(noted['waits'], 'line')} waiting ({money(noted['waits_money'])})")
    said += [plural(noted[name], one, many) for name, one, many in COUNTED if noted.get(name)]
    if row["carried_out"] < 0:
        said.append(f"{money(row['carried_out'])} carried on")
    if row["changed"]:
        said.append("being worked out again")
    return ", ".join(said)


class Periods(ListTable):
    """Periods of all contracts."""

    what = Cell(
        "Payment",
        lambda row: row["reference"],
        link=lambda row: reverse("council:case", args=[row["case_id"]]),
        second=lambda row: date_range(row["first"], row["last"]),
        name=True,
    )
    who = Cell("Provider and contract", lambda row: row["organisation"], second=lambda row: row["contract_reference"])
    status = TagCell("Status", lambda row: payment_words.STATES[State(row["state"])])
    answer = TagCell("Answer", lambda row: payment_words.CONFIRMATIONS[Confirmation(row["confirmation"])])
    payable = Cell(
        "Payable",
        lambda row: money(row["payable"]),
        second=lambda row: plural(row["noted"].get("lines", 0), "line"),
        number=True,
    )
    paid_on = Cell("Paid on", lambda row: date_words(row["pay_on"]), nowrap=True)
    look = Cell("To look at", attention)

    class Meta(ListTable.Meta):
        caption = "Scheduled payments, those paid last first"
        empty = "There are no payments like this. A period is here once it is visible and its contract has a method."


class Rejections(ListTable):
    """Rejections that Payments answers, what is due first."""

    due = Cell("Due", lambda row: row["clock"].words, tag=lambda row: row["clock"].tag,
               late=lambda row: row["clock"].late)  # fmt: skip
    what = Cell(
        "Payment",
        lambda row: row["reference"],
        link=lambda row: reverse("council:case", args=[row["case_id"]]),
        second=lambda row: date_range(row["first"], row["last"]),
        name=True,
    )
    who = Cell("Provider and contract", lambda row: row["provider_name"], second=lambda row: row["contract"])
    lines = Cell(
        "Rejected",
        lambda row: plural(row["lines"] or 0, "line"),
        second=lambda row: f"{row['died']} because of a death" if row["died"] else "",
    )
    stake = Cell("At stake", lambda row: money(row["at_stake"]), second=lambda row: f"of {money(row['payable'])}",
                 number=True)  # fmt: skip
    final = Cell("Finalised on", lambda row: date_words(row["finalise_on"]), nowrap=True)
    holder = Cell("Who has it", lambda row: row["owner_name"] or "Nobody", second=lambda row: row["team_name"])

    class Meta(ListTable.Meta):
        caption = "Rejected payments that await an answer, what is due first"
        empty = "No rejection awaits an answer. A payment comes here when its provider rejects it."


def _client(row: PaymentLine) -> str:
    return f"{row.line.client} ({row.line.client.ss_ref})"


class ByHand(ListTable):
    """Amounts by hand that no second person has approved."""

    client = Cell("Client", _client, name=True, second=lambda row: row.line.reference)
    payment = Cell(
        "Payment",
        lambda row: row.payment.case.reference,
        link=lambda row: reverse("council:case", args=[row.payment_id]),
        more=_client,
        second=lambda row: row.payment.case.organisation.name,
    )
    amount = Cell("Amount", lambda row: money(row.total), second=lambda row: f"VAT {money(row.vat)}", number=True)
    why = Cell("Why", lambda row: text_of(row.note))
    by = Cell("Proposed by", lambda row: row.written_by.name)
    decide = Cell(
        "Decision",
        lambda row: "Propose again" if row.payment.finalised_at else "Approve or not",
        link=lambda row: row.href,
        more=_client,
        nowrap=True,
    )

    class Meta(ListTable.Meta):
        caption = "Amounts by hand that wait for a second person"
        empty = "No amount by hand waits for a second person."


class Said(ListTable):
    """What a provider rejected in a payment, and what became of it."""

    whose = Cell("Line", whose, name=True)
    what = Cell("What is wrong", since_words, second=lambda each: text_of(each.why))
    stake = Cell("At stake", lambda each: money(each.at_stake), number=True)
    by = Cell("Said by", lambda each: each.by.name, second=lambda each: date_words(each.at))
    became = Cell("Answer", lambda each: Rejected.Answer(each.answer).label,
                  second=lambda each: date_words(each.answered_at) if each.answered_at else "")  # fmt: skip

    class Meta(ListTable.Meta):
        caption = "What was rejected, and what became of it"


class Moving(ListTable):
    """What lines, or payments, come to now and would come to."""

    what = Cell("Line", lambda row: row["name"], name=True, second=lambda row: row["second"])
    before = Cell("Now", lambda row: money(row["before"]), number=True)
    after = Cell("Then", lambda row: money(row["after"]), number=True)
    difference = Cell("Difference", lambda row: row["difference"], number=True)

    class Meta(ListTable.Meta):
        caption = "What would be paid, line by line"
        empty = "No amount changes."


class Happened(ListTable):
    """What changed since a payment was generated."""

    when = Cell("When", lambda row: row["when"], nowrap=True)
    what = Cell("What changed", lambda row: row["what"], second=lambda row: row["about"])
    how = Cell("From and to", lambda row: row["how"])
    by = Cell("By", lambda row: row["by"])

    class Meta(ListTable.Meta):
        caption = "What changed since the payment was generated"
        empty = "Nothing that this payment is worked out from has changed since."


class Owed(ListTable):
    """What is to be recovered."""

    what = Cell("Debt", lambda row: row["debt"], link=lambda row: row["href"], name=True)
    who = Cell("Provider and contract", lambda row: row["organisation"], second=lambda row: row["contract"])
    payment = Cell("From the payment", lambda row: row["reference"], link=lambda row: row["case"],
                   second=lambda row: row["period"])  # fmt: skip
    amount = Cell("Owed", lambda row: money(row["amount"]), number=True)
    recovered = Cell("Recovered", lambda row: money(row["recovered"]), number=True)
    left = Cell("Still owed", lambda row: money(row["left"]), second=lambda row: row["how"], number=True)
    status = TagCell("Status", lambda row: row["tag"])

    class Meta(ListTable.Meta):
        caption = "What is to be recovered from providers"
        empty = "Nothing is to be recovered. What a later payment can take back is taken back by it."


def _taken(row: Row) -> str:
    payment = row["payment"]
    if payment is None:
        return "To come"
    return "Taken back" if payment.finalised_at else "In the payment that is current"


class Instalments(ListTable):
    """The agreed instalments of a debt."""

    period = Cell("Out of the payment from", lambda row: date_words(row["first"]), name=True,
                  second=lambda row: row["payment"].case.reference if row["payment"] else "")  # fmt: skip
    amount = Cell("Instalment", lambda row: money(row["amount"]), number=True)
    taken = Cell("Status", _taken)

    class Meta(ListTable.Meta):
        caption = "Agreed instalments"
        empty = "No instalments are agreed."


class Stops(ListTable):
    """Notices that stop payments."""

    what = Cell("Stop", lambda row: row["reference"], link=lambda row: row["href"], name=True,
                second=lambda row: row["cause"])  # fmt: skip
    client = Cell("Client", lambda row: row["client"], second=lambda row: row["organisation"])
    start = Cell("From", lambda row: row["start"], nowrap=True)
    waits = Cell("The notice is with", lambda row: row["holder"], second=lambda row: row["notice"])
    status = TagCell("Status", lambda row: row["tag"])

    class Meta(ListTable.Meta):
        caption = "Payment stops"
        empty = "No notice stops a payment."


class Methods(ListTable):
    """How a contract is paid, the newest first."""

    start = Cell("From", lambda row: date_words(row["start"]), name=True)
    calendar = Cell("Calendar", lambda row: row["calendar"])
    net = Cell("Clients' contributions", lambda row: row["net"])
    basis = Cell("Paid on", lambda row: row["basis"])
    status = TagCell("Status", lambda row: row["tag"])

    class Meta(ListTable.Meta):
        caption = "How the contract is paid, the newest first"
        empty = "The contract has no payment method, so nothing of it is paid here. Record one below."


NOW, LATER, BEFORE = Tag("In force", "green"), Tag("To come", "blue"), Tag("Before", "grey")
