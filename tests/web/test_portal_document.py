"""The page of one document, its versions and files (picture 02b)."""

import re
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.web.models import Draft
from tests import factories as make
from tests.web import council
from tests.web.portal import (
    address,
    form_of,
    latest,
    open_form,
    page_without_token,
    provider_of,
    rejecting,
    sign_in,
    text,
    turn_of,
)
from workflows.contracts import commands
from workflows.contracts.models import ContractDocument
from workflows.council.targets import parse
from workflows.engine import clocks, definitions, rebasing, turns
from workflows.engine.models import Access, Notice
from workflows.register import commands as register

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12
PAGES = ("document", "signed_copy")
PAGES_OF_VERSIONS = ("document_version", "document_pdf")


@pytest.fixture
def document() -> ContractDocument:
    return make.published()


@pytest.fixture
def browser(document: ContractDocument) -> Client:
    return sign_in(provider_of(document, name="James Beiley"))


def second_version(browser: Client, document: ContractDocument, *, explanation: str = "") -> None:
    """The document is rejected and published again."""
    browser.post(address(document), rejecting(open_form(browser, document)))
    brokerage = make.actor(make.staff_user(name="Priya Raman"))
    if not explanation:
        register.change_line(actor=brokerage, line_id=document.line_id, version=None, quantity=Decimal(2))
    commands.republish(
        actor=brokerage, case_id=document.pk, task_id=turn_of(document).pk, version=None, explanation=explanation,
        key=make.key(),
    )  # fmt: skip


def test_it_shows_the_figures_and_the_fingerprint(browser: Client, document: ContractDocument) -> None:
    said = text(browser.get(address(document)))
    client = document.case.client
    assert f"NCC ISO for {client} ({client.ss_ref})" in said
    assert "£536.49 weekly" in said
    assert "£27,897.48 a year (52 weeks)" in said
    assert "Published by ApplicationServiceUser on" in said
    fingerprint = latest(document).sha256
    assert " ".join(re.findall("....", fingerprint)) in said


def test_the_title_of_the_page_names_no_client(browser: Client, document: ContractDocument) -> None:
    page = browser.get(address(document)).content.decode()
    title = re.search("<title>(.*?)</title>", page)
    assert title is not None
    assert document.case.reference in title[1]
    assert document.case.client.surname not in title[1]


def test_it_shows_what_changed_and_what_moved(browser: Client, document: ContractDocument) -> None:
    second_version(browser, document)
    page = browser.get(address(document))
    said = text(page)
    assert "What changed since version 1" in said
    assert re.search(r'<del class="cc-old">.*?£536.49 weekly</del>|<del class="cc-old">£536.49 weekly</del>',
                     page.content.decode())  # fmt: skip
    assert '<ins class="cc-new">£1,072.98 weekly</ins>' in page.content.decode()
    assert "£536.49 more a week £27,897.48 more a year (52 weeks)" in said
    assert "You rejected version 1 on" in said
    assert "It should be £600.00." in said


def test_a_version_without_a_change_says_why_it_is_right(browser: Client, document: ContractDocument) -> None:
    second_version(browser, document, explanation="The rate was agreed on 3 April.")
    said = text(browser.get(address(document)))
    assert "No figure of the document changed." in said
    assert "Priya Raman says about version 2: The rate was agreed on 3 April." in said


def test_an_older_version_can_be_read_and_not_answered(browser: Client, document: ContractDocument) -> None:
    second_version(browser, document)
    page = browser.get(reverse("portal:document_version", args=[document.pk, 1]))
    said = text(page)
    assert "This is version 1. Version 2 took its place" in said
    assert "Why version 1 was rejected" in said
    assert 'name="answer"' not in page.content.decode()
    assert browser.get(reverse("portal:document_version", args=[document.pk, 2]))["Location"] == address(document)
    assert browser.get(reverse("portal:document_version", args=[document.pk, 3])).status_code == 404


def test_the_pdf_is_the_published_one(browser: Client, document: ContractDocument) -> None:
    answer = browser.get(reverse("portal:document_pdf", args=[document.pk, 1]))
    content = b"".join(answer.streaming_content)
    assert sha256(content).hexdigest() == latest(document).sha256
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="{document.case.reference}-v1.pdf"'


def test_looking_and_taking_are_recorded(browser: Client, document: ContractDocument) -> None:
    browser.get(address(document))
    browser.get(reverse("portal:document_pdf", args=[document.pk, 1]))
    seen = Access.objects.filter(object_id=document.pk).order_by("id")
    assert list(seen.values_list("what", "client_id")) == [
        ("contract_document", document.case.client_id),
        ("contract_document.pdf", document.case.client_id),
    ]


def test_opening_the_case_reads_its_news(document: ContractDocument) -> None:
    user = provider_of(document)
    for number in range(2):
        Notice.objects.create(user=user, kind="document_published", case=document.case, text="x", key=f"k{number}")
    sign_in(user).get(address(document))
    assert not Notice.objects.filter(user=user, read_at=None).exists()


def test_a_terminated_document_says_why(browser: Client, document: ContractDocument) -> None:
    brokerage = make.actor(make.staff_user(name="Priya Raman"))
    commands.terminate(
        actor=brokerage, case_id=document.pk, task_id=turn_of(document).pk, version=None, text="Wrong home.",
        key=make.key(),
    )  # fmt: skip
    said = text(browser.get(address(document)))
    assert "Terminated: no answer is needed" in said
    assert "Priya Raman wrote on" in said
    assert "Wrong home." in said


def test_a_superseded_document_leads_to_the_newer_one(browser: Client, document: ContractDocument) -> None:
    register.change_line(
        actor=make.selectors.system_actor(), line_id=document.line_id, version=None, quantity=Decimal(2)
    )
    newer = make.published(document.line)
    page = browser.get(address(document))
    assert f"A newer document, {newer.case.reference}, took its place" in text(page)
    assert f'href="{address(newer)}"' in page.content.decode()


@pytest.mark.parametrize("name", [*PAGES, *PAGES_OF_VERSIONS])
def test_another_providers_document_is_absent(document: ContractDocument, name: str) -> None:
    stranger = sign_in(make.provider_user(make.organisation()))
    number = [1] if name in PAGES_OF_VERSIONS else []
    theirs = stranger.get(reverse(f"portal:{name}", args=[document.pk, *number]))
    absent = stranger.get(reverse(f"portal:{name}", args=[999_999_999, *number]))
    assert theirs.status_code == absent.status_code == 404
    assert page_without_token(theirs) == page_without_token(absent)
    assert not Access.objects.filter(object_id=document.pk, what__startswith="contract_document").exists()


def test_council_staff_find_no_portal(document: ContractDocument) -> None:
    browser = Client()
    browser.force_login(make.staff_user(), backend="django.contrib.auth.backends.ModelBackend")
    session = browser.session
    session["seen"] = 9_999_999_999
    session.save()
    assert browser.get(address(document)).status_code == 404


def test_a_draft_comes_back_in_a_form_about_the_version_on_the_screen(document: ContractDocument) -> None:
    user = provider_of(document)
    browser = sign_in(user)
    old = open_form(browser, document)
    second_version(sign_in(provider_of(document)), document)
    typed = rejecting(old, text="Kept while signed out.") | {"password": ""}
    draft = Draft.objects.create(
        token_hash="t", user=user, page=address(document), action=address(document),
        fields=[[name, [value]] for name, value in typed.items() if name != "client_key"],
        expires_at=timezone.now() + timedelta(hours=1),
    )  # fmt: skip
    page = browser.get(address(document), {"draft": draft.pk})
    form = form_of(page)
    assert "Kept while signed out." in page.content.decode()
    assert "error-summary" not in page.content.decode()
    assert (form["number"], form["sha256"]) == ("2", latest(document).sha256)
    assert form["client_key"] not in {"", old["client_key"]}
    assert browser.post(address(document), rejecting(form)).status_code == 302


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("role", ["administration", "read_only"])
@pytest.mark.parametrize("state", ["published", "rejected", "terminated"])
def test_a_document_s_page_asks_few_queries(role: str, state: str, django_assert_max_num_queries: Any) -> None:
    document = make.published() if state == "published" else council.rejected()
    if state == "terminated":
        officer = make.actor(council.officer())
        told = {"text": "Entered twice.", "version": None, "key": make.key()}
        commands.withdraw(actor=officer, case_id=document.pk, task_id=council.turn(document).pk, **told)
    browser = sign_in(provider_of(document, role=role, name="Rita Reader"))
    browser.get(address(document))
    with django_assert_max_num_queries(MOST_QUERIES):
        assert browser.get(address(document)).status_code == 200


def test_a_clock_that_was_moved_is_told_in_words_that_a_provider_understands(monkeypatch: pytest.MonkeyPatch) -> None:
    document = make.published()
    profile = definitions.current()
    targets = profile.contract_documents.model_copy(update={"respond_within": parse("3 working days")})
    other = profile.model_copy(update={"contract_documents": targets})
    monkeypatch.setattr(definitions, "current", lambda: other)
    definitions.load(other)
    move = next(iter(rebasing.by_definition("contract_documents.respond_within")))
    rebasing.carry_out(move, actor=make.selectors.system_actor(), reason="The contract says three days.")
    said = text(sign_in(provider_of(document)).get(address(document)))
    assert f"{document.case.organisation.name} has 3 working days." in said
    story = said.partition("What happened so far")[2]
    assert "The time to do it was changed" in story
    assert f"It was due on {clocks.when(move.due_before)}." in story
    assert f"Now it is due on {clocks.when(move.due_after)}." in story
    assert "“The contract says three days.”" in story
    officers = council.words(council.browser().get(f"/cases/{document.pk}/story/"))
    assert f"Now it is due on {clocks.when(move.due_after)}." in officers


def test_what_is_inside_stays_inside_the_story(document: ContractDocument) -> None:
    officer = make.actor(council.officer())
    turns.note(actor=officer, case_id=document.pk, text="Watch this home.", mentions=[], key=make.key())
    said = text(sign_in(provider_of(document)).get(address(document)))
    assert "Watch this home." not in said
    assert "Inside note" not in said
    assert "Version 1 published" in said.partition("What happened so far")[2]
