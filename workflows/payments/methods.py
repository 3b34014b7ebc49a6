"""How contracts are paid, as the Payments and the Procurement team record it."""

from datetime import date

from workflows.council.payments import Payments
from workflows.council.profile import current
from workflows.engine import events, moment
from workflows.engine.atomic import command
from workflows.engine.duties import require_desk
from workflows.engine.errors import Invalid
from workflows.engine.records import found, insert
from workflows.parties.actor import Actor
from workflows.register.models import Contract

from .acting import mark_changed, profile
from .models import PaymentMethod


@command
def set_method(
    *, actor: Actor, contract_id: int, start: date, calendar: str, net: bool, on_actuals: bool, invoiced: bool = False
) -> PaymentMethod:
    """Say how a contract is paid from a day on (norfolk-handbook §8 "Payment Method"); Invalid by field.

    A contract changes its calendar only where a period of the old one has ended (docs/adr/0013).
    """
    require_desk(actor, None, "payments", "procurement")
    module, contract = profile(), found(Contract, contract_id)
    if calendar not in {each.key for each in module.calendars}:
        raise Invalid({"calendar": "Choose a calendar"})
    if invoiced and current().invoices is None:
        raise Invalid({"invoiced": "The council takes no invoices here"})
    earlier = contract.payment_methods.filter(start__lt=start).order_by("-start").first()
    if earlier is not None and earlier.calendar != calendar and not _period_begins(module, earlier.calendar, start):
        raise Invalid({"start": "Choose a day on which a period of the calendar so far begins"})
    said = {"net": net, "on_actuals": on_actuals, "invoiced": invoiced}
    method = PaymentMethod(contract=contract, start=start, calendar=calendar, **said)
    insert(method, f"{contract.reference} has a payment method from {start:%d/%m/%Y} already.")
    facts = {"start": start, "calendar": calendar, **said}
    mark_changed([contract.pk])
    events.record(f"contract:{contract.pk}", "contract.payment_method", actor.user_id, facts, at=moment.now())
    return method


def _period_begins(module: Payments, calendar: str, day: date) -> bool:
    rhythm = module.calendar(calendar)
    return (day - rhythm.anchor).days % rhythm.days == 0
