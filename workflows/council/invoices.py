"""What a profile says about invoices and credit notes: a module that is absent unless a council has it.

bedford-actuals-guide "Invoice/Credit Notes" has the words of Bedford. What an invoice claims is worked out by
[payments], as any payment is; this table says how it is claimed.
"""

from typing import Annotated, Literal

from pydantic import Field

from .tables import Key, Table, Text
from .targets import ClockTarget


class InvoiceStates(Table):
    """What the states of an invoice are called (bedford-actuals-guide names the first two)."""

    unsubmitted: Text = "Unsubmitted"
    """It has come from the period's actuals or lines, and nobody has created it."""
    pending: Text = "Pending"
    """It was created, and not submitted yet; or the council asks about it."""
    submitted: Text = "Submitted"
    """The council checks it."""
    accepted: Text = "Accepted"
    """The next payment run takes it."""
    processed: Text = "Processed"
    """A payment run has made it final."""
    paid: Text = "Paid"
    """Finance has paid it."""


class Invoices(Table):
    """Invoices and credit notes: contracts whose payment method is `invoiced` are paid once theirs is accepted."""

    name: Text = "Invoices/Credit Notes"
    """What the chapter is called."""
    create_button: Text = "Create"
    """The button that creates an invoice."""
    submit_button: Text = "Submit Invoice"
    """The button that submits it."""
    states: InvoiceStates = InvoiceStates()
    """What its states are called."""
    actuals: Literal["submitted", "checked"] = "submitted"
    """What must have become of every week of the period before its invoice can be created: `submitted` by the
    provider, or `checked` by the council too."""
    vat_document: Literal["required", "optional"] = "required"
    """Whether an invoice that claims VAT needs the provider's own VAT invoice attached; its VAT registration number it
    needs anyway."""
    empty: Annotated[str, Field(min_length=1, max_length=500)] = (
        "This invoice has no items, so it is not created or submitted. Ask us about it instead."
    )
    """What is said of an invoice without items."""
    support: Key
    """The type of action by which a provider asks about an invoice."""
    credit_notes: bool = True
    """Whether providers raise credit notes against what was paid."""
    check_within: ClockTarget | None = None
    """The council's time to check an invoice or a credit note."""
    answer_within: ClockTarget | None = None
    """The provider's time to answer what the council asks about one."""
