"""The forms of invoices: create, attach what VAT needs, submit; and a credit note against a line."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django import forms

from backoffice.web.fields import LongText, Pick, TextField
from backoffice.web.files import FilesField
from backoffice.web.forms import ClientKeyMixin, ConcordForm
from backoffice.web.words import money
from workflows.council.profile import current
from workflows.engine.typed import TEXT_LIMIT
from workflows.invoices.acting import profile
from workflows.invoices.rules import faults_of_number
from workflows.payments.models import PaymentLine

NARROW = forms.TextInput(attrs={"class": "govuk-input--width-10"})
CREATE, ATTACH, SUBMIT = "create", "attach", "submit"


class Step(ClientKeyMixin, ConcordForm):
    """What each of them carries: the turn, and which of the page's forms it is."""

    task = forms.IntegerField(widget=forms.HiddenInput, required=False)
    step = forms.CharField(widget=forms.HiddenInput, required=False)


class CreateForm(Step):
    """Create (step 3)."""

    what_failed: ClassVar[str] = "The invoice was not created"

    def __init__(self, *positional: Any, **options: Any) -> None:
        super().__init__(*positional, **options)
        self.button = profile().create_button  # type: ignore[misc]


class AttachForm(Step):
    """A VAT supporting invoice with the VAT registration number (step 3, "If applicable")."""

    what_failed: ClassVar[str] = "The VAT invoice was not attached"
    button: ClassVar[str] = "Save the VAT invoice"
    tone: ClassVar[str] = "secondary"

    vat_number = TextField(
        label="VAT registration number",
        help_text="For example GB 123 4567 82.",
        required=False,
        max_length=20,
        widget=NARROW,
    )
    files = FilesField(label="VAT invoice", required=False)  # type: ignore[assignment]

    def clean(self) -> dict[str, Any]:
        """A number that can be one, and something to save."""
        data = super().clean() or {}
        number = data.get("vat_number") or ""
        for name, fault in faults_of_number(number).items():
            self.add_error(name, fault)
        if not number.strip() and not data.get("files") and not self.errors:
            self.add_error("vat_number", "Enter your VAT registration number, or choose a file")
        return data


class SubmitForm(Step):
    """Submit Invoice (step 4), with the amount that was looked at."""

    what_failed: ClassVar[str] = "The invoice was not submitted"

    seen = forms.DecimalField(widget=forms.HiddenInput, required=False)

    def __init__(self, *positional: Any, **options: Any) -> None:
        super().__init__(*positional, **options)
        self.button = profile().submit_button  # type: ignore[misc]


class CreditForm(ClientKeyMixin, ConcordForm):
    """A credit note: the line, the amount with VAT, and why."""

    what_failed: ClassVar[str] = "The credit note was not sent"
    button: ClassVar[str] = "Send the credit note"

    item = Pick(label="Which item", empty="Choose an item", missing="Choose an item")
    amount = TextField(label="Amount to credit, with VAT", help_text="In pounds, for example 34.50.", max_length=14,
                       widget=NARROW)  # fmt: skip
    reason = LongText(label="Why", help_text="The council reads this.", max_length=TEXT_LIMIT)
    task = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *positional: Any, lines: Sequence[tuple[PaymentLine, Decimal]], **options: Any) -> None:
        super().__init__(*positional, **options)
        field: Any = self.fields["item"]
        named = [
            (str(row.pk), f"{row.line.client} ({row.line.client.ss_ref}), {row.line.reference}: {money(left)} left")
            for row, left in lines
        ]
        field.choices = [*field.choices, *named]

    def clean_amount(self) -> Decimal:
        """Pounds and pence, with a pound sign and commas or without."""
        typed = str(self.cleaned_data["amount"]).replace("£", "").replace(",", "").strip()
        whole, _, pence = typed.partition(".")
        if not whole.isascii() or not whole.isdigit() or (pence and not pence.isdigit()) or len(pence) > 2:
            raise forms.ValidationError("Enter an amount in pounds and pence, such as 34.50")
        return Decimal(typed or "0")


class ResendForm(CreditForm):
    """The same note again, once the council has asked about it."""

    button: ClassVar[str] = "Send it again"


def support_label() -> str:
    """What the type of action is called by which people ask about an invoice."""
    kinds = {each.key: each.label for each in current().actions.types}
    return kinds[profile().support]
