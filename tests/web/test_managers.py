"""The manager's page: who may see what, figures that add up, numbers that open what they count, files, and its cost."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from tests import factories
from tests.model.moves import seen, verb_call
from workflows.contracts.models import ContractDocument
from workflows.engine import folding, moment, recounting, sweep, turns
from workflows.engine.calendar import council_calendar
from workflows.engine.models import Access, Task
from workflows.insight import metrics
from workflows.parties.models import Team, User

from . import council
from .conftest import browser_of

pytestmark = pytest.mark.django_db
PAGE = "/managers/"
MOST_QUERIES = 12
LINK = re.compile(r'<a class="govuk-link[^"]*" href="(/queues/[^"]*)">([\d,]+)<')


def manager(*, role: str = "manager", team: str = "service_brokerage", name: str = "Megan Frost") -> User:
    return factories.staff_user(team, role=role, name=name)


def auditor() -> User:
    return factories.staff_user("", duty="auditor", name="Ravi Nair")


def team_id(key: str = "service_brokerage") -> int:
    return Team.objects.get(key=key).pk


def lines(browser: Client, address: str = f"{PAGE}figures.csv") -> list[list[str]]:
    answer = browser.get(address)
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def line(rows: list[list[str]], name: str) -> list[str]:
    return next(row for row in rows if row and row[0] == name)


@pytest.fixture
def stuck() -> list[ContractDocument]:
    """Three of Brokerage: one claimed, one at risk, one past target; and one with its provider."""
    with moment.at(datetime(2018, 4, 9, 9, tzinfo=UTC)):
        factories.published()
        documents = [council.rejected() for _ in range(3)]
    now = moment.now()
    claimed, risky, _late = (Task.objects.get(process=each.pk, finished=None) for each in documents)
    later = now + timedelta(days=2)
    Task.objects.filter(pk__in=[claimed.pk, risky.pk]).update(due_at=later, at_risk_at=later)
    Task.objects.filter(pk=risky.pk).update(at_risk_at=now - timedelta(minutes=1))
    officer = factories.actor(council.officer("Priya Raman"))
    turns.claim(actor=officer, task_id=claimed.pk, key=factories.key())
    sweep.sweep(now)
    return documents


# --- who --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["lead", "manager"])
def test_who_leads_or_manages_sees_their_teams_and_no_other(stuck: list[ContractDocument], role: str) -> None:
    page = council.words(browser_of(manager(role=role)).get(PAGE))
    assert "Managers’ overview: Service Brokerage Team" in page
    assert "Procurement Team" not in page
    other = council.words(browser_of(manager(role=role, team="procurement")).get(PAGE))
    assert "Procurement Team" in other
    assert "Service Brokerage Team" not in other
    assert stuck[0].case.reference not in other


def test_a_team_that_is_not_theirs_cannot_be_asked_for(stuck: list[ContractDocument]) -> None:
    browser = browser_of(manager(team="procurement"))
    for address in (PAGE, f"{PAGE}figures.csv"):
        answer = browser.get(f"{address}?team={team_id()}")
        assert answer.status_code == 200
        assert b"Service Brokerage" not in answer.content


@pytest.mark.parametrize("duty", ["auditor", "administrator"])
def test_auditors_and_administrators_see_all_teams(stuck: list[ContractDocument], duty: str) -> None:
    page = council.words(browser_of(factories.staff_user("", duty=duty)).get(PAGE))
    assert "all teams" in page
    assert "Procurement Team" in page and "Service Brokerage Team" in page


@pytest.mark.parametrize("address", [PAGE, f"{PAGE}figures.csv", f"{PAGE}figures.xlsx"])
def test_nobody_else_sees_it(address: str) -> None:
    factories.load_teams()
    assert browser_of(council.officer()).get(address).status_code == 403
    assert browser_of(factories.staff_user("")).get(address).status_code == 403
    assert browser_of(factories.provider_user(factories.service().organisation)).get(address).status_code == 404
    assert Client().get(address).status_code == 302
    assert not Access.objects.filter(what__startswith="managers").exists()


def test_the_menu_names_it_to_those_who_may_and_never_has_more_than_seven_entries() -> None:
    both = manager()
    both.groups.add(*factories.staff_user("", duty="auditor").groups.all())
    for user, may in ((council.officer(), False), (manager(), True), (auditor(), True), (both, True)):
        page = council.body(browser_of(user).get(reverse("council:home")))
        assert ('href="/managers/"' in page) == may
        assert page.count("govuk-service-navigation__link") <= 7
    assert 'href="/imports/"' in council.body(browser_of(both).get("/administration/"))


# --- what -------------------------------------------------------------------------------------------------------------


def test_one_exception_stands_first_and_opens_its_queue(stuck: list[ContractDocument]) -> None:
    browser = browser_of(manager())
    page = browser.get(PAGE)
    text = council.words(page)
    assert "First: 1 case is past target with Service Brokerage Team" in text
    assert f"The oldest is contract document {stuck[2].case.reference}, due on 11 April 2018." in text
    assert "£536.49 a week waits for it." in text
    (address,) = re.findall(r'href="(/queues/[^"]*)" role="button"', council.body(page))
    opened = council.body(browser.get(unescape(address)))
    assert stuck[2].case.reference in opened
    assert stuck[0].case.reference not in opened


def test_without_anything_past_target_what_is_at_risk_stands_first_then_what_nobody_has() -> None:
    document = council.rejected()
    browser = browser_of(manager())
    assert "First: 1 case is unclaimed with Service Brokerage Team" in council.words(browser.get(PAGE))
    task = council.turn(document)
    Task.objects.filter(pk=task.pk).update(at_risk_at=moment.now() - timedelta(minutes=1))
    sweep.sweep()
    assert "First: 1 case is at risk with Service Brokerage Team" in council.words(browser.get(PAGE))
    verb_call("withdraw", factories.actor(council.officer()), seen(document), factories.key())()
    assert "Nothing is out of order" in council.words(browser.get(PAGE))


@pytest.mark.parametrize("folded", [False, True])
def test_the_figures_are_those_of_the_turns(stuck: list[ContractDocument], folded: bool) -> None:
    if folded:
        folding.fold()
    rows = lines(browser_of(auditor()))
    head = line(rows, "Team")
    team = dict(zip(head, line(rows, "Service Brokerage Team"), strict=True))
    assert {name: team[name] for name in ("Open", "Unclaimed", "At risk", "Past target", "Oldest")} == {
        "Open": "3",
        "Unclaimed": "2",
        "At risk": "1",
        "Past target": "1",
        "Oldest": "2018-04-09",
    }
    assert team["11 days or more"] == "3"
    providers = dict(zip(head, line(rows, "With providers"), strict=True))
    assert (providers["Open"], providers["Unclaimed"], providers["Past target"]) == ("1", "", "1")
    assert dict(zip(head, line(rows, "All teams"), strict=True))["Open"] == "3"
    assert line(rows, "Priya Raman")[:4] == ["Priya Raman", "Service Brokerage Team", "1", "0"]
    assert line(rows, "All") == ["All", "", "4", "2145.96"]
    (money,) = [place for place, row in enumerate(rows) if row == ["Money blocked"]]
    assert rows[money + 1 : money + 4] == [
        ["Cause, largest first", "Held by", "Cases", "A week"],
        ["Contract document to be put right", "Service Brokerage Team", "3", "1609.47"],
        ["Contract document not agreed", "Providers", "1", "536.49"],
    ]
    assert recounting.differences() == []


def test_arrivals_completions_and_what_was_within_target_by_week_and_by_day(stuck: list[ContractDocument]) -> None:
    now = datetime(2018, 4, 20, 12, tzinfo=UTC)
    with moment.at(datetime(2018, 4, 11, 9, tzinfo=UTC)):
        verb_call("withdraw", factories.actor(council.officer()), seen(stuck[1]), factories.key())()
    with moment.at(now):
        rows = lines(browser_of(manager()))
        weeks = line(rows, "Measure")
        assert dict(zip(weeks, line(rows, "Arrived"), strict=True))["9 Apr"] == "3"
        assert dict(zip(weeks, line(rows, "Completed"), strict=True))["9 Apr"] == "1"
        assert dict(zip(weeks, line(rows, "Within target"), strict=True))["9 Apr"] == "100"
        days = lines(browser_of(manager()), f"{PAGE}figures.csv?by=day&first=2018-04-09&last=2018-04-20")
    assert line(days, "Day") == ["Day", "Within target", "Arrived", "Completed", "Completed with a target"]
    assert line(days, "9 Apr") == ["9 Apr", "", "3", "0", "0"]
    assert line(days, "11 Apr") == ["11 Apr", "100", "0", "1", "1"]


def test_the_times_of_steps_are_those_of_the_turns_also_of_one_group_and_one_provider() -> None:
    """Each figure beside a target, from the turns themselves: not from sums, and in another arithmetic."""
    with moment.at(datetime(2018, 4, 9, 8, tzinfo=UTC)):
        documents = [council.rejected() for _ in range(4)]
    officer = factories.actor(council.officer("Priya Raman"))
    for place, document in enumerate(documents):
        with moment.at(datetime(2018, 4, 10 + place, 10, 7, tzinfo=UTC)):
            turns.claim(actor=officer, task_id=council.turn(document).pk, key=factories.key())
        with moment.at(datetime(2018, 4, 10 + place, 13, 31, tzinfo=UTC)):
            verb_call("withdraw", officer, seen(document), factories.key())()
    other = documents[0].case
    for narrower, mine in (
        ("", documents),
        (
            f"&provider={other.organisation_id}",
            [each for each in documents if each.case.organisation == other.organisation],
        ),
        (f"&group={other.service.group}", documents),
    ):
        with moment.at(datetime(2018, 4, 20, 12, tzinfo=UTC)):
            rows = lines(browser_of(manager()), f"{PAGE}figures.csv?kind=contract_document{narrower}")
        step = dict(zip(line(rows, "Step"), line(rows, "Contract document: amend and republish"), strict=True))
        took = sorted(_tenths(Task.objects.get(process=each.pk, node="amend")) for each in mine)
        worked = Decimal(204) / 480  # from 11:07 to 14:31 in London
        assert step["Completed"] == str(len(mine))
        assert step["Median"] == str(Decimal(took[(len(took) - 1) // 2]) / 10)
        assert step["9 in 10"] == str(Decimal(took[-1]) / 10)
        assert step["Worked"] == str(worked.quantize(Decimal("0.1")))
    assert recounting.differences() == []


def _tenths(task: Task) -> int:
    """Begun tenths of a working day of eight hours from opening to end, a minute at a time."""
    at, minutes, calendar = task.created, 0, council_calendar()
    while at < task.finished:
        minutes += calendar.is_open(at)
        at += timedelta(minutes=1)
    return minutes * 10 // calendar.usual_day + 1


def test_a_week_in_which_next_to_nothing_was_in_time_is_drawn(stuck: list[ContractDocument]) -> None:
    with moment.at(datetime(2018, 4, 13, 15, tzinfo=UTC)):  # a working day too late
        verb_call("withdraw", factories.actor(council.officer()), seen(stuck[1]), factories.key())()
        page = browser_of(manager()).get(PAGE)
    assert page.status_code == 200
    assert len(page.context["shares"].points) == 1


@pytest.mark.parametrize("who", ["manager", "auditor"])
def test_every_number_of_open_work_opens_as_many_as_it_says(stuck: list[ContractDocument], who: str) -> None:
    Task.objects.filter(process=stuck[0].pk, finished=None).update(not_before="2099-01-01")  # open all the same
    factories.published()  # with its provider, and younger than the one that is late
    browser = browser_of(manager() if who == "manager" else auditor())
    found = LINK.findall(council.body(browser.get(PAGE)))
    assert len(found) >= 10
    assert {int(count) for address, count in found if "held_by=providers" in address} == {1, 2}
    for address, count in found:
        opened = browser.get(unescape(address))
        assert opened.status_code == 200
        assert len(opened.context["table"].shown) == int(count), address


def test_an_administrator_sees_figures_that_open_no_queue(stuck: list[ContractDocument]) -> None:
    page = council.body(browser_of(factories.staff_user("", duty="administrator")).get(PAGE))
    assert LINK.findall(page) == []
    assert "They open no queue for you" in page
    assert str(stuck[0].line.client) not in page


def test_no_client_is_named(stuck: list[ContractDocument]) -> None:
    browser = browser_of(auditor())
    for address in (PAGE, f"{PAGE}figures.csv"):
        text = browser.get(address).content.decode()
        assert all(each.line.client.surname not in text for each in stuck)


def test_filters_stand_in_the_address_and_an_old_link_shows_the_page(stuck: list[ContractDocument]) -> None:
    browser = browser_of(auditor())
    one = council.words(browser.get(f"{PAGE}?team={team_id()}&kind=contract_document&first=2018-04-02&last=2018-04-30"))
    assert "Managers’ overview: Service Brokerage Team" in one
    assert "2 April to 30 April 2018" in one
    assert "With providers" not in one.partition("What these figures mean")[0]
    old = browser.get(f"{PAGE}?team=999999&kind=unknown&first=nonsense&last=99&by=year")
    assert old.status_code == 200
    assert "all teams" in council.words(old)


def test_another_council_measures_by_another_goal(council_with: Any) -> None:
    factories.load_teams()
    browser = browser_of(manager())
    assert "Target 90%" in council.words(browser.get(PAGE))
    council_with(("within_target_goal = 90", "within_target_goal = 75"))
    assert "Target 75%" in council.words(browser.get(PAGE))


def test_what_each_figure_means_is_on_the_page(stuck: list[ContractDocument]) -> None:
    text = council.words(browser_of(manager()).get(PAGE))
    assert all(meaning.says in text for meaning in metrics.MEANINGS)


# --- files and cost ---------------------------------------------------------------------------------------------------


def test_the_files_hold_everything_on_the_page_run_nothing_and_are_recorded(stuck: list[ContractDocument]) -> None:
    team = Team.objects.get(key="service_brokerage")
    team.name = "=1+1"
    team.save()
    user = manager()
    browser = browser_of(user)
    assert line(lines(browser), "'=1+1")[1] == "3"
    book = sheets(browser)
    assert list(book) == [
        "Backlog by team and age",
        "The same figures as a table",
        "Steps how long each takes",
        "Money blocked",
        "Money blocked by holder",
        "Who holds what",
    ]
    first = book["Backlog by team and age"][1]
    assert [first[0].value, first[1].value, first[0].data_type, first[0].quotePrefix] == ["=1+1", 3, "s", True]
    assert list(Access.objects.filter(user=user, what__startswith="managers").values_list("what", flat=True)) == [
        "managers.csv",
        "managers.xlsx",
    ]


def sheets(browser: Client) -> dict[str, list[Any]]:
    answer = browser.get(f"{PAGE}figures.xlsx")
    content = b"".join(answer.streaming_content)
    assert re.fullmatch(r'attachment; filename="managers-[\d-]+\.xlsx"', answer.headers["Content-Disposition"])
    return {sheet.title: list(sheet.iter_rows()) for sheet in load_workbook(io.BytesIO(content))}


def queries(browser: Client) -> int:
    browser.get(PAGE)
    with CaptureQueriesContext(connection) as caught:
        assert browser.get(PAGE).status_code == 200
    return len(caught)


def test_the_page_asks_the_same_few_queries_however_much_is_open(stuck: list[ContractDocument]) -> None:
    browsers = [browser_of(manager()), browser_of(auditor())]
    few = [queries(browser) for browser in browsers]
    task = Task.objects.get(process=stuck[0].pk, finished=None)
    for _ in range(60):
        task.pk = None
        task.created -= timedelta(days=3)
        task.save(force_insert=True)
    recounting.rebuild()
    assert [queries(browser) for browser in browsers] == few
    assert max(few) <= MOST_QUERIES


@pytest.fixture(autouse=True)
def usual_teams(settings: Any) -> Iterator[None]:
    settings.DEMO = False
    yield
