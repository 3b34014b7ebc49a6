"""The page of a contract document: what to do now, the story in sentences, versions, files, and who looked."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests import factories
from workflows.engine import erase, turns
from workflows.engine.models import Access, Task
from workflows.parties.models import User

from . import council
from .conftest import browser_of

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


@pytest.fixture
def priya() -> User:
    return council.officer()


def page_of(user: User, case_id: int, part: str = "") -> str:
    return council.words(browser_of(user).get(f"/cases/{case_id}/{part}"))


def test_a_rejected_document_says_what_to_do_who_has_it_and_why(priya: User) -> None:
    document = council.rejected()
    text = page_of(priya, document.pk)
    provider = document.case.organisation.name
    assert "Now: amend the cost and republish, or withdraw with a reason" in text
    assert f"{provider} rejected version 1: “{council.WORDS}”" in text
    assert "Who has it Service Brokerage Team unclaimed, since" in text
    assert "Why is it there? Service Brokerage Team amends what a provider rejects." in text
    assert "Why is it due then? Service Brokerage Team has 2 working days. It came on" in text
    assert "neither a priority, nor a follow-up date, nor another team or person moves it" in text
    assert "Amend and republish" in text
    assert "Withdraw" in text


def test_who_claimed_it_has_it(priya: User) -> None:
    document = council.rejected()
    browser_of(priya).post("/queues/act/", {"claim": council.turn(document).pk})
    text = page_of(priya, document.pk)
    assert "You, Service Brokerage Team" in text
    assert "Why is it mine?" in text
    assert "Release it to the team" in text


def test_a_published_document_is_the_provider_s_turn(priya: User) -> None:
    document = factories.published()
    text = page_of(priya, document.pk)
    assert f"{document.case.organisation.name} has it: answer due" in text
    assert f"{document.case.organisation.name} has 5 working days. It came on" in text
    assert "It does not stop before the answer is sent." in text
    assert "Terminate this document" in text


def test_a_changed_line_asks_to_be_published(priya: User) -> None:
    document = factories.published()
    council.change(document.line)
    page = browser_of(priya).get(f"/cases/{document.pk}/")
    assert "Now: publish what the line says today" in council.words(page)
    assert f'href="/publishing/?line={document.line_id}"' in council.body(page)


def test_an_accepted_document_needs_nothing(priya: User) -> None:
    document = factories.published()
    council.agree(document)
    text = page_of(priya, document.pk)
    assert "Nothing to do: accepted" in text
    assert "Nobody: it is closed" in text


def test_the_story_tells_each_step_with_the_words(priya: User) -> None:
    document = council.rejected()
    browser_of(priya).post("/queues/act/", {"claim": council.turn(document).pk})
    text = page_of(priya, document.pk, "story/")
    assert f"Rejected: Cost by Anna Leeder, {document.case.organisation.name}" in text
    assert f"“{council.WORDS}”" in text
    assert "Claimed by Priya Raman" in text
    assert "Version 1 published by ApplicationServiceUser" in text


def test_what_was_erased_says_so(priya: User) -> None:
    document = council.rejected()
    administrator = factories.actor(factories.staff_user("", duty="administrator"))
    erase.erase_client(document.line.client_id, administrator)
    for part in ("", "story/", "versions/"):
        text = page_of(priya, document.pk, part)
        assert council.WORDS not in text
        assert "were erased" in text


def test_a_version_is_taken_as_it_was_frozen_and_that_is_recorded(priya: User) -> None:
    document = council.rejected()
    answer = browser_of(priya).get(f"/cases/{document.pk}/versions/1/document.pdf")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert hashlib.sha256(content).hexdigest() == council.latest(document).sha256
    disposition = answer.headers["Content-Disposition"]
    assert disposition == f'attachment; filename="{document.case.reference}-version-1.pdf"'
    seen = Access.objects.get(user=priya, what="document.pdf")
    assert (seen.object_id, seen.client_id) == (document.pk, document.line.client_id)


def test_looking_at_a_case_is_recorded(priya: User) -> None:
    document = factories.published()
    page_of(priya, document.pk)
    assert Access.objects.filter(user=priya, what="case", object_id=document.pk).count() == 1


def test_versions_that_do_not_exist_are_not_found(priya: User) -> None:
    document = factories.published()
    assert browser_of(priya).get(f"/cases/{document.pk}/versions/2/document.pdf").status_code == 404


def test_no_page_title_names_a_client(priya: User) -> None:
    document = council.rejected(factories.line(of=factories.client_("Thaxter", "Doris")))
    for address in ("", "story/", "versions/", "line/", "amend/", "withdraw/"):
        text = council.body(browser_of(priya).get(f"/cases/{document.pk}/{address}"))
        assert "Thaxter" not in text.partition("<title>")[2].partition("</title>")[0]


def test_the_list_opens_a_reference_and_says_what_it_does_not_find(priya: User) -> None:
    document, browser = factories.published(), browser_of(priya)
    assert found(browser, document.case.reference.lower()) == f"/cases/{document.pk}/"
    page = browser.get("/cases/?reference=ISO-1999-000001")
    assert "There is no document ISO-1999-000001 that you may read" in council.words(page)
    assert document.case.reference in council.body(browser.get("/cases/?status=awaiting"))
    assert document.case.reference not in council.body(browser.get("/cases/?status=accepted"))


def test_who_held_it_when_is_a_bar_and_a_table(priya: User) -> None:
    document = council.rejected()
    page = browser_of(priya).get(f"/cases/{document.pk}/")
    assert "Who held it when" in council.words(page)
    assert document.case.organisation.name in council.body(page).partition("cc-held")[2].partition("</svg>")[0]
    table = council.words(page).partition("Who held it when, as a table")[2]
    assert "2. Service Brokerage Team Council" in table
    assert "Together 0 working minutes" in table


def test_the_path_is_drawn_and_told(priya: User) -> None:
    page = browser_of(priya).get(f"/cases/{council.rejected().pk}/")
    text = council.words(page)
    assert "Reject led from Agree or reject to Amend and republish" in text
    assert "Now: Amend and republish, Service Brokerage Team" in text
    assert "cc-flow__box--now" in council.body(page)


def test_a_provider_sees_who_held_its_own_case(priya: User) -> None:
    document = council.rejected()
    anna = User.objects.get(name="Anna Leeder")
    page = browser_of(anna).get(f"/portal/contract-documents/{document.pk}/")
    assert "Who held it when" in council.words(page)
    assert "Service Brokerage Team Council" in council.words(page)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("part", ["", "story/", "versions/", "line/", "clocks/"])
def test_a_case_page_asks_few_queries(part: str, priya: User, django_assert_max_num_queries: Any) -> None:
    document, browser = council.rejected(), browser_of(priya)
    actor, task = factories.actor(priya), council.turn(document).pk
    turns.claim(actor=actor, task_id=task, key=factories.key())
    turns.note(actor=actor, case_id=document.pk, text="Look.", mentions=[], key=factories.key())
    tom = council.officer("Tom Bullard")
    turns.hand_over(actor=actor, task_id=task, reason="Yours.", key=factories.key(), user_id=tom.pk)
    browser.get(f"/cases/{document.pk}/{part}")
    with django_assert_max_num_queries(MOST_QUERIES):
        browser.get(f"/cases/{document.pk}/{part}")


def test_the_clocks_are_explained_in_sentences(priya: User) -> None:
    text = page_of(priya, council.rejected().pk, "clocks/")
    assert "The clocks of its turns, the newest first" in text
    assert "Amend and republish: cost rejected Running Service Brokerage Team has 2 working days." in text
    assert "Agree or reject In time" in text
    assert "It was ended in time, on" in text
    assert "Used: 0 working minutes. Left:" in text
    assert "Who held it when" in text


def test_what_is_at_risk_says_so_beside_its_due_time(priya: User) -> None:
    document = council.rejected()
    Task.objects.filter(process=document.pk, finished=None).update(
        due_at=timezone.now() + timedelta(days=20), at_risk_at=timezone.now() - timedelta(hours=1)
    )
    facts = page_of(priya, document.pk).partition("Who has it")[2].partition("At stake")[0]
    assert "At risk" in facts
    assert "working days left" in facts


def found(browser: Client, reference: str) -> str:
    return str(browser.get(f"/cases/?reference={reference}").headers["Location"])
