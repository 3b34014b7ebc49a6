"""The council's forms of invoices and credit notes."""

from typing import ClassVar

from django import forms

from backoffice.cases.acting import TurnForm
from backoffice.web.fields import LongText
from workflows.engine.typed import TEXT_LIMIT


class AcceptForm(TurnForm):
    """Accept the total that stands on the page."""

    what_failed: ClassVar[str] = "The invoice was not accepted"
    button: ClassVar[str] = "Accept the invoice"
    seen = forms.DecimalField(widget=forms.HiddenInput, required=False)


class AcceptNoteForm(TurnForm):
    """Accept a credit note."""

    what_failed: ClassVar[str] = "The credit note was not accepted"
    button: ClassVar[str] = "Accept the credit note"


class QueryForm(TurnForm):
    """Ask the provider."""

    what_failed: ClassVar[str] = "Nothing was asked"
    button: ClassVar[str] = "Send the query"
    text = LongText(
        label="What do you ask?",
        help_text="The provider reads this.",
        missing="Say what you ask: the provider reads this",
        max_length=TEXT_LIMIT,
    )


class CloseForm(TurnForm):
    """Close an invoice without items."""

    what_failed: ClassVar[str] = "The invoice was not closed"
    button: ClassVar[str] = "Close the invoice"
    tone: ClassVar[str] = "warning"
    text = LongText(
        label="Why is there nothing to invoice?",
        help_text="The provider reads this.",
        missing="Say why there is nothing to invoice: the provider reads this",
        max_length=TEXT_LIMIT,
    )


class RefuseForm(TurnForm):
    """Refuse a credit note."""

    what_failed: ClassVar[str] = "The credit note was not refused"
    button: ClassVar[str] = "Refuse the credit note"
    tone: ClassVar[str] = "warning"
    text = LongText(
        label="Why is it refused?",
        help_text="The provider reads this, and can send another one.",
        missing="Say why it is refused: the provider reads this",
        max_length=TEXT_LIMIT,
    )
