"""A contract that pays on actuals is paid what the weeks of a period come to, to the penny (workflows.payments)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from tests import care
from tests import factories as make
from tests.councils import another_council, paying, usual_council
from tests.payments import FOLDER, policy
from workflows.actuals import commands as actuals
from workflows.actuals.entry import Absence, FilledRow
from workflows.actuals.filling import Filled
from workflows.actuals.models import ActualWeek, LineWeek, Standing
from workflows.actuals.topics import PAYABLE
from workflows.council import profile
from workflows.engine import moment
from workflows.engine.calendar import LONDON
from workflows.engine.models import Outbox
from workflows.parties.selectors import system_actor
from workflows.payments import methods, opening, reactions, why
from workflows.payments.models import ScheduledPayment
from workflows.payments.snapshot import read
from workflows.register import commands as register
from workflows.register.models import CarePackageLine

pytestmark = pytest.mark.django_db
D = Decimal
#: The handbook's four-weekly periods: this one begins on Monday 3 March 2025.
FIRST = date(2025, 3, 3)


@pytest.fixture(autouse=True)
def both(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A council that records weeks as Bradford does and pays as Norfolk does."""
    whole = profile.load(FOLDER / "bradford.toml").model_dump()
    module = policy("norfolk").model_dump() | {"go_live": FIRST}
    another_council(monkeypatch, {}, whole=paying(whole) | {"payments": module})
    with moment.at(datetime(2025, 3, 17, 10, tzinfo=LONDON)):
        yield
    usual_council()


@pytest.fixture
def line() -> CarePackageLine:
    home = care.provider("supported_living")[1]
    made = care.line(home, care.level("shared_support", group="supported_living"))
    methods.set_method(
        actor=system_actor(), contract_id=made.contract_id, start=date(2018, 4, 9), calendar="four_weekly", net=False,
        on_actuals=True,
    )  # fmt: skip
    return made


def recorded(line: CarePackageLine, number: int, *absent: Absence) -> ActualWeek:
    """A week that was recorded, submitted and accepted."""
    week = care.opened(line.service, FIRST + timedelta(weeks=number))
    farida = make.actor(make.provider_user(line.service.organisation, role="main_user"))
    if absent:
        row = care.of_line(line, week.week)
        what = Filled(row.pk, row.version, (FilledRow(1, (D(21),), absent),))
        actuals.save(actor=farida, case_id=week.pk, task_id=care.turn(week.pk).pk, filled=[what], key=make.key())
    actuals.submit(actor=farida, case_id=week.pk, task_id=care.turn(week.pk).pk, reviewed=True, key=make.key())
    officer = make.actor(make.staff_user(care.payments_team()))
    actuals.accept(actor=officer, case_id=week.pk, task_id=care.turn(week.pk).pk, key=make.key())
    return week


def payment(line: CarePackageLine) -> ScheduledPayment:
    opening.open_due()
    return ScheduledPayment.objects.get(contract=line.contract, first=FIRST)


def test_accepted_weeks_are_paid_and_the_others_say_what_they_wait_for(line: CarePackageLine) -> None:
    recorded(line, 0)
    care.opened(line.service, FIRST + timedelta(weeks=1))
    made = payment(line)
    assert made.total == D("397.32")
    row = made.lines.get()
    assert row.waiting
    assert row.worth is not None
    told = {each.waits_for for each in why.not_paid(read(row.worth))}
    assert len(told) >= 1
    assert all(told)


def test_a_disputed_line_keeps_nothing_from_the_others_of_its_week(line: CarePackageLine) -> None:
    """What is not disputed of a week is payable at once; the disputed line says what it waits for."""
    other = register.add_line(
        actor=system_actor(), reference="AP-OTHER", client_id=make.client_().pk, service_id=line.service_id,
        contract_id=line.contract_id, service_level_id=line.service_level_id, quantity=line.quantity, start=line.start,
    )  # fmt: skip
    week = recorded(line, 0)
    disputed = {"standing": Standing.DISPUTED, "payable": D(0), "payable_cost": D(0)}
    assert LineWeek.objects.filter(case=week.pk, line=other.pk).update(**disputed) == 1
    made = payment(line)
    assert made.lines.get(line=line).total == made.total == D("397.32")
    worth = made.lines.get(line=other.pk).worth
    assert worth is not None
    assert "a decision on the dispute" in {each.waits_for for each in why.not_paid(read(worth))}


def test_what_is_paid_is_what_the_week_says_it_comes_to(line: CarePackageLine) -> None:
    """21 hours with 7 of them missed for the provider's own reasons cannot be shared support: a hospital stay can."""
    week = recorded(line, 0, Absence("frustrated", D(7), "hospital", None, "Week 1"))
    assert payment(line).total == care.of_line(line, week.week).payable_cost == D("397.32")


def test_a_week_that_is_accepted_later_is_worked_out_by_itself(line: CarePackageLine) -> None:
    made = payment(line)
    assert made.total == 0
    recorded(line, 0)
    for row in Outbox.objects.filter(topic=PAYABLE).order_by("pk"):
        reactions.weeks_again(row.payload, row.key)
    assert opening.work_out_changed() == 1
    assert ScheduledPayment.objects.get(pk=made.pk).total == D("397.32")
