"""Gives the demo invoices in every state, at the moments at which it would have happened.

The older a period, the further its invoice has come: created, submitted, accepted, paid. Where there are invoices
already nothing is done: what people did stays.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any

from workflows.council.profile import current
from workflows.engine import batches, moment
from workflows.engine.calendar import LONDON
from workflows.engine.door import Outcome
from workflows.engine.errors import Refused
from workflows.engine.models import Batch, Case, Task
from workflows.parties.actor import Actor
from workflows.parties.selectors import system_actor
from workflows.payments import opening as payments
from workflows.payments import running
from workflows.payments.demo import answerer, officers_of_payments
from workflows.payments.models import ScheduledPayment

from . import commands
from .flow import InvoiceFlow
from .models import Invoice

DAY = timedelta(days=1)
#: By how many periods an invoice is older than the newest one when it is created, submitted, accepted, paid.
CREATED, SUBMITTED, ACCEPTED, PAID = 2, 3, 4, 5


def seed() -> int:
    """Make them; returns how many invoices there are then. Nothing where two people cannot pay."""
    officers = officers_of_payments()
    if current().invoices is None or Invoice.objects.exists() or len(officers) < 2:
        return 0
    while payments.work_out_changed():
        pass
    _open(moment.now())
    newest: dict[int, date] = {}
    rows = list(Invoice.objects.select_related("payment", "case").order_by("payment__first", "pk"))
    for each in rows:
        newest[each.payment.contract_id] = each.payment.first
    for each in rows:
        ago = (newest[each.payment.contract_id] - each.payment.first) // (each.payment.last - each.payment.first + DAY)
        with suppress(Refused):  # a week of the period was not submitted, or there is nothing in it
            _went(each, ago, officers)
    return len(rows)


def _open(now: datetime) -> None:
    """Open the invoice of each payment when it could first be looked at."""
    for payment in ScheduledPayment.objects.filter(invoiced=True, generated_at__isnull=False).order_by("first", "pk"):
        with moment.at(min(datetime.combine(payment.visible_from, time(6), LONDON), now)):
            commands.open_invoice(actor=system_actor(), payment_id=payment.pk, key=f"invoice:{payment.pk}")


def _went(invoice: Invoice, ago: int, officers: list[Actor]) -> None:
    """What became of one invoice."""
    provider = answerer(invoice.case.organisation_id, InvoiceFlow.function)
    payment, now = invoice.payment, moment.now()
    if provider is None or ago < CREATED:
        return

    def on(days: int, verb: Callable[..., Outcome], actor: Actor, **said: Any) -> None:
        at = datetime.combine(payment.last + days * DAY, time(10, 5 * days), LONDON)
        with moment.at(min(at, now)):
            verb(actor=actor, **said, **_on(invoice.pk))

    on(2, commands.create, provider)
    payment.refresh_from_db()
    seen = {"seen": payment.total}
    if ago >= SUBMITTED:
        more = {"vat_number": "GB123456782"} if payment.vat else {}
        on(3, commands.submit, provider, **seen, **more)
    if ago >= ACCEPTED:
        on(6, commands.accept, officers[0], **seen)
    if ago >= PAID:
        _run(invoice, officers, min(datetime.combine(payment.finalise_on, time(9, 30), LONDON), now))


def _run(invoice: Invoice, officers: list[Actor], at: datetime) -> None:
    """The run of its pay day; the invoice follows by its reactions."""
    payment = invoice.payment
    while payments.work_out_changed():
        pass
    with moment.at(at):
        run = running.prepare(
            actor=officers[0], calendar=payment.calendar, pay_on=payment.pay_on, key=f"demo:invoices:{payment.pk}"
        ).case_id
        total = running.totals(run).total
        running.propose(actor=officers[0], seen=total, **_on(run))
        running.approve(actor=officers[1], seen=total, **_on(run))
        batches.run_slice(Batch.objects.filter(kind=running.FINALISE).latest("pk").pk, 0)
        running.sent(actor=officers[0], **_on(run))
    references = {Case.objects.values_list("reference", flat=True).get(pk=payment.pk): f"BACS{payment.pk:08}"}
    with moment.at(at + DAY):
        running.mark_paid(actor=officers[0], references=references, **_on(run))


def _on(case_id: int) -> dict[str, Any]:
    """The open turn of a case, and the key of what is done with it."""
    turn = Task.objects.values_list("pk", flat=True).get(process=case_id, finished=None)
    version = Case.objects.values_list("version", flat=True).get(pk=case_id)
    return {"case_id": case_id, "task_id": turn, "key": f"demo:invoice:{case_id}:{version}"}
