"""Weeks that are not paid are worked out again when a line's price has changed; what was paid is not."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests import care
from tests import factories as make
from tests.care import WEEK
from tests.councils import served
from workflows.actuals import commands, rejudging
from workflows.actuals.models import ActualWeek, Standing
from workflows.actuals.rejudging import REPRICED, after_change, after_rate, go_on
from workflows.engine.errors import Refused
from workflows.engine.models import Event, Outbox
from workflows.parties.selectors import system_actor
from workflows.register import catalogue
from workflows.register import commands as register
from workflows.register.catalogue import RATES_CHANGED
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


def repriced_for_all(line: CarePackageLine, amount: str) -> None:
    """The level's general rate is uplifted from the second week on; the workers come, and come again."""
    officer = make.actor(make.staff_user("support_options"))
    second = WEEK + timedelta(weeks=1)
    catalogue.uplift(actor=officer, service_level_id=line.service_level_id, start=second, amount=D(amount))
    for topic, carry in ((RATES_CHANGED, after_rate), (REPRICED, go_on)):
        for row in Outbox.objects.filter(topic=topic).order_by("pk"):
            for _ in range(2):
                carry(row.payload, row.key)


def checked(line: CarePackageLine, week: date = WEEK) -> ActualWeek:
    """A week that was submitted and accepted."""
    found = care.opened(line.service, week)
    farida = make.actor(make.provider_user(line.service.organisation, role="main_user"))
    task = care.turn(found.pk).pk
    commands.submit(actor=farida, case_id=found.pk, task_id=task, reviewed=True, key=make.key())
    commands.accept(actor=system_actor(), case_id=found.pk, task_id=care.turn(found.pk).pk, key=make.key())
    return found


def test_an_uplift_reaches_the_weeks_from_its_day_on_and_no_others(
    line: CarePackageLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rejudging, "AT_ONCE", 1)  # each week in a transaction of its own, one after the other
    weeks = [WEEK + timedelta(weeks=each) for each in range(3)]
    dear = care.line(line.service, line.service_level, "21")
    reprice(dear, "30.00")
    cases = [care.opened(line.service, each) for each in weeks]
    repriced_for_all(line, "20.00")
    for number in range(3):  # what follows is put while what was before it is carried
        rows = Outbox.objects.filter(topic=REPRICED).order_by("pk")[number:]
        for row in rows:
            go_on(row.payload, row.key)
    assert [care.of_line(line, each).payable_cost for each in weeks] == [D("397.32"), D(420), D(420)]
    assert [care.of_line(dear, each).payable_cost for each in weeks] == [D(630)] * 3
    told = [Event.objects.filter(stream=f"case:{each.pk}", kind__endswith=".rejudge").count() for each in cases]
    assert told == [0, 1, 1]


def test_what_was_accepted_and_comes_to_other_money_is_checked_again(line: CarePackageLine) -> None:
    """Who accepts a line accepts its money: any other sum is a turn of the payments team (ADR 14)."""
    first, second = checked(line), checked(line, WEEK + timedelta(weeks=1))
    repriced_for_all(line, "20.00")
    assert [each.case.state for each in ActualWeek.objects.order_by("week")] == ["checked", "submitted"]
    assert care.of_line(line).standing == Standing.PAYABLE
    moved = care.of_line(line, WEEK + timedelta(weeks=1))
    assert (moved.standing, moved.payable_cost) == (Standing.SUBMITTED, D(420))
    turn = care.turn(second.pk)
    assert turn.team is not None and turn.team.key == "fss_payments"
    assert Outbox.objects.filter(topic="notify", payload__kind="actuals.moved").count() == 1
    with pytest.raises(Refused):
        commands.pay(actor=system_actor(), case_id=second.pk, task_id=turn.pk, key=make.key())
    commands.accept(actor=system_actor(), case_id=second.pk, task_id=turn.pk, key=make.key())
    assert care.of_line(line, WEEK + timedelta(weeks=1)).standing == Standing.PAYABLE
    assert care.turn(first.pk).node == "checked"
