"""Ready to publish: choose, check, let a worker do it, and see what became of each."""

import re

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from tests import factories
from workflows.contracts.models import ContractDocument
from workflows.engine import batches
from workflows.engine.models import Batch
from workflows.register.models import CarePackageLine

from . import council
from .conftest import Council, browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Browser:
    return council.browser()


def confirm(browser: Browser, page: object) -> Batch:
    """Press Publish on the check page, and let the worker run."""
    batch = begin(browser, page)
    batches.run_slice(batch.pk, 0)
    batch.refresh_from_db()
    return batch


def begin(browser: Browser, page: object) -> Batch:
    """Press Publish on the check page."""
    answer = browser.post("/publishing/publish/", _sent(page))
    return Batch.objects.get(pk=int(answer.headers["Location"].split("/")[-2]))


def _sent(page: object) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', council.body(page)):  # type: ignore[arg-type]
        if name != "csrfmiddlewaretoken":
            found.setdefault(name, []).append(value)
    return found


def test_each_line_says_what_will_happen(browser: Browser) -> None:
    new, rejected, unanswered = factories.line(), council.rejected(), factories.published()
    accepted, current = factories.published(), factories.published()
    council.agree(accepted)
    for document in (rejected, unanswered, accepted):
        council.change(document.line)
    text = council.words(browser.get("/publishing/"))
    assert "Its first document is published" in text
    assert f"Version 2 of {rejected.case.reference}, which was rejected, is published" in text
    assert f"A new document takes the place of {unanswered.case.reference}, which nobody has answered" in text
    assert f"A new document follows {accepted.case.reference}, which is accepted" in text
    assert new.reference in text
    assert current.line.reference not in text


def test_a_line_without_a_rate_is_listed_apart_with_the_reason(browser: Browser) -> None:
    fine, ended, *lines = (factories.line() for _ in range(4))
    for line in (*lines, ended):
        line.service_level.rates.all().delete()
    CarePackageLine.objects.filter(pk=ended.pk).update(end="2018-05-01")
    page = browser.get("/publishing/")
    assert [row.line.pk for row in page.context["table"].shown] == [fine.pk]
    assert [row.pk for row in page.context["without"].shown] == [each.pk for each in lines]
    text = council.words(page)
    assert "Not ready: no rate in force" in text
    assert f"No rate of {lines[0].service_level.name} is in force on" in text
    narrowed = browser.get(f"/publishing/?provider={lines[1].service.organisation_id}")
    assert [row.pk for row in narrowed.context["without"].shown] == [lines[1].pk]
    assert "no rate in force" not in council.words(browser_of(factories.staff_user("procurement")).get("/publishing/"))
    check = browser.post("/publishing/check/", {"line": [str(lines[0].pk)]}, follow=True)
    assert "Choose at least one line" in council.words(check)


def test_the_chosen_ones_are_checked_and_then_published_by_a_worker(browser: Browser) -> None:
    chosen, left = factories.line(), factories.line()
    page = browser.post("/publishing/check/", {"line": [str(chosen.pk)]})
    assert "Publish 1 contract document" in council.words(page)
    assert left.reference not in council.words(page)
    assert not ContractDocument.objects.exists()
    batch = confirm(browser, page)
    assert ContractDocument.objects.get().line == chosen
    result = council.words(browser.get(f"/publishing/batches/{batch.pk}/"))
    assert "Published: 1 of 1 line" in result
    assert ContractDocument.objects.get().case.reference in result


def test_all_that_match_with_one_that_is_refused(browser: Browser) -> None:
    home = factories.service()
    lines = [factories.line(home), factories.line(home), factories.line()]
    provider = str(home.organisation_id)
    page = browser.post("/publishing/check/", {"all": "1", "provider": provider})
    assert "Publish 2 contract documents" in council.words(page)
    batch = begin(browser, page)
    lines[1].service_level.rates.all().delete()
    batches.run_slice(batch.pk, 0)
    result = browser.get(f"/publishing/batches/{batch.pk}/?result=refused")
    assert "There is no rate" in council.words(result)
    assert [row["reference"] for row in result.context["table"].shown] == [lines[1].reference]
    assert ContractDocument.objects.get().line == lines[0]


def test_the_progress_page_goes_on_without_the_browser(browser: Browser) -> None:
    line = factories.line()
    page = browser.post("/publishing/check/", {"line": [str(line.pk)]})
    answer = browser.post("/publishing/publish/", _sent(page))
    running = browser.get(answer.headers["Location"])
    assert 'data-cc-refresh="3"' in council.body(running)
    assert "It goes on when you close this page" in council.words(running)
    assert "Refresh this page" in council.words(running)
    batches.run_slice(Batch.objects.get().pk, 0)
    assert "data-cc-refresh" not in council.body(browser.get(answer.headers["Location"]))


def test_a_list_that_moved_is_shown_again_before_anything_happens(browser: Browser) -> None:
    factories.line()
    page = browser.post("/publishing/check/", {"all": "1"})
    factories.line()
    again = browser.post("/publishing/publish/", _sent(page))
    assert "The list has changed" in council.words(again)
    assert not Batch.objects.exists()
    assert confirm(browser, again).total == 2


def test_sent_again_when_all_is_published_it_leads_to_the_one_batch(browser: Browser) -> None:
    factories.line()
    page = browser.post("/publishing/check/", {"all": "1"})
    batch = confirm(browser, page)
    assert begin(browser, page) == batch
    assert Batch.objects.count() == 1


def test_a_page_left_open_publishes_nothing_that_is_published_already(browser: Browser) -> None:
    factories.line()
    opened = [browser.post("/publishing/check/", {"all": "1"}) for _ in range(2)]
    confirm(browser, opened[0])
    assert "The list has changed" in council.words(browser.post("/publishing/publish/", _sent(opened[1])))
    assert Batch.objects.count() == 1


def test_anothers_key_leads_to_nothing_of_theirs(browser: Browser) -> None:
    factories.line()
    page = browser.post("/publishing/check/", {"all": "1"})
    first, second = begin(browser, page), begin(council.browser(), page)
    assert (first.pk != second.pk, first.actor_id != second.actor_id) == (True, True)


def test_a_double_click_leads_to_the_one_batch(browser: Browser) -> None:
    factories.line()
    page = browser.post("/publishing/check/", {"all": "1"})
    answers = [browser.post("/publishing/publish/", _sent(page)).headers["Location"] for _ in range(2)]
    assert answers[0] == answers[1]
    assert Batch.objects.count() == 1


def test_nothing_chosen_is_said(browser: Browser) -> None:
    factories.line()
    page = browser.post("/publishing/check/", {}, follow=True)
    assert "Choose at least one line" in council.words(page)


def test_another_council_s_routes_decide_whose_lines_these_are(council_with: Council) -> None:
    factories.load_teams()
    route = '[[routes]]\ndesk = "brokerage"\nservice_group = "nursing"\nteam = "procurement"\n\n'
    council_with(("[[service_groups]]", route + "[[service_groups]]"))
    home = factories.line(factories.service(group="residential"))
    nursing = factories.line(factories.service(group="nursing"), service_level=factories.level("nursing"))
    brokerage, procurement = council.browser(), browser_of(factories.staff_user("procurement"))
    assert [each in council.words(brokerage.get("/publishing/")) for each in refs(home, nursing)] == [True, False]
    assert [each in council.words(procurement.get("/publishing/")) for each in refs(home, nursing)] == [False, True]
    check = procurement.post("/publishing/check/", {"line": [str(home.pk)]}, follow=True)
    assert "Choose at least one line" in council.words(check)


def refs(*lines: CarePackageLine) -> list[str]:
    return [line.reference for line in lines]


def test_one_line_and_twenty_cost_the_same_queries(browser: Browser) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            browser.get("/publishing/")
        return len(caught)

    factories.line()
    queries()
    few = queries()
    for _ in range(20):
        factories.line()
    assert queries() == few <= 12
