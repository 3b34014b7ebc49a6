"""The provider's home page: what needs you first (picture 01)."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from backoffice.web.words import weekday_date
from tests import factories as make
from tests.web.portal import address, open_form, provider_of, rejecting, sign_in, text
from workflows.contracts.models import ContractDocument
from workflows.engine import moment
from workflows.engine.models import Notice, Task

pytestmark = pytest.mark.django_db


@pytest.fixture
def document() -> ContractDocument:
    return make.published()


def test_it_says_first_what_needs_the_person(document: ContractDocument) -> None:
    said = text(sign_in(provider_of(document)).get("/portal/"))
    assert f"Home: {document.case.organisation.name}" in said
    assert "First: agree or reject 1 document by" in said
    assert "Agree or reject 1 contract document" in said
    assert "£536.49 a week" in said
    assert "Contract Documents (ISO's) (1 needs you)" in said


def test_it_says_when_nothing_needs_the_person() -> None:
    browser = sign_in(make.provider_user(make.service().organisation))
    said = text(browser.get("/portal/"))
    assert "Nothing needs you now" in said
    assert "Service Brokerage Team publishes them" in said


def test_what_was_rejected_waits_for_the_council(document: ContractDocument) -> None:
    browser = sign_in(provider_of(document))
    browser.post(address(document), rejecting(open_form(browser, document)))
    said = text(browser.get("/portal/"))
    assert "Waiting for the council" in said
    assert "With Service Brokerage Team. New version due" in said
    assert f"See {document.case.reference}" in said


def test_what_is_past_says_its_day_once(document: ContractDocument) -> None:
    Task.objects.filter(process=document.case).update(due_at=moment.now() - timedelta(days=9))
    said = text(sign_in(provider_of(document)).get("/portal/"))
    day = weekday_date(moment.now() - timedelta(days=9))
    row = re.search(rf"Breached {day} \d+ working days late", said)
    assert row, said
    assert re.search(rf"Next thing due \d working days late {day}", said), said


def test_news_is_shown_until_it_was_seen(document: ContractDocument) -> None:
    user = provider_of(document)
    Notice.objects.create(user=user, kind="x", case=document.case, text="ISO-1 awaits your answer", key="a")
    other = Notice.objects.create(user=provider_of(document), kind="x", text="Not yours", key="a")
    browser = sign_in(user)
    page = browser.get("/portal/")
    assert "ISO-1 awaits your answer" in text(page)
    assert "Not yours" not in text(page)
    shown = dict(re.findall(r'name="(newest|oldest)" value="(\d+)"', page.content.decode()))
    Notice.objects.create(user=user, kind="x", case=document.case, text="ISO-1 came meanwhile", key="b")
    assert browser.post("/portal/news/seen/", shown).status_code == 302
    said = text(browser.get("/portal/"))
    assert "ISO-1 awaits your answer" not in said
    assert "ISO-1 came meanwhile" in said
    other.refresh_from_db()
    assert other.read_at is None


def test_a_role_without_chapters_is_told_whom_to_ask(document: ContractDocument) -> None:
    page = sign_in(provider_of(document, role="invoice_only")).get("/portal/")
    said = text(page)
    assert "There is no chapter for your role here." in said
    assert "Contract Documents" not in said
    assert document.case.client.surname not in said


def test_who_has_not_signed_in_is_sent_to_the_way_in() -> None:
    answer = Client().get("/portal/")
    assert answer.status_code == 302
    assert "/sign-in/" in answer["Location"]
