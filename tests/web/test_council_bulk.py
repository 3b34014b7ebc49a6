"""Bulk changes through the browser's own posts: asked, checked item by item, done by a worker, told item by item."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backoffice.queues.bulk import PAGES
from tests import factories
from workflows.engine import batches, moment, selectors, turns
from workflows.engine.models import Batch, Case, Notice, Outbox, Task
from workflows.parties.models import User

from . import council
from .conftest import browser_of
from .test_council_queue import copies

pytestmark = pytest.mark.django_db


def work() -> None:
    """What the worker does with every batch that waits."""
    for row in Outbox.objects.filter(topic="batch", done_at=None).order_by("pk"):
        batches.run_slice(row.payload["batch"], row.payload["slice"])


def ticked(number: int = 3) -> list[Task]:
    return [council.turn(council.rejected()) for _ in range(number)]


def post(browser: Client, verb: str, tasks: list[Task], **typed: Any) -> Any:
    """Tick in the list; with words, fill in the form that follows."""
    first = browser.post(f"/queues/bulk/{verb}/", {"task": [each.pk for each in tasks], "back": "/queues/"})
    if not typed:
        return first
    return browser.post(f"/queues/bulk/{verb}/", council.fields_of(first) | typed)


def do(browser: Client, verb: str, check: Any) -> Any:
    """Press the button of the page that says what will happen, and let the worker work."""
    answer = browser.post(f"/queues/bulk/{verb}/", council.fields_of(check) | {"start": "1"})
    assert answer.status_code == 302, council.words(answer)
    work()
    return browser.get(answer.headers["Location"])


def test_what_cannot_be_claimed_is_said_before_and_after() -> None:
    tasks = ticked()
    tom = council.officer("Tom Bullard")
    turns.claim(actor=factories.actor(tom), task_id=tasks[0].pk, key=factories.key())
    browser, officer = (lambda user: (browser_of(user), user))(council.officer())
    check = post(browser, "claim", tasks)
    text = council.words(check)
    assert "Check: 2 tasks, 1 not" in text
    assert "Tom Bullard has claimed this already." in text
    assert not Task.objects.filter(owner=officer).exists()
    result = council.words(do(browser, "claim", check))
    assert "Claim: 2 of 3 tasks done" in result
    assert "Tom Bullard has claimed this already." in result
    assert Task.objects.filter(owner=officer).count() == 2


def test_a_task_that_the_officer_may_not_read_is_not_told_of() -> None:
    documents = [council.rejected() for _ in range(2)]
    tasks, officer = [council.turn(each) for each in documents], factories.actor(council.officer())
    Case.objects.filter(pk=documents[0].pk).update(sensitivity="care")
    kept = replace(officer, sensitivities=frozenset({"general"}))
    found = turns.bulk.preview(kept, "claim", [each.pk for each in tasks], {})
    assert [(each.reference, each.will) for each in found] == [("", False), (documents[1].case.reference, True)]
    batch = turns.bulk.start(officer, "claim", [each.pk for each in tasks], {}, factories.key())
    told = selectors.task_items(kept, batch).order_by("id")
    assert [each["reference"] for each in told] == [None, documents[1].case.reference]
    assert [each.pk for each in selectors.turns_of_mine(kept, [each.pk for each in tasks])] == [tasks[1].pk]


def test_a_double_click_is_one_batch() -> None:
    browser, tasks = browser_of(council.officer()), ticked(2)
    sent = council.fields_of(post(browser, "claim", tasks)) | {"start": "1"}
    places = {browser.post("/queues/bulk/claim/", sent).headers["Location"] for _ in range(2)}
    assert len(places) == Batch.objects.count() == 1


def test_handing_over_to_a_colleague_needs_a_reason_and_tells_them_once() -> None:
    tasks, tom, officer = ticked(), council.officer("Tom Bullard"), council.officer()
    browser = browser_of(officer)
    page = post(browser, "hand_over", tasks, to="person", person=tom.pk, reason=" ")
    assert "Say why you hand them over" in council.words(page)
    check = browser.post("/queues/bulk/hand_over/", council.fields_of(page) | _to(tom, "I am on leave."))
    assert "Hand over 3 tasks" in council.words(check)
    assert "Hand over: 3 of 3 tasks done" in council.words(do(browser, "hand_over", check))
    assert Task.objects.filter(owner=tom).count() == 3
    told = Outbox.objects.filter(topic="notify", payload__kind="turn.handed_many")
    assert told.count() == 1


def _to(person: User, reason: str) -> dict[str, Any]:
    return {"to": "person", "person": person.pk, "reason": reason}


@pytest.mark.parametrize(
    ("verb", "typed", "column", "value"),
    [
        ("prioritise", {"priority": "2", "reason": "A death."}, "priority", 2),
        ("follow_up", {"day_0": "", "reason": ""}, "not_before", "day"),
    ],
)
def test_priority_and_follow_up_date(verb: str, typed: dict[str, str], column: str, value: Any) -> None:
    tasks, browser = ticked(2), browser_of(council.officer())
    day = moment.today() + timedelta(days=9)
    if value == "day":
        value, typed = day, {f"day_{part}": str(getattr(day, part)) for part in ("day", "month", "year")}
    result = council.words(do(browser, verb, post(browser, verb, tasks, **typed)))
    assert "2 of 2 tasks done" in result
    assert {getattr(Task.objects.get(pk=each.pk), column) for each in tasks} == {value}


def test_nothing_ticked_an_unknown_verb_and_a_strange_way_back() -> None:
    browser = browser_of(council.officer())
    answer = browser.post("/queues/bulk/claim/", {"back": "https://elsewhere.example/"})
    assert answer.headers["Location"] == "/queues/"
    assert "Tick at least one task." in council.words(browser.get("/queues/", follow=True))
    assert browser.post("/queues/bulk/terminate/", {"task": "1"}).status_code == 404
    assert browser.post("/queues/bulk/claim/", {"task": ["x", "-1"]}).status_code == 302


def test_who_is_not_of_the_team_changes_nothing_and_learns_nothing() -> None:
    tasks = ticked(1)
    administrator = browser_of(factories.staff_user("", duty="administrator"))
    check = post(administrator, "claim", tasks)
    assert "It does not exist." in council.words(check)
    assert tasks[0].reference not in council.words(check)
    result = do(administrator, "claim", check) if 'name="start"' in council.body(check) else check
    assert "None of these can be done" in council.words(result)
    assert Task.objects.get(pk=tasks[0].pk).owner is None


def test_the_notice_of_a_finished_change_leads_to_its_page() -> None:
    officer, tasks = council.officer(), ticked(1)
    browser = browser_of(officer)
    sent = council.fields_of(post(browser, "claim", tasks)) | {"start": "1"}
    place = browser.post("/queues/bulk/claim/", sent).headers["Location"]
    number = int(place.rstrip("/").rpartition("/")[2])
    Notice.objects.create(user=officer, kind="batch.finished", text="Your bulk change has finished: 1 done",
                          key=f"batch:{number}:finished")  # fmt: skip
    assert f'href="{place}"' in council.body(browser.get("/notices/"))
    for kind, name in PAGES.items():
        Batch.objects.filter(pk=number).update(kind=kind)
        assert browser.get(place).headers["Location"] == reverse(name, args=[number])
    Batch.objects.filter(pk=number).update(kind="a kind without a page")
    assert browser.get(place).status_code == 404


def test_a_bulk_change_is_its_makers_and_is_found_again() -> None:
    officer, tasks = council.officer(), ticked(1)
    browser = browser_of(officer)
    sent = council.fields_of(post(browser, "claim", tasks)) | {"start": "1"}
    place = browser.post("/queues/bulk/claim/", sent).headers["Location"]
    page = browser.get(place)
    assert "It goes on when you close this page" in council.words(page)
    assert f'href="{place}"' in council.body(browser.get("/work/"))
    assert browser_of(council.officer("Tom Bullard")).get(place).status_code == 404


@pytest.mark.parametrize("verb", ["claim", "hand_over"])
def test_one_task_and_a_hundred_cost_the_same(verb: str) -> None:
    document, officer = council.rejected(), council.officer()
    task = council.turn(document)
    tom = council.officer("Tom Bullard")
    copies(document, 100)
    every = list(Task.objects.filter(team=task.team_id, finished=None))
    browser = browser_of(officer)
    spent = []
    for tasks in (every[:1], every[:1], every):  # the first fills what is kept between requests
        typed = _to(tom, "Leave.") if verb == "hand_over" else {}
        page = post(browser, verb, tasks)
        sent = council.fields_of(page) | typed
        with CaptureQueriesContext(connection) as caught:
            assert browser.post(f"/queues/bulk/{verb}/", sent).status_code == 200
        spent.append(len(caught))
    print([q["sql"][:150] for q in caught.captured_queries])
    assert spent[1] == spent[2] <= 12
