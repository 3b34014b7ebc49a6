"""What invoices hold of a client, and how it goes: the words and files of every invoice in which a line of theirs is.

What the council asks about an invoice and why something is credited may name any client of it. Figures stay: they are
evidence of what was claimed and paid, and name nobody.
"""

from collections.abc import Iterable
from datetime import datetime

from workflows.engine.erase import with_client
from workflows.parties.models import Client

from .models import CreditNote, Invoice


@with_client
def erase_invoices(client: Client, _now: datetime) -> Iterable[str]:
    """The streams of the invoices and credit notes that are about a client."""
    invoices = Invoice.objects.filter(payment__lines__line__client=client).values_list("pk", flat=True).distinct()
    notes = CreditNote.objects.filter(line__line__client=client).values_list("pk", flat=True)
    return {f"case:{each}" for each in [*invoices, *notes]}
