"""Views of a queue that people keep: one's own and one's team's, counted, opened, deleted."""

from typing import Any

import pytest
from django.test import Client

from backoffice.queues import saved
from backoffice.queues.models import SavedView
from tests import factories
from workflows.parties.models import Team

from . import council
from .conftest import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> int:
    """Brokerage, with one turn that nobody has."""
    team_id = council.turn(council.rejected()).team_id
    assert team_id is not None
    return team_id


def save(browser: Client, team: int | str, **typed: Any) -> Any:
    sent = {"team": team, "name": "Unclaimed", "whose": "me", "query": "view=unclaimed&after=x&evil=1", **typed}
    return browser.post("/queues/views/", sent, follow=True)


def test_a_view_keeps_its_filters_and_nothing_else(team: int) -> None:
    browser = browser_of(council.officer())
    assert "The view is saved." in council.words(save(browser, team))
    assert SavedView.objects.get().query == f"team={team}&view=unclaimed"
    page = browser.get(f"/queues/{team}/")
    assert f'href="/queues/{team}/?view=unclaimed">Unclaimed</a> (1)' in council.body(page)


def test_ones_own_is_ones_own_and_a_teams_is_the_teams(team: int) -> None:
    priya, tom = browser_of(council.officer()), browser_of(council.officer("Tom Bullard"))
    save(priya, team, name="Only mine")
    save(priya, team, name="For all of us", whose="team")
    text = council.words(tom.get(f"/queues/{team}/"))
    assert "For all of us" in text
    assert "Only mine" not in text
    stranger = browser_of(factories.staff_user("procurement"))
    own = Team.objects.get(key="procurement").pk
    assert "For all of us" not in council.words(stranger.get(f"/queues/{own}/"))


def test_only_those_who_see_a_view_delete_it(team: int) -> None:
    priya, tom = browser_of(council.officer()), browser_of(council.officer("Tom Bullard"))
    save(priya, team, name="Only mine")
    save(priya, team, name="For all of us", whose="team")
    mine, ours = (SavedView.objects.get(name=name).pk for name in ("Only mine", "For all of us"))
    assert tom.post(f"/queues/views/{mine}/delete/").status_code == 404
    assert browser_of(factories.staff_user("procurement")).post(f"/queues/views/{ours}/delete/").status_code == 404
    assert tom.post(f"/queues/views/{ours}/delete/", {"back": "https://elsewhere.example/"}).headers["Location"] == (
        "/queues/"
    )
    assert list(SavedView.objects.values_list("pk", flat=True)) == [mine]


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"name": "  "}, "Give the view a name"),
        ({"name": "x" * 61}, "Give the view a name"),
        ({"query": "kind=" + "x" * 500}, "too many filters"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(team: int, typed: dict[str, str], why: str) -> None:
    assert why in council.words(save(browser_of(council.officer()), team, **typed))
    assert not SavedView.objects.exists()


def test_a_name_is_taken_once_and_there_is_an_end(team: int, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = browser_of(council.officer())
    save(browser, team)
    assert "There is a view named Unclaimed already" in council.words(save(browser, team))
    monkeypatch.setattr(saved, "MOST", 1)
    assert "Delete one first" in council.words(save(browser, team, name="Another"))


def test_a_team_that_is_not_theirs_takes_no_view(team: int) -> None:
    stranger = browser_of(factories.staff_user("procurement"))
    for where in (team, "x", ""):
        assert save(stranger, where).status_code == 404
    auditor = browser_of(factories.staff_user("", duty="auditor"))
    assert "Only members of the team" in council.words(save(auditor, team, whose="team"))
    assert "The view is saved." in council.words(save(auditor, "all"))
    assert "/queues/all/?view=unclaimed" in council.body(auditor.get("/queues/all/"))


def test_a_view_of_a_queue_that_one_has_left_is_not_shown(team: int) -> None:
    officer = council.officer()
    save(browser_of(officer), team)
    officer.teams.all().delete()
    own = factories.staff_user("procurement")
    SavedView.objects.update(owner=own)
    home = Team.objects.get(key="procurement").pk
    assert "(1)" not in council.words(browser_of(own).get(f"/queues/{home}/"))


def test_saved_views_cost_no_query_each(team: int) -> None:
    from .test_council_queue import queries

    officer = council.officer()
    browser = browser_of(officer)
    save(browser, team, name="First")
    few = queries(officer, f"/queues/{team}/")
    for number in range(12):
        save(browser, team, name=f"View {number}")
    assert queries(officer, f"/queues/{team}/") == few <= 12
