"""Disputes in any order of verbs by anybody, while days pass.

After each step: exactly one holder, and it is the one that the flow declares; the events fold to the state; a row is
disputed in its week as long as it is open in its dispute, and payable once it is decided.
"""

import os
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from tests.model import disputes
from tests.model.disputes import DISPUTES, ROLES, People, council
from tests.model.process import Call, Machine, Model, Somebody, page_of
from workflows.actuals.models import LineWeek, Standing
from workflows.disputes.models import Dispute, DisputedRow
from workflows.disputes.rules import Awaits
from workflows.engine import moment
from workflows.engine.events import facts_of
from workflows.engine.models import Case, Event, Task
from workflows.engine.sweep import sweep

SOAK = bool(os.environ.get("CONCORD_SOAK"))
pytestmark = [pytest.mark.django_db, *([pytest.mark.soak] if SOAK else [])]
AT_ITS_TIME = replace(DISPUTES, call=disputes.call)


@dataclass
class Raised(Model):
    """A dispute: how many of its rows are open."""

    left: int = disputes.LINES

    def allows(self, verb: str, who: Somebody, page: Any) -> bool:
        """A part of one row is all of it; the provider has its time."""
        if verb == "decide_some" and self.left == 1:
            return False
        if verb == "resolve" and self.left == 0:
            return False
        due = Task.objects.filter(pk=page.task_id or 0).values_list("due_at", flat=True).first()
        if verb == "take" and due is not None and moment.now() < due:
            return False
        return super().allows(verb, who, page)

    def after(self, verb: str, who: Somebody) -> None:
        """One row fewer, or none."""
        super().after(verb, who)
        self.left = 0 if verb == "resolve" else self.left - 1 if verb == "decide_some" else self.left


class Disputes(Machine):
    """One dispute of three rows, and everybody."""

    process = AT_ITS_TIME

    def begins(self) -> Model:
        """Raised today."""
        self.now = moment.now()
        case_id = disputes.raised(self.people)
        return Raised(AT_ITS_TIME, case_id, [page_of(case_id)], "raised", 1)

    def does(self, call: Call) -> Any:
        """At the machine's own moment, a second later each time."""
        self.now += timedelta(seconds=1)
        with moment.at(self.now):
            return call()

    def tries(self, verb: str, who: Somebody, page: Any, words: str) -> None:
        """The model takes the moment of the command for its own."""
        with moment.at(self.now + timedelta(seconds=1)):
            super().tries(verb, who, page, words)

    @rule(days=st.sampled_from([1, 4, 9]))
    def days_pass(self, days: int) -> None:
        """Turns come to be at risk and past target."""
        self.now += timedelta(days=days)
        with moment.at(self.now):
            sweep(self.now)

    @invariant()
    def a_row_is_in_its_week_as_it_is_in_its_dispute(self) -> None:
        rows = DisputedRow.objects.filter(dispute=self.model.case_id).select_related("line_week")
        for row in rows:
            open_row = row.awaits != Awaits.NOTHING
            assert row.line_week.standing == (Standing.DISPUTED if open_row else Standing.PAYABLE)
            assert open_row or row.line_week.payable_cost == row.paid_cost
        assert sum(each.awaits != Awaits.NOTHING for each in rows) == getattr(self.model, "left", 0)
        case = Case.objects.get(pk=self.model.case_id)
        assert case.amount == sum(each.at_stake for each in rows if each.awaits != Awaits.NOTHING)

    @invariant()
    def the_week_tells_of_each_decision_once(self) -> None:
        week = Dispute.objects.values_list("week_id", flat=True).get(pk=self.model.case_id)
        told = [facts_of(each)["lines"] for each in Event.objects.filter(case_id=week, kind="actuals.settle")]
        settled = [line for lines in told for line in lines]
        assert len(settled) == len(set(settled)) == disputes.LINES - getattr(self.model, "left", 0)
        assert LineWeek.objects.filter(case=week).count() >= disputes.LINES


def test_any_order_of_verbs_by_anybody_keeps_the_workflow_whole(quick: None) -> None:
    with council():
        machine = type("Disputed", (Disputes,), {"people": People(ROLES)})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=1_000 if SOAK else 5,
                stateful_step_count=40 if SOAK else 15,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
