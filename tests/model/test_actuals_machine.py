"""Weeks of actuals, and decisions on care, in any order of verbs by anybody, with stale pages and repeated keys, while
days pass (the cut-off among them) and workers come, or die at work, against a small model."""

import os
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from tests import factories as make
from tests.model.decisions import DECISIONS, NOTES, DecisionModel
from tests.model.process import Living, Somebody, page_of
from tests.model.weeks import DECISION_ROLES, WEEK_ROLES, WEEKS, People, WeekModel, bradford
from workflows.actuals import opening
from workflows.actuals.assessing import assess
from workflows.actuals.entry import read
from workflows.actuals.history import before
from workflows.actuals.models import ActualWeek, CareDecision, LineWeek, LineWeekVersion, Standing
from workflows.actuals.rejudging import after_change
from workflows.actuals.rules import kind_of
from workflows.actuals.writing import figures
from workflows.council.profile import current
from workflows.disputes import commands as disputes
from workflows.disputes.models import DisputedRow
from workflows.disputes.rules import Awaits, Choice, Decision
from workflows.engine import moment
from workflows.engine.models import Case, Outbox
from workflows.engine.sweep import sweep
from workflows.register.commands import change_line
from workflows.register.models import CarePackageLine
from workflows.register.recording import LINE_CHANGED

__all__ = ["bradford"]
SOAK = bool(os.environ.get("CONCORD_SOAK"))
pytestmark = [pytest.mark.django_db, *([pytest.mark.soak] if SOAK else [])]


#: What a decision takes away of a line's week.
NOT_WHEN_SETTLED = {"at_stake", "disputable", "lacking"}


class Weeks(Living):
    """A week of two lines and everybody."""

    process = WEEKS
    people: People
    model: WeekModel

    def begins(self) -> WeekModel:
        """A week as it was just generated."""
        self.kept: dict[int, tuple[Any, ...]] = {}
        self.paid: list[tuple[Any, ...]] = []
        case_id = self.process.in_state("recording", self.people)
        return WeekModel(self.process, case_id, [self.process.page(case_id)], "recording", 2)

    def tries(self, verb: str, who: Somebody, page: Any, words: str) -> None:
        """A save without words is taken; the week then lacks something."""
        self.model.words = words
        super().tries(verb, who, page, words)

    @rule(days=st.sampled_from([1, 7]))
    def the_schedule_runs(self, days: int) -> None:
        """The hourly job finds nothing to do here: this council waits for the provider, also past the cut-off."""
        self.now += timedelta(days=days)
        before = self.process.everything_written()[Case.__name__]
        with moment.at(self.now):
            sweep(self.now)
            opening.take_due()
            opening.close_empty()
        assert self.process.everything_written()[Case.__name__] == before

    #: Another price is worked out by a rule of its own, not whenever a worker happens to come.
    left_alone = frozenset({LINE_CHANGED})

    @rule()
    def the_first_line_has_another_price(self) -> None:
        """Brokerage changes it; the worker who is told comes twice, and works out once what is not paid."""
        line = CarePackageLine.objects.filter(weeks__case=self.model.case_id).order_by("pk")[0]
        self.prices = getattr(self, "prices", 0) + 1
        self.does(partial(change_line, actor=self.people.named("system"), line_id=line.pk, version=None,
                          unit_cost=Decimal(18 + self.prices), price_from=line.start, reason="Agreed"))  # fmt: skip
        row = Outbox.objects.filter(topic=LINE_CHANGED).latest("pk")
        for _ in range(2):
            self.does(partial(after_change, row.payload, row.key))
        self.model.comes_to_other_money()

    @rule(way=st.sampled_from([Decision.AS_CLAIMED, Decision.AS_PLANNED]))
    def its_dispute_is_decided(self, way: Decision) -> None:
        """The provider answers and the payments team decides, whoever has the week itself by now."""
        row = DisputedRow.objects.filter(dispute__week=self.model.case_id).exclude(awaits=Awaits.NOTHING).first()
        if row is None:
            return
        provider, payments = (self.people.named(each) for each in ("actuals", "fss_payments"))
        turn = {"case_id": row.dispute_id, "task_id": page_of(row.dispute_id).task_id}
        self.does(partial(disputes.answer, actor=provider, text="So it was.", key=make.key(), **turn))
        turn["task_id"] = page_of(row.dispute_id).task_id
        choices = [Choice(row.pk, way, "So be it.")]
        self.does(partial(disputes.decide, actor=payments, choices=choices, key=make.key(), **turn))
        self.model.settled(differs=way == Decision.AS_CLAIMED)

    @invariant()
    def every_line_stands_where_the_model_says(self) -> None:
        rows = LineWeek.objects.filter(case=self.model.case_id).order_by("line_id")
        assert [each.standing for each in rows] == [self.model.first, self.model.second]
        assert [each.lacking for each in rows] == [self.model.lacking, False]

    @invariant()
    def the_figures_are_what_the_rules_make_of_the_rows(self) -> None:
        actuals = current().actuals
        assert actuals is not None
        week = ActualWeek.objects.get(pk=self.model.case_id).week
        rows = list(
            LineWeek.objects.filter(case=self.model.case_id).select_related("line__service", "line__service_level")
        )
        known = before(actuals, [each.line_id for each in rows], week)
        for each in rows:
            kind = kind_of(actuals, each.line.service.group, each.line.service_level.key)
            assert kind is not None
            said = read(each.rows)
            earlier = replace(known[each.line_id], settled=each.settled)
            found = figures(said, assess(actuals, kind, week, said, earlier))
            if each.standing == Standing.PAYABLE:  # nothing of it is in dispute any more, whatever it lacks
                found = {name: value for name, value in found.items() if name not in NOT_WHEN_SETTLED}
            assert {name: getattr(each, name) for name in found} == found
        case = Case.objects.get(pk=self.model.case_id)
        assert case.amount == sum(each.payable_cost for each in rows)

    @invariant()
    def what_was_submitted_and_what_was_paid_never_changes(self) -> None:
        versions = {each[0]: each for each in LineWeekVersion.objects.values_list()}
        assert {pk: versions.get(pk) for pk in self.kept} == self.kept
        self.kept = versions
        paid = list(LineWeek.objects.filter(standing=Standing.PAID).order_by("pk").values_list())
        assert paid[: len(self.paid)] == self.paid
        self.paid = paid

    @invariant()
    def an_absence_asks_for_one_thing_once(self) -> None:
        asked = CareDecision.objects.filter(line__weeks__case=self.model.case_id).values_list("raised", flat=True)
        assert sorted(asked) in ([], ["operational_notice"])


class Decisions(Living):
    """A decision that was asked for, and everybody."""

    process = DECISIONS
    model: DecisionModel

    def begins(self) -> DecisionModel:
        """As it was just asked for."""
        case_id = self.process.in_state("open", self.people)
        return DecisionModel(self.process, case_id, [page_of(case_id)], "open", 1, held_by="support_options")

    @invariant()
    def what_was_decided_last_stands(self) -> None:
        row = CareDecision.objects.get(pk=self.model.case_id)
        assert (row.decided, row.until) == (self.model.decided, self.model.until)


class Notes(Decisions):
    """A package review that was asked for."""

    process = NOTES


@pytest.mark.parametrize(
    ("machine", "roles"), [(Weeks, WEEK_ROLES), (Decisions, DECISION_ROLES), (Notes, DECISION_ROLES)]
)
def test_any_order_of_verbs_by_anybody_keeps_the_workflow_whole(bradford: None, machine: Any, roles: Any) -> None:
    run_state_machine_as_test(
        type("Machine", (machine,), {"people": People(roles)}),
        settings=settings(
            max_examples=1_000 if SOAK else 4,
            stateful_step_count=40 if SOAK else 18,
            deadline=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
