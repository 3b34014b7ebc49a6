"""Agree and reject, as the form sends them (norfolk-handbook §4, suffolk-user-guide §1; picture 02b)."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories as make
from tests.web.portal import (
    address,
    agreeing,
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
from workflows.engine.models import Event, Receipt
from workflows.register import commands as register

pytestmark = pytest.mark.django_db


@pytest.fixture
def document() -> ContractDocument:
    return make.published()


@pytest.fixture
def browser(document: ContractDocument) -> Client:
    return sign_in(provider_of(document, name="James Beiley"))


def answers(document: ContractDocument) -> int:
    """How many answers were recorded."""
    return Event.objects.filter(
        case=document.case, kind__in=["contract_document.agree", "contract_document.reject"]
    ).count()


def state(document: ContractDocument) -> str:
    document.case.refresh_from_db()
    return document.case.state


def amend(document: ContractDocument) -> None:
    """Brokerage changes the line and publishes a new version of a rejected document."""
    brokerage = make.actor(make.staff_user(name="Priya Raman"))
    document.line.refresh_from_db()
    turn = turn_of(document)
    register.change_line(actor=brokerage, line_id=document.line_id, version=None, quantity=Decimal(2))
    commands.republish(
        actor=brokerage, case_id=document.pk, task_id=turn.pk, version=None, explanation="", key=make.key()
    )


def test_it_agrees_and_says_what_happens_next(browser: Client, document: ContractDocument) -> None:
    answer = browser.post(address(document), agreeing(open_form(browser, document)))
    assert answer.status_code == 302
    assert answer["Location"] == address(document)
    assert state(document) == "accepted"
    said = text(browser.get(address(document)))
    assert f"You agreed to version 1 of NCC ISO {document.case.reference}. It is accepted" in said
    assert "Accepted: there is nothing more to do" in said


def test_it_rejects_and_says_who_has_it(browser: Client, document: ContractDocument) -> None:
    browser.post(address(document), rejecting(open_form(browser, document)))
    assert state(document) == "rejected"
    said = text(browser.get(address(document)))
    assert "Rejected: with Service Brokerage Team" in said
    assert "You rejected it on" in said
    assert "It should be £600.00." in said


def test_the_answer_carries_the_version_on_the_screen(browser: Client, document: ContractDocument) -> None:
    form = open_form(browser, document)
    assert form["number"] == "1"
    assert form["sha256"] == latest(document).sha256
    assert form["task"] == str(turn_of(document).pk)
    assert form["client_key"]


def test_a_missing_choice_is_said_without_trying_the_password(browser: Client, document: ContractDocument) -> None:
    form = open_form(browser, document)
    for _ in range(5):  # more often than the lock-out allows
        answer = browser.post(address(document), form | {"password": "wrong"})
        assert "Choose whether you agree or reject" in text(answer)
    assert browser.post(address(document), agreeing(form)).status_code == 302


def test_all_faults_of_a_rejection_are_said_at_once(browser: Client, document: ContractDocument) -> None:
    form = open_form(browser, document)
    answer = browser.post(address(document), form | {"answer": "reject", "password": ""})
    said = text(answer)
    assert "Your answer was not sent: 3 things to put right" in said
    assert "Choose what is wrong with the document" in said
    assert "Say what is wrong, and what it should say" in said
    assert "Enter your password" in said
    assert answers(document) == 0


def test_a_text_that_is_too_long_is_kept_and_refused(browser: Client, document: ContractDocument) -> None:
    long = "x" * 10_000
    answer = browser.post(address(document), rejecting(open_form(browser, document), text=long))
    assert "7,500 characters or fewer: you entered 10,000 characters" in text(answer)
    assert long in answer.content.decode()
    assert answers(document) == 0


def test_what_stands_under_reject_is_not_asked_when_agreeing(browser: Client, document: ContractDocument) -> None:
    form = agreeing(open_form(browser, document), reason="nonsense", text="x" * 10_000)
    assert browser.post(address(document), form).status_code == 302
    assert state(document) == "accepted"


def test_a_wrong_password_and_then_the_right_one_in_the_same_form(browser: Client, document: ContractDocument) -> None:
    form = open_form(browser, document)
    wrong = browser.post(address(document), rejecting(form, password="Wrong-horse-42"))
    said = text(wrong)
    assert said.count("The password is not right. You have 2 more tries before your account is locked") == 2
    page = wrong.content.decode()
    assert 'value="reject" checked' in page
    assert "It should be £600.00." in page
    assert make.PASSWORD not in page
    assert "Wrong-horse-42" not in page
    again = form_of(wrong)
    assert again["client_key"] == form["client_key"]
    assert browser.post(address(document), rejecting(again)).status_code == 302
    assert state(document) == "rejected"


def test_the_last_wrong_password_signs_out_and_says_whom_to_call(browser: Client, document: ContractDocument) -> None:
    form = open_form(browser, document)
    for _ in range(3):
        answer = browser.post(address(document), rejecting(form, password="Wrong-horse-42"))
    assert answer.status_code == 403
    assert "01603 495702" in text(answer)
    assert browser.get(address(document)).status_code == 302
    assert answers(document) == 0


def test_a_double_click_is_one_answer(browser: Client, document: ContractDocument) -> None:
    form = agreeing(open_form(browser, document))
    first, second = browser.post(address(document), form), browser.post(address(document), form)
    assert (
        (first.status_code, first["Location"]) == (second.status_code, second["Location"]) == (302, address(document))
    )
    assert answers(document) == 1
    assert Receipt.objects.filter(key__endswith=form["client_key"]).count() == 1


def test_going_back_and_choosing_otherwise_says_that_it_was_answered(
    browser: Client, document: ContractDocument
) -> None:
    form = open_form(browser, document)
    browser.post(address(document), agreeing(form))
    answer = browser.post(address(document), rejecting(form))
    assert answer.status_code == 409
    assert "You agreed to version 1 on" in text(answer)
    assert state(document) == "accepted"


def test_somebody_faster_is_named_and_what_was_typed_stays(browser: Client, document: ContractDocument) -> None:
    form = open_form(browser, document)
    colleague = sign_in(provider_of(document, name="Anna Bell"))
    colleague.post(address(document), agreeing(open_form(colleague, document)))
    answer = browser.post(address(document), rejecting(form, text="Nellie moved in on\n11 April."))
    said = text(answer)
    assert answer.status_code == 409
    assert "Anna Bell agreed to version 1 on" in said
    assert "You had chosen Reject: Cost ." in said
    assert "Nellie moved in on\n11 April." in answer.content.decode()
    assert make.PASSWORD not in answer.content.decode()
    assert answers(document) == 1


def test_being_late_does_not_cost_a_try_of_the_password(browser: Client, document: ContractDocument) -> None:
    form = open_form(browser, document)
    colleague = sign_in(provider_of(document))
    colleague.post(address(document), agreeing(open_form(colleague, document)))
    for _ in range(4):
        assert browser.post(address(document), agreeing(form, password="Wrong-horse-42")).status_code == 409
    assert browser.get(address(document)).status_code == 200


def test_a_late_form_with_faults_hears_that_it_is_late(browser: Client, document: ContractDocument) -> None:
    form = open_form(browser, document)
    colleague = sign_in(provider_of(document, name="Anna Bell"))
    colleague.post(address(document), agreeing(open_form(colleague, document)))
    answer = browser.post(address(document), form)
    assert answer.status_code == 409
    assert "Anna Bell agreed to version 1" in text(answer)


def test_an_answer_to_an_older_version_leads_to_the_new_one(browser: Client, document: ContractDocument) -> None:
    form = open_form(browser, document)
    colleague = sign_in(provider_of(document, name="Anna Bell"))
    colleague.post(address(document), rejecting(open_form(colleague, document)))
    amend(document)
    answer = browser.post(address(document), agreeing(form))
    said = text(answer)
    assert answer.status_code == 409
    assert "Anna Bell rejected version 1 on" in said
    assert "Priya Raman published version 2 on" in said
    assert "See version 2" in said
    assert f'href="{address(document)}"' in answer.content.decode()
    assert state(document) == "published"


def overtaken(browser: Client, document: ContractDocument, fill: Any) -> Any:
    """An answer to version 1, sent when a colleague has rejected it and version 2 is there."""
    form = open_form(browser, document)
    colleague = sign_in(provider_of(document, name="Anna Bell"))
    colleague.post(address(document), rejecting(open_form(colleague, document)))
    amend(document)
    return browser.post(address(document), fill(form))


def test_what_was_written_about_an_older_version_is_sent_again_about_the_new_one(
    browser: Client, document: ContractDocument
) -> None:
    answer = overtaken(browser, document, rejecting)
    said, body = text(answer), answer.content.decode()
    assert answer.status_code == 409
    assert "What changed from version 1 to version 2" in said
    assert "It should be £600.00." in said
    form = form_of(answer)
    assert (form["number"], form["sha256"]) == ("2", latest(document).sha256)
    assert re.search(r'value="reject"[^>]*checked', body)
    assert make.PASSWORD not in body
    assert browser.post(address(document), rejecting(form)).status_code == 302
    assert state(document) == "rejected"


def test_agreeing_to_an_older_version_is_never_carried_over(browser: Client, document: ContractDocument) -> None:
    answer = overtaken(browser, document, agreeing)
    assert "You had chosen Agree for version 1. It counts for one version only, so choose again." in text(answer)
    assert not re.search(r'value="agree"[^>]*checked', answer.content.decode())
    assert browser.post(address(document), agreeing(form_of(answer))).status_code == 302
    assert state(document) == "accepted"


@pytest.mark.parametrize("field", ["number", "sha256"])
def test_an_answer_that_names_other_contents_is_refused(
    browser: Client, document: ContractDocument, field: str
) -> None:
    form = open_form(browser, document) | {field: "7"}
    answer = browser.post(address(document), agreeing(form))
    assert answer.status_code == 409
    assert state(document) == "published"


def test_an_answer_to_a_superseded_document_leads_to_the_newer_one(browser: Client, document: ContractDocument) -> None:
    form = open_form(browser, document)
    register.change_line(
        actor=make.selectors.system_actor(), line_id=document.line_id, version=None, quantity=Decimal(2)
    )
    newer = make.published(document.line)
    answer = browser.post(address(document), agreeing(form))
    said = text(answer)
    assert answer.status_code == 409
    assert f"A newer document, {newer.case.reference}, took the place of this one" in said
    assert f'href="{address(newer)}"' in answer.content.decode()
    assert state(newer) == "published"


@pytest.mark.parametrize("missing", ["task", "number", "sha256"])
def test_a_form_without_its_own_parts_is_refused(browser: Client, document: ContractDocument, missing: str) -> None:
    form = agreeing(open_form(browser, document))
    del form[missing]
    answer = browser.post(address(document), form)
    assert answer.status_code == 422
    assert "The form was not complete" in text(answer)


def test_who_may_only_read_is_told_who_can_answer(document: ContractDocument) -> None:
    provider_of(document, name="Anna Bell")
    reader = sign_in(provider_of(document, role="read_only", name="Rita Reader"))
    page = reader.get(address(document))
    assert "Your role lets you read this document, not answer it. Anna Bell can answer it." in text(page)
    assert 'name="answer"' not in page.content.decode()
    answer = reader.post(
        address(document),
        agreeing({"task": str(turn_of(document).pk), "number": "1", "sha256": latest(document).sha256}),
    )
    assert answer.status_code == 403
    assert state(document) == "published"


def test_who_may_answer_at_one_home_only_finds_the_other_home_absent(document: ContractDocument) -> None:
    other = make.service(document.case.organisation)
    elsewhere = sign_in(make.provider_user(document.case.organisation, only=other))
    absent = elsewhere.get(reverse("portal:document", args=[999_999_999]))
    page = elsewhere.get(address(document))
    assert page.status_code == absent.status_code == 404
    assert page_without_token(page) == page_without_token(absent)
    assert elsewhere.post(address(document), {"answer": "agree"}).status_code == 404


def test_a_profile_without_password_asks_for_none(
    browser: Client, document: ContractDocument, monkeypatch: pytest.MonkeyPatch
) -> None:
    from portal.contract_documents import forms

    profile = forms.current()
    texts = profile.contract_documents.model_copy(update={"password_to_answer": False, "agree_button": "Accept"})
    monkeypatch.setattr(forms, "current", lambda: profile.model_copy(update={"contract_documents": texts}))
    page = browser.get(address(document))
    assert 'type="password"' not in page.content.decode()
    assert "Accept" in text(page)
    assert browser.post(address(document), form_of(page) | {"answer": "agree"}).status_code == 302
    assert state(document) == "accepted"
