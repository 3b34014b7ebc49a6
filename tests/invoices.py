"""A provider that is paid by invoices from its actuals, as Bedford is: two clients of home care, weeks of one period.

A test that uses it runs as Bedford after the period has ended: `with bedford(): …`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests import care
from tests import factories as make
from tests.councils import served
from tests.model.payments import follow
from workflows.actuals import commands as actuals
from workflows.actuals.commands import Filled
from workflows.actuals.entry import FilledRow
from workflows.actuals.models import LineWeek
from workflows.actuals.topics import PAYABLE
from workflows.engine import batches, moment
from workflows.engine.calendar import LONDON
from workflows.engine.models import Batch, Task
from workflows.invoices import commands, opening
from workflows.invoices.models import Invoice
from workflows.parties.actor import Actor
from workflows.parties.models import Organisation, Service
from workflows.parties.selectors import system_actor
from workflows.payments import methods, running, topics
from workflows.payments import opening as payments
from workflows.payments.models import ScheduledPayment
from workflows.register import commands as register
from workflows.register.models import CarePackageLine, Contract, ServiceLevel

D = Decimal
#: A period of Bedford's calendar, and a day on which its weeks are over.
FIRST, LAST = date(2025, 3, 3), date(2025, 3, 30)
AFTER = datetime(2025, 4, 2, 10, tzinfo=LONDON)
FOUR = tuple(FIRST + timedelta(weeks=number) for number in range(4))


@contextmanager
def bedford(now: datetime = AFTER) -> Iterator[None]:
    """Bedford once the period is over."""
    with served("bedford"), moment.at(now):
        yield


@dataclass
class Ouse:
    """A contract of two lines of 10 hours at £21.48 and 4 at £14.60 a week, the first less a contribution of £20."""

    first: date = FIRST
    vat: bool = False  # the second line is of the service that has VAT
    mark: str = ""  # in the provider's name and the clients'
    service: Service = field(init=False)
    contract: Contract = field(init=False)
    lines: list[CarePackageLine] = field(init=False)

    def __post_init__(self) -> None:
        self.service = care.provider("home_care")[1]
        if self.mark:
            Organisation.objects.filter(pk=self.service.organisation_id).update(name=f"{self.mark} Care Ltd")
        day = _level("home-care", "21.48")
        night = _level("sitting-service" if self.vat else "home-care-night", "14.60")
        begin = self.first - timedelta(weeks=8)
        self.lines = [
            care.line(self.service, day, "10", client=make.client_(f"{self.mark}Amber", "Ann"), start=begin),
            care.line(self.service, night, "4", client=make.client_(f"{self.mark}Birch", "Ben"), start=begin),
        ]
        self.contract = self.lines[0].contract
        CarePackageLine.objects.filter(pk=self.lines[1].pk).update(contract=self.contract)
        register.set_contribution(
            actor=system_actor(), line_id=self.lines[0].pk, version=None, amount=D(20), start=begin
        )
        methods.set_method(
            actor=system_actor(), contract_id=self.contract.pk, start=self.first, calendar="four_weekly", net=True,
            on_actuals=True, invoiced=True,
        )  # fmt: skip

    @property
    def weeks(self) -> tuple[date, ...]:
        """The Mondays of the first period."""
        return tuple(self.first + timedelta(weeks=number) for number in range(4))

    def user(self, role: str = "main_user", **words: Any) -> Any:
        return make.provider_user(self.service.organisation, role=role, **words)

    def nina(self) -> Actor:
        return make.actor(self.user(name="Nina Patel"))

    def officer(self) -> Actor:
        return make.actor(make.staff_user(care.payments_team()))

    def recorded(self, *dates: date, checked: bool = True) -> None:
        """The weeks, as planned, submitted; the council has checked them unless told otherwise."""
        for week in dates or self.weeks:
            opened = care.opened(self.service, week)
            officer = self.officer()
            actuals.take(actor=officer, case_id=opened.pk, task_id=care.turn(opened.pk).pk, key=make.key())
            if checked:
                actuals.accept(actor=officer, case_id=opened.pk, task_id=care.turn(opened.pk).pk, key=make.key())
        settled()

    def changed(self, number: int, week: date, hours: str, by: Actor) -> None:
        """Somebody of the provider gives other hours for a line after the week was checked, and the council accepts."""
        of_line = LineWeek.objects.get(line=self.lines[number], week=week)
        filled(of_line, hours, by)
        officer = self.officer()
        turn = care.turn(of_line.case_id)
        if turn.node == "check":
            actuals.accept(actor=officer, case_id=of_line.case_id, task_id=turn.pk, key=make.key())
        settled()

    def invoice(self, first: date | None = None) -> Invoice:
        """The invoice of a period, opened and worked out as the schedule does it."""
        payments.open_due()
        payments.work_out_changed()
        opening.open_due()
        return Invoice.objects.select_related("payment", "case").get(
            payment__contract=self.contract, payment__first=first or self.first
        )

    def created(self, first: date | None = None) -> Invoice:
        found = self.invoice(first)
        commands.create(actor=self.nina(), **on(found.pk))
        return self.invoice(first)

    def submitted(self, first: date | None = None) -> Invoice:
        found = self.created(first)
        commands.submit(actor=self.nina(), seen=found.payment.total, **on(found.pk))
        return self.invoice(first)

    def accepted(self, first: date | None = None) -> Invoice:
        found = self.submitted(first)
        commands.accept(actor=self.officer(), seen=found.payment.total, **on(found.pk))
        return self.invoice(first)


def _level(key: str, amount: str) -> ServiceLevel:
    """The level of the profile, which two providers of a test share."""
    return ServiceLevel.objects.filter(key=key).first() or care.level(key, group="home_care", amount=amount)


def settled() -> None:
    """Whatever follows has followed, and is worked out."""
    follow(PAYABLE, "line.changed", topics.FINALISED, topics.PAID)
    while payments.work_out_changed():
        follow(PAYABLE, "line.changed")


def filled(of_line: LineWeek, hours: str, by: Actor) -> None:
    """Give other hours for a line's week."""
    turn = care.turn(of_line.case_id)
    verb = actuals.save if turn.node == "record" else actuals.change
    one = Filled(of_line.pk, of_line.version, (FilledRow(1, (D(hours),)),))
    verb(actor=by, case_id=of_line.case_id, task_id=turn.pk, filled=[one], key=make.key())


def on(case_id: int) -> dict[str, Any]:
    """What every command is given."""
    return {"case_id": case_id, "task_id": Task.objects.get(process=case_id, finished=None).pk, "key": make.key()}


def payment(invoice: Invoice) -> ScheduledPayment:
    """Its payment as it stands."""
    return ScheduledPayment.objects.get(pk=invoice.payment_id)


def finalised(invoice: Invoice, officer: Actor) -> None:
    """A run of its pay day, and what follows."""
    run = running.prepare(actor=officer, calendar="four_weekly", pay_on=invoice.payment.pay_on, key=make.key()).case_id
    running.finalise(actor=officer, seen=running.totals(run).total, **on(run))
    batches.run_slice(Batch.objects.filter(kind=running.FINALISE).latest("pk").pk, 0)
    settled()
