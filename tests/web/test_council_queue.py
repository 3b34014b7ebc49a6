"""A team's queue: what is due first, claim and release, filters, and the same few queries for any number of rows."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from backoffice.queues import sheets
from tests import factories
from workflows.contracts.models import ContractDocument
from workflows.engine import moment, turns
from workflows.engine.models import Access, Task
from workflows.parties.models import Client, User

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


@pytest.mark.parametrize("address", ["/queues/{team}/", "/queues/{team}/?order=costly", "/work/"])
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


# --- views, filters, orders -------------------------------------------------------------------------------------------


def test_each_tab_has_its_work_and_counts_it() -> None:
    free, mine, risky, late, waiting = (council.turn(council.rejected()) for _ in range(5))
    officer, now = council.officer(), moment.now()
    turns.claim(actor=factories.actor(officer), task_id=mine.pk, key=factories.key())
    Task.objects.filter(pk=risky.pk).update(at_risk_at=now - timedelta(hours=1), at_risk_marked_at=now)
    Task.objects.filter(pk=late.pk).update(due_at=now - timedelta(hours=1))
    Task.objects.filter(pk=waiting.pk).update(not_before=moment.today() + timedelta(days=4))
    wanted = {
        "": {free, mine, risky, late},
        "unclaimed": {free, risky, late},
        "at_risk": {risky},
        "breached": {late},
        "waiting": {waiting},
        "mine": {mine},
    }
    browser = browser_of(officer)
    for view, found in wanted.items():
        page = browser.get(f"/queues/{free.team_id}/?view={view}")
        assert {row["id"] for row in page.context["table"].shown} == {each.pk for each in found}, view
        (tab,) = [each for each in page.context["tabs"] if each.current]
        assert tab.count == str(len(found)), view
    text = council.words(browser.get(f"/queues/{free.team_id}/?waiting=show"))
    for words in ("At risk", "Breached today", "Not before"):
        assert words in text


def test_what_is_late_is_breached_even_when_it_waits_for_a_later_day() -> None:
    task = council.turn(council.rejected())
    day = moment.today() + timedelta(days=3)
    Task.objects.filter(pk=task.pk).update(not_before=day, due_at=moment.now() - timedelta(hours=1))
    text = council.words(browser_of(council.officer()).get(f"/queues/{task.team_id}/?view=waiting"))
    assert re.search(r"Breached \S+ \d\d:\d\d, not before ", text)


def test_claim_next_passes_over_what_waits_and_what_somebody_has() -> None:
    waiting, taken, free = (council.turn(council.rejected()) for _ in range(3))
    Task.objects.filter(pk=waiting.pk).update(not_before=moment.today() + timedelta(days=4))
    turns.claim(actor=factories.actor(council.officer("Tom Bullard")), task_id=taken.pk, key=factories.key())
    officer = council.officer()
    page = browser_of(officer).get(f"/queues/{free.team_id}/")
    assert page.context["next"].task_id == free.pk
    sent = {"claim_next": free.team_id, "shown": free.pk, "order": "due", "client_key": "k"}
    for _ in range(2):  # a double click
        assert browser_of(officer).post("/queues/act/", sent).headers["Location"] == f"/cases/{free.process_id}/"
    free.refresh_from_db()
    assert free.owner == officer
    again = browser_of(officer).post("/queues/act/", sent | {"client_key": "l"})
    assert again.status_code == 422
    assert "There is nothing left to claim" in council.words(again)


def test_most_costly_first_and_why_the_first_is_first() -> None:
    cheap, dear = (council.turn(council.rejected()) for _ in range(2))
    Task.objects.filter(pk=dear.pk).update(urgency=900, amount=900, due_at=moment.now() + timedelta(days=30))
    Task.objects.filter(pk=cheap.pk).update(urgency=100, amount=100)
    browser = browser_of(council.officer())
    for order, first in (("", cheap), ("costly", dear), ("nonsense", cheap)):
        page = browser.get(f"/queues/{cheap.team_id}/?order={order}")
        assert page.context["table"].shown[0]["id"] == first.pk
        assert "Why is this first?" in council.words(page)
    page = browser.get(f"/queues/{cheap.team_id}/?order=costly")
    assert "£900.00 a week hangs on it" in council.words(page)
    assert 'aria-sort="descending"' in council.body(page)


def test_filters_by_holder_and_by_money() -> None:
    one, two = (council.turn(council.rejected()) for _ in range(2))
    officer = council.officer()
    turns.claim(actor=factories.actor(officer), task_id=two.pk, key=factories.key())
    Task.objects.filter(pk=two.pk).update(amount=2000)
    browser = browser_of(officer)
    for query, found in (
        ("owner=nobody", {one.pk}),
        (f"owner={officer.pk}", {two.pk}),
        ("money=%C2%A31,000", {two.pk}),
        ("money=much", {one.pk, two.pk}),
        ("money=-1", {one.pk, two.pk}),
        ("money=NaN", {one.pk, two.pk}),
        ("opened_from=2018-99-99&opened_to=x&node=%00", {one.pk, two.pk}),
    ):
        page = browser.get(f"/queues/{one.team_id}/?{query}")
        assert {row["id"] for row in page.context["table"].shown} == found, query
    assert "Enter an amount like 1000" in council.words(browser.get(f"/queues/{one.team_id}/?money=much"))


@pytest.mark.parametrize("order", ["due", "costly"])
def test_several_teams_as_one_list(order: str) -> None:
    document = council.rejected()
    copies(document, 30)
    auditor = factories.staff_user("", duty="auditor")
    browser = browser_of(auditor)
    first = browser.get(f"/queues/all/?order={order}")
    second = browser.get(f"/queues/all/{first.context['pages'].next}")
    seen = [row["id"] for page in (first, second) for row in page.context["table"].shown]
    assert len(seen) == len(set(seen)) == 31
    assert "Select" not in council.words(first)
    assert browser_of(council.officer()).get("/queues/all/").status_code == 404


# --- files ------------------------------------------------------------------------------------------------------------


def test_the_list_as_csv_runs_nothing_and_is_recorded() -> None:
    document, other = council.rejected(), council.rejected()
    Client.objects.filter(pk=document.case.client_id).update(surname="=HYPERLINK(1)")
    officer = council.officer()
    answer = browser_of(officer).get(f"/queues/{team_of(document)}/queue.csv?provider={document.case.organisation_id}")
    text = answer.content.decode("utf-8-sig")
    assert document.case.reference in text
    assert other.case.reference not in text
    assert "'=HYPERLINK(1)" in text
    assert answer["Content-Disposition"].endswith('.csv"')
    assert Access.objects.filter(user=officer, what="queue.csv", object_id=team_of(document)).count() == 1


def test_the_list_as_a_spreadsheet_has_figures_as_figures() -> None:
    document = council.rejected()
    answer = browser_of(council.officer()).get(f"/queues/{team_of(document)}/queue.xlsx")
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    heads, row = ([cell.value for cell in line] for line in sheet.iter_rows())
    found = dict(zip(heads, row, strict=True))
    assert found["Reference"] == document.case.reference
    assert found["At stake, £"] == 536.49
    assert found["Priority"] == "Usual"
    assert Access.objects.filter(what="queue.xlsx").count() == 1


def test_a_list_too_long_for_a_file_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    document = council.rejected()
    team = team_of(document)
    copies(document, 3)
    monkeypatch.setattr(sheets, "MOST", 2)
    text = browser_of(council.officer()).get(f"/queues/{team}/queue.csv").content.decode()
    assert text.count(document.case.reference) == 2
    assert "Narrow the list to have the rest" in text
