"""What a remittance advice says around its lines, on the page, on paper and in a spreadsheet (norfolk-handbook §8)."""

from decimal import Decimal

from workflows.engine.calendar import LONDON

from .models import ScheduledPayment
from .remittance import Advice

SHORT = "%d/%m/%y"  # as the handbook prints days
PARTLY = "Partially finalised payment period"


def facts(advice: Advice) -> list[tuple[str, str]]:
    """What stands above the lines, in the handbook's words."""
    payment = advice.payment
    period = f"{payment.first:%d/%m/%Y} - {payment.last:%d/%m/%Y}"
    return [
        ("Contract", f"{payment.contract.reference}, {payment.contract.title}"),
        ("Payment Method", advice.method),
        ("Period", f"{period} * {PARTLY}" if advice.partly else period),
        ("Payment", standing(payment)),
    ]


def standing(payment: ScheduledPayment) -> str:
    """Whether and how it was paid."""
    if payment.paid_at is None:
        return f"To be paid on {payment.pay_on:%d/%m/%Y}" if payment.payable else "Nothing is to be paid"
    reference = f", {payment.paid_reference}" if payment.paid_reference else ""
    paid = f"Paid on {payment.paid_at.astimezone(LONDON):%d/%m/%Y}{reference}"
    return paid if payment.payable else "Nothing was to be paid"


def sums(advice: Advice) -> list[tuple[str, Decimal]]:
    """From the lines to what is paid. Who sees some services only is shown what their lines come to, and no more."""
    payment = advice.payment
    if not advice.whole:
        return [("Total of the lines that you see", advice.total)]
    found = [("Total of all lines", payment.total)]
    if payment.vat:
        found.append(("of which VAT", payment.vat))
    if payment.carried_in:
        found.append(("Carried from an earlier period", payment.carried_in))
    if payment.carried_out:
        found.append(("Carried to a later period", payment.carried_out))
    return [*found, ("Total Payable", payment.payable)]
