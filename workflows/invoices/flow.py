"""The workflows of invoices and credit notes (design, workflows §7; bedford-actuals-guide "Invoice/Credit Notes")."""

from typing import ClassVar

from viewflow.this_object import this

from workflows.engine.flow import CaseFlow
from workflows.engine.nodes import Begin, End, Kept, ProviderTask, TeamTask


class InvoiceFlow(CaseFlow):
    """Invoice"""

    kind = "invoice"
    amount_is = "in one period"
    version = 1
    prefix = "INV"
    function = "invoices"

    begin = Begin().On("open", this.draft, by="system")

    draft = (
        ProviderTask("Create an invoice", function="invoices")
        .On("create", this.pending, by="provider")
        .On("close_empty", this.accepted, by="payments")
    )

    pending = (
        ProviderTask("Submit an invoice", function="invoices")
        .Stay("attach", by="provider")
        .On("submit", this.check, by="provider")
        .On("close_empty", this.accepted, by="payments")
    )

    check = (
        TeamTask("Check the invoice", desk="payments", clock="invoices.check_within")
        .On("query", this.pending, by="payments")
        .On("accept", this.accepted, by="payments")
    )

    accepted = (
        Kept("Waits for its payment run", desk="payments")
        .On("query", this.pending, by="payments")
        .On("process", this.processed, by="system")
    )

    processed = Kept("Waits for the payment", desk="payments").On("pay", this.end, by="system")

    end = End()

    said: ClassVar = {
        "open": "opened it",
        "create": "created it",
        "attach": "attached what VAT needs",
        "submit": "submitted it",
        "close_empty": "closed it, because there is nothing to invoice",
        "query": "asked about it",
        "accept": "accepted it",
        "process": "took it into a payment run",
        "pay": "marked it as paid",
    }


class CreditNoteFlow(CaseFlow):
    """Credit note"""

    kind = "credit_note"
    amount_is = "in all"
    version = 1
    prefix = "CRN"
    function = "invoices"

    begin = Begin().On("raise", this.check, by="provider")

    check = (
        TeamTask("Check the credit note", desk="payments", clock="invoices.check_within")
        .On("accept", this.waiting, by="payments")
        .On("query", this.answer, by="payments")
        .On("refuse", this.end, by="payments")
    )

    answer = (
        ProviderTask("Answer about a credit note", function="invoices", clock="invoices.answer_within")
        .On("resend", this.check, by="provider")
        .On("withdraw", this.end, by="provider")
    )

    waiting = Kept("Waits for the next invoice", desk="payments").On("credit", this.end, by="system")

    end = End()

    said: ClassVar = {
        "raise": "raised it",
        "accept": "accepted it",
        "query": "asked about it",
        "refuse": "refused it",
        "resend": "sent it again",
        "withdraw": "took it back",
        "credit": "took it off the next invoice",
    }
