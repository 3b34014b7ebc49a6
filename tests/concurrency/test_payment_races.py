"""Payments raced with real connections: whatever comes at once, money is neither made nor lost, and nobody waits for
ever.

The oracle is the next period: what it would put right of a finalised one is what that was paid too much or too little.
Once everything has been worked out again that is nothing, and every level is the sum of the one below it.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from threading import Barrier, BrokenBarrierError
from threading import Event as Signal
from typing import Any

import pytest
from django.db import connection

from tests import care
from tests import factories as make
from tests.concurrency.racing import race
from tests.councils import another_council, paying, usual_council
from tests.model.payments import follow, on
from tests.payments import FOLDER, policy
from workflows.actions.commands import open_action
from workflows.actions.rules import Asked, Related
from workflows.actuals import commands as actuals
from workflows.actuals.models import ActualWeek
from workflows.actuals.topics import PAYABLE
from workflows.council import profile
from workflows.engine import batches, moment
from workflows.engine.calendar import LONDON
from workflows.engine.door import Outcome
from workflows.engine.errors import Busy, Refused, Stale
from workflows.engine.models import Batch, Case, Event
from workflows.engine.verify import verify
from workflows.parties.actor import Actor
from workflows.parties.models import Service
from workflows.parties.selectors import system_actor
from workflows.payments import answers, commands, generating, ledger, methods, opening, recovering, running, stopping
from workflows.payments.commands import Change, Wrong
from workflows.payments.models import Debt, PaymentLine, PaymentRun, PaymentStop, Rejected, ScheduledPayment
from workflows.register import commands as register
from workflows.register.models import CarePackageLine

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
ROUNDS = 40 if os.environ.get("CONCORD_SOAK") else 2
D = Decimal
FIRST = date(2025, 3, 3)
TOPICS = ("line.changed", "rates.changed", PAYABLE)
A_WEEK = D("397.32")  # 21 hours at £18.92


@pytest.fixture(autouse=True)
def both() -> Iterator[None]:
    """A council that records weeks as Bradford does and pays as Norfolk does."""
    whole = profile.load(FOLDER / "bradford.toml").model_dump()
    module = policy("norfolk").model_dump() | {"go_live": FIRST, "second_person_above": D(1_000_000)}
    with pytest.MonkeyPatch.context() as patch:
        another_council(patch, {}, whole=paying(whole) | {"payments": module})
        yield
    usual_council()


class Home:
    """A contract of two lines that is paid by what is recorded, or by the plan, and its people."""

    def __init__(self, *, on_actuals: bool = False) -> None:
        self.service: Service = care.provider("supported_living")[1]
        level = care.level("shared_support", group="supported_living")
        self.lines = [care.line(self.service, level) for _ in range(2)]
        self.contract = self.lines[0].contract
        CarePackageLine.objects.filter(pk=self.lines[1].pk).update(contract=self.contract)
        methods.set_method(
            actor=system_actor(), contract_id=self.contract.pk, start=FIRST, calendar="four_weekly", net=False,
            on_actuals=on_actuals,
        )  # fmt: skip
        organisation = self.service.organisation
        self.nina = make.actor(make.provider_user(organisation, role="main_user"))
        self.colin, self.mary = self.officer(), self.officer()

    def officer(self) -> Actor:
        return make.actor(make.staff_user(care.payments_team()))

    def submitted(self, number: int) -> ActualWeek:
        """A week that waits for its check."""
        week = care.opened(self.service, FIRST + timedelta(weeks=number))
        actuals.submit(actor=self.nina, case_id=week.pk, task_id=care.turn(week.pk).pk, reviewed=True, key=make.key())
        return week

    def accepting(self, week: ActualWeek) -> Callable[[], Any]:
        return partial(actuals.accept, actor=self.colin, case_id=week.pk, task_id=care.turn(week.pk).pk, key=make.key())

    def opened(self, number: int = 0) -> ScheduledPayment:
        """The period, once it is visible."""
        first = FIRST + timedelta(weeks=4 * number)
        with moment.at(datetime.combine(first + timedelta(days=8), datetime.min.time(), LONDON)):
            opening.open_due()
        return ScheduledPayment.objects.get(contract=self.contract, first=first)

    def run(self, payment: ScheduledPayment) -> int:
        """A run of the payment that has been approved, with a worker still to come."""
        run = running.prepare(actor=self.colin, calendar="four_weekly", pay_on=payment.pay_on, key=make.key()).case_id
        seen = PaymentRun.objects.get(pk=run).total
        running.propose(actor=self.colin, seen=seen, **on(run))
        running.approve(actor=self.mary, seen=seen, **on(run))
        return run

    def died(self, line: CarePackageLine, day: date) -> Callable[[], Any]:
        asked = Asked(
            type="death", related=Related.CLIENT, entity=line.client_id, wanted_by=None, team="support_options",
            title="Death of a client", text="We are sorry to tell you.", since=day,
        )  # fmt: skip
        return partial(open_action, actor=self.nina, asked=asked, key=make.key())


@pytest.fixture
def home(both: None) -> Home:
    return Home()


def work() -> None:
    """What a worker comes to last."""
    batches.run_slice(Batch.objects.filter(kind=running.FINALISE).latest("pk").pk, 0)


def settled() -> None:
    """Whatever follows has followed, and is worked out."""
    follow(*TOPICS)
    while opening.work_out_changed():
        follow(*TOPICS)


def went_well(results: list[Any]) -> None:
    assert all(isinstance(each, Outcome | Refused | int | None) for each in results), results


def adds_up(home: Home) -> None:
    """All the rest is finalised; then there is nothing to put right any more, and everything adds up."""
    for left in Batch.objects.filter(finished_at=None).order_by("pk"):  # what was busy comes again
        batches.run_slice(left.pk, 1)
    for number in range(2):
        payment = home.opened(number)
        settled()
        if ScheduledPayment.objects.get(pk=payment.pk).finalised_at is None:
            home.run(payment)
            work()
        assert ScheduledPayment.objects.get(pk=payment.pk).finalised_at is not None
    third = home.opened(2)
    settled()
    assert [each.total for each in PaymentLine.objects.filter(payment=third, kind="adjustment")] == []
    assert [str(each) for each in ledger.verify()] == []
    assert verify().findings == []


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("_round", range(ROUNDS))
def test_finalise_amend_actuals_and_a_death_at_once(_round: int, order: int) -> None:
    home = Home(on_actuals=True)
    for number in range(3):
        home.accepting(home.submitted(number))()
    last = home.submitted(3)
    payment = home.opened()
    commands.reject(actor=home.nina, wrong=[Wrong(home.lines[0].pk, None, text="He moved")], **on(payment.pk))
    settled()
    home.run(payment)
    ended = Change(home.lines[0].pk, None, {"end": FIRST + timedelta(days=20)})

    def amending() -> Any:
        return commands.amend(actor=home.mary, text="He moved out.", changed=[ended], **now)

    def following(call: Callable[[], Any]) -> Callable[[], Any]:
        def both() -> Any:
            done = call()
            follow(*TOPICS)
            return done

        return both

    now = on(payment.pk)
    death = home.died(home.lines[1], FIRST + timedelta(days=10))
    calls = [work, amending, following(home.accepting(last)), following(death)]
    went_well(race(calls[::order]))
    for stop in PaymentStop.objects.filter(case__state="open"):
        stopping.confirm(actor=home.colin, text="Checked.", **on(stop.pk))
    adds_up(home)
    assert sum(each.payable for each in ScheduledPayment.objects.filter(finalised_at__isnull=False)) > 0


class Meeting:
    """Two who have both read come together here before either writes; whoever has to wait for a lock is not met."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *places: tuple[Any, str]) -> None:
        self.barrier = Barrier(2)
        for room, name in places:
            monkeypatch.setattr(room, name, partial(self._meets, getattr(room, name)))

    def _meets(self, goes_on: Callable[..., Any], *said: Any, **named: Any) -> Any:
        found = goes_on(*said, **named)
        if connection.in_atomic_block:  # what is asked before the door is asked alone
            with suppress(BrokenBarrierError):
                self.barrier.wait(5)
        return found


@pytest.fixture
def without_triggers() -> Iterator[None]:
    """The database no longer keeps what was finalised as it is."""
    tables = ("payments_paymentline", "payments_scheduledpayment", "payments_paymentrun")

    def turn_them(how: str) -> None:
        with connection.cursor() as cursor:
            for each in tables:
                cursor.execute(f"ALTER TABLE {each} {how} TRIGGER USER")

    turn_them("DISABLE")
    yield
    turn_them("ENABLE")


def confirm_and_reject(home: Home) -> None:
    payment = home.opened()
    now = on(payment.pk)
    results = race([
        partial(commands.confirm, actor=home.nina, **now | {"key": make.key()}),
        partial(commands.reject, actor=home.nina, wrong=[Wrong(home.lines[0].pk, None, text="No")], **now),
    ])  # fmt: skip
    assert all(isinstance(each, Outcome | Stale | Busy) for each in results), results
    payment.refresh_from_db()
    open_ = Rejected.objects.filter(payment=payment, answer="").count()
    assert payment.confirmation in {"confirmed", "rejected"}
    assert open_ == (payment.confirmation == "rejected")
    assert care.turn(payment.pk).node == ("answer" if open_ else "current")
    assert verify().findings == []


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_confirm_and_reject_at_once_leave_one_answer(home: Home, _round: int) -> None:
    confirm_and_reject(home)


@pytest.mark.usefixtures("without_nets")
def test_without_lock_and_guards_both_answers_would_stand(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control of the test above."""
    Meeting(monkeypatch, (answers, "_answers"))
    with pytest.raises(AssertionError):
        confirm_and_reject(home)


def prepare_twice(home: Home) -> ScheduledPayment:
    payment = home.opened()
    prepare = partial(running.prepare, calendar="four_weekly", pay_on=payment.pay_on)
    results = race([
        partial(prepare, actor=home.colin, key=make.key()), partial(prepare, actor=home.mary, key=make.key()),
    ])  # fmt: skip
    assert sorted(type(each) for each in results if isinstance(each, Outcome)) == [Outcome], results
    assert [each.code for each in results if isinstance(each, Refused)] == ["none"]
    return payment


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_payment_is_finalised_once_and_a_run_prepared_once(home: Home, _round: int) -> None:
    payment = prepare_twice(home)
    run = PaymentRun.objects.get().pk
    finalise = partial(commands.finalise, actor=system_actor(), run_id=run)
    results = race([partial(finalise, **on(payment.pk)) for _ in range(4)])
    assert sum(isinstance(each, Outcome) for each in results) == 1, results
    assert all(isinstance(each, Outcome | Stale | Busy) for each in results), results
    assert Event.objects.filter(case=payment.pk, kind="scheduled_payment.finalise").count() == 1
    assert ledger.verify() == []


def test_without_the_order_of_runs_two_would_be_prepared(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control of the test above."""
    monkeypatch.setattr(running, "_one_at_a_time", lambda: None)
    monkeypatch.setattr(running, "_locked", lambda due: list(due.values_list("pk", flat=True)))
    Meeting(monkeypatch, (running, "_locked"))
    with pytest.raises(AssertionError):
        prepare_twice(home)


def put_back_and_finalise(home: Home, order: int = 1) -> None:
    payment = home.opened()
    line = PaymentLine.objects.filter(payment=payment).order_by("pk")[0]
    commands.hold_out(actor=home.colin, lines=[line.pk], text="Being checked", **on(payment.pk))
    home.run(payment)
    back = partial(commands.put_back, actor=home.mary, lines=[line.pk], **on(payment.pk))
    went_well(race([work, back][::order]))
    state = Case.objects.values_list("state", flat=True).get(pk=payment.pk)
    line.refresh_from_db()
    out = line.held_out_at is not None and line.put_back_at is None
    assert (state == "partly_finalised") <= out, (state, out)
    if out:
        commands.put_back(actor=home.mary, lines=[line.pk], **on(payment.pk))
    adds_up(home)
    assert sum(each.payable for each in ScheduledPayment.objects.filter(finalised_at__isnull=False)) == 16 * A_WEEK


@pytest.mark.parametrize("order", [1, -1])
def test_a_line_that_is_put_back_while_its_payment_is_finalised_is_paid_once(home: Home, order: int) -> None:
    put_back_and_finalise(home, order)


@pytest.mark.usefixtures("without_nets", "without_triggers")
def test_without_lock_and_triggers_a_finalised_payment_would_change(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control of the test above."""
    Meeting(monkeypatch, (commands, "_is_last"), (commands, "_earlier"))
    with pytest.raises(AssertionError):
        put_back_and_finalise(home)


def below_zero(home: Home) -> list[Callable[[], Any]]:
    """Two periods at once, of which the first takes back more than it pays: the second has to take up the rest."""
    first, second = home.opened(0), home.opened(1)
    commands.adjust(
        actor=home.colin, line_id=home.lines[0].pk, excl=-5 * A_WEEK * 2, vat=D(0), text="Twice", **on(first.pk)
    )
    made = PaymentLine.objects.get(payment=first, kind="manual").pk
    commands.approve_adjustment(actor=home.mary, adjustment_id=made, **on(first.pk))
    for each in (first, second):
        home.run(each)
    found = Batch.objects.filter(kind=running.FINALISE).order_by("pk").values_list("pk", flat=True)
    return [partial(batches.run_slice, pk, 0) for pk in found]


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_periods_at_once_take_up_what_one_leaves(home: Home, _round: int, order: int) -> None:
    went_well(race(below_zero(home)[::order]))
    adds_up(home)
    first, second = ScheduledPayment.objects.order_by("first")[:2]
    assert (first.payable, second.carried_in) == (D(0), -2 * A_WEEK)


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("_round", range(ROUNDS))
def test_instalments_are_agreed_while_the_period_that_would_take_them_back_is_finalised(
    home: Home, _round: int, order: int
) -> None:
    one, other = below_zero(home)
    one()
    settled()
    other()  # the second comes to something else than its run has seen, and waits for another one
    first, second = ScheduledPayment.objects.order_by("first")
    owed, half = -first.carried_out, -first.carried_out / 2
    home.run(second)
    parts = [(second.first, half), (FIRST + timedelta(weeks=8), owed - half)]
    agreed = partial(
        recovering.agree, actor=home.mary, payment_id=first.pk, instalments=parts, text="Agreed.", key=make.key()
    )
    went_well(race([work, agreed][::order]))
    settled()
    adds_up(home)
    for debt in Debt.objects.all():
        finalised = set(ScheduledPayment.objects.filter(finalised_at__isnull=False).values_list("first", flat=True))
        assert debt.recovered == sum(each.amount for each in recovering.plan_of(debt) if each.first in finalised)
        assert Case.objects.get(pk=debt.case_id).state == "planned"


class Meanwhile:
    """The second period is about to be finalised, and has read what it is; the first is finalised meanwhile."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, nets: bool) -> None:
        self.read, self.done, self.nets, self.earlier = Signal(), Signal(), nets, commands._earlier
        monkeypatch.setattr(commands, "_earlier", self._earlier)
        if not nets:
            monkeypatch.setattr(commands, "locked_open", lambda contracts: [])

    def _earlier(self, payment: ScheduledPayment) -> str:
        if not ScheduledPayment.objects.filter(first__lt=payment.first).exists():
            return ""
        found = self.earlier(payment) if self.nets else ""
        self.read.set()
        self.done.wait(2)  # who has to wait for the rows cannot be waited for
        return found

    def race(self, home: Home) -> None:
        """The one goes on when the other has committed, or waits for it."""
        first, second = below_zero(home)

        def then() -> None:
            assert self.read.wait(20)
            first()
            self.done.set()

        went_well(race([then, second]))


def test_a_period_is_not_finalised_with_what_it_has_read_before_another(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    Meanwhile(monkeypatch, nets=True).race(home)
    adds_up(home)


def test_without_order_and_lock_the_rest_would_be_lost(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control of the test above."""
    Meanwhile(monkeypatch, nets=False).race(home)
    assert [each for each in ledger.verify() if "took up" in each.what]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_line_that_is_put_back_while_the_next_period_is_worked_out_is_paid_once(home: Home, _round: int) -> None:
    payment = home.opened()
    line = PaymentLine.objects.filter(payment=payment).order_by("pk")[0]
    commands.hold_out(actor=home.colin, lines=[line.pk], text="Being checked", **on(payment.pk))
    home.run(payment)
    work()
    home.opened(1)
    commands.mark_changed([home.contract.pk])
    now = on(payment.pk)
    went_well(race([
        partial(commands.put_back, actor=home.colin, lines=[line.pk], **now), opening.work_out_changed,
        partial(commands.put_back, actor=home.mary, lines=[line.pk], **now | {"key": make.key()}),
    ]))  # fmt: skip
    settled()
    [again] = PaymentLine.objects.filter(kind="adjustment")
    assert again.total == line.total == 4 * A_WEEK
    adds_up(home)


class Between:
    """Somebody changes a line while its payment is being worked out: after that was read, before that is written."""

    def __init__(self, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
        self.home, self.read, self.told, self.armed = home, Signal(), Signal(), False
        self.add_up = generating.add_up
        monkeypatch.setattr(generating, "add_up", self._add_up)

    def _add_up(self, ids: Any) -> None:
        if self.armed and not self.read.is_set():
            self.read.set()
            self.told.wait(2)  # who has to wait for the row cannot be waited for
        self.add_up(ids)

    def changes(self) -> None:
        """As brokerage and a worker do it."""
        assert self.read.wait(20)
        line = self.home.lines[0]
        register.end_line(actor=system_actor(), line_id=line.pk, version=None, end=FIRST, reason="Moved")
        follow("line.changed")
        self.told.set()

    def goes(self) -> Decimal:
        """What the payment comes to once all is done."""
        payment = self.home.opened()
        settled()
        commands.mark_changed([self.home.contract.pk])
        self.armed = True
        went_well(race([opening.work_out_changed, self.changes]))
        settled()
        return ScheduledPayment.objects.get(pk=payment.pk).total


RIGHT = 4 * A_WEEK + D("56.76")


def test_what_changes_while_a_payment_is_worked_out_is_in_it(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Between(home, monkeypatch).goes() == RIGHT


def test_without_the_lock_it_would_be_lost(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control of the test above: a mark that takes what is marked already for marked."""

    def as_it_was(contracts: Any) -> int:
        rows = ScheduledPayment.objects.filter(contract__in=contracts, finalised_at=None, changed=False)
        return rows.update(changed=True)

    monkeypatch.setattr("workflows.payments.reactions.mark_changed", as_it_was)
    assert Between(home, monkeypatch).goes() != RIGHT
