"""Weeks that are not paid are worked out again when a line's price has changed; what was paid is not."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from tests import care
from tests import factories as make
from tests.care import WEEK
from tests.councils import served
from workflows.actuals import commands
from workflows.actuals.models import Standing
from workflows.actuals.rejudging import after_change
from workflows.engine.models import Event, Outbox
from workflows.parties.selectors import system_actor
from workflows.register import commands as register
from workflows.register.models import CarePackageLine

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def line() -> Iterator[CarePackageLine]:
    with served("bradford"):
        at = care.provider("supported_living")[1]
        yield care.line(at, care.level("shared_support", group="supported_living"))


def reprice(line: CarePackageLine, amount: str) -> None:
    """Somebody gives the line a price of its own from its first day; the workers come, and come again."""
    register.change_line(
        actor=system_actor(), line_id=line.pk, version=None, unit_cost=D(amount), price_from=line.start, reason="Agreed"
    )
    for row in Outbox.objects.filter(topic="line.changed", payload__line=line.pk).order_by("pk"):
        for _ in range(2):
            after_change(row.payload, row.key)


def test_another_price_is_worked_out_in_what_is_not_paid(line: CarePackageLine) -> None:
    week = care.opened(line.service)
    version = care.of_line(line).version
    reprice(line, "20.00")
    now = care.of_line(line)
    assert (now.planned_cost, now.payable_cost, now.version) == (D(420), D(420), version)
    kinds = [each.kind for each in Event.objects.filter(stream=f"case:{week.pk}").order_by("seq")]
    assert [each.rpartition(".")[2] for each in kinds] == ["open", "generate", "rejudge"]


def test_what_was_paid_stays_as_it_was_paid(line: CarePackageLine) -> None:
    week = care.opened(line.service, WEEK)
    system, farida = system_actor(), make.actor(make.provider_user(line.service.organisation, role="main_user"))
    task = care.turn(week.pk).pk
    commands.submit(actor=farida, case_id=week.pk, task_id=task, reviewed=True, key=make.key())
    commands.accept(actor=system, case_id=week.pk, task_id=care.turn(week.pk).pk, key=make.key())
    commands.pay(actor=system, case_id=week.pk, task_id=care.turn(week.pk).pk, key=make.key())
    reprice(line, "20.00")
    now = care.of_line(line)
    assert (now.standing, now.payable_cost) == (Standing.PAID, D("397.32"))
