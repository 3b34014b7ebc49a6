"""Home: my work, my teams' queues with counts, and what I was told."""

from datetime import timedelta

import pytest

from backoffice.web import news
from tests import factories
from workflows.council.profile import current
from workflows.engine import moment
from workflows.engine.models import Notice, Task

from . import council
from .conftest import browser_of

pytestmark = pytest.mark.django_db


def test_queues_with_counts() -> None:
    documents = [council.rejected() for _ in range(3)]
    officer = council.officer()
    browser = browser_of(officer)
    browser.post("/queues/act/", {"claim": council.turn(documents[0]).pk})
    Task.objects.filter(process=documents[1].pk).update(due_at=moment.now() - timedelta(days=3))
    text = council.words(browser.get("/work/"))
    queue = "in Service Brokerage Team"
    assert f"Service Brokerage Team 3 open {queue} 2 unclaimed {queue} 0 1 breached {queue} 0" in text


def test_my_own_work_comes_first_and_leads_to_the_case() -> None:
    document, officer = council.rejected(), council.officer()
    browser = browser_of(officer)
    assert "Service Brokerage Team: 1 task to claim" in council.words(browser.get("/work/"))
    browser.post("/queues/act/", {"claim": council.turn(document).pk})
    page = browser.get("/work/")
    assert "Next: Amend and republish: cost rejected" in council.words(page)
    assert f'href="/cases/{document.pk}/"' in council.body(page)


def test_with_nothing_to_do_the_page_says_so() -> None:
    text = council.words(browser_of(council.officer()).get("/work/"))
    assert "Nothing needs you now" in text
    assert "You have claimed nothing" in text
    assert "Nothing new" in text


def test_notices_are_shown_until_they_are_read_and_only_those_seen() -> None:
    document, officer, other = council.rejected(), council.officer(), council.officer("Tom Bullard")
    told = [
        Notice.objects.create(user=user, kind="x", case=document.case, text=f"{text} was rejected", key=text)
        for user, text in ((officer, "One"), (other, "Theirs"), (officer, "Two"))
    ]
    browser = browser_of(officer)
    text = council.words(browser.get("/work/"))
    assert "One was rejected" in text
    assert "Theirs" not in text
    browser.post("/work/read/", {"newest": told[0].pk, "oldest": told[0].pk})
    text = council.words(browser.get("/work/"))
    assert "One was rejected" not in text
    assert "Two was rejected" in text
    assert Notice.objects.get(pk=told[1].pk).read_at is None


def test_what_the_page_had_no_room_for_stays_unread() -> None:
    officer = council.officer()
    for number in range(news.ON_HOME + 2):
        Notice.objects.create(user=officer, kind="x", text=f"Notice {number} of many", key=str(number))
    browser = browser_of(officer)
    browser.post("/work/read/", council.fields_of(browser.get("/work/")))
    left = Notice.objects.filter(user=officer, read_at=None).order_by("pk")
    assert [each.text for each in left] == ["Notice 0 of many", "Notice 1 of many"]


@pytest.mark.parametrize("newest", ["", "x", "-1", "9" * 30])
def test_a_broken_mark_reads_nothing(newest: str) -> None:
    assert browser_of(council.officer()).post("/work/read/", {"newest": newest, "oldest": newest}).status_code == 302


def test_the_menu_has_what_this_person_may_open() -> None:
    council.rejected()
    text = council.body(browser_of(council.officer()).get("/work/"))
    menu = text.partition('id="navigation"')[2].partition("</ul>")[0]
    for entry in ("Home", "Queue", "Cases", "Care packages", "Ready to publish", "Imports"):
        assert entry in menu
    assert "Administration" not in menu
    assert '<span class="cc-count">1' in menu


def test_the_helpline_sees_in_red_what_nobody_at_a_provider_may_answer() -> None:
    document = factories.published()
    helpline = factories.staff_user(current().team_for("helpline", "residential"))
    assert "Nobody can answer (1)" in council.words(browser_of(helpline).get("/work/"))
    assert document.case.reference in council.words(browser_of(helpline).get("/work/"))
    assert "Nobody can answer" not in council.words(browser_of(council.officer()).get("/work/"))
    factories.provider_user(document.case.organisation)
    assert "Nobody can answer" not in council.words(browser_of(helpline).get("/work/"))
