"""The lines of new payments: what one statement writes is what entitlement.py says, whatever happens in the period."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests import factories as make
from tests.councils import another_council, usual_council
from workflows.engine import moment
from workflows.engine.calendar import LONDON
from workflows.parties.selectors import system_actor
from workflows.payments import commands, generating, methods
from workflows.payments.commands import period_for, profile
from workflows.payments.entitlement import entitlement
from workflows.payments.facts import Cause
from workflows.payments.gathering import gather
from workflows.payments.models import PaymentLine, PaymentMethod, ScheduledPayment
from workflows.payments.snapshot import read, written
from workflows.register import catalogue
from workflows.register.models import (
    CarePackageLine,
    Contract,
    Contribution,
    LineRate,
    LineSuspension,
    Rate,
    ServiceLevel,
)

pytestmark = pytest.mark.django_db
D = Decimal
FIRST, LAST = date(2018, 4, 9), date(2018, 5, 6)
NOW = datetime(2018, 4, 18, 10, tzinfo=LONDON)
DAYS = st.integers(-4, 31).map(lambda number: FIRST + timedelta(days=number))
AMOUNTS = st.sampled_from(["496.61", "536.49", "0.03", "17.35", "1000"]).map(D)
QUANTITIES = st.sampled_from(["1", "0.25", "1.50", "21", "3.33", "0.07"]).map(D)


@pytest.fixture(autouse=True)
def norfolk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    another_council(monkeypatch, {"payments": {"go_live": None}})
    with moment.at(NOW):
        yield
    usual_council()


@pytest.fixture
def level() -> ServiceLevel:
    make.load_teams()
    return catalogue.add_service_level(
        actor=system_actor(), key="standard", name="Standard", service_group="residential", unit="Placement",
        contract_type="Spot",
    )  # fmt: skip


@st.composite
def spans(draw: st.DrawFn, most: int = 2) -> list[tuple[date, date | None]]:
    """Spans that share no day, in or about the period."""
    begin, found = FIRST + timedelta(days=draw(st.integers(-6, 25))), []
    for _ in range(draw(st.integers(0, most))):
        length = draw(st.none() | st.integers(0, 30))
        end = None if length is None else begin + timedelta(days=length)
        found.append((begin, end))
        if end is None:
            break
        begin = end + timedelta(days=draw(st.integers(1, 3)))
    return found


@st.composite
def told(draw: st.DrawFn) -> dict[str, Any]:
    """What one line says."""
    start = draw(st.just(date(2018, 1, 1)) | DAYS)
    return {
        "start": start,
        "end": draw(st.none() | st.integers(0, 40).map(lambda number: start + timedelta(days=number))),
        "quantity": draw(QUANTITIES),
        "own": draw(st.dictionaries(st.just(date(2018, 1, 1)) | DAYS, st.none() | AMOUNTS, max_size=2)),
        "suspended": draw(st.just([]) | spans(1)),
        "gives": [(span, draw(AMOUNTS)) for span in draw(st.just([]) | spans())],
    }


PLAIN = {"start": FIRST, "end": None, "quantity": D(1), "own": {}, "suspended": [], "gives": []}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@example(lines=[PLAIN], rates=[((date(2018, 1, 1), None), D("496.61"))], net=False)
@example(
    lines=[PLAIN | {"gives": [((FIRST, None), D("39.88"))]}], rates=[((date(2018, 1, 1), None), D("536.49"))], net=True
)
@example(lines=[PLAIN | {"quantity": D("0.07")}], rates=[((date(2018, 1, 1), None), D("0.03"))], net=False)
@given(
    lines=st.lists(told(), min_size=1, max_size=4),
    rates=spans().flatmap(lambda found: st.tuples(*(st.tuples(st.just(each), AMOUNTS) for each in found))),
    net=st.booleans(),
)
def test_the_statement_writes_what_the_rules_say(
    level: ServiceLevel, lines: list[dict[str, Any]], rates: Any, net: bool
) -> None:
    with transaction.atomic():
        payment, made = _payment(level, lines, rates, net)
        generating.fill([payment], profile(), now=NOW)
        rows = {row.line_id: row for row in PaymentLine.objects.filter(payment=payment)}
        facts = gather(made, FIRST, LAST, profile())
        for line in made:
            worth = entitlement(facts[line.pk], FIRST, LAST, profile().rules)
            if all(part.cause in {Cause.START, Cause.END} for part in worth.parts):
                assert line.pk not in rows
                continue
            row = rows[line.pk]
            assert row.worth is not None
            assert (row.excl, row.vat) == (worth.money.excl, worth.money.vat)
            assert read(row.worth) == worth
            assert row.worth == written(worth)
        now = ScheduledPayment.objects.get(pk=payment.pk)
        assert now.total == sum((row.total for row in rows.values()), D(0))
        transaction.set_rollback(True)


def test_whole_periods_are_written_by_the_statement_and_not_by_the_rules(level: ServiceLevel) -> None:
    """Else the test above would hold the rules against themselves."""
    payment, _ = _payment(level, [PLAIN] * 3, [((date(2018, 1, 1), None), D("496.61"))], False)
    assert generating.fill([payment], profile(), now=NOW) == 0
    assert PaymentLine.objects.filter(payment=payment).count() == 3


def test_a_line_that_is_not_plain_is_left_to_the_rules(level: ServiceLevel) -> None:
    payment, _ = _payment(level, [PLAIN, PLAIN | {"end": date(2018, 4, 20)}], [((FIRST, None), D("496.61"))], False)
    assert generating.fill([payment], profile(), now=NOW) == 1


def test_what_nothing_is_known_about_is_not_looked_at_again(level: ServiceLevel) -> None:
    """A finalised period is put right only where something may have come to be known."""
    payment, made = _payment(level, [PLAIN] * 4, [((date(2018, 1, 1), None), D("496.61"))], False)
    generating.fill([payment], profile(), now=NOW)
    ScheduledPayment.objects.filter(pk=payment.pk).update(finalised_at=NOW + timedelta(days=2))
    contract = payment.contract_id
    assert generating._candidates({contract}) == frozenset()
    with moment.at(NOW + timedelta(days=3)):
        register_change(made[1])
    assert generating._candidates({contract}) == {made[1].pk}


def register_change(line: CarePackageLine) -> None:
    """Something happens to a line, as any command tells it."""
    from workflows.register.commands import end_line

    end_line(actor=system_actor(), line_id=line.pk, version=None, end=date(2018, 4, 20), reason="Died")


def _payment(
    level: ServiceLevel, lines: list[dict[str, Any]], rates: Any, net: bool
) -> tuple[ScheduledPayment, list[CarePackageLine]]:
    service = make.service()
    contract = make.contract(service.organisation)
    Rate.objects.filter(service_level=level).delete()
    for (start, end), amount in rates:
        Rate.objects.create(service_level=level, start=start, end=end, amount=amount)
    made = [_line(level, service.pk, contract, each) for each in lines]
    with moment.at(NOW - timedelta(days=30)):
        methods.set_method(
            actor=system_actor(), contract_id=contract.pk, start=FIRST, calendar="four_weekly", net=net,
            on_actuals=False,
        )  # fmt: skip
    method = PaymentMethod.objects.get(contract=contract)
    outcome = commands.generate(
        actor=system_actor(), contract_id=contract.pk, period=period_for(method, 0), method_id=method.pk,
        key=make.key(),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return ScheduledPayment.objects.get(pk=outcome.case_id), made


def _line(level: ServiceLevel, service: int, contract: Contract, says: dict[str, Any]) -> CarePackageLine:
    line = CarePackageLine.objects.create(
        reference=f"AP{next(make._numbers):07}", client=make.client_(), service_id=service, contract=contract,
        service_level=level, quantity=says["quantity"], start=says["start"], end=says["end"],
    )  # fmt: skip
    for start, amount in says["own"].items():
        LineRate.objects.create(line=line, start=start, amount=amount)
    for start, end in says["suspended"]:
        LineSuspension.objects.create(line=line, start=start, end=end)
    for (start, end), amount in says["gives"]:
        Contribution.objects.create(line=line, start=start, end=end, amount=amount)
    return line
