"""What payments hold of a client, and how it goes: the words of every payment in which a line of theirs is.

What a provider says is wrong, why a line is held out and what is written to an amount may name any client of the
payment. Figures, days and references of cases stay: they are evidence of what was paid, and name nobody. Who confirmed
or lifted a stop wrote on the client's own case. Files that were sent to finance, or came from it, are kept as they are:
they are evidence too, name nobody, and their hash is what proves them (docs/adr/0017).
"""

from collections.abc import Iterable
from datetime import datetime

from workflows.engine.erase import with_client
from workflows.parties.models import Client

from .models import Debt, PaymentLine, PaymentStop


@with_client
def erase_payments(client: Client, _now: datetime) -> Iterable[str]:
    """The streams of the payments, stops and debts that are about a client."""
    payments = PaymentLine.objects.filter(line__client=client).values_list("payment", flat=True).distinct()
    stops = PaymentStop.objects.filter(case__client=client).values_list("pk", flat=True)
    debts = Debt.objects.filter(payment__in=payments, case__isnull=False).values_list("case", flat=True)
    return {f"case:{each}" for each in [*payments, *stops, *debts]}
