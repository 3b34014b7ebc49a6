"""What invoices hold of a client, and how it goes: the words and files of every invoice in which a line of theirs is.

What the council asks about an invoice and why something is credited may name any client of it. Figures stay: they are
evidence of what was claimed and paid, and name nobody.
"""

from collections.abc import Collection

from workflows.engine.bundles import silent, tells
from workflows.engine.holds import reaches

from .models import CreditNote, Invoice


@reaches("client")
def invoices_of(ids: Collection[int]) -> set[tuple[int, str]]:
    """The streams of the invoices and credit notes that are about clients."""
    lines = "payment__lines__line__client"
    invoices = Invoice.objects.filter(**{f"{lines}__in": ids}).values_list(lines, "pk").distinct()
    notes = CreditNote.objects.filter(line__line__client__in=ids).values_list("line__line__client", "pk")
    wanted = set(ids)
    return {(pk, f"case:{case}") for pk, case in [*invoices, *notes] if pk in wanted}


tells(CreditNote, "line__line__client", "credit-notes")
silent("Of a whole contract: what an invoice claims for one client is in payment-lines.csv.", Invoice)
