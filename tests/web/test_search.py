"""The search box: posted, private, forgotten; what it leads to; what is recorded."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from backoffice.search.views import PLACES as COUNCIL
from backoffice.web.models import Draft
from portal.search.views import PLACES as PORTAL
from tests import factories as make
from tests.model.moves import seen, verb_call
from workflows.contracts.models import ContractDocument
from workflows.engine.models import Access
from workflows.engine.searching import declared_cases
from workflows.parties.models import User
from workflows.search.models import KEPT_FOR, KeptSearch

from .conftest import browser_of

pytestmark = pytest.mark.django_db
NAME = "Xylobrock"
ASK = {"council": "/search/", "portal": "/portal/search/"}


@pytest.fixture
def document() -> ContractDocument:
    made = make.published(make.line(of=make.client_(NAME, "Arthur")))
    person = make.actor(make.provider_user(made.case.organisation))
    verb_call("reject", person, seen(made), make.key(), words="The weekly cost is wrong <b>really</b>.")()
    return made


@pytest.fixture
def people(document: ContractDocument) -> dict[str, User]:
    return {"council": make.staff_user(), "portal": make.provider_user(document.case.organisation)}


def sent(browser: Client, side: str, text: str) -> Any:
    return browser.post(ASK[side], {"sought": text})


def results(browser: Client, side: str, text: str) -> str:
    answer = browser.get(sent(browser, side, text)["Location"])
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.mark.parametrize("side", ASK)
def test_what_was_typed_stands_in_no_address_title_or_line_of_the_log(
    people: dict[str, User], side: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    caplog.handler.setLevel("DEBUG")
    browser = browser_of(people[side])
    answer = sent(browser, side, NAME.lower())
    assert re.fullmatch(rf"{ASK[side]}[\w-]{{32}}/", answer["Location"])
    page = browser.get(answer["Location"])
    said = page.content.decode()
    title = re.search(r"<title>(.*?)</title>", said, re.DOTALL)
    assert title and NAME.lower() not in title[1].lower()
    assert NAME in said
    assert page["Cache-Control"] == "no-store"
    assert page["Referrer-Policy"] == "same-origin"
    addresses = re.findall(r'(?:href|action)="([^"]*)"', said)
    assert addresses
    assert not [each for each in addresses if NAME.lower() in each.lower()]
    assert NAME.lower() not in caplog.text.lower()


@pytest.mark.parametrize("side", ASK)
def test_every_page_has_the_box_once_and_it_is_posted(people: dict[str, User], side: str) -> None:
    browser = browser_of(people[side])
    for address in (reverse(f"{side}:home"), ASK[side]):
        said = browser.get(address).content.decode()
        assert said.count('name="sought"') == 1, address
        assert f'method="post" action="{ASK[side]}"' in said


def test_a_box_is_for_whoever_has_signed_in() -> None:
    assert 'name="sought"' not in Client().get("/sign-in/").content.decode()


@pytest.mark.parametrize("side", ASK)
def test_another_persons_search_is_as_one_that_does_not_exist(
    people: dict[str, User], document: ContractDocument, side: str
) -> None:
    address = sent(browser_of(people[side]), side, NAME)["Location"]
    colleague = make.staff_user() if side == "council" else make.provider_user(document.case.organisation)
    for somebody in (browser_of(colleague), browser_of(people["portal" if side == "council" else "council"])):
        assert somebody.get(address).status_code == 404
    assert Client().get(address)["Location"].startswith("/sign-in/")
    assert browser_of(people[side]).get(address).status_code == 200


def test_a_search_is_gone_after_an_hour(people: dict[str, User]) -> None:
    browser = browser_of(people["council"])
    address = sent(browser, "council", NAME)["Location"]
    KeptSearch.objects.update(expires_at=timezone.now() + timedelta(seconds=5))
    assert browser.get(address).status_code == 200
    KeptSearch.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert browser.get(address).status_code == 404
    assert timedelta(hours=1) == KEPT_FOR


@pytest.mark.parametrize("side", ASK)
def test_a_whole_reference_leads_straight_to_its_case(
    people: dict[str, User], document: ContractDocument, side: str
) -> None:
    answer = sent(browser_of(people[side]), side, f" {document.case.reference.lower().replace('-', ' ')} ")
    place = f"/cases/{document.pk}/" if side == "council" else f"/portal/contract-documents/{document.pk}/"
    assert answer["Location"] == place
    assert not KeptSearch.objects.exists()


def test_another_providers_reference_leads_nowhere(document: ContractDocument) -> None:
    other = browser_of(make.provider_user(make.service().organisation))
    for text in (document.case.reference, NAME, "weekly cost", document.line.reference):
        said = results(other, "portal", text)
        assert "Nothing found" in said
        assert f"/{document.pk}/" not in said


def test_the_names_that_were_shown_are_recorded(people: dict[str, User], document: ContractDocument) -> None:
    make.published(make.line(of=make.client_(NAME, "Maria")))
    for side, person in people.items():
        results(browser_of(person), side, NAME)
        rows = Access.objects.filter(user=person, what="search")
        assert rows.filter(client_id=document.line.client_id).count() == 1
        assert rows.count() == {"council": 2, "portal": 1}[side]
        assert set(rows.values_list("object_id", flat=True)) == {KeptSearch.objects.get(user=person).pk}


def test_what_people_wrote_is_shown_as_text(people: dict[str, User]) -> None:
    said = results(browser_of(people["portal"]), "portal", "costs")
    assert "<mark>cost</mark>" in said
    assert "<b>" not in said
    said = results(browser_of(people["portal"]), "portal", "<i>zz</i>")
    assert "&lt;i&gt;zz&lt;/i&gt;" in said
    assert "<i>zz" not in said


@pytest.mark.parametrize(("typed", "why"), [("", "at least 2 letters"), ("-a-", "at least 2"), ("x" * 201, "200 char")])
def test_too_little_and_too_much_are_said_and_nothing_typed_is_lost(
    people: dict[str, User], typed: str, why: str
) -> None:
    answer = sent(browser_of(people["council"]), "council", typed)
    said = answer.content.decode()
    assert answer.status_code == 200
    assert why in said
    assert "Error: Search" in said
    assert f'value="{typed}"' in said


def test_an_empty_answer_helps(people: dict[str, User]) -> None:
    browser = browser_of(people["council"])
    assert "Every word that you type must be there" in results(browser, "council", "nobodyatall")
    assert "Dates of birth" not in results(browser, "council", "nobodyatall")
    for date in ("12/03/1941", "12 March 1941", "1941-03-12", "12.3.41"):
        assert "Dates of birth are not kept here" in results(browser, "council", date)


@pytest.mark.parametrize("side", ASK)
def test_results_ask_no_more_for_a_hundred_than_for_one(
    people: dict[str, User], document: ContractDocument, side: str
) -> None:
    browser = browser_of(people[side])
    address = sent(browser, side, NAME)["Location"]

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address).status_code == 200
        return len(queries)

    first = asked()
    for number in range(12):
        made = make.line(document.line.service, of=make.client_(NAME, f"Person{number}"))
        make.published(made)
    assert asked() == first
    assert first <= 12


def test_a_provider_in_the_results_leads_to_its_lines(people: dict[str, User], document: ContractDocument) -> None:
    make.published()
    browser = browser_of(people["council"])
    said = results(browser, "council", document.case.organisation.name)
    link = re.search(r'href="(/lines/\?provider=\d+[^"]*)"', said)
    assert link
    lines = browser.get(link[1].replace("&amp;", "&")).content.decode()
    assert document.line.reference in lines
    assert len(re.findall(r'href="/lines/\d+/"', lines)) == 1


def test_every_kind_of_case_that_is_found_has_an_address_on_both_sides() -> None:
    assert set(declared_cases()) <= set(COUNCIL.addresses)
    of_the_council = {"care_decision", "payment_run", "payment_stop", "payment_debt"}  # found by nobody at a provider
    assert set(declared_cases()) - of_the_council <= set(PORTAL.addresses)


def test_what_was_typed_while_signed_out_is_back_in_the_box(people: dict[str, User]) -> None:
    person = people["council"]
    draft = Draft.objects.create(
        token_hash="y", user=person, page="/queues/", action="/search/", fields=[["sought", [NAME]]],
        expires_at=timezone.now() + timedelta(hours=1),
    )  # fmt: skip
    said = browser_of(person).get(f"/search/?draft={draft.pk}").content.decode()
    assert f'value="{NAME}"' in said
