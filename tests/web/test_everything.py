"""Everything that one may read: every team's and every provider's open work, to look up and not to work through."""

import re
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from backoffice.queues.models import SavedView
from tests import factories
from workflows.contracts.models import ContractDocument
from workflows.engine.models import Access, Task
from workflows.engine.turns import bulk
from workflows.parties.models import Team

from . import council
from .conftest import NORFOLK, Council, browser_of
from .test_council_queue import MOST_QUERIES, copies, queries

pytestmark = pytest.mark.django_db
PAGE = "/queues/everything/"


@pytest.fixture
def documents() -> tuple[ContractDocument, ContractDocument]:
    """One that Brokerage has, one that its provider has."""
    return council.rejected(), factories.published()


def shown(page: Any) -> set[int]:
    return {row["process_id"] for row in page.context["table"].shown}


@pytest.mark.parametrize("team", ["service_brokerage", "payments_residential", "procurement", "fes_admin"])
def test_any_team_reads_what_its_desks_list_and_may_do_nothing_there(
    documents: tuple[ContractDocument, ContractDocument], team: str
) -> None:
    person = factories.staff_user(team)
    page = browser_of(person).get(PAGE)
    assert shown(page) == {each.pk for each in documents}
    text = council.body(page)
    assert "The provider" in text
    assert "Service Brokerage Team" in text
    main = text[text.index("<main") : text.index("</main>")]
    assert re.findall(r'name="(claim|claim_next|release|task)"', main) == []
    assert Access.objects.filter(user=person, what="queue.everything").count() == 1


def test_a_kind_that_no_desk_of_theirs_lists_is_not_there(
    documents: tuple[ContractDocument, ContractDocument], council_with: Council
) -> None:
    first = '[[teams]]\nkey = "payments_residential"'
    assert first in NORFOLK.read_text(encoding="utf-8")
    council_with((first, f'[[teams]]\nkey = "archive"\nname = "Archive"\nreads = ["payment_run"]\n\n{first}'))
    payments = browser_of(factories.staff_user("archive"))
    for address in (PAGE, f"{PAGE}queue.csv"):
        answer = payments.get(address)
        assert answer.status_code == 200
        assert all(each.case.reference not in council.body(answer) for each in documents)


def test_an_administrator_reads_none_of_it_and_an_auditor_all(
    documents: tuple[ContractDocument, ContractDocument],
) -> None:
    assert browser_of(factories.staff_user("", duty="administrator")).get(PAGE).status_code == 403
    auditor = browser_of(factories.staff_user("", duty="auditor"))
    assert auditor.get("/queues/").headers["Location"] == PAGE
    assert shown(auditor.get(PAGE)) == {each.pk for each in documents}


def test_it_is_narrowed_as_a_queue_is_and_by_who_holds_it(documents: tuple[ContractDocument, ContractDocument]) -> None:
    rejected, published = documents
    team = Team.objects.get(key="service_brokerage").pk
    other = Team.objects.get(key="procurement").pk
    browser = browser_of(factories.staff_user("procurement"))
    for query, found in (
        ("held_by=providers", {published.pk}),
        (f"held_by={team}", {rejected.pk}),
        (f"held_by={other}", set()),
        ("held_by=999999", {rejected.pk, published.pk}),
        ("view=unclaimed", {rejected.pk}),
        ("view=breached", set()),
        (f"provider={published.case.organisation_id}", {published.pk}),
        ("node=respond", {published.pk}),
        ("order=costly&kind=contract_document", {rejected.pk, published.pk}),
    ):
        page = browser.get(f"{PAGE}?{query}")
        assert shown(page) == found, query
        current_tab = next(tab for tab in page.context["tabs"] if tab.current)
        assert current_tab.count == str(len(found)), query
    assert "With providers" in council.words(browser.get(f"{PAGE}?held_by=providers"))


def test_a_teams_own_queue_knows_no_such_filter(documents: tuple[ContractDocument, ContractDocument]) -> None:
    team = Team.objects.get(key="service_brokerage").pk
    page = council.browser().get(f"/queues/{team}/?held_by=providers")
    assert shown(page) == {documents[0].pk}


@pytest.mark.parametrize("order", ["due", "costly"])
def test_pages_of_it_follow_by_key(order: str) -> None:
    copies(council.rejected(), 20)
    copies(factories.published(), 20)
    browser = browser_of(factories.staff_user("procurement"))
    first = browser.get(f"{PAGE}?order={order}")
    second = browser.get(f"{PAGE}{first.context['pages'].next}")
    seen = [row["id"] for page in (first, second) for row in page.context["table"].shown]
    assert len(seen) == len(set(seen)) == Task.objects.filter(finished=None).count()


@pytest.mark.parametrize("query", ["", "?order=costly", "?held_by=providers", "?view=mine"])
def test_one_row_and_a_hundred_cost_the_same(query: str) -> None:
    document = factories.published()
    person = factories.staff_user("procurement")
    few = queries(person, f"{PAGE}{query}")
    copies(document, 99)
    assert queries(person, f"{PAGE}{query}") == few <= MOST_QUERIES


def test_its_files_say_whose_each_is_and_are_recorded(documents: tuple[ContractDocument, ContractDocument]) -> None:
    person = factories.staff_user("procurement")
    browser = browser_of(person)
    text = browser.get(f"{PAGE}queue.csv?held_by=providers").content.decode()
    assert documents[1].case.reference in text
    assert documents[0].case.reference not in text
    book = browser.get(f"{PAGE}queue.xlsx")
    rows = list(load_workbook(BytesIO(b"".join(book.streaming_content))).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert {row[-2:] for row in rows[1:]} == {("Nobody", "Service Brokerage Team"), ("The provider", None)}
    whats = Access.objects.filter(user=person).values_list("what", flat=True)
    assert sorted(whats) == ["queue.csv", "queue.xlsx"]


def test_a_view_of_it_is_kept_counted_and_opened(documents: tuple[ContractDocument, ContractDocument]) -> None:
    officer = council.officer()
    browser = council.browser(officer)
    words = {"team": "everything", "query": "held_by=providers", "name": "With providers now", "whose": "me"}
    saved = browser.post("/queues/views/", words)
    assert saved.headers["Location"] == f"{PAGE}?held_by=providers"
    home = f"/queues/{Team.objects.get(key='service_brokerage').pk}/"
    for address in (home, PAGE):
        text = council.body(browser.get(address))
        assert f'href="{PAGE}?held_by=providers">With providers now</a> (1)' in text
    refused = browser.post("/queues/views/", {**words, "name": "Ours", "whose": "team"}, follow=True)
    assert "Only members of the team" in council.words(refused)
    assert SavedView.objects.count() == 1


@pytest.mark.parametrize("address", ["/work/", "/queues/changes/"])
def test_home_and_the_page_of_a_bulk_change_cost_the_same_for_one_and_a_hundred(address: str) -> None:
    officer, document = council.officer(), council.rejected()

    def spent() -> int:
        tasks = Task.objects.filter(finished=None)
        if address == "/work/":
            tasks.update(owner_id=officer.pk, status="ASSIGNED")
            return queries(officer, address)
        ids = list(tasks.values_list("pk", flat=True))
        batch = bulk.start(factories.actor(officer), "claim", ids, {}, factories.key())
        return queries(officer, f"{address}{batch.pk}/")

    few = spent()
    copies(document, 99)
    assert spent() == few <= MOST_QUERIES
