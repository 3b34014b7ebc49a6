"""Scheduled payments: worked out, answered, finalised in a run, put right afterwards (norfolk-handbook §8, §10)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests import factories as make
from tests.councils import another_council, usual_council
from workflows.actions.commands import open_action
from workflows.actions.rules import Asked
from workflows.engine import batches, moment
from workflows.engine.calendar import LONDON
from workflows.engine.errors import Forbidden, Invalid, NotFound, Refused, Stale
from workflows.engine.models import Batch, Case, Outbox, Task
from workflows.engine.verify import verify
from workflows.parties.actor import Actor
from workflows.parties.models import Organisation, Service
from workflows.parties.selectors import system_actor
from workflows.payments import commands, methods, opening, reactions, running, stopping
from workflows.payments.commands import Wrong
from workflows.payments.models import (
    Confirmation,
    PaymentLine,
    PaymentMethod,
    PaymentRun,
    PaymentStop,
    Rejected,
    ScheduledPayment,
)
from workflows.payments.rules import RunState, State
from workflows.register import catalogue
from workflows.register import commands as register
from workflows.register.models import CarePackageLine, Contract, ServiceLevel

pytestmark = pytest.mark.django_db
D = Decimal
FIRST, SECOND = date(2018, 4, 9), date(2018, 5, 7)
WITHIN = datetime(2018, 4, 18, 10, tzinfo=LONDON)


@dataclass(frozen=True)
class Oasis:
    """The handbook's home: its contract and its five people's lines."""

    home: Service
    contract: Contract
    lines: list[CarePackageLine]

    @property
    def organisation(self) -> Organisation:
        return self.home.organisation


@pytest.fixture(autouse=True)
def norfolk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Norfolk in April 2018: the periods of the handbook are paid."""
    another_council(monkeypatch, {"payments": {"go_live": None}})
    with moment.at(WITHIN):
        yield
    usual_council()


def oasis(amount: str = "496.61", *, net: bool = False, people: int = 5, contribution: str = "") -> Oasis:
    make.load_teams()
    system, home = system_actor(), make.service()
    level = catalogue.add_service_level(
        actor=system, key=f"standard-{next(make._numbers)}", name=f"Standard {next(make._numbers)}",
        service_group="residential", unit="Placement", contract_type="Spot",
    )  # fmt: skip
    catalogue.set_rate(actor=system, service_level_id=level.pk, amount=D(amount), start=date(2018, 4, 2))
    contract = make.contract(home.organisation)
    lines = [_line(home, contract, level) for _ in range(people)]
    if contribution:
        for each in lines:
            register.set_contribution(
                actor=system, line_id=each.pk, version=None, amount=D(contribution), start=date(2018, 4, 9)
            )
    methods.set_method(
        actor=system, contract_id=contract.pk, start=FIRST, calendar="four_weekly", net=net, on_actuals=False
    )
    return Oasis(home, contract, lines)


def _line(home: Service, contract: Contract, level: ServiceLevel, start: date = FIRST) -> CarePackageLine:
    return register.add_line(
        actor=system_actor(), reference=f"AP{next(make._numbers):07}", client_id=make.client_().pk, service_id=home.pk,
        contract_id=contract.pk, service_level_id=level.pk, quantity=D(1), start=start,
    )  # fmt: skip


def opened(place: Oasis, first: date = FIRST) -> ScheduledPayment:
    opening.open_due()
    return ScheduledPayment.objects.get(contract=place.contract, first=first)


def turn(case_id: int) -> int:
    return Task.objects.get(process=case_id, finished=None).pk


def on(payment: ScheduledPayment) -> dict[str, object]:
    return {"case_id": payment.pk, "task_id": turn(payment.pk), "key": make.key()}


def provider(place: Oasis, role: str = "super_user_scheduled") -> Actor:
    return make.actor(make.provider_user(place.organisation, role=role, name="James Beiley"))


def officer(name: str = "Colin Sayer") -> Actor:
    return make.actor(make.staff_user("payments_residential", name=name))


def again(payment: ScheduledPayment) -> ScheduledPayment:
    return ScheduledPayment.objects.get(pk=payment.pk)


def finalised(payment: ScheduledPayment, *, people: int = 2) -> PaymentRun:
    """The payment's run, prepared, approved and finalised as a worker does it."""
    first, second = officer(), officer("Mary Dunn")
    run = running.prepare(actor=first, calendar="four_weekly", pay_on=payment.pay_on, key=make.key()).case_id
    total = PaymentRun.objects.get(pk=run).total
    said = {"case_id": run, "seen": total}
    if people == 1:
        running.finalise(actor=first, task_id=turn(run), key=make.key(), **said)
    else:
        running.propose(actor=first, task_id=turn(run), key=make.key(), **said)
        running.approve(actor=second, task_id=turn(run), key=make.key(), **said)
    batch = Batch.objects.filter(kind=running.FINALISE).latest("pk")
    batches.run_slice(batch.pk, 0)
    return PaymentRun.objects.get(pk=run)


@pytest.mark.parametrize(
    ("amount", "net", "contribution"), [("536.49", True, "39.88"), ("496.61", False, "")], ids=["net", "rate"]
)
def test_norfolks_period_by_both_readings(amount: str, net: bool, contribution: str) -> None:
    """domain.md §4.1: 5 x £1,986.44 = £9,932.20."""
    payment = opened(oasis(amount, net=net, contribution=contribution))
    assert {each.total for each in payment.lines.all()} == {D("1986.44")}
    assert (again(payment).total, again(payment).payable) == (D("9932.20"), D("9932.20"))
    assert (payment.last, payment.pay_on, payment.financial_year) == (date(2018, 5, 6), date(2018, 4, 23), "2018/2019")


def test_opening_again_opens_nothing_twice() -> None:
    place = oasis()
    opened(place)
    assert opening.open_due() == 0
    assert ScheduledPayment.objects.count() == 1
    assert PaymentLine.objects.count() == 5


def test_working_it_out_again_changes_nothing() -> None:
    payment = opened(oasis())
    before = list(PaymentLine.objects.order_by("pk").values_list())
    commands.recalculate(actor=system_actor(), **on(payment))
    assert list(PaymentLine.objects.order_by("pk").values_list()) == before


def test_many_contracts_are_worked_out_in_as_many_queries_as_one() -> None:
    counts = []
    for number in (1, 6):
        for _ in range(number):
            oasis(people=2)
        for each in opening._wanted(moment.today()):
            period, who = commands.period_for(each.method, each.number), system_actor()
            commands.generate(
                actor=who, contract_id=each.contract_id, period=period, method_id=each.method.pk, key=make.key()
            )
        with CaptureQueriesContext(connection) as asked:
            opening.work_out_new()
        counts.append(len(asked))
    assert counts[1] - counts[0] == 5  # each provider is told


def test_the_provider_confirms_and_the_story_says_who() -> None:
    place = oasis()
    payment, james = opened(place), provider(place)
    commands.confirm(actor=james, comments="Thank you", **on(payment))
    now = again(payment)
    assert (now.confirmation, now.confirmed_by_id) == (Confirmation.CONFIRMED, james.user_id)
    assert Case.objects.get(pk=payment.pk).state == State.CURRENT


def test_rejecting_gives_payments_a_turn_and_stops_nothing() -> None:
    """§10: "it will not stop any payments being made"."""
    place = oasis()
    payment = opened(place)
    wrong = Wrong(place.lines[0].pk, date(2018, 4, 20), died=True, text="Deceased 20/04/2018")
    commands.reject(actor=provider(place), wrong=[wrong], **on(payment))
    task = Task.objects.get(process=payment.pk, finished=None)
    assert (task.node, task.team.key if task.team else "") == ("answer", "payments_residential")
    assert task.amount == Rejected.objects.get().at_stake == D("1206.05")
    run = finalised(payment)
    assert run.total == D("9932.20")
    assert Rejected.objects.get().answer == "left"


def test_a_rejection_needs_a_reason_or_a_line() -> None:
    place = oasis()
    payment = opened(place)
    with pytest.raises(Invalid):
        commands.reject(actor=provider(place), wrong=[], **on(payment))


def test_who_answers_for_one_service_sees_and_does_not_confirm() -> None:
    place = oasis()
    payment = opened(place)
    only = make.actor(make.provider_user(place.organisation, role="super_user_scheduled", only=place.home))
    with pytest.raises(Refused):
        commands.confirm(actor=only, **on(payment))
    stranger = provider(oasis())
    with pytest.raises(NotFound):
        commands.confirm(actor=stranger, **on(payment))


def test_a_run_takes_two_people_above_the_threshold(monkeypatch: pytest.MonkeyPatch) -> None:
    another_council(monkeypatch, {"payments": {"go_live": None, "second_person_above": D(5000)}})
    payment = opened(oasis())
    first = officer()
    run = running.prepare(actor=first, calendar="four_weekly", pay_on=payment.pay_on, key=make.key()).case_id
    with pytest.raises(Refused, match="second person"):
        running.finalise(actor=first, case_id=run, task_id=turn(run), seen=D("9932.20"), key=make.key())
    running.propose(actor=first, case_id=run, task_id=turn(run), seen=D("9932.20"), key=make.key())
    with pytest.raises(Forbidden):
        running.approve(actor=first, case_id=run, task_id=turn(run), seen=D("9932.20"), key=make.key())


def test_a_run_is_finalised_with_the_total_that_was_seen_or_not_at_all() -> None:
    payment = opened(oasis())
    run = running.prepare(actor=officer(), calendar="four_weekly", pay_on=payment.pay_on, key=make.key()).case_id
    with pytest.raises(Refused, match="now comes to"):
        running.propose(actor=officer(), case_id=run, task_id=turn(run), seen=D("1.00"), key=make.key())


def test_a_finalised_payment_never_changes() -> None:
    payment = opened(oasis())
    run = finalised(payment)
    assert (run.total, run.payments_count, run.lines_count) == (D("9932.20"), 1, 5)
    assert Case.objects.get(pk=run.pk).state == RunState.FINALISED
    assert Case.objects.get(pk=payment.pk).state == State.FINALISED
    for change in (
        lambda: PaymentLine.objects.filter(payment=payment).update(excl=0, total=0),
        lambda: PaymentLine.objects.filter(payment=payment).delete(),
        lambda: ScheduledPayment.objects.filter(pk=payment.pk).update(excl=0, total=0, payable=0),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    with pytest.raises(Refused):
        commands.recalculate(actor=officer(), **on(payment))


def test_a_payment_whose_lines_do_not_add_up_cannot_be_finalised() -> None:
    """The database's own check, without which a wrong sum would be paid."""
    payment = opened(oasis())
    ScheduledPayment.objects.filter(pk=payment.pk).update(excl=D(1), total=D(1), payable=D(1))
    with pytest.raises(IntegrityError), transaction.atomic():
        ScheduledPayment.objects.filter(pk=payment.pk).update(finalised_at=moment.now())


def test_a_death_recovers_what_was_paid_after_it() -> None:
    """domain.md §4.1: a death on 20/04/2018 leaves £851.33 and takes back £1,135.11."""
    place = oasis()
    payment = opened(place)
    finalised(payment)
    register.end_line(
        actor=system_actor(), line_id=place.lines[0].pk, version=None, end=date(2018, 4, 20), reason="Died"
    )
    with moment.at(datetime(2018, 5, 15, 10, tzinfo=LONDON)):
        later = opened(place, SECOND)
        rows = {each.kind: each for each in later.lines.filter(line=place.lines[0])}
    assert rows[PaymentLine.Kind.ADJUSTMENT].total == D("-1135.11")
    assert PaymentLine.Kind.SCHEDULED not in rows
    assert again(later).total == 4 * D("1986.44") - D("1135.11")


def test_a_notice_of_death_stops_payments_and_payments_checks_it() -> None:
    place = oasis()
    payment, line = opened(place), place.lines[0]
    asked = Asked(
        type="death", related="client", entity=line.client_id, wanted_by=None, team="service_brokerage",
        title="Death", text="Died at home", since=date(2018, 4, 17),
    )  # fmt: skip
    open_action(actor=provider(place), asked=asked, key=make.key())
    _deliver()
    stop = PaymentStop.objects.get()
    assert Case.objects.get(pk=stop.pk).state == "open"
    opening.work_out_changed()
    row = payment.lines.get(line=line)
    assert (row.total, row.waiting) == (D("638.50"), True)  # nine days: the day of death is paid
    stopping.confirm(actor=officer(), case_id=stop.pk, task_id=turn(stop.pk), text="Rang the home", key=make.key())
    opening.work_out_changed()
    row.refresh_from_db()
    assert (row.total, row.waiting) == (D("638.50"), False)


def test_a_notice_that_is_told_twice_stops_once() -> None:
    place = oasis()
    asked = Asked(
        type="death", related="client", entity=place.lines[0].client_id, wanted_by=None, team="service_brokerage",
        title="Death", text="Died at home", since=date(2018, 4, 17),
    )  # fmt: skip
    open_action(actor=provider(place), asked=asked, key=make.key())
    _deliver()
    _deliver()
    assert PaymentStop.objects.count() == 1


def test_a_line_that_is_held_out_is_paid_later() -> None:
    place = oasis()
    payment = opened(place)
    line = payment.lines.order_by("pk").first()
    assert line is not None
    commands.hold_out(actor=officer(), lines=[line.pk], text="Rate to be agreed", **on(payment))
    assert again(payment).total == D("7945.76")
    finalised(payment)
    assert Case.objects.get(pk=payment.pk).state == State.PARTLY
    commands.put_back(actor=officer(), lines=[line.pk], **on(payment))
    assert Case.objects.get(pk=payment.pk).state == State.FINALISED
    with moment.at(datetime(2018, 5, 15, 10, tzinfo=LONDON)):
        later = opened(place, SECOND)
    assert later.lines.get(kind=PaymentLine.Kind.ADJUSTMENT).total == D("1986.44")


def test_while_it_is_held_out_it_is_not_paid_by_the_back_door() -> None:
    place = oasis()
    payment = opened(place)
    line = payment.lines.order_by("pk").first()
    assert line is not None
    commands.hold_out(actor=officer(), lines=[line.pk], text="Rate to be agreed", **on(payment))
    finalised(payment)
    with moment.at(datetime(2018, 5, 15, 10, tzinfo=LONDON)):
        later = opened(place, SECOND)
    assert not later.lines.filter(kind=PaymentLine.Kind.ADJUSTMENT).exists()


def test_an_adjustment_is_settled_once() -> None:
    place = oasis()
    payment = opened(place)
    finalised(payment)
    catalogue.set_rate(
        actor=system_actor(), service_level_id=place.lines[0].service_level_id, amount=D("536.49"), start=FIRST
    )
    with moment.at(datetime(2018, 5, 15, 10, tzinfo=LONDON)):
        later = opened(place, SECOND)
        assert later.lines.filter(kind=PaymentLine.Kind.ADJUSTMENT).count() == 5
        finalised(again(later))
    with moment.at(datetime(2018, 6, 12, 10, tzinfo=LONDON)):
        third = opened(place, date(2018, 6, 4))
    assert not third.lines.filter(kind=PaymentLine.Kind.ADJUSTMENT).exists()


def test_what_is_below_zero_is_carried() -> None:
    """Somebody moves in later: a later period takes it up (nobody: tests/db/test_payments_recovering.py)."""
    place = oasis(people=1)
    _line(place.home, place.contract, place.lines[0].service_level, start=date(2018, 6, 4))
    payment = opened(place)
    finalised(payment, people=1)
    register.end_line(
        actor=system_actor(), line_id=place.lines[0].pk, version=None, end=date(2018, 4, 20), reason="Died"
    )
    with moment.at(datetime(2018, 5, 15, 10, tzinfo=LONDON)):
        later = opened(place, SECOND)
        assert (again(later).total, again(later).payable, again(later).carried_out) == (
            D("-1135.11"), D(0), D("-1135.11"),
        )  # fmt: skip
        finalised(again(later), people=1)
    with moment.at(datetime(2018, 6, 12, 10, tzinfo=LONDON)):
        third = opened(place, date(2018, 6, 4))
    assert (again(third).carried_in, again(third).payable) == (D("-1135.11"), D("851.33"))


def test_an_adjustment_by_hand_takes_a_second_person() -> None:
    place = oasis()
    payment, one, two = opened(place), officer(), officer("Mary Dunn")
    line = place.lines[0].pk
    commands.adjust(actor=one, line_id=line, excl=D("-10.00"), vat=D(0), text="Agreed", **on(payment))
    made = payment.lines.get(kind=PaymentLine.Kind.MANUAL)
    assert again(payment).total == D("9932.20")
    with pytest.raises(Forbidden):
        commands.approve_adjustment(actor=one, adjustment_id=made.pk, **on(payment))
    commands.approve_adjustment(actor=two, adjustment_id=made.pk, **on(payment))
    assert again(payment).total == D("9922.20")
    commands.recalculate(actor=one, **on(payment))
    assert again(payment).total == D("9922.20")
    for amount in ("-5.00", "7.00"):
        commands.adjust(actor=one, line_id=line, excl=D(amount), vat=D(0), text="Agreed too", **on(payment))
    first, second = payment.lines.filter(approved_by=None, kind=PaymentLine.Kind.MANUAL).order_by("pk")
    commands.refuse_adjustment(actor=two, adjustment_id=first.pk, text="Twice the same", **on(payment))
    with pytest.raises(Refused):
        commands.approve_adjustment(actor=two, adjustment_id=first.pk, **on(payment))
    run = finalised(payment)  # without what nobody has approved
    assert (run.total, again(payment).payable) == (D("9922.20"), D("9922.20"))
    assert payment.lines.filter(pk=second.pk, approved_by=None).exists()


def test_a_rejected_line_is_amended_and_the_payment_worked_out_again_in_one_transaction() -> None:
    """§10 with domain.md §4.1: £851.33 of £1,986.44 to the day of death, the other rejection stays as it is."""
    place = oasis()
    payment, line, other = opened(place), place.lines[0], place.lines[1]
    wrong = [Wrong(line.pk, date(2018, 4, 20), died=True), Wrong(other.pk, date(2018, 4, 30), text="Moved out")]
    commands.reject(actor=provider(place), wrong=wrong, **on(payment))
    stranger = oasis().lines[0]
    change = commands.Change(line.pk, line.version, {"end": date(2018, 4, 20)})
    left = [Rejected.objects.get(line=other).pk]
    said = {"actor": officer(), "text": "Ended on the day of death", "left": left}
    with pytest.raises(Invalid):
        commands.amend(changed=[commands.Change(stranger.pk, None, {"end": FIRST})], **said, **on(payment))
    with pytest.raises(Stale):
        commands.amend(changed=[replace(change, version=line.version - 1)], **said, **on(payment))
    assert CarePackageLine.objects.get(pk=line.pk).end is None
    assert Rejected.objects.filter(answer="").count() == 2
    commands.amend(changed=[change], **said, **on(payment))
    assert payment.lines.get(line=line).total == D("851.33")
    assert again(payment).total == D("9932.20") - D("1135.11")
    assert [each.answer for each in Rejected.objects.order_by("pk")] == ["amended", "left"]
    assert Case.objects.get(pk=payment.pk).amount == again(payment).total


def test_a_change_of_calendar_begins_with_a_period() -> None:
    place = oasis()
    with pytest.raises(Refused, match="already"):
        methods.set_method(
            actor=system_actor(), contract_id=place.contract.pk, start=FIRST, calendar="four_weekly", net=True,
            on_actuals=False,
        )  # fmt: skip
    assert PaymentMethod.objects.filter(contract=place.contract).count() == 1


def test_the_chain_of_events_holds() -> None:
    place = oasis()
    payment = opened(place)
    commands.confirm(actor=provider(place), comments="A name nobody should read", **on(payment))
    finalised(payment)
    assert verify().findings == []
    assert timedelta(days=27) == payment.last - payment.first


def _deliver() -> None:
    """What payments do when lines change, as a worker does it."""
    for row in Outbox.objects.filter(topic="line.changed").order_by("pk"):
        reactions.work_out_again(row.payload, f"{row.key}:again")
        reactions.stop(row.payload, f"{row.key}:stop")
