"""Opens the payments of periods that become visible, and works out again what has changed (tasks/schedule.py)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from workflows.council.profile import current
from workflows.engine import moment
from workflows.engine.errors import Busy, Refused, Stale
from workflows.engine.models import Case, Outbox, Task
from workflows.parties.selectors import system_actor

from . import commands, generating, notices
from .acting import period_for, profile
from .calendar import number_on
from .models import PaymentMethod, ScheduledPayment

#: How many payments are worked out in one transaction.
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """A period that a contract is to be paid for."""

    contract_id: int
    method: PaymentMethod
    number: int


def open_due() -> int:
    """Open and work out every period that is visible and not there yet; returns how many. Coming again, it goes on."""
    if current().payments is None:
        return 0
    today, opened = moment.today(), []
    for each in [*_wanted(today)]:
        period = period_for(each.method, each.number)
        key = f"generate:{each.contract_id}:{each.method.calendar}:{period.first.isoformat()}"
        try:
            done = commands.generate(
                actor=system_actor(), contract_id=each.contract_id, period=period, method_id=each.method.pk, key=key
            )
        except Refused:
            continue  # another worker was faster
        opened.append(done.case_id)
    work_out_new()
    return len(opened)


def work_out_new() -> int:
    """Work out the payments that have been opened and hold nothing yet, many at a time; their providers are told."""
    done = 0
    while ids := _new():
        with transaction.atomic():
            list(Case.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))
            rows = ScheduledPayment.objects.filter(pk__in=ids, generated_at=None, finalised_at=None)
            payments = list(rows.select_related("case").order_by("pk"))
            generating.fill(payments, profile(), now=moment.now())
            for each in payments:
                if not each.invoiced:
                    _tell(each)
        done += len(payments)
    return done


def work_out_changed() -> int:
    """Work out again, each through its own door, what something has changed in; who is busy is taken the next time."""
    done = 0
    rows = ScheduledPayment.objects.filter(changed=True, finalised_at=None, generated_at__isnull=False)
    for payment, version in list(rows.order_by("pk").values_list("pk", "case__version")):
        turn = Task.objects.filter(process=payment, finished=None).first()
        if turn is None:
            continue
        key = f"recalculate:{payment}:{version}"
        try:
            commands.recalculate(actor=system_actor(), case_id=payment, task_id=turn.pk, key=key)
        except (Busy, Stale):
            continue
        done += 1
    return done


def _wanted(today: date) -> Iterator[Wanted]:
    """The visible periods of every method in force that nobody has opened."""
    module = profile()
    there = set(ScheduledPayment.objects.values_list("contract_id", "calendar", "number"))
    methods = list(PaymentMethod.objects.order_by("contract", "start"))
    for place, method in enumerate(methods):
        after = methods[place + 1] if place + 1 < len(methods) else None
        until = after.start if after is not None and after.contract_id == method.contract_id else None
        calendar = module.calendar(method.calendar)
        begin = max(method.start, module.go_live or method.start)
        number = number_on(calendar, begin)
        while (period := period_for(method, number)).visible_from <= today:
            own = period.first >= begin and (until is None or period.first < until)
            if own and (method.contract_id, method.calendar, number) not in there:
                yield Wanted(method.contract_id, method, number)
            number += 1


def _new() -> list[int]:
    rows = ScheduledPayment.objects.filter(generated_at=None, finalised_at=None)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


def _tell(payment: ScheduledPayment) -> None:
    """Tell the provider that there is something to look at: references only."""
    case = payment.case
    audience = {"organisation": case.organisation_id, "service": None, "function": case.flow_class.function}
    payload = {"kind": notices.GENERATED, "case": case.pk, "seq": case.version, "audience": audience}
    key = f"case:{case.pk}:generated:{notices.GENERATED}"
    Outbox.objects.bulk_create([Outbox(topic="notify", key=key, payload=payload)], ignore_conflicts=True)
