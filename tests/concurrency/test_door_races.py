"""Many answers to one turn at once: one effect. With the nets taken out the same test must fail."""

import os
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests import factories as make
from tests.concurrency.racing import race
from workflows.contracts import commands
from workflows.contracts.models import ContractDocument, DocumentVersion
from workflows.engine import door
from workflows.engine.errors import Stale
from workflows.engine.models import Case, Event, Task
from workflows.engine.verify import verify
from workflows.parties.actor import Actor

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
ROUNDS = 40 if os.environ.get("CONCORD_SOAK") else 5
AT_ONCE = 8


def answers(document: ContractDocument, actors: list[Actor]) -> list[Callable[[], Any]]:
    """Half agree, half reject, each with a key of their own."""
    version = DocumentVersion.objects.get(document=document)
    task = Task.objects.get(process=document.case, finished=None).pk
    words = {"case_id": document.pk, "task_id": task, "number": version.number, "sha256": version.sha256}
    return [
        partial(commands.agree, actor=actor, key=make.key(), **words)
        if number % 2
        else partial(commands.reject, actor=actor, key=make.key(), reason="cost", text="No.", **words)
        for number, actor in enumerate(actors)
    ]


def effects(document: ContractDocument) -> int:
    return Event.objects.filter(case_id=document.pk).exclude(kind__endswith=".publish").count()


@pytest.fixture
def actors() -> list[Actor]:
    home = make.service()
    make.load_teams()
    return [make.actor(make.provider_user(home.organisation)) for _ in range(AT_ONCE)]


def document_for(actors: list[Actor]) -> ContractDocument:
    from workflows.parties.models import Service

    return make.published(make.line(Service.objects.filter(organisation_id=actors[0].organisation_id).first()))


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_eight_answers_at_once_are_one_effect(actors: list[Actor], _round: int) -> None:
    document = document_for(actors)
    results = race(answers(document, actors))
    assert sum(isinstance(each, door.Outcome) for each in results) == 1, results
    losers = [each for each in results if isinstance(each, Stale)]
    assert len(losers) == AT_ONCE - 1, results
    winner = next(actor.name for actor, each in zip(actors, results, strict=True) if isinstance(each, door.Outcome))
    assert {each.who for each in losers} == {winner}
    assert effects(document) == 1
    assert verify().findings == []


def test_one_form_sent_eight_times_is_answered_eight_times_and_done_once(actors: list[Actor]) -> None:
    document = document_for(actors)
    attempt = answers(document, actors[:1] * 2)[1]
    results = race([attempt] * AT_ONCE)
    assert [type(each) for each in results] == [door.Outcome] * AT_ONCE, results
    assert sum(not each.repeated for each in results) == 1
    assert effects(document) == 1


@pytest.mark.usefixtures("without_nets")
def test_without_lock_guards_and_index_the_effect_is_doubled(actors: list[Actor]) -> None:
    """The negative control: the test above notices when the nets are gone."""
    doubled = 0
    for _ in range(5):
        document = document_for(actors)
        race(answers(document, actors))
        doubled += effects(document) > 1
    assert doubled > 0


def test_two_officers_claim_one_turn(actors: list[Actor]) -> None:
    from workflows.engine import turns
    from workflows.engine.errors import Refused

    document = document_for(actors)
    answers(document, actors)[0]()
    task = Task.objects.get(process=document.case, finished=None)
    officers = [make.actor(make.staff_user()) for _ in range(AT_ONCE)]
    results = race([partial(turns.claim, actor=each, task_id=task.pk, key=make.key()) for each in officers])
    assert sum(isinstance(each, door.Outcome) for each in results) == 1, results
    assert {each.code for each in results if isinstance(each, Refused)} == {"already_claimed"}
    task.refresh_from_db()
    assert task.status == "ASSIGNED"
    assert Case.objects.get(pk=document.pk).version == 3
