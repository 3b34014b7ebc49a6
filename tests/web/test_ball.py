"""Who had the ball, people, and a provider's own performance: each figure counted anew from spans, turns and events,
who reads what, and marked data.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from tests import factories
from tests.model.moves import seen, verb_call
from workflows.contracts.models import ContractDocument
from workflows.engine import folding, moment, turns
from workflows.engine.models import Access, HolderSpan, Task
from workflows.insight import meanings
from workflows.parties.models import Absence, Organisation, Team, TeamMember, User

from . import council
from .conftest import browser_of

pytestmark = pytest.mark.django_db
BALL, PEOPLE = "/managers/ball/", "/managers/people/"
PERFORMANCE = "/portal/reports/performance/"
LONDON = ZoneInfo("Europe/London")
MARK = "<b>Marked</b> & Sons"
SIDE = {"team": "Council", "provider": "Providers", "system": "Neither", "nobody": "Neither"}


def at(day: int, hour: int = 10) -> Any:
    return moment.at(datetime(2018, 4, day, hour, tzinfo=UTC))


@pytest.fixture(autouse=True)
def time_and_mode(settings: Any) -> Iterator[None]:
    settings.DEMO = False
    with at(23):
        yield


@pytest.fixture
def documents() -> list[ContractDocument]:
    """Two providers' documents: rejected, one handed to another team, one claimed and republished, one agreed."""
    with at(3):
        marked = factories.service(factories.organisation(MARK))
        nursing = factories.service(factories.organisation("Nettle Court Ltd"), group="nursing")
        level = factories.level("nursing")
        lines = [factories.line(marked), factories.line(marked), factories.line(nursing, service_level=level)]
        found = [factories.published(each) for each in lines]
        person = factories.actor(factories.provider_user(marked.organisation))
    with at(5, 11):
        verb_call("reject", person, seen(found[0]), factories.key())()
    with at(9, 15):
        verb_call("reject", person, seen(found[1]), factories.key())()
        officer = factories.actor(factories.staff_user(name="Priya Raman"))
        task = Task.objects.get(process=found[0].pk, finished=None)
        turns.claim(actor=officer, task_id=task.pk, key=factories.key())
    with at(11):
        verb_call("republish", officer, seen(found[0]), factories.key())()
        council.agree(found[2])
    with at(12):
        other = Task.objects.get(process=found[1].pk, finished=None)
        turns.hand_over(
            actor=officer, task_id=other.pk, team_id=team("procurement"), reason="Yours", key=factories.key()
        )
    return found


def team(key: str = "service_brokerage") -> int:
    return Team.objects.get(key=key).pk


def manager(key: str = "service_brokerage", role: str = "manager") -> Client:
    return browser_of(factories.staff_user(key, role=role, name="Megan Frost"))


def auditor() -> Client:
    return browser_of(factories.staff_user("", duty="auditor"))


def tables(browser: Client, query: str = "") -> dict[str, list[list[str]]]:
    answer = browser.get(f"{BALL}figures.csv{query}")
    found: dict[str, list[list[str]]] = {}
    title = ""
    for row in csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))):
        if len(row) == 1:
            title = row[0]
        elif row:
            found.setdefault(title, []).append(row)
    return found


def counted(first: date, last: date, **narrowed: Any) -> list[HolderSpan]:
    """The stretches that ended on these London days, one by one, without the sums that are kept."""
    spans = HolderSpan.objects.filter(ended_at__isnull=False, **narrowed).select_related("case", "team")
    return [span for span in spans if first <= span.ended_at.astimezone(LONDON).date() <= last]


@pytest.mark.parametrize("folded", [False, True])
def test_every_figure_is_that_of_the_stretches_that_ended(documents: list[ContractDocument], folded: bool) -> None:
    if folded:
        folding.fold()
    marked, nettle = documents[0].case.organisation, documents[2].case.organisation
    april, early = (date(2018, 4, 1), date(2018, 4, 23)), (date(2018, 4, 1), date(2018, 4, 9))
    questions: list[tuple[str, tuple[date, date], dict[str, Any]]] = [
        ("?first=2018-04-01", april, {}),
        ("?first=2018-04-01&last=2018-04-09", early, {}),
        ("?first=2018-04-01&kind=contract_document", april, {"case__kind": "contract_document"}),
        (f"?first=2018-04-01&provider={nettle.pk}", april, {"case__organisation": nettle}),
        ("?first=2018-04-01&group=residential", april, {"case__service__group": "residential"}),
        (f"?first=2018-04-01&team={team()}", april, {"team_id": team()}),
    ]
    browser = auditor()
    for query, days, narrowed in questions:
        spans = counted(*days, **narrowed)
        assert spans, query
        found = tables(browser, query)
        wanted = {
            "By side": Counter[str](), "By team of the council": Counter[str](), "By process": Counter[str](),
            "By provider": Counter[str](),
        }  # fmt: skip
        for span in spans:
            minutes = span.minutes or 0
            wanted["By side"][SIDE[span.holder]] += minutes
            wanted["By process"]["Contract document"] += minutes
            wanted["By provider"][span.case.organisation.name] += minutes
            if span.team:
                wanted["By team of the council"][span.team.name] += minutes
        for title, sums in wanted.items():
            told = {row[0]: int(row[2]) for row in found[title][1:]}
            whole = told.pop("Together")
            assert whole == sum(told.values()) == sum(sums.values()), (query, title)
            assert {name: minutes for name, minutes in told.items() if minutes} == +sums, (query, title)
        assert int(found["By side"][-1][1]) == len(spans), query
    assert marked.name == MARK


def test_the_page_adds_up_shows_what_it_means_and_every_number_opens_its_cases(
    documents: list[ContractDocument],
) -> None:
    browser = auditor()
    page = browser.get(f"{BALL}?first=2018-04-01")
    text, body = council.words(page), council.body(page)
    assert MARK in text and MARK not in body
    assert all(each.says in text for each in meanings.of(meanings.BALL))
    shares = [int(each) for each in re.findall(r'data-label="Share">(\d+)%', body)]
    assert len(shares) == 3 + 1 + 2 + 1 and sum(shares[:3]) == shares[3] == 100 == sum(shares[4:-1])
    found = re.findall(r'<a class="govuk-link" href="(/managers/ball/cases/[^"]*)">(\d+)<', body)
    assert len(found) >= 6
    for address, times in found:
        opened = browser.get(unescape(address))
        assert len(opened.context["table"].shown) == int(times), address
        assert all(each.line.client.surname not in council.body(opened) for each in documents)
    now = page.context["sheets"][0].lines
    assert [[cell.value for cell in line.cells[3:4]] for line in now] == [
        [Task.objects.filter(finished=None, team__isnull=False).count()],
        [Task.objects.filter(finished=None, organisation__isnull=False).count()],
        [0],
    ]
    book = load_workbook(io.BytesIO(b"".join(browser.get(f"{BALL}figures.xlsx?first=2018-04-01").streaming_content)))
    assert [sheet.title for sheet in book] == ["By side", "By team of the council", "By process", "By provider"]
    assert set(Access.objects.filter(what__startswith="managers_ball").values_list("what", flat=True)) == {
        "managers_ball.xlsx"
    }


def test_who_reads_who_had_the_ball(documents: list[ContractDocument]) -> None:
    lead = manager(role="lead")
    page = council.words(lead.get(f"{BALL}?first=2018-04-01"))
    assert "Service Brokerage Team" in page and "Procurement Team" not in page
    foreign = lead.get(f"{BALL}?first=2018-04-01&team={team('procurement')}&kind=unknown&provider=0&side=none")
    assert foreign.status_code == 200 and "Procurement" not in council.body(foreign)
    with moment.at(datetime(2018, 4, 25, 9, tzinfo=UTC)):  # another team ends what it had
        task = Task.objects.get(process=documents[1].pk, finished=None)
        person = factories.actor(factories.staff_user("procurement"))
        turns.hand_over(actor=person, task_id=task.pk, team_id=team(), reason="Back", key=factories.key())
        own = tables(lead, "?first=2018-04-01")["By team of the council"]
    assert [row[0] for row in own[1:]] == ["Service Brokerage Team", "Other teams", "Together"]
    administrator = browser_of(factories.staff_user("", duty="administrator"))
    assert "/managers/ball/cases/" not in council.body(administrator.get(f"{BALL}?first=2018-04-01"))
    assert administrator.get(f"{BALL}cases/").status_code == 403


# --- people -----------------------------------------------------------------------------------------------------------


def told(page: Any) -> list[list[Any]]:
    (shown,) = page.context["teams"]
    return [[line.name, *(cell.value for cell in line.cells)] for line in shown.sheet.lines]


def test_people_are_told_to_who_leads_them_and_each_their_own_line(documents: list[ContractDocument]) -> None:
    priya = User.objects.get(name="Priya Raman")
    tom = factories.staff_user(name="Aaron Bullard")
    gone = factories.staff_user(name="Zoe Leaver")
    with at(16):
        more = [council.rejected() for _ in range(3)]
        first, second, third = (Task.objects.get(process=each.pk, finished=None).pk for each in more)
        turns.claim_next(actor=factories.actor(tom), team_id=team(), key=factories.key())
        for task in (first, second, third):
            if Task.objects.get(pk=task).owner_id is None:
                turns.claim(actor=factories.actor(priya), task_id=task, key=factories.key())
        held = Task.objects.filter(owner=priya, finished=None)[0]
        turns.release(actor=factories.actor(priya), task_id=held.pk, key=factories.key())
        turns.claim(actor=factories.actor(gone), task_id=held.pk, key=factories.key())
        own = Task.objects.get(owner=tom, finished=None)
        turns.hand_over(
            actor=factories.actor(tom), task_id=own.pk, user_id=priya.pk, reason="Yours", key=factories.key()
        )
    Absence.objects.create(user=tom, substitute=priya, first_day=date(2018, 4, 18), last_day=date(2018, 4, 22))
    TeamMember.objects.filter(user=gone).delete()
    lead = factories.staff_user(role="lead", name="Megan Frost")
    browser = browser_of(lead)
    page = browser.get(f"{PEOPLE}?first=2018-04-01")
    found = {row[0]: row[1:] for row in told(page)}
    names = [row[0] for row in told(page)]
    assert names[:-1] == sorted(names[:-1]) and names[-1] == "No longer in the team"
    # holds, oldest, completed, back, over, next, chosen, away, stood in
    assert found["Aaron Bullard"] == [0, None, 0, 0, 1, 1, 0, 3, 0]
    assert found["Priya Raman"] == [2, date(2018, 4, 16), 1, 1, 0, 0, 3, 0, 3]
    assert found["No longer in the team"][:7] == [1, date(2018, 4, 16), 0, 0, 0, 0, 1]
    text = council.words(page)
    assert "What it is not for: judging or comparing people" in text
    assert all(each.says in text for each in meanings.of(meanings.PEOPLE))
    assert Access.objects.filter(user=lead, what="managers_people").count() == 1
    held_by = re.findall(r'<a class="govuk-link" href="(/queues/[^"]*)">(\d+)<', council.body(page))
    assert [len(browser.get(unescape(address)).context["table"].shown) for address, _ in held_by] == [
        int(count) for _, count in held_by
    ] == [2]  # fmt: skip
    mine = browser_of(priya).get(f"{PEOPLE}?first=2018-04-01")
    assert told(mine) == [["Priya Raman", *found["Priya Raman"]]]
    assert "Aaron" not in council.body(mine)
    other = browser_of(factories.staff_user("procurement", role="manager")).get(f"{PEOPLE}?team={team()}")
    assert "Priya" not in council.body(other) and "Service Brokerage Team" not in council.body(other)


def test_a_duty_alone_reads_nothing_of_people() -> None:
    for duty in ("auditor", "administrator"):
        assert browser_of(factories.staff_user("", duty=duty)).get(PEOPLE).status_code == 403
    assert browser_of(factories.provider_user(factories.organisation())).get(PEOPLE).status_code == 404


# --- one provider -----------------------------------------------------------------------------------------------------


def test_a_provider_reads_its_own_figures_and_nothing_of_another(documents: list[ContractDocument]) -> None:
    organisation = documents[0].case.organisation
    page = browser_of(factories.provider_user(organisation, role="read_only")).get(f"{PERFORMANCE}?first=2018-04-01")
    body = council.body(page)
    assert "Nettle Court" not in body and MARK not in body
    assert not re.search(r"Procurement Team|Service Brokerage Team", council.words(page).partition("What these")[0])
    own = Task.objects.filter(provider=organisation, organisation=organisation)
    done = own.filter(finished__isnull=False)
    step = page.context["steps"].shown[0].step
    assert (step.answered, step.timed) == (done.count(), done.exclude(due_at=None).count()) == (2, 2)
    assert step.in_time == sum(task.finished <= task.due_at for task in done)
    assert step.waiting == own.filter(finished=None).count() == 1
    (waits,) = page.context["council"].shown
    assert waits.open == Task.objects.filter(provider=organisation, finished=None, team__isnull=False).count() == 1
    spans = counted(date(2018, 4, 1), date(2018, 4, 23), case__organisation=organisation)
    whole = page.context["held"].shown[-1]
    assert whole["times"] == len(spans)
    (row,) = [fact for fact in page.context["facts"] if fact.label == "With the council now"]
    assert row.value == "1"
    staff = manager().get(reverse("council:provider_performance", args=[organisation.pk]) + "?first=2018-04-01")
    assert [each.step for each in staff.context["steps"].shown] == [step]
    for named in ("name", "times", "days", "sides"):
        assert [row[named] for row in staff.context["held"].shown] == [row[named] for row in page.context["held"].shown]
    opened = re.findall(r'<a class="govuk-link" href="(/(?:queues|managers/ball)/[^"]*)">(\d+)<', council.body(staff))
    browser = manager()
    assert [len(browser.get(unescape(address)).context["table"].shown) for address, _ in opened] == [
        int(count) for _, count in opened
    ] == [1, len(spans), len(spans)]  # fmt: skip
    nettle = browser_of(factories.provider_user(documents[2].case.organisation)).get(f"{PERFORMANCE}?first=2018-04-01")
    assert [each.step.answered for each in nettle.context["steps"].shown] == [1]
    assert nettle.context["council"].shown == []


def test_performance_is_for_who_has_the_reports_of_the_whole_organisation(documents: list[ContractDocument]) -> None:
    organisation = documents[0].case.organisation
    service = documents[0].line.service
    for role, only, may in (("reports", None, 200), ("invoice_only", None, 403), ("read_only", service, 403)):
        browser = browser_of(factories.provider_user(organisation, role=role, only=only))
        assert browser.get(PERFORMANCE).status_code == may, role
        listed = browser.get("/portal/reports/")
        assert (PERFORMANCE in council.body(listed)) == (may == 200), role
    assert manager().get(reverse("council:provider_performance", args=[0])).status_code == 404
    assert (
        browser_of(council.officer()).get(reverse("council:provider_performance", args=[organisation.pk])).status_code
        == 403
    )


def test_the_pages_ask_as_few_queries_for_many_as_for_one(documents: list[ContractDocument]) -> None:
    browser = manager(role="lead")

    def asked(address: str) -> int:
        browser.get(address)
        with CaptureQueriesContext(connection) as caught:
            assert browser.get(address).status_code == 200
        return len(caught)

    addresses = (
        BALL,
        f"{BALL}cases/",
        PEOPLE,
        reverse("council:provider_performance", args=[Organisation.objects.all()[0].pk]),
    )
    few = [asked(address) for address in addresses]
    for _ in range(4):
        factories.staff_user()
        council.rejected()
    assert [asked(address) for address in addresses] == few
    assert max(few) <= 12
