"""Disputes raced with real connections: raising and deciding in both orders, two who decide at once.

The week is locked before the dispute wherever both are written (design, architecture "line < actuals < dispute").
The negative control locks them the other way round in one of two commands, and must not go well.
"""

import os
from collections.abc import Iterator
from functools import partial
from threading import Event as Signal
from threading import local
from typing import Any

import pytest

from tests import care
from tests import disputes as do
from tests import factories as make
from tests.concurrency.racing import race
from tests.councils import served
from tests.disputes import Home, rows
from workflows.actuals import commands as actuals
from workflows.actuals import settling
from workflows.disputes import commands, deciding
from workflows.disputes.models import Dispute
from workflows.disputes.rules import Awaits, Choice, Decision
from workflows.engine.door import Outcome
from workflows.engine.errors import Invalid, Refused, Stale
from workflows.engine.models import Case, Event
from workflows.engine.verify import verify
from workflows.parties.actor import Actor

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
ROUNDS = 40 if os.environ.get("CONCORD_SOAK") else 4


@pytest.fixture
def home() -> Iterator[Home]:
    with served("bedford"):
        yield Home(("8", "9", "6"))


def colleague() -> Actor:
    return make.actor(make.staff_user(care.payments_team()))


def decide(actor: Actor, dispute: Dispute, *choices: Choice) -> Any:
    """The call of a decision from a page that is open now."""
    task = care.turn(dispute.pk).pk
    return partial(commands.decide, actor=actor, case_id=dispute.pk, task_id=task, choices=choices, key=make.key())


def raising(actor: Actor, home: Home, number: int) -> Any:
    """The call that disputes a line of the week."""
    task = care.turn(home.week.pk).pk
    return partial(
        commands.raise_dispute, actor=actor, week_id=home.week.pk, task_id=task, lines=[home.of(number).pk],
        reason="Why?", key=make.key(),
    )  # fmt: skip


def claimed(row: Any) -> Choice:
    return Choice(row.pk, Decision.AS_CLAIMED)


@pytest.mark.parametrize("first", ["raise", "decide"])
@pytest.mark.parametrize("_round", range(ROUNDS))
def test_raising_and_deciding_in_both_orders_go_well(home: Home, _round: int, first: str) -> None:
    dispute = home.answered(0)
    calls = [raising(colleague(), home, 2), decide(home.tom, dispute, claimed(rows(dispute)[0]))]
    results = race(calls if first == "raise" else calls[::-1])
    assert all(isinstance(each, Outcome) for each in results), results
    assert [home.of(each).standing for each in range(3)] == ["payable", "submitted", "disputed"]
    assert Dispute.objects.count() == 2
    assert verify().findings == []


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_one_line_is_disputed_once_whoever_raises_it(home: Home, _round: int) -> None:
    results = race([raising(each, home, 0) for each in [home.tom, *(colleague() for _ in range(3))]])
    assert sum(isinstance(each, Outcome) for each in results) == 1, results
    assert {each.code for each in results if isinstance(each, Refused)} == {"standing"}
    assert Dispute.objects.count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_who_decide_different_rows_end_it_together(home: Home, _round: int) -> None:
    """Each of them saw the other's row open; the second under the lock has the last one, and the dispute ends."""
    dispute = home.answered(0, 1, 2)
    one, two, three = rows(dispute)
    results = race([
        decide(home.tom, dispute, claimed(one)), decide(colleague(), dispute, claimed(two)),
        decide(colleague(), dispute, claimed(three)),
    ])  # fmt: skip
    assert all(isinstance(each, Outcome) for each in results), results
    assert Case.objects.get(pk=dispute.pk).state == "decided"
    assert {each.awaits for each in rows(dispute)} == {Awaits.NOTHING}
    assert Event.objects.filter(kind="actuals.settle").count() == 3


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_one_row_is_decided_once(home: Home, _round: int) -> None:
    dispute = home.answered(0)
    [row] = rows(dispute)
    planned = Choice(row.pk, Decision.AS_PLANNED, "The plan holds.")
    results = race([
        decide(home.tom, dispute, claimed(row)), decide(colleague(), dispute, planned),
        decide(colleague(), dispute, claimed(row)),
    ])  # fmt: skip
    assert sum(isinstance(each, Outcome) for each in results) == 1, results
    assert sum(isinstance(each, (Stale, Invalid)) for each in results) == 2
    assert Event.objects.filter(kind="actuals.settle").count() == 1


def test_one_form_sent_often_is_one_decision(home: Home) -> None:
    dispute = home.answered(0)
    results = race([decide(home.tom, dispute, claimed(rows(dispute)[0]))] * 5)
    assert {type(each) for each in results} == {Outcome}, results
    assert sum(not each.repeated for each in results) == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_the_provider_changes_another_line_while_one_is_decided(home: Home, _round: int) -> None:
    dispute = home.answered(0)
    said = do.filled(home.lines[1], do.week_of("7"))
    task = care.turn(home.week.pk).pk
    change = partial(actuals.change, actor=home.nina, case_id=home.week.pk, task_id=task, filled=[said], key=make.key())
    results = race([change, decide(home.tom, dispute, claimed(rows(dispute)[0]))])
    assert all(isinstance(each, Outcome) for each in results), results
    assert (home.of(0).standing, int(home.of(1).delivered)) == ("payable", 7)


class Choreography:
    """Two who decide: the one has the dispute before the other comes, and the other has the week before the one asks
    for it: this is what the order of locks must never let happen."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.who, self.has_dispute, self.has_week = local(), Signal(), Signal()
        self.lock, self.write = settling.lock_week, deciding.write
        monkeypatch.setattr(settling, "lock_week", self.locks)
        monkeypatch.setattr(deciding, "write", self.writes)

    def locks(self, week_id: int) -> None:
        """The one forgets the week; the other takes it once the one has the dispute."""
        if self.who.first:
            return
        assert self.has_dispute.wait(10)
        self.lock(week_id)
        self.has_week.set()

    def writes(self, *positional: Any, **named: Any) -> None:
        """The one has the dispute; it goes on to the week when the other has that."""
        if self.who.first:
            self.has_dispute.set()
            assert self.has_week.wait(10)
        self.write(*positional, **named)

    def as_one(self, call: Any, *, first: bool) -> Any:
        """A call by the one or the other."""
        self.who.first = first
        return call()


def test_negative_control_without_the_order_of_locks_they_stand_in_each_other_s_way(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispute = home.answered(0, 1)
    one, two = rows(dispute)
    calls = [decide(home.tom, dispute, claimed(one)), decide(colleague(), dispute, claimed(two))]
    dance = Choreography(monkeypatch)
    results = race([partial(dance.as_one, call, first=not number) for number, call in enumerate(calls)])
    assert any(isinstance(each, Exception) for each in results), results
