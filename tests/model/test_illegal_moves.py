"""State x verb x role x own or another's, from one table (`moves.ALLOWED`): what is not in it is refused.

A refusal has written nothing but itself.
"""

from dataclasses import replace

import pytest
from django.db import transaction

from tests import factories as make
from tests.files import staged
from tests.model.moves import (
    ALLOWED,
    STATES,
    VERBS,
    People,
    Somebody,
    Target,
    everything_written,
    in_state,
    last_word,
    refusals_noted,
    seen,
    verb_call,
)
from workflows.contracts.models import ContractDocument
from workflows.engine.errors import Forbidden, NotFound, Refused, Stale
from workflows.engine.models import Case, Task

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("state", STATES)
def test_only_what_the_table_allows_happens(people: People, state: str, verb: str) -> None:
    document = in_state(state, people)
    allowed, afterwards = ALLOWED.get((state, verb), (frozenset(), ""))
    chosen = {who.name: staged(who.actor).pk for who in people.everybody if verb == "attach"}
    before, noted = everything_written(), refusals_noted()
    for who in people.everybody:
        with transaction.atomic():
            if who.sees and who.group in allowed:
                verb_call(verb, who.actor, seen(document), make.key(), file_id=chosen.get(who.name, 0))()
                assert Case.objects.get(pk=document.pk).state == afterwards, who.name
            else:
                refuses(document, state, verb, who, chosen.get(who.name, 0))
                assert everything_written() == before, who.name
                assert refusals_noted() == noted + 1, who.name
            transaction.set_rollback(True)


def refuses(document: ContractDocument, state: str, verb: str, who: Somebody, file_id: int) -> None:
    """The verb is refused as the table says."""
    with pytest.raises(Refused) as refusal:
        verb_call(verb, who.actor, at_last_turn(document, verb), make.key(), file_id=file_id)()
    assert isinstance(refusal.value, expected(state, verb, who)), (who.name, refusal.value)
    if isinstance(refusal.value, Stale):
        assert (refusal.value.who, refusal.value.what) == last_word(document), who.name


def at_last_turn(document: ContractDocument, verb: str) -> Target:
    """What a page left open shows: also the turn that is over, for verbs that need one."""
    now = seen(document)
    if now.task_id is None and (Case.objects.get(pk=document.pk).state, verb) not in ALLOWED:
        last = Task.objects.filter(process_id=document.pk).latest("pk")
        return replace(now, task_id=last.pk)
    return now


def expected(state: str, verb: str, who: Somebody) -> type[Refused]:
    """How a move that is not in the table is refused."""
    if not who.sees:
        return NotFound
    if verb in {"claim", "release"}:
        return _of_a_turn(state, verb, who)
    if (state, verb) == ("published", "deem"):
        return Refused if who.group == "system" else Forbidden
    return Forbidden if (state, verb) in ALLOWED else Stale


def _of_a_turn(state: str, verb: str, who: Somebody) -> type[Refused]:
    if state not in {"published", "rejected"}:
        return Stale
    unclaimed = (state, verb, who.group) == ("rejected", "release", "brokerage")
    return Refused if unclaimed else Forbidden
