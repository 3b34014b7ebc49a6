"""A provider that is paid by a calendar, as tests need one: the handbook's home with its five people, or many lines.

A test that uses it runs as Norfolk in April 2018: `with handbook(monkeypatch): …`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests import factories as make
from tests.councils import another_council, usual_council
from workflows.engine import moment
from workflows.engine.calendar import LONDON
from workflows.engine.models import Task
from workflows.parties.actor import Actor
from workflows.parties.models import Organisation, Service, User
from workflows.parties.selectors import system_actor
from workflows.payments import methods, opening
from workflows.payments.models import ScheduledPayment
from workflows.register import catalogue
from workflows.register import commands as register
from workflows.register.models import CarePackageLine, Contract, ServiceLevel

D = Decimal
FIRST = date(2018, 4, 9)
#: The payment of 9 April to 6 May 2018 can be looked at from 16 April on, and is cut off at the end of the 19th.
WITHIN = datetime(2018, 4, 18, 10, tzinfo=LONDON)
PEOPLE = (("Kent", "Karl"), ("Land", "Lucy"), ("Mitchell", "Mike"), ("Nunn", "Nellie"), ("Osman", "Oscar"))


@contextmanager
def handbook(monkeypatch: pytest.MonkeyPatch, now: datetime | None = WITHIN, **payments: Any) -> Iterator[None]:
    """Norfolk when the handbook's period was paid; `payments` are other values of the profile's table."""
    another_council(monkeypatch, {"payments": {"go_live": None, **payments}})
    try:
        if now is None:
            yield
            return
        with moment.at(now):
            yield
    finally:
        usual_council()


@dataclass(frozen=True)
class Paying:
    """A provider's contract with its lines."""

    home: Service
    contract: Contract
    level: ServiceLevel
    lines: list[CarePackageLine]

    @property
    def organisation(self) -> Organisation:
        return self.home.organisation

    def opened(self, first: date = FIRST) -> ScheduledPayment:
        """The payment of a period, opened and worked out as the schedule does it."""
        opening.open_due()
        return ScheduledPayment.objects.get(contract=self.contract, first=first)

    def user(self, role: str = "super_user_scheduled", **words: Any) -> User:
        return make.provider_user(self.organisation, role=role, **words)

    def actor(self, role: str = "super_user_scheduled") -> Actor:
        return make.actor(self.user(role))

    def line(self, at: Service, surname: str = "", forename: str = "") -> CarePackageLine:
        """One more line, at one of the provider's services."""
        made = add_line(at, self.contract, self.level, surname, forename, self.lines[0].start)
        self.lines.append(made)
        return made


def oasis(
    people: Sequence[tuple[str, str]] = PEOPLE,
    *,
    amount: str = "536.49",
    contribution: str = "39.88",
    start: date = FIRST,
    of: Organisation | None = None,
    calendar: str = "four_weekly",
) -> Paying:
    """The handbook's home: each line is £536.49 a week less the £39.88 that it collects, £1,986.44 a period."""
    make.load_teams()
    system, home = system_actor(), make.service(of, name="" if of else "Oasis Residential Home")
    number = next(make._numbers)
    level = catalogue.add_service_level(
        actor=system, key=f"standard-{number}", name=f"Residential Long Term Standard Rate {number}",
        service_group="residential", unit="Placement", contract_type="Spot",
    )  # fmt: skip
    catalogue.set_rate(actor=system, service_level_id=level.pk, amount=D(amount), start=date(2018, 4, 2))
    contract = make.contract(home.organisation)
    lines = [add_line(home, contract, level, surname, forename, start) for surname, forename in people]
    for each in lines if contribution else ():
        register.set_contribution(actor=system, line_id=each.pk, version=None, amount=D(contribution), start=start)
    methods.set_method(
        actor=system, contract_id=contract.pk, start=start, calendar=calendar, net=bool(contribution),
        on_actuals=False,
    )  # fmt: skip
    return Paying(home, contract, level, lines)


def add_line(
    at: Service, contract: Contract, level: ServiceLevel, surname: str, forename: str, start: date
) -> CarePackageLine:
    """A line of a placement."""
    return register.add_line(
        actor=system_actor(), reference=f"AP{next(make._numbers):07}", client_id=make.client_(surname, forename).pk,
        service_id=at.pk, contract_id=contract.pk, service_level_id=level.pk, quantity=D(1), start=start,
    )  # fmt: skip


def turn(case_id: int) -> int:
    """The open turn of a case."""
    return Task.objects.get(process=case_id, finished=None).pk


def on(payment: ScheduledPayment) -> dict[str, Any]:
    """What every command of a payment is given."""
    return {"case_id": payment.pk, "task_id": turn(payment.pk), "key": make.key()}


def officer(name: str = "Colin Sayer") -> Actor:
    """Somebody of the team that pays."""
    return make.actor(make.staff_user("payments_residential", name=name))
