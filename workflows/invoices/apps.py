"""Invoices and credit notes as a Django app."""

from django.apps import AppConfig


class InvoicesConfig(AppConfig):
    """Stops the start when a workflow's picture and its table of rules say different things."""

    name = "workflows.invoices"
    label = "invoices"

    def ready(self) -> None:
        from workflows.engine.checks import compare
        from workflows.engine.table import moves

        from . import batches, erasing, files, notices, reactions  # noqa: F401 (they declare themselves)
        from .flow import CreditNoteFlow, InvoiceFlow
        from .rules import NOTES, TRANSITIONS

        compare(InvoiceFlow, moves(TRANSITIONS))
        compare(CreditNoteFlow, moves(NOTES))
