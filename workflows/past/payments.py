"""Scheduled payments of a made-up year: each period opened, confirmed or rejected, finalised by two, and paid."""

from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from workflows.council.profile import current
from workflows.engine import batches, moment
from workflows.engine.calendar import LONDON
from workflows.engine.models import Batch, Case, Task
from workflows.parties.actor import Actor
from workflows.parties.selectors import system_actor
from workflows.payments import commands, methods, opening, running
from workflows.payments.calendar import Period, number_on
from workflows.payments.commands import Wrong, period_for, profile
from workflows.payments.models import PaymentLine, PaymentMethod, ScheduledPayment
from workflows.register.models import Contract

from .course import Course, Play

DAY = timedelta(days=1)
CONFIRMED, REJECTED = 0.55, 0.1


def begin(course: Course, providers: list[int]) -> None:
    """Let the contracts of these providers be paid since the year began, by the council's first calendar."""
    module = current().payments
    if module is None:
        return
    calendar = module.calendars[0]
    first = max(course.begin.astimezone(LONDON).date(), module.go_live or date.min)
    number = number_on(calendar, first) + 1
    method = PaymentMethod(calendar=calendar.key)
    start = period_for(method, number).first
    for contract in Contract.objects.filter(organisation__in=providers).order_by("pk"):
        with moment.at(course.begin):
            methods.set_method(
                actor=system_actor(), contract_id=contract.pk, start=start, calendar=calendar.key, net=False,
                on_actuals=current().actuals is not None, invoiced=False,
            )  # fmt: skip
    for day in course.days():
        course.at(_at(day, 6), opening.work_out_changed)
    while (period := period_for(method, number)).visible_from < course.end.astimezone(LONDON).date():
        course.at(_at(period.visible_from, 6, 10), partial(_opened, course, providers, calendar.key, period))
        course.at(_at(period.finalise, 9, 30), partial(_finalise, course, calendar.key, period))
        number += 1


def _opened(course: Course, providers: list[int], calendar: str, period: Period) -> None:
    opening.open_due()
    rows = ScheduledPayment.objects.filter(calendar=calendar, first=period.first, case__organisation__in=providers)
    for pk in rows.order_by("pk").values_list("pk", flat=True):
        when = course.calendar.next_open(_at(period.visible_from + course.chance.randint(1, 3) * DAY, 10))
        fate = course.chance.random()
        if fate < CONFIRMED:
            course.at(when, partial(_confirm, course, pk))
        elif fate < CONFIRMED + REJECTED:
            course.at(when, partial(_reject, course, pk))


def _confirm(course: Course, pk: int) -> None:
    if on := _provider(course, pk):
        commands.confirm(comments="", **on)


def _reject(course: Course, pk: int) -> None:
    line = PaymentLine.objects.filter(payment=pk).order_by("pk").values_list("line", flat=True).first()
    on = _provider(course, pk)
    if on and line is not None:
        wrong = [Wrong(line, None, False, "The price of this line is not what was agreed.")]
        commands.reject(wrong=wrong, comments="", **on)


def _provider(course: Course, pk: int) -> dict[str, Any]:
    organisation = Case.objects.values_list("organisation", flat=True).get(pk=pk)
    actor = course.crowd.answering(organisation, "scheduled_payments")
    return {"actor": actor, **_on(course, pk)} if actor else {}


def _answer(course: Course, task: Task, actor: Actor) -> None:
    commands.leave(
        actor=actor, case_id=task.process_id, task_id=task.pk, key=course.key(),
        text="The price is that of the contract document that you agreed to.",
    )  # fmt: skip


def _finalise(course: Course, calendar: str, period: Period) -> None:
    """Somebody prepares the run and proposes it; what comes next comes later."""
    first = course.crowd.of_desk("payments")
    others = course.crowd.others(_team(first), first) if first else []
    if first is None or not others:
        return
    while opening.work_out_changed():
        pass
    run = running.prepare(actor=first, calendar=calendar, pay_on=period.pay, key=course.key()).case_id
    running.propose(actor=first, seen=running.totals(run).total, **_on(course, run))
    second = course.chance.choice(others)
    course.later(course.chance.randrange(30, 300), partial(_approve, course, run, first, second, period))


def _approve(course: Course, run: int, first: Actor, second: Actor, period: Period) -> None:
    while opening.work_out_changed():
        pass
    running.approve(actor=second, seen=running.totals(run).total, **_on(course, run))
    batches.run_slice(Batch.objects.filter(kind=running.FINALISE).latest("pk").pk, 0)
    if profile().file is not None:
        course.later(course.chance.randrange(30, 300), partial(_send, course, run, first, period))


def _send(course: Course, run: int, first: Actor, period: Period) -> None:
    running.make_file(actor=first, **_on(course, run))
    running.sent(actor=first, **_on(course, run))
    course.at(max(_at(period.pay + DAY, 9, 15), moment.now()), partial(_paid, course, run, first))


def _paid(course: Course, run: int, first: Actor) -> None:
    rows = ScheduledPayment.objects.filter(run=run).order_by("pk").values_list("case__reference", "pk")
    if Task.objects.filter(process=run, finished=None).exists():
        references = {reference: f"BACS{pk:08}" for reference, pk in rows}
        running.mark_paid(actor=first, references=references, **_on(course, run))


def _on(course: Course, case_id: int) -> dict[str, Any]:
    turn = Task.objects.values_list("pk", flat=True).get(process=case_id, finished=None)
    return {"case_id": case_id, "task_id": turn, "key": course.key()}


def _team(actor: Actor) -> int:
    return min(actor.team_ids)


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), LONDON)


PLAYS = {"scheduled_payment.answer": Play(_answer)}
