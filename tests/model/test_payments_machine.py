"""Scheduled payments in any order of verbs by anybody, while prices change, people die, runs come and workers die.

After each step: exactly one holder, and it is the one that the flow declares; the events fold to the state; every
payment and run is the sum of its lines; what was finalised is as it was; and no day of a line is paid twice.
"""

import os
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from tests import factories as make
from tests.model import payments
from tests.model.payments import PAYMENT, ROLES, Payers, council, died, follow, run_call
from tests.model.process import Call, Died, Machine, Model, Somebody, page_of
from workflows.engine import batches, moment
from workflows.engine.errors import Refused
from workflows.engine.models import Batch, Case, Task
from workflows.engine.sweep import sweep
from workflows.parties.selectors import system_actor
from workflows.payments import ledger, opening
from workflows.payments.models import PaymentLine, PaymentRun, PaymentStop, ScheduledPayment
from workflows.register import catalogue
from workflows.register import commands as register
from workflows.register.models import CarePackageLine, Contract

SOAK = bool(os.environ.get("CONCORD_SOAK"))
pytestmark = [pytest.mark.django_db, *([pytest.mark.soak] if SOAK else [])]
#: Verbs that the machine tries by anybody; a run finalises and marks as paid by rules of its own.
OF_PEOPLE = replace(PAYMENT, verbs=tuple(each for each in PAYMENT.verbs if each != "finalise"))
DAYS = st.sampled_from([date(2018, 4, 9), date(2018, 4, 23), date(2018, 5, 7), date(2018, 5, 20), date(2018, 6, 11)])


@dataclass
class Paying(Model):
    """A payment: how many of its lines are held out, who wrote the amounts that wait, and whether it was paid."""

    out: int = 0
    wrote: list[str] = field(default_factory=list)
    paid: bool = False

    def allows(self, verb: str, who: Somebody, page: Any) -> bool:
        """Whether there is anything to do it with."""
        lines = PaymentLine.objects.filter(payment=self.case_id, kind="scheduled").count()
        able = {
            "reject": lines > 0,
            "adjust": lines > 0,
            "hold_out": self.out < lines,
            "put_back": self.out > 0,
            "approve_adjustment": bool(self.wrote) and self.wrote[0] != who.name,
            "refuse_adjustment": bool(self.wrote),
            "remit": not self.paid,
        }
        return able.get(verb, True) and super().allows(verb, who, page)

    def after(self, verb: str, who: Somebody) -> None:
        """As the table says, save where the last line that is put back closes a payment."""
        before = self.state
        super().after(verb, who)
        self.out += {"hold_out": 1, "put_back": -1}.get(verb, 0)
        if verb == "adjust":
            self.wrote.append(who.name)
        if verb in {"approve_adjustment", "refuse_adjustment"}:
            del self.wrote[0]
        if verb == "remit":
            self.paid = True
        if before == "partly" and verb == "put_back":
            self.state = "partly" if self.out else "paid" if self.paid else "finalised"
        if self.state == "paid":
            self.held_by = None


class Payments(Machine):
    """One contract of two lines: its oldest payment that is not finalised, and everybody."""

    process = OF_PEOPLE

    def begins(self) -> Model:
        """In the second week of the first period."""
        self.now, self.kept = moment.now(), dict[int, Any]()
        self.contract: Contract = payments.contract_of(self.people)
        return self._model(payments.opened(self.contract))

    def _model(self, payment: ScheduledPayment) -> Paying:
        case = Case.objects.get(pk=payment.pk)
        page = page_of(payment.pk)
        return Paying(OF_PEOPLE, payment.pk, [page], "current", case.version, held_by="payments_residential")

    def does(self, call: Call) -> Any:
        """At the machine's own moment, a second later each time."""
        self.now += timedelta(seconds=1)
        with moment.at(self.now):
            return call()

    @property
    def payment(self) -> ScheduledPayment:
        return ScheduledPayment.objects.get(pk=self.model.case_id)

    @rule(times=st.integers(min_value=2, max_value=6))
    def people_do_what_they_may(self, times: int) -> None:
        """Several moves in a row: a life is longer than its mistakes."""
        for _ in range(times):
            self.somebody_does_what_they_may()
            self._goes_on()

    @rule(
        what=st.sampled_from(["price", "end", "death", "death", "answer", "answer"]),
        day=DAYS,
        second=st.booleans(),
        pounds=st.sampled_from(["536.49", "496.61", "12.34", "900.07"]),
    )
    def the_world_changes(self, what: str, day: date, second: bool, pounds: str) -> None:
        """What payments are worked out from."""
        if what == "price":
            self.a_price_changes(day, pounds)
        elif what == "end":
            self.a_line_ends(day, second)
        elif what == "death":
            self.somebody_dies(day, second)
        else:
            self.a_stop_is_answered(second)

    def a_price_changes(self, day: date, pounds: str) -> None:
        level = CarePackageLine.objects.filter(contract=self.contract).values_list("service_level", flat=True)[0]
        self._happens(
            lambda: catalogue.set_rate(actor=system_actor(), service_level_id=level, amount=Decimal(pounds), start=day),
            "rates.changed",
        )

    def a_line_ends(self, day: date, second: bool) -> None:
        line = CarePackageLine.objects.filter(contract=self.contract).order_by("pk")[int(second)]
        self._happens(
            lambda: register.end_line(actor=system_actor(), line_id=line.pk, version=None, end=day, reason="Moved"),
            "line.changed",
        )

    def somebody_dies(self, day: date, second: bool) -> None:
        line = CarePackageLine.objects.filter(contract=self.contract).order_by("pk")[int(second)]
        if day <= self.now.date():
            self._happens(lambda: died(self.people, line, day))

    def a_stop_is_answered(self, confirmed: bool) -> None:
        stop = PaymentStop.objects.filter(case__state="open").first()
        if stop is not None:
            who = self.people.named("payments_residential")
            verb = "confirm" if confirmed else "lift"
            self.does(payments.stop_call(verb, who, page_of(stop.pk), make.key(), "Words."))
            self.does(lambda: follow("line.changed"))

    def _happens(self, call: Call, *topics: str) -> None:
        """Something that payments are worked out from changes, unless the register refuses it."""
        try:
            self.does(call)
        except Refused:
            return
        self.does(lambda: follow(*topics))

    @rule()
    def what_has_changed_is_worked_out(self) -> None:
        """By the schedule, again and again until nothing is left to do."""
        changed = self.payment.changed and self.payment.finalised_at is None
        self.does(opening.work_out_changed)
        if changed:
            self.model.events += 1
            self.model.pages.append(page_of(self.model.case_id))
        assert self.does(opening.work_out_changed) == 0

    @rule()
    def another_period_opens(self) -> None:
        """Once this one is finalised the next is the one that is tried; two may be open at once."""
        if ScheduledPayment.objects.filter(contract=self.contract, finalised_at=None).count() < 2:
            last = ScheduledPayment.objects.filter(contract=self.contract).order_by("-first")[0]
            self.now = max(self.now, self.now + (last.first + timedelta(days=36) - self.now.date()))
            with moment.at(self.now):
                sweep(self.now)
                opening.open_due()
        self._goes_on()

    def _goes_on(self) -> None:
        later = ScheduledPayment.objects.filter(contract=self.contract, finalised_at=None).order_by("first").first()
        if self.payment.finalised_at is not None and later is not None and self.model.state != "partly":
            self.model, self.done = self._model(later), []

    @rule(
        dies=st.booleans(),
        back=st.sampled_from([False, False, False, True]),
        early=st.sampled_from([False, False, False, True]),
    )
    def a_run_comes(self, dies: bool, back: bool, early: bool) -> None:
        """Two people let it go; or it is sent back and taken apart; a worker may die over it; it may come too early."""
        if self.payment.finalised_at is not None:
            self.another_period_opens()
        if not early:
            self.what_has_changed_is_worked_out()
        payment = self.payment
        if payment.finalised_at is not None:
            return
        one, two = self.people.named("payments_residential"), self.people.named("second")
        run = self.does(lambda: payments.prepared(payment))
        verbs = (
            [("propose", one), ("send_back", two), ("cancel", one)] if back else [("propose", one), ("approve", two)]
        )
        try:
            for verb, who in verbs:
                self.does(run_call(verb, who, page_of(run), make.key(), "Words."))
        except Refused:  # something has changed since it was counted
            assert self.payment.changed
            self.does(run_call("cancel", one, page_of(run), make.key(), "Words."))
            return
        if back:
            return
        with moment.at(self.now):
            self._finalises(dies)
        self._was_finalised(run)

    def _finalises(self, dies: bool) -> None:
        batch = Batch.objects.latest("pk").pk
        if dies:
            note = batches._note
            batches._note = _dies
            try:
                batches.run_slice(batch, 0)
            except Died:
                pass
            finally:
                batches._note = note
        batches.run_slice(batch, 1)

    def _was_finalised(self, run: int) -> None:
        model, payment = self.model, self.payment
        assert isinstance(model, Paying)
        assert payment.finalised_at is not None
        assert Case.objects.get(pk=run).state == "finalised"
        assert PaymentRun.objects.get(pk=run).total == payment.payable
        model.events += 1
        model.state, model.wrote = ("partly" if model.out else "finalised"), []
        model.pages.append(page_of(payment.pk))

    @invariant()
    def everything_adds_up_and_nothing_is_paid_twice(self) -> None:
        assert [str(each) for each in ledger.verify()] == []

    @invariant()
    def what_was_finalised_is_as_it_was(self) -> None:
        left = {"paid_at", "paid_reference", "put_back_at"}
        for model, own in ((ScheduledPayment, "finalised_at"), (PaymentLine, "payment__finalised_at")):
            names = [each.attname for each in model._meta.concrete_fields if each.attname not in left]
            for row in model._default_manager.filter(**{f"{own}__isnull": False}).values_list(*names):
                assert self.kept.setdefault((model.__name__, row[0]), row) == row

    @invariant()
    def exactly_one_holds_it_and_it_is_the_one_that_the_flow_declares(self) -> None:
        """A payment that waits is held by the team, and in nobody's queue."""
        model = self.model
        case = Case.objects.select_related("holder_team").get(pk=model.case_id)
        assert (case.state, case.version) == (OF_PEOPLE.kept.get(model.state, model.state), model.events)
        holder, team, turns = OF_PEOPLE.holders[model.state]
        assert (case.holder, case.holder_team.key if case.holder_team else None) == (holder, team)
        found = list(Task.objects.filter(process_id=model.case_id, finished=None).select_related("team"))
        assert (len(found), case.open_tasks, bool(case.finished)) == (turns, turns, turns == 0)
        for task in found:
            assert (task.team.key if task.team else None) == (team if model.state == "answering" else None)


def _dies(*_: Any) -> None:
    raise Died


def test_any_order_of_verbs_by_anybody_keeps_the_money_whole(quick: None) -> None:
    with council():
        machine = type("Paid", (Payments,), {"people": Payers(ROLES)})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=300 if SOAK else 4,
                stateful_step_count=60 if SOAK else 25,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
