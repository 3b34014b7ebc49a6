"""Who may take the VAT document of an invoice: whoever may read the invoice."""

from workflows.engine import files
from workflows.engine import selectors as engine
from workflows.engine.models import Attachment
from workflows.parties.actor import Actor

from .flow import InvoiceFlow

#: The kind under which files belong to invoices (engine.files).
VAT_DOCUMENT = "invoice.vat"


@files.owned_by(VAT_DOCUMENT)
def owner_of(actor: Actor, attachment: Attachment) -> files.Owner:
    """The invoice that a file belongs to, if the person may read it; NotFound."""
    case = engine.case(actor, attachment.owner_id or 0, InvoiceFlow.function)
    return files.Owner(reference=case.reference)
