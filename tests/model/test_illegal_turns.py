"""What is done with a turn, in every state of its case and by everybody: only Brokerage's own open turn is theirs.

tests/db/test_turns.py has role x owner of that turn; here are the states in which there is none, and inside notes.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from tests import factories as make
from tests.model.moves import STATES, People, Somebody, everything_written, in_state, refusals_noted
from workflows.engine import door, moment, turns
from workflows.engine.errors import KeyReused, NotFound, Refused, Stale
from workflows.engine.models import Case, Event, Task
from workflows.parties.actor import Actor
from workflows.parties.models import Team

pytestmark = pytest.mark.django_db
VERBS = ("claim", "release", "hand_over", "follow_up", "prioritise")
#: What each verb says when it is said otherwise with the same key.
OTHERWISE: dict[str, dict[str, Any]] = {
    "hand_over": {"reason": "Another reason."},
    "follow_up": {"day": moment.today() + timedelta(days=9)},
    "prioritise": {"priority": 2},
}


@pytest.fixture
def people() -> People:
    return People()


def call(verb: str, who: Actor, task: Task, key: str, **other: Any) -> Callable[[], Any]:
    """A verb on a turn, ready to be done."""
    words: dict[str, dict[str, Any]] = {
        "claim": {},
        "release": {},
        "hand_over": {"team_id": Team.objects.get(key="procurement").pk, "reason": "They know this home."},
        "follow_up": {"day": moment.today() + timedelta(days=2)},
        "prioritise": {"priority": 1, "reason": "It may close."},
    }
    said = {"actor": who, "task_id": task.pk, "key": key, **words[verb], **other}
    return lambda: getattr(turns, verb)(**said)


def refuses(attempt: Callable[[], Any], who: Somebody) -> None:
    """It is refused; what is left is the note of it, and not even that of who was merely slower."""
    before, noted = everything_written(), refusals_noted()
    with pytest.raises(Refused) as refusal:
        attempt()
    assert everything_written() == before, who.name
    assert refusals_noted() - noted in ({0, 1} if isinstance(refusal.value, Stale) else {1}), who.name
    if not who.sees:
        assert isinstance(refusal.value, NotFound), who.name


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("state", [each for each in STATES if each != "rejected"])
def test_where_no_team_has_the_turn_nobody_does_anything_with_it(people: People, state: str, verb: str) -> None:
    document = in_state(state, people)
    task = Task.objects.filter(process_id=document.pk).latest("pk")
    for who in people.everybody:
        with transaction.atomic():
            refuses(call(verb, who.actor, task, make.key()), who)
            transaction.set_rollback(True)


@pytest.mark.parametrize("state", STATES)
def test_an_inside_note_is_staffs_in_every_state_and_nobody_elses(people: People, state: str) -> None:
    document = in_state(state, people)
    for who in people.everybody:
        with transaction.atomic():
            words: dict[str, Any] = {"actor": who.actor, "case_id": document.pk, "text": "Seen.", "key": make.key()}
            count = Event.objects.filter(case_id=document.pk).count()
            if who.actor.is_staff and who.sees:
                turns.note(**words)
                assert Event.objects.filter(case_id=document.pk).count() == count + 1
                assert Case.objects.get(pk=document.pk).state == state
            else:
                refuses(lambda words=words: turns.note(**words), who)  # type: ignore[misc]
            transaction.set_rollback(True)


@pytest.mark.parametrize("verb", VERBS)
def test_the_same_key_twice_is_one_effect_and_with_other_words_it_is_refused(people: People, verb: str) -> None:
    document, officer, key = in_state("rejected", people), people.named("officer"), make.key()
    task = Task.objects.get(process_id=document.pk, finished=None)
    if verb == "release":
        turns.claim(actor=officer, task_id=task.pk, key=make.key())
    first = call(verb, officer, task, key)()
    before = everything_written()
    again = call(verb, officer, task, key)()
    assert isinstance(again, door.Outcome)
    assert (again.case_id, again.answer) == (first.case_id, first.answer)
    assert everything_written() == before
    if verb in OTHERWISE:
        with pytest.raises(KeyReused):
            call(verb, officer, task, key, **OTHERWISE[verb])()
        assert everything_written() == before
