"""The council's rooms of actuals: what needs a person, what is as planned, many weeks at once, decisions on care."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tasks.actors import load
from tests import care
from tests import factories as make
from tests.care import WEEK
from tests.councils import served
from workflows.actuals import commands
from workflows.actuals.entry import Absence, FilledRow
from workflows.actuals.erasing import erase_actuals
from workflows.actuals.filling import Filled
from workflows.actuals.models import ActualWeek, Authorisation, CareDecision, LineWeek, LineWeekVersion, Standing
from workflows.actuals.reactions import ask
from workflows.actuals.rejudging import after_decision
from workflows.actuals.rules import State
from workflows.council.profile import current
from workflows.engine import batches
from workflows.engine.models import Access, Batch, Case, Outbox
from workflows.parties.actor import Actor
from workflows.parties.models import Service, User
from workflows.register.models import CarePackageLine, ServiceLevel

from .conftest import browser_of
from .council import body, fields_of, words

load()
pytestmark = pytest.mark.django_db
D = Decimal
MOST_QUERIES = 12


@pytest.fixture
def bradford() -> Iterator[None]:
    with served("bradford"):
        yield


@pytest.fixture
def home(bradford: None) -> Service:
    return care.provider("supported_living")[1]


@pytest.fixture
def level(home: Service) -> ServiceLevel:
    return care.level("shared_support", group="supported_living")


@pytest.fixture
def lines(home: Service, level: ServiceLevel) -> list[CarePackageLine]:
    names = (("Brock", "Arthur"), ("Eke", "Samuel"), ("Thaxter", "Doris"))
    return [care.line(home, level, client=make.client_(*each)) for each in names]


@pytest.fixture
def farida(home: Service) -> Actor:
    return make.actor(make.provider_user(home.organisation, role="main_user", name="Farida Mirza"))


@pytest.fixture
def priya(bradford: None) -> User:
    return make.staff_user("fss_payments", name="Priya Raman")


@pytest.fixture
def desk(priya: User) -> Client:
    return browser_of(priya)


def hospital(line: CarePackageLine, week: date = WEEK, number: int = 1) -> Filled:
    row = care.of_line(line, week)
    absent = Absence("frustrated", D(21), "hospital", None, f"Week {number}. Admitted on Monday")
    return Filled(row.pk, row.version, (FilledRow(1, (D(21),), (absent,)),))


def save(who: Actor, week: ActualWeek, *what: Filled) -> None:
    commands.save(actor=who, case_id=week.pk, task_id=care.turn(week.pk).pk, filled=what, key=make.key())


def submit(who: Actor, week: ActualWeek) -> None:
    commands.submit(actor=who, case_id=week.pk, task_id=care.turn(week.pk).pk, reviewed=True, key=make.key())


@pytest.fixture
def week(lines: list[CarePackageLine], farida: Actor) -> ActualWeek:
    """A week in which one of three service users was in hospital, submitted."""
    made = care.opened(lines[0].service)
    save(farida, made, hospital(lines[0]))
    submit(farida, made)
    return made


def state(week: ActualWeek) -> str:
    return Case.objects.get(pk=week.pk).state


def test_the_room_shows_what_needs_a_person_and_counts_the_rest(week: ActualWeek, desk: Client) -> None:
    page = desk.get(f"/cases/{week.pk}/")
    said = words(page)
    assert "Now: accept the 2 lines as planned, £794.64" in said
    assert "2 lines as planned" in said
    assert "Will be paid: “Hospital admission”, week 1; weeks 1 to 6 are paid." in said
    assert "Source: bradford-supported-living, “Shared Support”." in said
    assert "Planned £1,191.96" in said
    assert "Brock" not in body(page).partition("<title>")[2].partition("</title>")[0]
    assert Access.objects.filter(what="actuals", client_id__isnull=False).count() == 3


def test_what_is_as_planned_is_accepted_after_a_look_at_the_money(week: ActualWeek, desk: Client) -> None:
    page = desk.get(f"/cases/{week.pk}/accept/")
    assert "Check: 2 lines, £794.64 will be paid" in words(page)
    sent = fields_of(page)
    done = desk.post(f"/cases/{week.pk}/accept/", sent, follow=True)
    assert "2 lines accepted: £794.64 will be paid." in words(done)
    assert LineWeek.objects.filter(standing=Standing.PAYABLE).count() == 2
    again = desk.post(f"/cases/{week.pk}/accept/", sent, follow=True)
    assert again.status_code == 200
    assert LineWeek.objects.filter(standing=Standing.PAYABLE).count() == 2
    assert state(week) == State.SUBMITTED


def test_chosen_lines_are_accepted_and_the_week_is_checked(
    week: ActualWeek, desk: Client, lines: list[CarePackageLine]
) -> None:
    ids = [care.of_line(each).pk for each in lines]
    page = desk.post(f"/cases/{week.pk}/accept/", {"line": ids})
    desk.post(f"/cases/{week.pk}/accept/", fields_of(page))
    assert state(week) == State.CHECKED
    assert "Nothing to do: checked" in words(desk.get(f"/cases/{week.pk}/"))


def test_lines_that_changed_meanwhile_are_shown_again(
    week: ActualWeek, desk: Client, farida: Actor, lines: list[CarePackageLine]
) -> None:
    sent = fields_of(desk.get(f"/cases/{week.pk}/accept/"))
    what = hospital(lines[1])
    commands.change(actor=farida, case_id=week.pk, task_id=care.turn(week.pk).pk, filled=[what], key=make.key())
    page = desk.post(f"/cases/{week.pk}/accept/", sent)
    assert "The lines have changed" in words(page)
    assert not LineWeek.objects.filter(standing=Standing.PAYABLE).exists()


def test_the_provider_is_asked_and_has_it_again(week: ActualWeek, desk: Client) -> None:
    address = f"/cases/{week.pk}/query/"
    assert "Say what the provider should look at" in words(desk.post(address, fields_of(desk.get(address))))
    desk.post(address, fields_of(desk.get(address)) | {"text": "Was nobody else ill?"})
    page = desk.get(f"/cases/{week.pk}/")
    assert "“Was nobody else ill?”" in words(page)
    assert "has it" in words(page)
    assert state(week) == State.RECORDING


def test_a_lines_own_page_says_why_and_what_changed(
    week: ActualWeek, desk: Client, farida: Actor, lines: list[CarePackageLine]
) -> None:
    commands.change(
        actor=farida, case_id=week.pk, task_id=care.turn(week.pk).pk, filled=[hospital(lines[1])], key=make.key()
    )
    said = words(desk.get(f"/cases/{week.pk}/lines/{care.of_line(lines[1]).pk}/"))
    assert "Why is this paid or not?" in said
    assert "Version 2" in said
    assert "Frustrated, Hospital admission" in said
    elsewhere = care.opened(lines[0].service, WEEK + timedelta(weeks=1))
    assert desk.get(f"/cases/{elsewhere.pk}/lines/{care.of_line(lines[1]).pk}/").status_code == 404


def test_the_room_asks_as_many_queries_for_one_as_for_many(
    home: Service, level: ServiceLevel, desk: Client, farida: Actor
) -> None:
    counts = []
    for number, more in enumerate((1, 8)):
        made = [care.line(home, level) for _ in range(more)]
        week = care.opened(home, WEEK + timedelta(weeks=number))
        save(farida, week, *(hospital(each, week.week) for each in made))
        submit(farida, week)
        desk.get(f"/cases/{week.pk}/")
        with CaptureQueriesContext(connection) as asked:
            assert desk.get(f"/cases/{week.pk}/").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_only_the_payments_team_accepts(week: ActualWeek) -> None:
    reader = browser_of(make.staff_user("support_options"))
    assert reader.get(f"/cases/{week.pk}/").status_code == 200
    assert reader.get(f"/cases/{week.pk}/accept/").status_code == 403
    assert reader.get(f"/cases/{week.pk}/query/").status_code == 403
    stranger = browser_of(make.staff_user("contracts"))
    assert stranger.get("/actuals/").status_code == 403
    assert stranger.get(f"/cases/{week.pk}/").status_code == 404


def test_a_week_that_waits_for_its_provider_cannot_be_taken(lines: list[CarePackageLine], desk: Client) -> None:
    made = care.opened(lines[0].service)
    assert "Check this week" not in words(desk.get(f"/cases/{made.pk}/"))


def test_a_council_whose_saves_are_submissions_takes_the_week() -> None:
    with served("bedford") as council:
        group = next(each.service_group for each in council.actuals.kinds)  # type: ignore[union-attr]
        kind = next(each for each in council.actuals.kinds if each.service_group == group)  # type: ignore[union-attr]
        at = care.provider(group)[1]
        line = care.line(at, care.level(next(iter(kind.levels), "general_care"), group=group))
        made = care.opened(at)
        desk = browser_of(make.staff_user(care.payments_team()))
        assert "Check this week" in words(desk.get(f"/cases/{made.pk}/"))
        desk.post(f"/cases/{made.pk}/check/", fields_of(desk.get(f"/cases/{made.pk}/check/")))
        assert state(made) == State.SUBMITTED
        assert care.of_line(line).standing == Standing.SUBMITTED


def test_the_list_groups_what_needs_a_person(week: ActualWeek, desk: Client) -> None:
    said = words(desk.get("/actuals/"))
    assert "1 line" in said
    assert "2 as planned" in said
    assert "Hospital admission" in said
    assert week.service.name in said
    assert "No week that matches" in words(desk.get("/actuals/?week=2024-01-01"))
    assert week.service.name in words(desk.get(f"/actuals/?differing=1&provider={week.service.organisation_id}"))


def test_what_is_late_is_on_a_tab_of_its_own(lines: list[CarePackageLine], desk: Client) -> None:
    made = care.opened(lines[0].service)
    assert Case.objects.get(pk=made.pk).reference not in words(desk.get("/actuals/"))
    said = words(desk.get("/actuals/?show=late"))
    assert Case.objects.get(pk=made.pk).reference in said
    assert "£1,191.96" in said


def test_many_weeks_are_accepted_as_far_as_planned(
    week: ActualWeek, desk: Client, farida: Actor, lines: list[CarePackageLine]
) -> None:
    other = care.opened(lines[0].service, WEEK + timedelta(weeks=1))
    submit(farida, other)
    check = desk.post("/actuals/check/", {"all": "1"})
    assert "Check: 2 weeks, £1,986.60 will be paid" in words(check)
    sent = fields_of(check)
    page = desk.post("/actuals/accept/", sent, follow=True)
    batch = Batch.objects.get()
    assert page.request["PATH_INFO"] == f"/actuals/batches/{batch.pk}/"
    desk.post("/actuals/accept/", sent)
    assert Batch.objects.count() == 1
    batches.run_slice(batch.pk, 0)
    assert (state(week), state(other)) == (State.SUBMITTED, State.CHECKED)
    assert "2 accepted" in words(desk.get(f"/actuals/batches/{batch.pk}/"))
    batches.run_slice(batch.pk, 1)
    assert LineWeek.objects.filter(standing=Standing.PAYABLE).count() == 5


def test_the_list_asks_as_many_queries_for_one_as_for_many(
    home: Service, level: ServiceLevel, desk: Client, farida: Actor
) -> None:
    care.line(home, level)
    counts = []
    for number in range(6):
        submit(farida, care.opened(home, WEEK + timedelta(weeks=number)))
        if number in {0, 5}:
            desk.get("/actuals/")
            with CaptureQueriesContext(connection) as asked:
                assert desk.get("/actuals/").status_code == 200
            counts.append(len(asked))
    assert counts[0] == counts[1]
    assert counts[1] <= MOST_QUERIES, "\n".join(each["sql"][:110] for each in asked)


def test_units_not_charged_are_downloaded_by_client_and_week(week: ActualWeek, desk: Client) -> None:
    page = desk.get("/actuals/not-charged/")
    days = {
        "first_day": "17",
        "first_month": "2",
        "first_year": "2025",
        "last_day": "23",
        "last_month": "2",
        "last_year": "2025",
    }
    file = desk.post("/actuals/not-charged/", fields_of(page) | days)
    rows = file.content.decode("utf-8-sig").splitlines()
    assert len(rows) == 2
    assert "Brock, Arthur" in rows[1]
    assert ",hours,21,21,Submitted" in rows[1]
    assert Access.objects.filter(what="not_charged.csv", client_id__isnull=False).count() == 1


@pytest.fixture
def asked(lines: list[CarePackageLine], farida: Actor) -> CareDecision:
    """Seven weeks in hospital: the seventh is not paid, and a decision was asked for."""
    for number in range(7):
        monday = WEEK + timedelta(weeks=number)
        week = care.opened(lines[0].service, monday)
        save(farida, week, hospital(lines[0], monday, number + 1))
        for row in Outbox.objects.filter(topic="actuals.raised", payload__case=week.pk).order_by("pk"):
            ask(row.payload, row.key)
    return CareDecision.objects.get(raised="funding_decision")


def test_a_decision_pays_for_longer_and_the_weeks_are_worked_out_again(
    asked: CareDecision, lines: list[CarePackageLine]
) -> None:
    keeper = browser_of(make.staff_user("support_options"))
    last = WEEK + timedelta(weeks=6)
    assert care.of_line(lines[0], last).payable == D(0)
    page = keeper.get(f"/cases/{asked.pk}/")
    assert "As long as nobody decides, it is not paid for longer." in words(page)
    address = f"/cases/{asked.pk}/extend/"
    typed = {"text": "Agreed by the operational team", "until_month": "4", "until_year": "2025"}
    saturday = keeper.post(address, fields_of(keeper.get(address)) | typed | {"until_day": "19"})
    assert "Choose a Sunday: weeks are paid whole" in words(saturday)
    keeper.post(address, fields_of(keeper.get(address)) | typed | {"until_day": "20"})
    row = Outbox.objects.get(topic="actuals.decided")
    for _ in range(2):
        after_decision(row.payload, row.key)
    assert care.of_line(lines[0], last).payable == D(21)
    said = words(keeper.get(f"/cases/{asked.pk}/"))
    assert "paid until 20 April 2025" in said
    assert "Decide again" in said
    week = care.of_line(lines[0], last)
    assert "Will be paid: £0.00, now £397.32" in words(keeper.get(f"/cases/{week.case_id}/story/"))


def test_decisions_are_listed_and_stopped(asked: CareDecision, lines: list[CarePackageLine]) -> None:
    keeper = browser_of(make.staff_user("support_options"))
    assert asked.case.reference in words(keeper.get("/actuals/decisions/"))
    address = f"/cases/{asked.pk}/stop/"
    keeper.post(address, fields_of(keeper.get(address)) | {"text": "Not agreed"})
    assert asked.case.reference not in words(keeper.get("/actuals/decisions/"))
    assert "not paid for longer" in words(keeper.get(f"/cases/{asked.pk}/"))
    keeper.get("/actuals/decisions/?all=1")
    with CaptureQueriesContext(connection) as done:
        assert asked.case.reference in words(keeper.get("/actuals/decisions/?all=1"))
    assert len(done) <= MOST_QUERIES


def test_a_notice_is_noted(asked: CareDecision) -> None:
    told = CareDecision.objects.get(raised="operational_notice")
    keeper = browser_of(make.staff_user("support_options"))
    address = f"/cases/{told.pk}/noted/"
    keeper.post(address, fields_of(keeper.get(address)))
    assert "Nothing to do: done" in words(keeper.get(f"/cases/{told.pk}/"))


def test_others_may_not_decide(asked: CareDecision, desk: Client) -> None:
    assert desk.get(f"/cases/{asked.pk}/").status_code == 200
    assert desk.get(f"/cases/{asked.pk}/extend/").status_code == 403


def test_there_is_no_room_where_there_is_no_module() -> None:
    browser = browser_of(make.staff_user("service_brokerage"))
    for address in ("/actuals/", "/actuals/decisions/", "/actuals/not-charged/", "/cases/1/accept/"):
        assert browser.get(address).status_code == 404


def test_a_client_who_is_erased_leaves_figures_and_no_words(week: ActualWeek, lines: list[CarePackageLine]) -> None:
    row = care.of_line(lines[0])
    client = lines[0].client
    client.refresh_from_db()
    erase_actuals(client, timezone.now())
    after = care.of_line(lines[0])
    assert "Admitted" not in str(after.rows) + str([each.rows for each in LineWeekVersion.objects.all()])
    assert (after.payable_cost, after.delivered, after.causes) == (row.payable_cost, row.delivered, row.causes)


def test_weeks_are_found_by_their_reference(week: ActualWeek, desk: Client) -> None:
    reference = Case.objects.get(pk=week.pk).reference
    page = desk.post("/search/", {"sought": reference}, follow=True)
    assert f"/cases/{week.pk}/" in page.request["PATH_INFO"] + body(page)


def test_more_care_is_authorised_once_listed_and_withdrawn(lines: list[CarePackageLine]) -> None:
    key = current().team_for("brokerage", lines[0].service.group)
    broker = browser_of(make.staff_user(key))
    address = f"/lines/{lines[0].pk}/authorise/"
    days = {"start_day": "17", "start_month": "2", "start_year": "2025", "end_day": "23", "end_month": "2"}
    typed = days | {"end_year": "2025", "units": "2", "reference": "AUT-7", "given_by": "Tom Bullard"}
    broker.post(address, typed)
    assert "recorded already" in words(broker.post(address, typed))
    made = Authorisation.objects.get()
    assert "2 units a week" in words(broker.get(f"/lines/{lines[0].pk}/"))
    withdraw = f"/lines/{lines[0].pk}/authorisations/{made.pk}/withdraw/"
    assert "withdrawn" in words(broker.post(withdraw, follow=True))
    assert broker.post(f"/lines/{lines[1].pk}/authorisations/{made.pk}/withdraw/").status_code == 404
    assert browser_of(make.staff_user("fss_payments")).post(withdraw).status_code == 403
