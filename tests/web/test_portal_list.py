"""The list of contract documents: tabs, filter, pages, spreadsheet (picture 02a; norfolk-handbook §4)."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from tests import factories as make
from tests.web.portal import address, agreeing, open_form, provider_of, rejecting, sign_in, text, turn_of
from workflows.contracts import commands
from workflows.contracts.models import ContractDocument
from workflows.engine.models import Access
from workflows.parties.models import Service

pytestmark = pytest.mark.django_db
LIST = "/portal/contract-documents/"
MOST_QUERIES = 12


@pytest.fixture
def home() -> Service:
    return make.service(name="Oasis Residential Home")


def documents(home: Service, count: int) -> list[ContractDocument]:
    level = make.level()
    return [make.published(make.line(home, service_level=level)) for _ in range(count)]


def queries(browser: Client, path: str) -> int:
    browser.get(path)  # what a process asks only once
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert browser.get(path).status_code == 200
    return len(asked)


def tabs(page: Any) -> dict[str, str]:
    return {tab.text: tab.count for tab in page.context["tabs"]}


def test_it_opens_on_what_awaits_the_person(home: Service) -> None:
    first, second, third = documents(home, 3)
    browser = sign_in(make.provider_user(home.organisation))
    browser.post(address(first), agreeing(open_form(browser, first)))
    browser.post(address(second), rejecting(open_form(browser, second)))
    page = browser.get(LIST)
    said = text(page)
    assert "Contract Documents (ISO's): 1 awaits you" in said
    assert third.case.client.ss_ref in said
    assert first.case.client.ss_ref not in text_of_table(page)
    assert tabs(page) == {
        "Awaiting you": "1", "Accepted": "1", "Rejected": "1", "Terminated": "0", "Superseded": "0", "All": "3",
    }  # fmt: skip


def text_of_table(page: Any) -> str:
    body = page.content.decode()
    return body[body.index("<tbody") : body.index("</tbody")]


@pytest.mark.parametrize("tab", ["awaiting", "accepted", "rejected", "terminated", "superseded", "all", "nonsense"])
def test_every_tab_opens_and_an_empty_one_says_what_fills_it(home: Service, tab: str) -> None:
    browser = sign_in(make.provider_user(home.organisation))
    page = browser.get(LIST, {"tab": tab})
    assert page.status_code == 200
    assert 'class="cc-empty"' in page.content.decode()


def test_the_handbooks_columns_and_the_second_version(home: Service) -> None:
    (document,) = documents(home, 1)
    browser = sign_in(make.provider_user(home.organisation))
    browser.post(address(document), rejecting(open_form(browser, document)))
    commands.republish(
        actor=make.actor(make.staff_user(name="Priya Raman")), case_id=document.pk, task_id=turn_of(document).pk,
        version=None, explanation="It is right.", key=make.key(),
    )  # fmt: skip
    said = text(browser.get(LIST))
    for word in ("Document Type", "Client", "SSRef", "Care Pkg Ref", "Service", "Cost", "Notes", "Your answer"):
        assert word in said
    assert "Changed after your rejection" in said
    assert "Version 2" in said
    assert "Published by Priya Raman on" in said
    assert f"Agree or reject for {document.case.client}, {document.case.reference}" in said


def test_the_filter_is_folded_until_it_is_needed(home: Service) -> None:
    documents(home, 2)
    browser = sign_in(make.provider_user(home.organisation))
    assert '<details class="govuk-details cc-noprint">' in browser.get(LIST).content.decode()
    narrowed = browser.get(LIST, {"service": home.pk})
    assert '<details class="govuk-details cc-noprint" open>' in narrowed.content.decode()
    assert "Clear the filter" in text(narrowed)


def test_it_filters_by_service_client_and_day(home: Service) -> None:
    _, second = documents(home, 2)
    other = make.published(make.line(make.service(home.organisation)))
    browser = sign_in(make.provider_user(home.organisation))
    assert browser.get(LIST, {"service": home.pk}).context["total"] == 2
    assert browser.get(LIST, {"client": second.case.client_id}).context["total"] == 1
    today = timezone.localdate()
    day = {"updated_since_day": today.day, "updated_since_month": today.month, "updated_since_year": today.year}
    assert browser.get(LIST, day).context["total"] == 3
    later = timezone.localdate() + timedelta(days=2)
    day = {"updated_since_day": later.day, "updated_since_month": later.month, "updated_since_year": later.year}
    empty = browser.get(LIST, day)
    assert empty.context["total"] == 0
    assert "No document of this list fits the filter" in text(empty)
    assert other.case.reference in text(browser.get(LIST, {"tab": "all"}))


def test_a_filter_that_cannot_be_read_says_so(home: Service) -> None:
    documents(home, 1)
    browser = sign_in(make.provider_user(home.organisation))
    page = browser.get(LIST, {"updated_since_day": "31", "updated_since_month": "2", "updated_since_year": "2018"})
    assert "Updated since must be a real date with a year of 4 digits: you entered 31 2 2018" in text(page)
    assert page.context["total"] == 1
    foreign = make.published()
    page = browser.get(LIST, {"client": foreign.case.client_id})
    assert "Choose one of the entries shown" in text(page)
    assert str(foreign.case.client) not in text(page)


def test_another_providers_documents_are_in_no_list(home: Service) -> None:
    documents(home, 1)
    theirs = make.published()
    browser = sign_in(make.provider_user(home.organisation))
    for path in (LIST, f"{LIST}?tab=all", "/portal/"):
        page = browser.get(path).content.decode()
        assert theirs.case.client.surname not in page
        assert theirs.case.reference not in page


def test_who_may_only_read_is_not_asked_to_answer(home: Service) -> None:
    documents(home, 1)
    page = sign_in(make.provider_user(home.organisation, role="read_only")).get(LIST)
    said = text(page)
    assert "Your role lets you read these documents, not answer them." in said
    assert "Agree or reject" not in said
    assert tabs(page)["Awaiting an answer"] == "1"


def test_a_role_without_the_chapter_is_refused_in_words(home: Service) -> None:
    page = sign_in(make.provider_user(home.organisation, role="invoice_only")).get(LIST)
    assert page.status_code == 403
    assert "Your role does not include this." in text(page)


def test_the_queries_of_a_page_do_not_grow(home: Service) -> None:
    browser = sign_in(make.provider_user(home.organisation))
    (first,) = documents(home, 1)
    one = queries(browser, LIST), queries(browser, f"{LIST}?tab=all"), queries(browser, "/portal/")
    copies(first, 99)
    many = queries(browser, LIST), queries(browser, f"{LIST}?tab=all"), queries(browser, "/portal/")
    assert browser.get(LIST).context["total"] == 100
    assert one == many
    assert max(many) <= MOST_QUERIES


def copies(of: ContractDocument, count: int) -> None:
    """Many more documents of the same home."""
    level = of.line.service_level
    for _ in range(count):
        make.published(make.line(of.case.service, service_level=level))


def test_pages_follow_each_other_without_a_gap(home: Service) -> None:
    made = {document.pk for document in documents(home, 30)}
    browser = sign_in(make.provider_user(home.organisation))
    page = browser.get(LIST)
    seen = [row["document_id"] for row in page.context["table"].shown]
    assert len(seen) == 25
    assert '<details class="govuk-details cc-noprint" open>' in page.content.decode()  # more than 20 rows
    page = browser.get(LIST + page.context["page_of_list"].next)
    seen += [row["document_id"] for row in page.context["table"].shown]
    assert sorted(seen) == sorted(made)


def test_the_spreadsheet_has_the_whole_tab_and_runs_no_formula(home: Service) -> None:
    evil = make.client_('=HYPERLINK("http://x","y")', "+1")
    document = make.published(make.line(home, of=evil))
    user = make.provider_user(home.organisation)
    answer = sign_in(user).get(reverse("portal:documents_spreadsheet"), {"tab": "awaiting"})
    book = load_workbook(BytesIO(b"".join(answer.streaming_content)))
    rows = list(book.active.iter_rows())
    cells = {head.value: cell for head, cell in zip(rows[0], rows[1], strict=True)}
    assert cells["Client"].data_type == "s"
    assert cells["Client"].value == '=HYPERLINK("http://x","y"), +1'
    assert cells["Client"].quotePrefix
    assert Decimal(str(cells["Weekly cost in pounds"].value)) == Decimal("536.49")
    assert cells["Reference"].value == document.case.reference
    assert evil.surname not in answer["Content-Disposition"]
    assert Access.objects.filter(user=user, what="contract_documents.spreadsheet").count() == 1


def test_the_spreadsheet_follows_tab_and_filter(home: Service) -> None:
    first, second = documents(home, 2)
    browser = sign_in(provider_of(first))
    link = browser.get(LIST, {"client": first.case.client_id}).context["spreadsheet"]
    rows = list(
        load_workbook(BytesIO(b"".join(browser.get(link).streaming_content))).active.iter_rows(values_only=True)
    )
    assert [row[2] for row in rows[1:]] == [first.case.reference]
    link = browser.get(LIST, {"tab": "accepted"}).context["spreadsheet"]
    rows = list(
        load_workbook(BytesIO(b"".join(browser.get(link).streaming_content))).active.iter_rows(values_only=True)
    )
    assert len(rows) == 1
    assert second.case.reference
