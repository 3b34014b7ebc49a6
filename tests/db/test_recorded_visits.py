"""Visits from electronic call monitoring: a file in, the boxes of a week filled, and a person still corrects them."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests import care
from tests import factories as make
from tests.care import WEEK
from tests.councils import another_council, served
from workflows.actuals import commands as weeks
from workflows.actuals.entry import FilledRow, Row, read
from workflows.actuals.filling import Filled
from workflows.actuals.models import ActualWeek, LineWeek, RecordedVisit, Standing
from workflows.council import profile
from workflows.engine.erase import erase_client
from workflows.engine.errors import Forbidden, Invalid, NotFound
from workflows.engine.models import Event
from workflows.parties.actor import Actor
from workflows.parties.models import Service
from workflows.register.imports import commands, selectors
from workflows.register.models import CarePackageLine, ImportRun

pytestmark = pytest.mark.django_db
D = Decimal
HEADER = "VisitRef,CarePackageRef,SSRef,ServiceLevel,CarerRef,PlannedStart,PlannedEnd,ActualStart,ActualEnd"


@pytest.fixture
def bedford() -> Iterator[None]:
    with served("bedford"):
        yield


@pytest.fixture
def home(bedford: None) -> Service:
    return care.provider("home_care")[1]


@pytest.fixture
def daily(home: Service) -> CarePackageLine:
    """45 minutes every day."""
    return care.line(home, care.level("home_care_standard", group="home_care"), "5.25",
                     visits=(("0.75", (0, 1, 2, 3, 4, 5, 6), 1),))  # fmt: skip


@pytest.fixture
def double(home: Service, daily: CarePackageLine) -> CarePackageLine:
    """An hour on Monday and Wednesday by two carers."""
    return care.line(home, daily.service_level, "4", visits=(("1", (0, 2), 2),))


@pytest.fixture
def person(home: Service) -> Actor:
    return make.actor(make.provider_user(home.organisation, role="main_user", name="Farida Mirza"))


@pytest.fixture
def officer(home: Service) -> Actor:
    return make.actor(make.staff_user(care.payments_team(), name="Colin Sayer"))


def at(day: int, clock: str, minutes: int | None = None) -> str:
    """A time of the week; `minutes` later where they are given."""
    hour, minute = clock.split(":")
    found = datetime.combine(WEEK, datetime.min.time()) + timedelta(days=day, hours=int(hour), minutes=int(minute))
    return f"{found + timedelta(minutes=minutes or 0):%d/%m/%Y %H:%M}"


def visit(line: CarePackageLine, day: int, clock: str = "08:00", took: int | None = 45, *, plan: int | None = 45,
          carer: str = "C12", ref: str = "") -> str:  # fmt: skip
    planned = (at(day, clock), at(day, clock, plan)) if plan is not None else ("", "")
    actual = (at(day, clock), at(day, clock, took)) if took is not None else ("", "")
    return ",".join([ref, line.reference, "", "", carer, *planned, *actual])


def started(who: Actor, *records: str) -> ImportRun:
    content = "\n".join([HEADER, *records]).encode()
    return commands.start(actor=who, file_name="visits.csv", content=content, kind="visits")


def taken(who: Actor, *records: str) -> ImportRun:
    return commands.update_system(actor=who, run_id=started(who, *records).pk)


def counters(run: ImportRun) -> tuple[int, ...]:
    """Read, new, updated, unchanged, rejected, data quality issues."""
    assert run.total == run.new + run.updated + run.unchanged + run.rejected
    return run.total, run.new, run.updated, run.unchanged, run.rejected, run.quality_issues


def said(run: ImportRun) -> list[str]:
    return [row.message or row.issue for row in run.rows.order_by("number")]


def rows_of(line: CarePackageLine, week: date = WEEK) -> tuple[Row, ...]:
    return read(care.of_line(line, week).rows)


def figures(line: CarePackageLine) -> list[list[str]]:
    return [[f"{each.normalize():f}" for each in row.actual] for row in rows_of(line)]


def correct(who: Actor, line: CarePackageLine, day: int, units: str, cause: str) -> None:
    week, (row, *_) = care.of_line(line), rows_of(line)
    actual = tuple(D(units) if place == day else each for place, each in enumerate(row.actual))
    weeks.save(actor=who, case_id=week.case_id, task_id=care.turn(week.case_id).pk, key=make.key(),
               filled=[Filled(week.pk, week.version, (FilledRow(1, actual, corrected=cause),))])  # fmt: skip


def test_a_file_fills_the_week_and_a_later_one_leaves_what_was_corrected(
    daily: CarePackageLine, double: CarePackageLine, person: Actor
) -> None:
    week = care.opened(daily.service)
    file = [visit(daily, 0), visit(daily, 1, took=31), visit(daily, 2, took=None),
            visit(double, 0, "10:00", 58, plan=60), visit(double, 0, "10:00", 32, plan=60, carer="C31")]  # fmt: skip
    run = started(person, *file)
    assert (run.status, counters(run)) == ("pending", (5, 5, 0, 0, 0, 0))
    assert not RecordedVisit.objects.exists(), "nothing before Update System"
    done = commands.update_system(actor=person, run_id=run.pk)
    assert (done.status, counters(done)) == ("done", (5, 5, 0, 0, 0, 0))
    assert figures(daily) == [["0.75", "0.5", "0", "0.75", "0.75", "0.75", "0.75"]]
    nothing = ["0"] * 6
    assert figures(double) == [["1", *nothing], ["0.5", *nothing]], "Wednesday has visits, and none of theirs"
    row = care.of_line(daily)
    assert (row.standing, row.differs, row.delivered, row.saved_by_id) == ("saved", True, D("4.25"), person.user_id)
    event = Event.objects.filter(case=week.pk).latest("seq")
    assert (event.kind.rpartition(".")[2], event.actor_id) == ("record_visits", person.user_id)
    assert "C12" not in str(event.body)
    assert counters(taken(person, *file))[:5] == (5, 0, 0, 5, 0), "the same file twice changes nothing"

    with pytest.raises(Invalid):
        correct(person, daily, 1, "0.75", "")
    correct(person, daily, 1, "0.75", "no_log_in")
    assert (rows_of(daily)[0].corrected, care.of_line(daily).lacking) == ("no_log_in", False)
    later = taken(
        person, *file[:1], visit(daily, 1, took=20), visit(daily, 2, took=44), visit(double, 2, "10:00", 60, plan=60)
    )
    assert counters(later) == (4, 1, 2, 1, 0, 2)
    assert "Tuesday stays at 0.75, as somebody corrected it: the visits come to 0.25." in said(later)[1]
    assert figures(daily)[0][:3] == ["0.75", "0.75", "0.75"]
    assert figures(double) == [["1", "0", "1", *nothing[:4]], ["0.5", *nothing]]


def test_visits_that_come_before_the_week_is_generated_fill_it_then(daily: CarePackageLine, officer: Actor) -> None:
    run = taken(officer, visit(daily, 0, took=30))
    assert "is not generated yet" in said(run)[0]
    care.opened(daily.service)
    assert figures(daily) == [["0.5", *["0.75"] * 6]]


def test_what_a_file_can_get_wrong_is_said_beside_its_record(daily: CarePackageLine, person: Actor) -> None:
    elsewhere = care.line(care.provider("home_care")[1], daily.service_level, "7")
    care.opened(daily.service)
    own, ref = daily.client.ss_ref, daily.reference
    records = {
        f",,{own},Nothing,C1,,,{at(0, '08:00')},{at(0, '08:30')}": "The client has no line in the service level",
        f",,S0,,C1,,,{at(0, '08:00')},{at(0, '08:30')}": "There is no client with the SSRef S0.",
        f",,,,C1,,,{at(0, '08:00')},{at(0, '08:30')}": "Say whose visit it is",
        visit(elsewhere, 0): f"There is no line {elsewhere.reference}.",
        f",{ref},,,C1,,,{at(0, '09:00')},{at(0, '08:30')}": "ActualEnd is before ActualStart.",
        f",{ref},,,C1,,,{at(0, '09:00')},": "ActualEnd is empty.",
        f",{ref},,,C1,,,{at(0, '09:00')},{at(1, '09:01')}": "longer than 24 hours",
        f",{ref},,,,,,{at(0, '09:00')},{at(0, '09:30')}": "CarerRef is empty.",
        f",{ref},,,C1,,,,": "neither a planned nor an actual time",
        f",{ref},,,C1,,,30/03/2025 01:30,30/03/2025 02:30": "did not exist",
        f",{ref},,,C1,,,26/10/2025 00:30,26/10/2025 01:30": "came twice",
        f",{ref},,,C1,,,01/01/2018 08:00,01/01/2018 09:00": "The line is not provided on 01/01/2018.",
        f",{ref},,,C1,,,17/02/2099 08:00,17/02/2099 09:00": "ActualEnd lies in the future.",
        visit(daily, 3, ref="V1"): "",
        visit(daily, 4, ref="V1"): "The same visit stands on line 15 of this file.",
        visit(daily, 5, "08:00", 60, ref="V2"): "recorded twice with this client",
        visit(daily, 5, "08:30", 60, ref="V3"): "recorded twice with this client",
        f",,{own},Home Care Standard,C1,,,{at(6, '08:00')},{at(6, '08:30')}": "",
    }
    run = taken(person, *records)
    for message, expected in zip(said(run), records.values(), strict=True):
        assert expected in message, message
        assert bool(expected) == bool(message), message
    assert (run.new, run.rejected) == (2, 16)
    rejected = list(selectors.error_file(run))
    assert rejected[0][-2:] == ["Line", "Problem"]
    assert figures(daily)[0][6] == "0.5"


def test_a_night_across_midnight_and_across_the_change_of_the_clocks_is_the_day_it_began(
    daily: CarePackageLine, person: Actor
) -> None:
    nights = care.line(daily.service, daily.service_level, "21")
    spring, autumn = date(2025, 3, 24), date(2025, 10, 20)
    for monday in (spring, autumn):
        care.opened(daily.service, monday)
    ref = nights.reference
    begun = f",{ref},,,C1,,,"
    taken(person, f"{begun}29/03/2025 22:00,30/03/2025 07:00", f"{begun}25/10/2025 22:00,26/10/2025 07:00",
          f"{begun}30/03/2025 23:30,31/03/2025 00:30")  # fmt: skip
    assert list(RecordedVisit.objects.order_by("actual_start").values_list("day", "week", "minutes")) == [
        (date(2025, 3, 29), spring, 480), (date(2025, 3, 30), spring, 60), (date(2025, 10, 25), autumn, 600),
    ]  # fmt: skip
    assert [sum(rows_of(nights, monday)[0].actual) for monday in (spring, autumn)] == [9, 10]


def test_a_carer_with_two_clients_is_a_doubt_or_an_error_as_the_council_says(
    daily: CarePackageLine, double: CarePackageLine, person: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    care.opened(daily.service)
    both = [visit(daily, 0, "10:00"), visit(double, 0, "10:30", 60, plan=60)]
    assert said(started(person, *both)) == ["This carer is recorded with another client at the same time."] * 2
    taken(person, both[0])
    whole = profile.current().model_dump()
    whole["actuals"]["monitoring"] |= {"overlap": "refuse", "corrections": ()}
    another_council(monkeypatch, {}, whole=whole)
    assert counters(started(person, *both)) == (2, 0, 0, 1, 1, 0), "against what was recorded before, too"
    correct(person, daily, 0, "0.5", "")
    assert not care.of_line(daily).lacking, "no cause is asked for where the council has none"


def test_a_submitted_week_is_its_providers_and_a_paid_one_nobodys(
    daily: CarePackageLine, person: Actor, officer: Actor
) -> None:
    week = care.opened(daily.service)
    taken(person, visit(daily, 0))
    weeks.take(actor=officer, case_id=week.pk, task_id=care.turn(week.pk).pk, key=make.key())
    assert "The provider has submitted this week" in said(started(officer, visit(daily, 1, took=30)))[0]
    assert counters(taken(person, visit(daily, 1, took=30)))[1] == 1
    assert (figures(daily)[0][1], care.of_line(daily).standing) == ("0.5", Standing.SUBMITTED)
    LineWeek.objects.update(standing=Standing.PAID)
    assert "This was paid" in said(taken(person, visit(daily, 2, took=30), visit(daily, 1, took=15)))[0]
    assert (figures(daily)[0][1:3], RecordedVisit.objects.count()) == (["0.5", "0.75"], 2)


def test_a_visit_that_was_another_clients_moves_and_both_weeks_are_right(
    daily: CarePackageLine, double: CarePackageLine, person: Actor
) -> None:
    care.opened(daily.service)
    taken(person, visit(daily, 0, took=15, ref="V1"))
    assert figures(daily)[0][0] == "0.25"
    run = taken(person, visit(double, 0, took=30, plan=60, ref="V1"))
    assert counters(run)[:3] == (1, 0, 1)
    assert (figures(daily)[0][0], figures(double)[0][0]) == ("0.75", "0.5")


def test_who_may_import_and_for_whom(
    daily: CarePackageLine, person: Actor, officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make.service(daily.service.organisation, group="home_care")
    local = make.provider_user(daily.service.organisation, role="care", only=other)
    assert "There is no line" in said(started(make.actor(local), visit(daily, 0)))[0]
    reader = make.actor(make.provider_user(daily.service.organisation, role="read_only"))
    brokerage = make.actor(make.staff_user("brokerage"))
    for nobody in (reader, brokerage):
        with pytest.raises(Forbidden):
            started(nobody, visit(daily, 0))
    run = started(officer, visit(daily, 0))
    with pytest.raises(NotFound):
        selectors.run(person, run.pk)
    assert [each.pk for each in selectors.of_kind(officer, "visits")] == [run.pk]
    another_council(monkeypatch, {"actuals": {"monitoring": None}})
    with pytest.raises(NotFound):
        started(officer, visit(daily, 0))


def test_erasing_a_client_takes_carers_and_times_and_leaves_the_minutes(daily: CarePackageLine, person: Actor) -> None:
    care.opened(daily.service)
    taken(person, visit(daily, 0, ref="V77"))
    erase_client(daily.client_id, make.actor(make.staff_user("", duty="administrator")))
    kept = RecordedVisit.objects.get()
    assert (kept.carer, kept.reference, kept.actual_start, kept.planned_end) == ("", "", None, None)
    assert (kept.minutes, kept.planned_minutes, kept.day) == (45, 45, WEEK)
    assert "V77" not in kept.identity
    assert rows_of(daily)[0].monitored is not None


def test_the_number_of_visits_is_asked_for_where_the_council_wants_it(
    daily: CarePackageLine, person: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """domain.md §5, Oxfordshire: the number of visits is required on every actual."""
    whole = profile.current().model_dump()
    kinds: list[dict[str, Any]] = whole["actuals"]["kinds"]
    whole["actuals"] |= {"kinds": [{**each, "visits": "required"} for each in kinds], "submit_mode": "explicit_confirm"}
    another_council(monkeypatch, {}, whole=whole)
    week: ActualWeek = care.opened(daily.service)
    submit = {"actor": person, "case_id": week.pk, "task_id": care.turn(week.pk).pk, "reviewed": True}
    with pytest.raises(Invalid):
        weeks.submit(**submit, key=make.key())
    assert care.of_line(daily).lacking
    taken(person, *(visit(daily, day) for day in range(7)))
    assert (rows_of(daily)[0].visits, care.of_line(daily).lacking) == (7, False)
    weeks.submit(**submit, key=make.key())
