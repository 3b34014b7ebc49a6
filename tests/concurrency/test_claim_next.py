"""Sixteen people ask for the next turn at once: never two the same one. Without the nets the same test must fail."""

import os
from collections import Counter
from functools import partial
from typing import Any

import pytest

from tests import factories as make
from tests.concurrency.racing import race
from tests.db.test_turns import rejected
from workflows.engine import door, turns
from workflows.engine.errors import Refused
from workflows.engine.models import Event, Task
from workflows.engine.turns import claiming
from workflows.engine.verify import verify
from workflows.parties.actor import Actor

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
AT_ONCE = 16
ROUNDS = 20 if os.environ.get("CONCORD_SOAK") else 2


def all_at_once(tasks: list[Task], order: claiming.Order = "due") -> list[Any]:
    """Sixteen officers, each with a key of their own."""
    officers: list[Actor] = [make.actor(make.staff_user()) for _ in range(AT_ONCE)]
    words: dict[str, Any] = {"team_id": tasks[0].team_id, "order": order}
    return race([partial(turns.claim_next, actor=each, key=make.key(), **words) for each in officers])


def claimed(results: list[Any]) -> Counter[int]:
    """How often each turn was given away."""
    return Counter(each.answer["task"] for each in results if isinstance(each, door.Outcome))


@pytest.mark.parametrize("order", ["due", "costly"])
@pytest.mark.parametrize("_round", range(ROUNDS))
def test_sixteen_claimers_get_sixteen_turns(order: claiming.Order, _round: int) -> None:
    tasks = [rejected() for _ in range(AT_ONCE + 2)]
    results = all_at_once(tasks, order)
    found = claimed(results)
    assert (len(found), set(found.values())) == (AT_ONCE, {1}), results
    owners = Task.objects.filter(owner__isnull=False).values_list("owner_id", flat=True)
    assert len(set(owners)) == AT_ONCE
    assert verify().findings == []


def test_when_there_are_too_few_the_others_are_told_that_nothing_is_left() -> None:
    tasks = [rejected() for _ in range(5)]
    results = all_at_once(tasks)
    assert claimed(results) == Counter(dict.fromkeys((task.pk for task in tasks), 1)), results
    refused = [each for each in results if isinstance(each, Refused)]
    assert {each.code for each in refused} == {"nothing_left"}
    assert len(refused) == AT_ONCE - 5
    assert Event.objects.filter(kind="contract_document.claim").count() == 5


def test_one_click_sent_eight_times_is_one_turn() -> None:
    tasks = [rejected() for _ in range(8)]
    officer, key = make.actor(make.staff_user()), make.key()
    ask = partial(turns.claim_next, actor=officer, team_id=tasks[0].team_id, key=key)
    results = race([ask] * 8)
    assert [type(each) for each in results] == [door.Outcome] * 8, results
    assert len({each.answer["task"] for each in results}) == 1
    assert Task.objects.filter(owner_id=officer.user_id).count() == 1


@pytest.mark.usefixtures("without_nets")
def test_without_the_nets_one_turn_is_given_to_several(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: the tests above notice when the locks and guards are gone."""
    monkeypatch.setattr(claiming, "SKIP", "")
    doubled = 0
    for _ in range(10):
        found = claimed(all_at_once([rejected()]))
        doubled += max(found.values(), default=0) > 1
        if doubled:
            break
    assert doubled > 0
