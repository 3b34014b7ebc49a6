"""What is done with a turn, eight times at once: one click is one effect, and of eight people one is first."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from tests import factories as make
from tests.concurrency.racing import race
from tests.db.test_turns import rejected, team
from workflows.engine import batches, door, moment, turns
from workflows.engine.errors import Refused
from workflows.engine.models import Batch, Event, Task
from workflows.engine.turns import bulk
from workflows.engine.verify import verify
from workflows.parties.actor import Actor

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
AT_ONCE = 8
VERBS = ("claim", "release", "hand_over", "follow_up", "prioritise")


@pytest.fixture
def task() -> Task:
    return rejected()


def call(verb: str, who: Actor, task: Task, key: str) -> Callable[[], Any]:
    """A verb on a turn, ready to be done."""
    words: dict[str, dict[str, Any]] = {
        "hand_over": {"team_id": team("procurement").pk, "reason": "They know this home."},
        "follow_up": {"day": moment.today() + timedelta(days=2)},
        "prioritise": {"priority": 1, "reason": "It may close."},
    }
    return partial(getattr(turns, verb), actor=who, task_id=task.pk, key=key, **words.get(verb, {}))


def events(task: Task, verb: str) -> int:
    return Event.objects.filter(case_id=task.process_id, kind=f"contract_document.{verb}").count()


def claimed_first(verb: str, who: Actor, task: Task) -> None:
    if verb == "release":
        turns.claim(actor=who, task_id=task.pk, key=make.key())


@pytest.mark.parametrize("verb", VERBS)
def test_one_click_sent_eight_times_is_one_effect(task: Task, verb: str) -> None:
    officer = make.actor(make.staff_user())
    claimed_first(verb, officer, task)
    results = race([call(verb, officer, task, make.key())] * AT_ONCE)
    assert [type(each) for each in results] == [door.Outcome] * AT_ONCE, results
    assert events(task, verb) == 1
    assert verify().findings == []


@pytest.mark.parametrize("verb", VERBS)
def test_of_eight_who_do_the_same_one_does_it_and_seven_are_refused(task: Task, verb: str) -> None:
    leads = [make.actor(make.staff_user(role="lead")) for _ in range(AT_ONCE)]
    claimed_first(verb, leads[0], task)
    results = race([call(verb, each, task, make.key()) for each in leads])
    assert sum(isinstance(each, door.Outcome) for each in results) == 1, results
    assert sum(isinstance(each, Refused) for each in results) == AT_ONCE - 1, results
    assert events(task, verb) == 1
    assert verify().findings == []


def test_a_note_sent_eight_times_is_one_and_eight_peoples_notes_are_eight(task: Task) -> None:
    officers = [make.actor(make.staff_user()) for _ in range(AT_ONCE)]
    words: dict[str, Any] = {"case_id": task.process_id, "text": "They rang."}
    race([partial(turns.note, actor=officers[0], key=make.key(), **words)] * AT_ONCE)
    assert events(task, "note") == 1
    results = race([partial(turns.note, actor=each, key=make.key(), **words) for each in officers])
    assert [type(each) for each in results] == [door.Outcome] * AT_ONCE, results
    assert events(task, "note") == 1 + AT_ONCE
    assert verify().findings == []


def test_a_bulk_change_begun_eight_times_is_one_batch_and_one_notice(task: Task) -> None:
    tasks, officer, tom = [task, rejected()], make.actor(make.staff_user()), make.staff_user()
    words = {"user": tom.pk, "reason": "They know these homes."}
    begin = partial(bulk.start, officer, "hand_over", [each.pk for each in tasks], words, make.key())
    results = race([begin] * AT_ONCE)
    assert {each.pk for each in results} == set(Batch.objects.values_list("pk", flat=True)), results
    assert Batch.objects.count() == 1
    race([partial(batches.run_slice, results[0].pk, 0)] * 4)
    assert [events(each, "hand_over") for each in tasks] == [1, 1]
    assert verify().findings == []
