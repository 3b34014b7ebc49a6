"""What every verb of an invoice asks, whoever uses it."""

from django.db.models import QuerySet

from workflows.council.invoices import Invoices
from workflows.council.profile import current
from workflows.engine import moment
from workflows.engine.errors import Forbidden, NotFound
from workflows.parties.actor import Actor
from workflows.payments.models import PaymentLine, ScheduledPayment
from workflows.payments.paying import COUNTS

from .flow import InvoiceFlow
from .models import Invoice


def profile() -> Invoices:
    """The council's module; NotFound where it has none: what is not there does not exist."""
    module = current().invoices
    if module is None:
        raise NotFound
    return module


def payment_of(case_id: int) -> int:
    """The payment that an invoice claims; NotFound. It never changes, so it is read before anything is locked."""
    profile()
    found = Invoice.objects.filter(pk=case_id).values_list("payment_id", flat=True).first()
    if found is None:
        raise NotFound
    return found


def of_the_whole(actor: Actor) -> None:
    """Only whoever acts for the whole provider claims for a contract."""
    if actor.is_provider and actor.services_for(InvoiceFlow.function, "edit") is not None:
        raise Forbidden("Your role is for some services only. Ask whoever answers for the whole contract.")


def is_over(payment: ScheduledPayment) -> bool:
    """Whether the last day of its period has passed."""
    return payment.last < moment.today()


def counted(payment_id: int) -> QuerySet[PaymentLine]:
    """The lines of a payment that are part of it: its invoice's items."""
    return PaymentLine.objects.filter(COUNTS, payment=payment_id)


def has_items(payment_id: int) -> bool:
    """Whether any line of the payment is worth something, or takes something back."""
    return counted(payment_id).exclude(total=0).exists()
