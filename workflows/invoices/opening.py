"""Opens the invoices of periods that have been worked out, and lets credit notes be taken up (tasks/schedule.py)."""

from workflows.council.profile import current
from workflows.engine.errors import Refused
from workflows.parties.selectors import system_actor
from workflows.payments.models import ScheduledPayment

from . import commands, crediting


def open_due() -> int:
    """Open the invoice of every payment that waits for one; returns how many. Coming again, it goes on."""
    if current().invoices is None:
        return 0
    rows = ScheduledPayment.objects.filter(invoiced=True, generated_at__isnull=False, invoice=None)
    opened = sum(_opened(pk) for pk in list(rows.order_by("first", "pk").values_list("pk", flat=True)))
    crediting.credit_due()
    return opened


def _opened(payment_id: int) -> bool:
    try:
        commands.open_invoice(actor=system_actor(), payment_id=payment_id, key=f"invoice:{payment_id}")
    except Refused:
        return False  # another worker was faster
    return True
