"""Eight people at once over real HTTP: one effect, seven told who was faster and when, no 500."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from tests import factories as make
from tests.concurrency.browsers import Answer, Browser, browser_of
from tests.concurrency.racing import race
from tests.forms import Form
from tests.model.moves import seen, verb_call
from workflows.contracts.models import ContractDocument
from workflows.engine.models import Event, Receipt, Task
from workflows.engine.verify import verify
from workflows.parties.models import Service, User

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
SOAK = bool(os.environ.get("CONCORD_SOAK"))
ROUNDS = 200 if SOAK else 5
in_soak_too = pytest.mark.soak if SOAK else pytest.mark.concurrency
AT_ONCE = 8
#: Rounds within which the race without nets must have doubled an effect.
CONTROL_ROUNDS = 20
WHEN = re.compile(r"\d{1,2} [A-Z][a-z]+ \d{4}, \d\d:\d\d")


@dataclass
class Home:
    """A home with eight people, and eight officers, each with a browser."""

    service: Service
    people: list[User]
    officers: list[User]
    address: str

    def browsers(self, of: list[User]) -> list[Browser]:
        return [browser_of(each, self.address) for each in of]

    def document(self) -> ContractDocument:
        return make.published(make.line(self.service))


@pytest.fixture
def home(live_server: Any, settings: Any) -> Home:
    # Eight slow hashes on two cores would spread out what should meet.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    service = make.service()
    people = [make.provider_user(service.organisation) for _ in range(AT_ONCE)]
    return Home(service, people, [make.staff_user() for _ in range(AT_ONCE)], live_server.url)


def answering(place: str, browsers: list[Browser]) -> list[Callable[[], Answer]]:
    """Half agree, half reject, each from a page of their own."""
    opened = [(each, each.form(place, "answer")) for each in browsers]
    rejection = {"answer": "reject", "reason": "cost", "text": "It is £600."}
    return [
        partial(
            browser.post,
            place,
            form.fields | ({"answer": "agree"} if number % 2 else rejection) | {"password": make.PASSWORD},
        )
        for number, (browser, form) in enumerate(opened)
    ]


def sending(place: str, browsers: list[Browser], name: str, filled: dict[str, str]) -> list[Callable[[], Answer]]:
    """Everybody opens the page's form with a field of this name, and sends it filled in."""
    opened: list[tuple[Browser, Form]] = [(each, each.form(place, name)) for each in browsers]
    return [partial(browser.post, form.action or place, form.fields | filled) for browser, form in opened]


def one_effect(document: ContractDocument, verbs: str, people: list[User], answers: list[Any]) -> None:
    """One of them did it; every other one was told who, and when; nobody saw a fault of ours."""
    assert all(isinstance(each, Answer) for each in answers), answers
    events = list(Event.objects.filter(case_id=document.pk, kind__regex=rf"\.({verbs})$").select_related("actor"))
    assert len(events) == 1, [each.kind for each in events]
    won = [each for each in answers if each.status == 302]
    assert len(won) == 1, [each.status for each in answers]
    for person, answer in zip(people, answers, strict=True):
        if answer is not won[0]:
            assert answer.status in {409, 422}, (person.name, answer.status, answer.body[:2000])
            assert events[0].actor.name in answer.body
    assert people[answers.index(won[0])].pk == events[0].actor_id
    assert verify().findings == []


def eight_answer(home: Home) -> None:
    document = home.document()
    place = f"/portal/contract-documents/{document.pk}/"
    answers = race(answering(place, home.browsers(home.people)))
    one_effect(document, "agree|reject", home.people, answers)
    for answer in answers:
        assert answer.status == 302 or (answer.status == 409 and WHEN.search(answer.body))


@in_soak_too
@pytest.mark.parametrize("_round", range(ROUNDS))
def test_eight_responses_over_http_are_one_effect(home: Home, _round: int) -> None:
    eight_answer(home)


@pytest.mark.usefixtures("without_nets")
def test_without_lock_guards_and_index_eight_responses_over_http_are_doubled(home: Home) -> None:
    """The negative control: the very same test fails."""
    with pytest.raises(AssertionError):
        for _ in range(CONTROL_ROUNDS):
            eight_answer(home)


def test_one_form_posted_eight_times_is_one_response_and_every_answer_is_the_same(home: Home) -> None:
    document = home.document()
    place = f"/portal/contract-documents/{document.pk}/"
    [browser] = home.browsers(home.people[:1])
    fields = browser.form(place, "answer").fields | {"answer": "agree", "password": make.PASSWORD}
    copies = [Browser(browser.address, dict(browser.cookies)) for _ in range(AT_ONCE)]
    answers = race([partial(each.post, place, fields) for each in copies])
    assert {(each.status, each.location) for each in answers} == {(302, place)}, answers
    assert Event.objects.filter(case_id=document.pk).count() == 2
    assert Receipt.objects.filter(key__startswith=f"{home.people[0].pk}:").count() == 1
    assert verify().findings == []


def rejected(home: Home) -> ContractDocument:
    document = home.document()
    verb_call("reject", make.actor(home.people[0]), seen(document), make.key())()
    return document


def test_eight_officers_claim_one_turn_over_http(home: Home) -> None:
    document = rejected(home)
    team = Task.objects.get(process_id=document.pk, finished=None)
    clicks = sending(f"/queues/{team.team_id}/", home.browsers(home.officers), "claim", {"claim": str(team.pk)})
    one_effect(document, "claim", home.officers, race(clicks))


@pytest.mark.parametrize("verb", ["withdraw", "terminate"])
def test_eight_officers_stop_one_document_over_http(home: Home, verb: str) -> None:
    document = rejected(home)
    place = f"/cases/{document.pk}/{verb}/"
    sent = sending(place, home.browsers(home.officers), "text", {"text": "It was published twice."})
    one_effect(document, verb, home.officers, race(sent))


def test_eight_officers_republish_one_document_over_http(home: Home) -> None:
    document = rejected(home)
    place = f"/cases/{document.pk}/amend/"
    filled = {"explanation": "The cost is right.", "step": "confirm"}
    one_effect(
        document, "republish", home.officers, race(sending(place, home.browsers(home.officers), "explanation", filled))
    )
