"""A payment run as tests need one: the payments of a contract, finalised and sent to finance."""

from dataclasses import dataclass
from datetime import date

from tests import factories as make
from workflows.engine import batches
from workflows.engine.models import Batch, Task
from workflows.parties.actor import Actor
from workflows.parties.selectors import system_actor
from workflows.payments import methods, opening, running
from workflows.payments.acting import profile
from workflows.payments.models import PaymentRun, ScheduledPayment
from workflows.register.models import CarePackageLine


@dataclass(frozen=True)
class Sent:
    """A run of the first period of a contract, and a pay day of which nothing is in a run yet."""

    run: PaymentRun
    payment: ScheduledPayment
    due: date


def sent_run(line: CarePackageLine) -> Sent:
    """Open what a line's contract is paid since the council began, and finalise and send the first period."""
    begin = profile().go_live
    assert begin is not None
    key = profile().calendars[0].key
    methods.set_method(
        actor=system_actor(), contract_id=line.contract_id, start=begin, calendar=key, net=False, on_actuals=False
    )
    opening.open_due()
    first, *_, last = ScheduledPayment.objects.filter(contract=line.contract_id).order_by("first")
    run = finalised(first)
    officer = make.actor(make.staff_user("payments_residential"))
    running.sent(actor=officer, case_id=run.pk, task_id=turn(run.pk), key=make.key())
    return Sent(run, ScheduledPayment.objects.get(pk=first.pk), last.pay_on)


def finalised(payment: ScheduledPayment, first: Actor | None = None, second: Actor | None = None) -> PaymentRun:
    """The run of a payment's pay day, by two people, finalised as a worker does it."""
    first = first or make.actor(make.staff_user("payments_residential"))
    second = second or make.actor(make.staff_user("payments_residential"))
    day = {"calendar": payment.calendar, "pay_on": payment.pay_on}
    run = running.prepare(actor=first, key=make.key(), **day).case_id
    total = PaymentRun.objects.get(pk=run).total
    running.propose(actor=first, case_id=run, task_id=turn(run), seen=total, key=make.key())
    running.approve(actor=second, case_id=run, task_id=turn(run), seen=total, key=make.key())
    batches.run_slice(Batch.objects.filter(kind=running.FINALISE).latest("pk").pk, 0)
    return PaymentRun.objects.get(pk=run)


def turn(case_id: int) -> int:
    """The open turn of a case."""
    return Task.objects.get(process=case_id, finished=None).pk
