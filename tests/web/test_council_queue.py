"""A team's queue: what is due first, claim and release, filters, and the same few queries for any number of rows."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from workflows.contracts.models import ContractDocument
from workflows.engine import moment
from workflows.engine.models import Task
from workflows.parties.models import User

from . import council
from .conftest import browser_of

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


def team_of(document: ContractDocument) -> int:
    team = council.turn(document).team_id
    assert team is not None
    return team


def queries(user: User, address: str) -> int:
    browser = browser_of(user)
    browser.get(address)
    with CaptureQueriesContext(connection) as caught:
        assert browser.get(address).status_code == 200
    return len(caught)


def copies(document: ContractDocument, number: int) -> None:
    """More tasks like this one, each of another home and client: only the list's cost is measured."""
    task = council.turn(document)
    for _ in range(number):
        task.pk = None
        task.service, task.client = factories.service(), factories.client_()
        task.save(force_insert=True)


def test_a_row_says_when_what_who_and_how_much() -> None:
    document = council.rejected()
    page = browser_of(council.officer()).get(f"/queues/{team_of(document)}/")
    text = council.words(page)
    assert " working days left" in text
    assert "Amend and republish: cost rejected" in text
    assert f"Contract document, {document.case.reference}" in text
    assert str(document.line.client) in text
    assert document.line.service.name in text
    assert "£536.49 a week" in text
    assert "Nobody" in text


def test_what_is_past_due_is_said_in_words() -> None:
    document = council.rejected()
    Task.objects.filter(process=document.pk).update(due_at=moment.now() - timedelta(days=1))
    text = council.words(browser_of(council.officer()).get(f"/queues/{team_of(document)}/"))
    assert "Breached yesterday" in text
    assert "breached yesterday" in text  # the panel above


@pytest.mark.parametrize("address", ["/queues/{team}/", "/work/"])
def test_one_row_and_a_hundred_cost_the_same(address: str) -> None:
    document, officer = council.rejected(), council.officer()
    team = team_of(document)
    address = address.format(team=team)
    few = queries(officer, address)
    copies(document, 100)
    assert queries(officer, address) == few <= MOST_QUERIES


def test_next_pages_follow_by_key() -> None:
    document, browser = council.rejected(), browser_of(council.officer())
    address = f"/queues/{team_of(document)}/"
    copies(document, 30)
    first = browser.get(address)
    second = browser.get(address + first.context["pages"].next)
    assert len(first.context["table"].shown) == 25
    assert len(second.context["table"].shown) == 6


def test_claiming_makes_it_mine_and_opens_it() -> None:
    document, officer = council.rejected(), council.officer()
    answer = browser_of(officer).post("/queues/act/", {"claim": council.turn(document).pk, "client_key": "a"})
    assert answer.headers["Location"] == f"/cases/{document.pk}/"
    assert council.turn(document).owner == officer
    text = council.words(browser_of(officer).get(f"/queues/{team_of(document)}/?view=mine"))
    assert "Priya Raman (you)" in text


def test_a_double_click_claims_once_and_the_slower_colleague_is_told() -> None:
    document, officer, other = council.rejected(), council.officer(), council.officer("Tom Bullard")
    sent = {"claim": council.turn(document).pk, "client_key": "one"}
    assert [browser_of(officer).post("/queues/act/", sent).status_code for _ in range(2)] == [302, 302]
    late = browser_of(other).post("/queues/act/", sent)
    assert late.status_code == 422
    assert "Priya Raman has claimed this already." in council.words(late)
    assert council.turn(document).owner == officer
    assert document.case.events.filter(kind__endswith=".claim").count() == 1


def test_release_gives_it_back_and_only_the_owner_or_the_lead_may() -> None:
    document, officer = council.rejected(), council.officer()
    other, lead = council.officer("Tom Bullard"), council.officer("Megan Frost", role="lead")
    task, team = council.turn(document).pk, team_of(document)
    browser_of(officer).post("/queues/act/", {"claim": task})
    assert 'name="release"' not in council.body(browser_of(other).get(f"/queues/{team}/"))
    assert browser_of(other).post("/queues/act/", {"release": task}).status_code == 403
    assert 'name="release"' in council.body(browser_of(lead).get(f"/queues/{team}/"))
    answer = browser_of(officer).post("/queues/act/", {"release": task, "back": f"/queues/{team}/"})
    assert answer.headers["Location"] == f"/queues/{team}/"
    assert council.turn(document).owner is None


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example/queues/", "/queues/../sign-out/x"])
def test_release_never_leads_elsewhere(back: str) -> None:
    document, officer = council.rejected(), council.officer()
    task = council.turn(document).pk
    browser_of(officer).post("/queues/act/", {"claim": task})
    answer = browser_of(officer).post("/queues/act/", {"release": task, "back": back})
    assert not answer.headers["Location"].startswith(("http", "//"))


def test_filters_stand_in_the_address_and_an_old_link_shows_the_list() -> None:
    one, two, officer = council.rejected(), council.rejected(), council.officer()
    team = team_of(one)
    address = f"/queues/{team}/?provider={one.case.organisation_id}&kind=contract_document"
    text = council.body(browser_of(officer).get(address))
    assert one.case.reference in text
    assert two.case.reference not in text
    assert "Clear filters" in text
    text = council.body(browser_of(officer).get(f"/queues/{team}/?provider=999999&kind=unknown&after=nonsense"))
    assert one.case.reference in text
    assert two.case.reference in text


def test_an_empty_queue_says_why() -> None:
    officer = council.officer()
    page = browser_of(officer).get("/queues/", follow=True)
    assert "Work arrives when a provider rejects a contract document" in council.words(page)


@pytest.mark.parametrize("task", ["", "x", "99999999999999999999", "-1", "999999"])
def test_a_task_that_is_none_is_not_found(task: str) -> None:
    assert browser_of(council.officer()).post("/queues/act/", {"claim": task}).status_code == 404
