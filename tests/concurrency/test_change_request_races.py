"""Change requests raced: two who decide, deciding against taking back, two who remove each other, one form twice.

Each has its negative control: without the locks the same race must end wrong.
"""

import os
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from tests import changes as do
from tests import factories as make
from tests.concurrency.racing import race
from workflows.changes import commands
from workflows.changes.models import ChangeRequest
from workflows.changes.rules import What
from workflows.council.profile import current
from workflows.engine.door import Outcome
from workflows.engine.errors import Refused, Stale
from workflows.engine.models import Case, Event
from workflows.engine.verify import verify
from workflows.parties.actor import Actor
from workflows.parties.models import Membership, Organisation, User
from workflows.people import writing
from workflows.people.models import Contact
from workflows.people.rules import administering_roles

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
ROUNDS = 40 if os.environ.get("CONCORD_SOAK") else 4
AT_ONCE = 6


@pytest.fixture
def oasis() -> Organisation:
    make.load_teams()
    return make.organisation()


@pytest.fixture
def james(oasis: Organisation) -> Actor:
    return do.administrator_of(oasis)


def officers(team: str, number: int = AT_ONCE) -> list[Actor]:
    return [make.actor(make.staff_user(team)) for _ in range(number)]


def decided(case_id: int) -> int:
    """How many events came after the submission."""
    return Event.objects.filter(case_id=case_id, seq__gt=1).count()


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_many_deciders_are_one_decision(james: Actor, oasis: Organisation, _round: int) -> None:
    case = do.ask(james, What.ORGANISATION, {"town": "Diss", "fax": "1"}).case_id
    task, seen = do.turn_of(case), do.seen(case)
    attempts = [
        partial(commands.accept, actor=actor, case_id=case, task_id=task, seen=seen, key=make.key())
        if number % 2
        else partial(commands.reject, actor=actor, case_id=case, task_id=task, reason="other", text="", key=make.key())
        for number, actor in enumerate(officers("procurement"))
    ]
    results = race(attempts)
    assert sum(isinstance(each, Outcome) for each in results) == 1, results
    assert sum(isinstance(each, Stale) for each in results) == AT_ONCE - 1, results
    assert decided(case) == 1
    oasis.refresh_from_db()
    assert (oasis.town == "Diss") is (Case.objects.get(pk=case).state == "accepted")
    assert verify().findings == []


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_deciding_against_taking_back(james: Actor, oasis: Organisation, _round: int) -> None:
    case = do.ask(james, What.ORGANISATION, {"town": "Diss"}).case_id
    task, seen = do.turn_of(case), do.seen(case)
    anita = officers("procurement", 1)[0]
    results = race([
        partial(commands.accept, actor=anita, case_id=case, task_id=task, seen=seen, key=make.key()),
        partial(commands.withdraw, actor=james, case_id=case, task_id=task, key=make.key()),
    ])  # fmt: skip
    assert sorted(type(each).__name__ for each in results) == ["Outcome", "Stale"], results
    oasis.refresh_from_db()
    assert (oasis.town, Case.objects.get(pk=case).state) in {("Diss", "accepted"), ("", "withdrawn")}


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_the_same_asked_at_once_is_one_request(james: Actor, oasis: Organisation, _round: int) -> None:
    actors = [james, *(do.administrator_of(oasis) for _ in range(AT_ONCE - 1))]
    results = race([partial(do.ask, actor, What.ORGANISATION, {"town": "Diss"}) for actor in actors])
    assert sum(isinstance(each, Outcome) for each in results) == 1, results
    assert {each.code for each in results if isinstance(each, Refused)} == {"duplicate"}
    assert ChangeRequest.objects.count() == 1


def test_one_form_sent_often_is_one_request(james: Actor) -> None:
    results = race([partial(do.ask, james, What.ORGANISATION, {"town": "Diss"}, key="one")] * AT_ONCE)
    assert {type(each) for each in results} == {Outcome}, results
    assert sum(not each.repeated for each in results) == 1
    assert ChangeRequest.objects.count() == 1


def administrators(oasis: Organisation) -> int:
    """Who can still administer the provider's people."""
    roles = administering_roles(current())
    return Membership.objects.filter(organisation=oasis, service=None, role__in=roles).values("user").distinct().count()


def removing_each_other(oasis: Organisation) -> list[Any]:
    """Two who administer a provider, and nobody else, each end the other's access."""
    pair = [do.administrator_of(oasis) for _ in range(2)]
    theirs = [Contact.objects.get(user_id=each.user_id) for each in pair]
    return race([partial(do.remove, pair[0], theirs[1]), partial(do.remove, pair[1], theirs[0])])


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_the_last_two_cannot_remove_each_other(oasis: Organisation, _round: int) -> None:
    results = removing_each_other(oasis)
    assert administrators(oasis) == 1, results
    assert sum(isinstance(each, Outcome) for each in results) == 1, results
    assert ChangeRequest.objects.count() == 1
    assert verify().findings == []


def test_without_the_lock_on_the_organisation_both_would_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: the test above notices when the lock is gone."""

    class Unlocked:
        """Rows that nobody waits for."""

        def select_for_update(self, **_options: Any) -> "Unlocked":
            return self

        def get(self, **_keys: Any) -> None:
            return None

    monkeypatch.setattr(writing, "Organisation", SimpleNamespace(objects=Unlocked()))
    make.load_teams()
    orphaned = 0
    for _ in range(10):
        oasis = make.organisation()
        removing_each_other(oasis)
        orphaned += administrators(oasis) == 0
    assert orphaned > 0


def test_two_acceptances_about_one_new_address_make_one_user(james: Actor, oasis: Organisation) -> None:
    first = do.ask_for_john(james).case_id
    second = do.ask_for_john(james, forename="Jane").case_id
    seen = do.seen(first)
    attempts = [
        partial(commands.accept, actor=actor, case_id=case, task_id=do.turn_of(case), seen=seen, key=make.key())
        for actor, case in zip(officers("fes_admin", 2), (first, second), strict=True)
    ]
    results = race(attempts)
    assert sum(isinstance(each, Outcome) for each in results) == 1, results
    assert User.objects.filter(email=do.JOHN["portal_email"]).count() == 1
    assert Contact.objects.filter(organisation=oasis, surname="Smith").count() == 1
