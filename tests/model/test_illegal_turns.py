"""What is done with a turn, in every state of its case and by everybody: only Brokerage's own open turn is theirs.

tests/db/test_turns.py has role x owner of that turn; here are the states in which there is none, and inside notes.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from tests import factories as make
from tests.model.moves import STATES, People, Somebody, everything_written, in_state, refusals_noted
from tests.model.process import undone
from workflows.contracts.models import ContractDocument
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


def refuses(attempts: list[tuple[Somebody, Callable[[], Any]]]) -> None:
    """All are refused; what is left is a note of each, and not even that of who was merely slower."""
    before = everything_written()
    for who, attempt in attempts:
        noted = refusals_noted()
        with pytest.raises(Refused) as refusal:
            attempt()
        assert refusals_noted() - noted in ({0, 1} if isinstance(refusal.value, Stale) else {1}), who.name
        if not who.sees:
            assert isinstance(refusal.value, NotFound), who.name
    assert everything_written() == before


@pytest.mark.parametrize("state", STATES)
def test_where_no_team_has_the_turn_nobody_does_anything_with_it_and_a_note_is_staffs(
    people: People, state: str
) -> None:
    document = in_state(state, people)
    if state != "rejected":
        _nobody_does_anything_with_its_turn(people, document)
    _an_inside_note_is_staffs_and_nobody_elses(people, document, state)


def _nobody_does_anything_with_its_turn(people: People, document: ContractDocument) -> None:
    task = Task.objects.filter(process_id=document.pk).latest("pk")
    for verb in VERBS:
        with undone():
            refuses([(who, call(verb, who.actor, task, make.key())) for who in people.everybody])


def _an_inside_note_is_staffs_and_nobody_elses(people: People, document: ContractDocument, state: str) -> None:
    refused: list[tuple[Somebody, Callable[[], Any]]] = []
    for who in people.everybody:
        noting = partial(turns.note, actor=who.actor, case_id=document.pk, text="Seen.", key=make.key())
        if not (who.actor.is_staff and who.sees):
            refused.append((who, noting))
            continue
        with undone():
            count = Event.objects.filter(case_id=document.pk).count()
            noting()
            assert Event.objects.filter(case_id=document.pk).count() == count + 1
            assert Case.objects.get(pk=document.pk).state == state
    refuses(refused)


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
