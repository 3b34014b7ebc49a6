"""What of invoices hangs on the profile."""

from collections.abc import Iterator

from workflows.council.schema import Council
from workflows.engine.stranding import strands
from workflows.payments.models import PaymentMethod


@strands
def methods(council: Council) -> Iterator[str]:
    """Contracts that are paid by invoices, in a council that would take none any more."""
    count = PaymentMethod.objects.filter(invoiced=True).count()
    if council.invoices is None and count:
        yield (
            f"- [invoices] is not there any more, but {count} payment methods of contracts are by invoices; keep it, or"
            " give the contracts another method first"
        )
