"""What payments hold of a client, and how it goes: the words of every payment in which a line of theirs is.

What a provider says is wrong, why a line is held out and what is written to an amount may name any client of the
payment. Figures, days and references of cases stay: they are evidence of what was paid, and name nobody. Who confirmed
or lifted a stop wrote on the client's own case. Files that were sent to finance, or came from it, are kept as they are:
they are evidence too, name nobody, and their hash is what proves them (docs/adr/0017).
"""

from collections.abc import Collection

from workflows.engine.bundles import silent, tells
from workflows.engine.holds import reaches

from .models import (
    Debt,
    OneOff,
    PaymentLine,
    PaymentRun,
    PaymentStop,
    PaymentWait,
    Rejected,
    ReturnedFile,
    ScheduledPayment,
    Transfer,
)


@reaches("client")
def payments_of(ids: Collection[int]) -> set[tuple[int, str]]:
    """The streams of the payments, stops and debts that are about clients."""
    paid = set(PaymentLine.objects.filter(line__client__in=ids).values_list("line__client", "payment").distinct())
    stops = PaymentStop.objects.filter(case__client__in=ids).values_list("case__client", "pk")
    debts = dict(
        Debt.objects.filter(payment__in={payment for _, payment in paid}, case__isnull=False)
        .values_list("payment", "case")
    )  # fmt: skip
    owed = {(pk, debts[payment]) for pk, payment in paid if payment in debts}
    return {(pk, f"case:{case}") for pk, case in {*paid, *stops, *owed}}


tells(OneOff, "line__client", "one-off-amounts")
tells(PaymentLine, "line__client", "payment-lines")
tells(Rejected, "line__client", "lines-said-to-be-wrong")
tells(PaymentStop, "case__client", "payment-stops")
silent("Of a whole contract or run: what a payment says of one client is in payment-lines.csv.",
       PaymentRun, ScheduledPayment, PaymentWait, Debt, Transfer, ReturnedFile)  # fmt: skip
