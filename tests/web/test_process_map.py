"""The live process map: every figure counted again from turns and events, who sees what, links, files, cost."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from tests import factories
from tests.model.moves import seen, verb_call
from workflows.contracts.models import ContractDocument
from workflows.engine import folding, moment, sweep
from workflows.engine.calendar import council_calendar
from workflows.engine.models import Access, Case, Event, Task
from workflows.insight import map_meanings
from workflows.parties.models import Team, User

from . import council
from .conftest import browser_of

pytestmark = pytest.mark.django_db
PAGE = "/managers/map/contract_document/"
NOW = datetime(2018, 4, 26, 12, tzinfo=UTC)
MOST_QUERIES = 12
LINK = re.compile(
    r'<a (?:class="govuk-link" )?href="(/queues/[^"]*)"(?: aria-label="([^"]*)")?>(?:<tspan[^>]*>)?([\d,]+)'
)


def at(day: int, hour: int = 9) -> Any:
    return moment.at(datetime(2018, 4, day, hour, tzinfo=UTC))


def manager(team: str = "service_brokerage") -> User:
    return factories.staff_user(team, role="manager")


def republish(document: ContractDocument) -> None:
    verb_call("republish", factories.actor(council.officer()), seen(document), factories.key())()


def rejects(document: ContractDocument) -> None:
    person = factories.actor(factories.provider_user(document.case.organisation))
    verb_call("reject", person, seen(document), factories.key())()


@pytest.fixture
def walked() -> list[ContractDocument]:
    """Six documents: agreed at once, after one and after two rejections; withdrawn; two that Brokerage has."""
    with at(3):
        made = [factories.published() for _ in range(6)]
    with at(5, 13):
        council.agree(made[0])
        for each in made[1:5]:
            rejects(each)
    with at(10, 15):
        republish(made[1])
        republish(made[2])
        verb_call("withdraw", factories.actor(council.officer()), seen(made[4]), factories.key())()
    with at(12):
        council.agree(made[1])
        rejects(made[2])
    with at(18, 11):
        republish(made[2])
    with at(24, 10):
        council.agree(made[2])
        rejects_late = made[5]
        rejects(rejects_late)
    with moment.at(NOW):
        sweep.sweep(NOW)
    return made


@pytest.fixture(autouse=True)
def usual(settings: Any) -> Iterator[None]:
    settings.DEMO = False
    factories.load_teams()
    with moment.at(NOW):
        yield


def rows(browser: Client, query: str = "") -> dict[str, dict[str, dict[str, str]]]:
    """The file's tables: title -> name of the row -> heading -> value."""
    answer = browser.get(f"{PAGE}figures.csv{query}")
    assert answer.status_code == 200
    found: dict[str, dict[str, dict[str, str]]] = {}
    title, head = "", []
    for row in csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))):
        if not row:
            title = ""
        elif not title:
            title, head = row[0], []
            found[title] = {}
        elif not head:
            head = row
        else:
            name = f"{row[0]}: {row[1]}" if title == "Ways between steps" else row[0]
            if title == "Ways between steps":
                name = f"{row[0]}: {row[1]} > {row[2]}"
            found[title][name] = dict(zip(head, row, strict=True))
    return found


def minutes(turn: Task) -> int:
    assert turn.finished is not None
    return council_calendar().minutes_between(turn.created, turn.finished)


@pytest.mark.parametrize("folded", [False, True])
def test_every_figure_is_what_turns_and_events_say(walked: list[ContractDocument], folded: bool) -> None:
    if folded:
        folding.fold()
    found = rows(browser_of(factories.staff_user("", duty="auditor")))
    steps, ways = found["The same map as a table"], found["Ways between steps"]
    titles = {"respond": "Agree or reject", "amend": "Amend and republish"}
    day = council_calendar().usual_day
    for node, title in titles.items():
        here = Task.objects.filter(kind="contract_document", node=node)
        open_now, done = [each for each in here if not each.finished], [each for each in here if each.finished]
        risky = [each for each in open_now if each.at_risk_at and each.at_risk_at <= NOW < (each.due_at or NOW)]
        late = [each for each in open_now if each.due_at and each.due_at <= NOW]
        row = steps[title]
        assert [row[name] for name in ("Now", "At risk", "Past target")] == [
            str(len(each)) for each in (open_now, risky, late)
        ]
        assert Decimal(row["Money, a week"]) == sum((each.amount or 0 for each in open_now), Decimal(0))
        assert row["Turns ended, last 8 weeks"] == str(len(done))
        assert row["Ended in time"] == str(
            sum(each.due_at is not None and each.finished <= each.due_at for each in done)
        )
        for name, percent in (("Median", 50), ("9 in 10", 90)):
            lengths = sorted(minutes(each) for each in done)
            exact = Decimal(lengths[-(-len(lengths) * percent // 100) - 1]) / day
            assert exact <= Decimal(row[name]) <= exact + Decimal("0.1")
        ended = Counter(each.outcome for each in done)
        assert sum(ended.values()) == sum(int(ways[name]["Cases, last 8 weeks"] or 0) for name in ways
                                          if name.startswith(title))  # fmt: skip
        told = {"agree": "agreed to it > Ends", "reject": "rejected > Amend and republish",
                "republish": "published a new version > Agree or reject", "withdraw": "withdrew > Ends"}  # fmt: skip
        for verb, count in ended.items():
            assert ways[f"{title}: {told[verb]}"]["Cases, last 8 weeks"] == str(count)
    begun = [json.loads(event.body) for event in Event.objects.filter(case__kind="contract_document", seq=1)]
    assert steps["Publish"]["Turns ended, last 8 weeks"] == str(len(begun)) == "6"
    closed = list(Case.objects.filter(kind="contract_document", status="DONE"))
    assert steps["Ends"]["Turns ended, last 8 weeks"] == str(len(closed)) == "4"
    again_is_told(found["What came again"], closed)


def again_is_told(told: dict[str, dict[str, str]], closed: list[Case]) -> None:
    """Of the cases that ended: how many came twice to a step, and how much longer than others they took."""
    calendar = council_calendar()

    def whole(case: Case) -> int:
        begun, ended = Event.objects.get(case=case, seq=1).at, case.finished
        return calendar.minutes_between(begun, ended)

    for node, title in (("respond", "Agree or reject"), ("amend", "Amend and republish")):
        came = {case: Task.objects.filter(process=case, node=node).count() for case in closed}
        often, once = [case for case in closed if came[case] > 1], [case for case in closed if came[case] == 1]
        assert [told[title][name] for name in list(told[title])[1:3]] == [str(len(often)), str(len(closed))]
        means = [Decimal(sum(map(whole, cases))) / len(cases) / calendar.usual_day for cases in (often, once)]
        assert abs(Decimal(told[title]["Working days more than once"]) - (means[0] - means[1])) <= Decimal("0.1")


def test_the_page_says_what_to_look_at_and_every_number_opens_as_many(walked: list[ContractDocument]) -> None:
    for user in (manager(), factories.staff_user("", duty="auditor")):
        browser = browser_of(user)
        page = browser.get(PAGE)
        text, body = council.words(page), council.body(page)
        assert "The step to look at: Amend and republish" in text
        assert 'aria-current="page"' in body
        assert all(meaning.says in text for meaning in map_meanings.MEANINGS)
        assert not any(each.line.client.surname in body for each in walked)
        found = LINK.findall(body)
        assert len(found) >= 4
        for address, _, count in found:
            assert len(browser.get(unescape(address)).context["table"].shown) == int(count), address


def test_who_sees_what(walked: list[ContractDocument]) -> None:
    lead = council.words(browser_of(manager()).get(PAGE))
    assert "Service Brokerage Team" in lead
    auditor = browser_of(factories.staff_user("", duty="auditor"))
    other = Team.objects.get(key="procurement").pk
    narrowed = rows(auditor, f"?team={other}")["The same map as a table"]
    assert "Not of this team" in narrowed["Agree or reject"]["Who has it"]
    assert narrowed["Amend and republish"]["Now"] in {"", "0"}
    procurement = browser_of(manager("procurement"))
    kinds: Callable[[Client], str] = lambda browser: council.body(browser.get("/managers/map/", follow=True))  # noqa: E731
    assert "/managers/map/change_request/" in kinds(procurement)
    for address in ("/managers/map/payment_run/", "/managers/map/nothing/", "/managers/map/payment_run/figures.csv"):
        assert procurement.get(address).status_code == 404, address
        assert browser_of(factories.provider_user(walked[0].case.organisation)).get(address).status_code == 404
        assert browser_of(council.officer()).get(address).status_code == 403
    assert auditor.get(f"{PAGE}?team=999999&weeks=nonsense").status_code == 200
    assert auditor.get("/managers/map/?kind=action&team=1").headers["Location"] == "/managers/map/action/?team=1"


def test_every_kind_has_its_map_within_few_queries_and_files_are_recorded(walked: list[ContractDocument]) -> None:
    user = factories.staff_user("", duty="auditor")
    browser = browser_of(user)
    kinds = set(re.findall(r'href="/managers/map/(\w+)/"', council.body(browser.get(PAGE))))
    assert kinds >= {"contract_document", "action", "payment_run", "scheduled_payment", "change_request"}
    for kind in sorted(kinds):
        with CaptureQueriesContext(connection) as caught:
            assert browser.get(f"/managers/map/{kind}/?weeks=52").status_code == 200
        assert len(caught) <= MOST_QUERIES, kind
    answer = browser.get(f"{PAGE}figures.xlsx")
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert book.sheetnames == ["The same map as a table", "Ways between steps", "What came again"]
    assert list(Access.objects.filter(user=user, what__startswith="managers").values_list("what", flat=True)) == [
        "managers.map.xlsx"
    ]
