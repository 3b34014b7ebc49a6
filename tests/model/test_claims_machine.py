"""One-off claims in any order of verbs by anybody, while days pass and payments are worked out again.

After each step: exactly one holder, and it is the one that the flow declares; the events fold to the state; an amount
is to be paid exactly when the claim was accepted, and stands in no more than one payment.
"""

import os
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from tests.model import claims
from tests.model.claims import CLAIMS, Claimants
from tests.model.process import Call, Machine, Model, Somebody, page_of
from workflows.claims.models import Claim
from workflows.engine import moment
from workflows.engine.models import Case, Task
from workflows.engine.sweep import sweep
from workflows.payments import ledger, opening
from workflows.payments.models import OneOff, PaymentLine

SOAK = bool(os.environ.get("CONCORD_SOAK"))
pytestmark = [pytest.mark.django_db, *([pytest.mark.soak] if SOAK else [])]
AT_ITS_TIME = replace(CLAIMS, call=claims.call)


@dataclass
class Claimed(Model):
    """A claim: the provider has its time to answer."""

    def allows(self, verb: str, who: Somebody, page: Any) -> bool:
        """Nobody goes on without the answer before the time is over."""
        due = Task.objects.filter(pk=page.task_id or 0).values_list("due_at", flat=True).first()
        if verb == "take" and due is not None and moment.now() < due:
            return False
        return super().allows(verb, who, page)


class Claims(Machine):
    """One claim, and everybody."""

    process = AT_ITS_TIME

    def begins(self) -> Model:
        """Sent today."""
        self.now = moment.now()
        case_id = claims.submitted(self.people)
        return Claimed(AT_ITS_TIME, case_id, [page_of(case_id)], "submitted", 1, held_by="payments_residential")

    def does(self, call: Call) -> Any:
        """At the machine's own moment, a second later each time."""
        self.now += timedelta(seconds=1)
        with moment.at(self.now):
            return call()

    def tries(self, verb: str, who: Somebody, page: Any, words: str) -> None:
        """The model takes the moment of the command for its own."""
        with moment.at(self.now + timedelta(seconds=1)):
            super().tries(verb, who, page, words)

    @rule(days=st.sampled_from([1, 9, 40]))
    def days_pass(self, days: int) -> None:
        """Turns come to be past target, periods visible; what has changed is worked out again."""
        self.now += timedelta(days=days)
        with moment.at(self.now):
            sweep(self.now)
            opening.open_due()
            opening.work_out_changed()

    @invariant()
    def what_is_accepted_is_to_be_paid_once(self) -> None:
        due = OneOff.objects.filter(case=self.model.case_id)
        assert due.count() == int(self.model.state == "accepted")
        placed = PaymentLine.objects.filter(one_off=self.model.case_id)
        claim = Claim.objects.get(pk=self.model.case_id)
        assert [each.total for each in placed] in ([], [each.total for each in due])
        assert Case.objects.get(pk=claim.pk).amount == claim.amount
        assert ledger.verify() == []


def test_any_order_of_verbs_by_anybody_keeps_the_workflow_whole(quick: None) -> None:
    machine = type("Claimed", (Claims,), {"people": Claimants()})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=1_000 if SOAK else 5,
            stateful_step_count=40 if SOAK else 15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
