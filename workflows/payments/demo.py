"""Gives the demo scheduled payments in every state, read from `fixtures/demo/<council>/payments.toml`.

Everything goes through the commands, at the moments at which it would have happened. The newest period of each
calendar is left current, whatever the day. Where there are payments already nothing is done: what people did stays.
"""

import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from workflows.actions import commands as actions
from workflows.actions.rules import Asked, Related
from workflows.council.profile import current
from workflows.council.tables import Table
from workflows.engine import batches, moment
from workflows.engine.calendar import LONDON
from workflows.engine.models import Batch, Case, Task
from workflows.parties.actor import Actor
from workflows.parties.models import Client, Membership, TeamMember, User
from workflows.parties.selectors import actor_for, system_actor
from workflows.register import commands as register
from workflows.register.models import CarePackageLine, Contract, PaymentHold

from . import carrying, commands, methods, opening, reactions, recovering, running, stopping
from .calendar import Period, number_on, year_span
from .commands import Wrong, period_for, profile
from .models import PaymentLine, PaymentMethod, PaymentRun, PaymentStop, ScheduledPayment
from .money import Money

DAY = timedelta(days=1)


class Paid(Table):
    """How a contract is paid, since so many periods before the newest, or before this financial year began."""

    contract: str
    calendar: str
    net: bool = False
    on_actuals: bool = False
    invoiced: bool = False
    periods: int = 1
    of_last_year: int | None = None


class Contributes(Table):
    """What a client pays a week, since the line began."""

    line: str
    amount: Decimal


class Answered(Table):
    """What the provider said of a period, `ago` periods before the newest; and what Payments did with it."""

    contract: str
    ago: int
    comments: str = ""
    line: str = ""  # it is rejected because of this line; without: confirmed
    since: int | None = None  # days after the first of the period
    died: bool = False
    text: str = ""
    verb: Literal["", "amend", "leave"] = ""
    answer: str = ""


class HeldOut(Table):
    """A line that Payments held out of a period."""

    contract: str
    ago: int
    line: str
    text: str
    put_back: bool = False  # once the period was finalised


class Adjusted(Table):
    """An amount by hand; `over`: so much more than the period comes to is taken back, and carried on."""

    contract: str
    ago: int
    text: str
    excl: Decimal = Decimal(0)
    over: Decimal | None = None
    approved: bool = True


class Recovered(Table):
    """What a period left below zero and is not simply carried on: taken back in so many parts, or (none) otherwise."""

    contract: str
    ago: int
    parts: int = 0
    text: str


class Died(Table):
    """A death in a period that was finalised already: `days` after its first day, told when the next one is visible."""

    contract: str
    ago: int
    days: int
    type: str
    team: str
    title: str
    text: str
    confirmed: str = ""  # how Payments checked the notice


class Demo(Table):
    """The payments of a demonstration. Contracts that it does not name are paid since the newest period."""

    calendar: str
    invoiced: bool = False  # whether contracts that it does not name are paid by invoices of their actuals
    contracts: tuple[Paid, ...] = ()
    contributions: tuple[Contributes, ...] = ()
    answered: tuple[Answered, ...] = ()
    held_out: tuple[HeldOut, ...] = ()
    adjusted: tuple[Adjusted, ...] = ()
    recovered: tuple[Recovered, ...] = ()
    died: tuple[Died, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """A demonstration at the moment at which it is made."""

    wanted: Demo
    now: datetime
    first: Actor
    second: Actor

    @contextmanager
    def at(self, day: date, hour: int, minute: int = 0) -> Iterator[None]:
        """Inside, it is an hour of a day, but never later than now."""
        with moment.at(min(datetime.combine(day, time(hour, minute), LONDON), self.now)):
            yield


def seed(path: Path) -> int:
    """Make what the file says; returns how many payments there are then. Nothing where two people cannot pay."""
    officers = officers_of_payments()
    if current().payments is None or not path.exists() or ScheduledPayment.objects.exists() or len(officers) < 2:
        return 0
    stage = Stage(Demo.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))), moment.now(), *officers[:2])
    _methods(stage)
    for calendar in profile().calendars:
        _calendar(stage, calendar.key)
    opening.work_out_changed()
    return ScheduledPayment.objects.count()


def _methods(stage: Stage) -> None:
    """How each contract is paid, and what clients contribute, before any period is opened."""
    system, named = system_actor(), {each.contract: each for each in stage.wanted.contracts}
    for each in stage.wanted.contributions:
        line = CarePackageLine.objects.get(reference=each.line)
        register.set_contribution(actor=system, line_id=line.pk, version=None, amount=each.amount, start=line.start)
    for contract in Contract.objects.filter(lines__isnull=False).distinct().order_by("pk"):
        paid = named.get(contract.reference) or Paid(
            contract=contract.reference, calendar=stage.wanted.calendar, invoiced=stage.wanted.invoiced,
            on_actuals=stage.wanted.invoiced,
        )  # fmt: skip
        methods.set_method(
            actor=system, contract_id=contract.pk, start=_begin(paid, stage.now), calendar=paid.calendar,
            net=paid.net, on_actuals=paid.on_actuals, invoiced=paid.invoiced,
        )  # fmt: skip


def _begin(paid: Paid, now: datetime) -> date:
    """The first day of the first period that is paid."""
    calendar, today = profile().calendar(paid.calendar), now.astimezone(LONDON).date()
    newest = _newest(paid.calendar, today)
    number = newest - paid.periods + 1
    if paid.of_last_year is not None:
        number = number_on(calendar, year_span(calendar.anchor + newest * calendar.days * DAY)[0] - DAY)
        number -= paid.of_last_year - 1
    return calendar.anchor + number * calendar.days * DAY


def _newest(key: str, today: date) -> int:
    """The number of the newest period that is visible."""
    calendar = profile().calendar(key)
    method = PaymentMethod(calendar=key)
    number = number_on(calendar, today)
    while period_for(method, number).visible_from > today:
        number -= 1
    return number


def _calendar(stage: Stage, key: str) -> None:
    """Every period of a calendar, from the first that anybody is paid for to the newest."""
    method = PaymentMethod(calendar=key)
    newest = _newest(key, stage.now.astimezone(LONDON).date())
    starts = PaymentMethod.objects.filter(calendar=key).values_list("start", flat=True)
    oldest = number_on(profile().calendar(key), min(starts, default=stage.now.date()))
    for number in range(oldest, newest + 1):
        _period(stage, key, period_for(method, number), newest - number)


def _period(stage: Stage, key: str, period: Period, ago: int) -> None:
    """One period: opened, told of, answered, corrected, and (but for the newest) finalised and paid."""
    with stage.at(period.visible_from, 0, 10):
        opening.open_due()
    payments = {each.contract.reference: each for each in _payments(key, period)}
    _deaths(stage, period, payments, ago)
    _answers(stage, period, payments, ago)
    _corrections(stage, period, payments, ago)
    if ago and any(not each.invoiced for each in payments.values()):  # invoices.demo has the others
        run = _finalise(stage, key, period)
        _put_back(stage, period, payments, ago)
        _recovered(stage, period, payments, ago)
        if ago > 1 and profile().file is not None:
            with stage.at(period.pay + DAY, 9, 15):
                running.mark_paid(actor=stage.first, references=_references(run), **_on(run, "mark_paid"))


def _payments(key: str, period: Period) -> list[ScheduledPayment]:
    rows = ScheduledPayment.objects.filter(calendar=key, first=period.first)
    return list(rows.select_related("contract", "case").order_by("pk"))


def _deaths(stage: Stage, period: Period, payments: dict[str, ScheduledPayment], ago: int) -> None:
    """A provider tells of a death; Payments checks it: what was paid too much is taken back by itself."""
    for each in _of(stage.wanted.died, ago + 1, payments):
        died = period.first - (period.last - period.first + DAY) + each.days * DAY
        line = CarePackageLine.objects.filter(contract__reference=each.contract, start__lt=died, end=None).first()
        who = answerer(line.contract.organisation_id, "actions") if line else None
        if line is None or who is None:
            continue
        with stage.at(period.visible_from + DAY, 9, 20):
            case_id = actions.open_action(
                actor=who, asked=_notice(each, line.client, died), key=f"demo:death:{line.pk}"
            ).case_id
            for hold in PaymentHold.objects.filter(case=case_id):
                reactions.stop({"line": hold.line_id, "what": "held"}, f"demo:stop:{hold.pk}")
        stopped = PaymentStop.objects.filter(notice=case_id).first()
        if stopped and each.confirmed:
            with stage.at(period.visible_from + DAY, 11, 5):
                stopping.confirm(actor=stage.first, text=each.confirmed, **_on(stopped.pk, "confirm"))
                opening.work_out_changed()


def _notice(each: Died, client: Client, died: date) -> Asked:
    return Asked(
        type=each.type, related=Related.CLIENT, entity=client.pk, wanted_by=None, team=each.team, title=each.title,
        text=each.text, since=died,
    )  # fmt: skip


def _answers(stage: Stage, period: Period, payments: dict[str, ScheduledPayment], ago: int) -> None:
    for each in stage.wanted.answered:
        payment = payments.get(each.contract) if each.ago == ago else None
        who = answerer(payment.case.organisation_id, "scheduled_payments") if payment else None
        if payment is None or who is None:
            continue
        with stage.at(period.visible_from + DAY, 10, 40):
            if not each.line:
                commands.confirm(actor=who, comments=each.comments, **_on(payment.pk, "confirm"))
                continue
            since = None if each.since is None else period.first + each.since * DAY
            wrong = [Wrong(_line(each.line), since, each.died, each.text)]
            commands.reject(actor=who, wrong=wrong, comments=each.comments, **_on(payment.pk, "reject"))
        if each.verb:
            with stage.at(period.visible_from + 2 * DAY, 14, 10):
                verb = commands.amend if each.verb == "amend" else commands.leave
                verb(actor=stage.first, text=each.answer, **_on(payment.pk, each.verb))


def _corrections(stage: Stage, period: Period, payments: dict[str, ScheduledPayment], ago: int) -> None:
    """Amounts by hand, and lines that are held out."""
    for each in _of(stage.wanted.adjusted, ago, payments):
        payment = payments[each.contract]
        excl = each.excl if each.over is None else -(payment.total + each.over)
        lines = PaymentLine.objects.filter(payment=payment).order_by("pk")
        with stage.at(period.cut_off, 10, 15):
            adjusted = commands.adjust(
                actor=stage.first, line_id=lines[0].line_id, excl=excl, vat=Decimal(0), text=each.text,
                **_on(payment.pk, "adjust"),
            )  # fmt: skip
        if each.approved:
            made = lines.filter(kind=PaymentLine.Kind.MANUAL).latest("pk")
            with stage.at(period.cut_off, 14, 35):
                commands.approve_adjustment(
                    actor=stage.second, adjustment_id=made.pk, **_on(adjusted.case_id, "approve_adjustment")
                )
    for each in _of(stage.wanted.held_out, ago, payments):
        with stage.at(period.cut_off, 15, 20):
            if held := _out(payments[each.contract], each):
                on = _on(payments[each.contract].pk, "hold_out")
                commands.hold_out(actor=stage.first, lines=held, text=each.text, **on)


def _finalise(stage: Stage, key: str, period: Period) -> int:
    """One person proposes the run, another approves it; a worker finalises it, and finance gets its file."""
    with stage.at(period.finalise, 9, 30):
        run = running.prepare(
            actor=stage.first, calendar=key, pay_on=period.pay, key=f"demo:run:{key}:{period.first}"
        ).case_id
    seen = {"seen": PaymentRun.objects.values_list("total", flat=True).get(pk=run)}
    with stage.at(period.finalise, 10, 5):
        running.propose(actor=stage.first, **seen, **_on(run, "propose"))
    with stage.at(period.finalise, 11, 45):
        running.approve(actor=stage.second, **seen, **_on(run, "approve"))
        batches.run_slice(Batch.objects.filter(kind=running.FINALISE).latest("pk").pk, 0)
    if profile().file is not None:
        with stage.at(period.finalise, 15, 10):
            running.make_file(actor=stage.first, **_on(run, "make_file"))
            running.sent(actor=stage.first, **_on(run, "sent"))
    return run


def _references(run: int) -> dict[str, str]:
    """What finance's return file says: one reference of theirs for each payment."""
    rows = ScheduledPayment.objects.filter(run=run).order_by("pk").values_list("case__reference", "pk")
    return {reference: f"BACS{pk:08}" for reference, pk in rows}


def _put_back(stage: Stage, period: Period, payments: dict[str, ScheduledPayment], ago: int) -> None:
    for each in _of(stage.wanted.held_out, ago, payments):
        if each.put_back:
            payment = payments[each.contract]
            with stage.at(period.finalise + DAY, 9, 50):
                commands.put_back(actor=stage.first, lines=_out(payment, each), **_on(payment.pk, "put_back"))


def _recovered(stage: Stage, period: Period, payments: dict[str, ScheduledPayment], ago: int) -> None:
    for each in _of(stage.wanted.recovered, ago, payments):
        payment = ScheduledPayment.objects.get(pk=payments[each.contract].pk)
        owed = Money(-payment.carried_out)
        parts = [one.total for one in carrying.instalments(owed, each.parts)] if each.parts else []
        days = [one.first for one in recovering.periods_to_come(payment, len(parts))]
        with stage.at(period.finalise + DAY, 11, 20):
            recovering.agree(
                actor=stage.first, payment_id=payment.pk, instalments=list(zip(days, parts, strict=True)),
                text=each.text, key=f"demo:recover:{payment.pk}",
            )  # fmt: skip
            opening.work_out_changed()


def _out(payment: ScheduledPayment, held: HeldOut) -> list[int]:
    lines = PaymentLine.objects.filter(payment=payment, line__reference=held.line)
    return list(lines.values_list("pk", flat=True))


def _of(wanted: Iterable[Any], ago: int, payments: dict[str, ScheduledPayment]) -> list[Any]:
    return [each for each in wanted if each.ago == ago and each.contract in payments]


def _on(case_id: int, verb: str) -> dict[str, Any]:
    """The open turn of a case, and the key of what is done with it."""
    turn = Task.objects.values_list("pk", flat=True).get(process=case_id, finished=None)
    version = Case.objects.values_list("version", flat=True).get(pk=case_id)
    return {"case_id": case_id, "task_id": turn, "key": f"demo:{verb}:{case_id}:{version}"}


def _line(reference: str) -> int:
    return int(CarePackageLine.objects.values_list("pk", flat=True).get(reference=reference))


def answerer(organisation_id: int, function: str) -> Actor | None:
    """Somebody of the whole provider who may change a function."""
    roles = [role.key for role in current().roles if function in role.edit]
    found = Membership.objects.filter(organisation=organisation_id, role__in=roles, service=None).order_by("pk").first()
    return actor_for(found.user, organisation_id) if found else None


def officers_of_payments() -> list[Actor]:
    """Everybody of Payments, those who came first first."""
    team = current().team_for("payments", None)
    members = TeamMember.objects.filter(team__key=team, user__kind=User.Kind.STAFF).order_by("pk")
    found = [actor_for(each.user) for each in members.select_related("user")]
    return [each for each in found if each is not None]
