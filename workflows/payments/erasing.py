"""What payments hold of a client, and how it goes: the words of every payment in which a line of theirs is.

What a provider says is wrong, why a line is held out and what is written to an amount may name any client of the
payment. Figures, days and references of cases stay: they are evidence of what was paid, and name nobody. Who confirmed
or lifted a stop wrote on the client's own case.
"""

from collections.abc import Iterable
from datetime import datetime

from workflows.engine.erase import with_client
from workflows.parties.models import Client

from .models import PaymentLine, PaymentStop


@with_client
def erase_payments(client: Client, _now: datetime) -> Iterable[str]:
    """The streams of the payments and stops that are about a client."""
    payments = PaymentLine.objects.filter(line__client=client).values_list("payment", flat=True).distinct()
    stops = PaymentStop.objects.filter(case__client=client).values_list("pk", flat=True)
    return {f"case:{each}" for each in [*payments, *stops]}
