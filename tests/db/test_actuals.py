"""Weeks of actuals: what each verb writes, whose turn follows, what is payable, and what an absence sets going."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import care
from tests import factories as make
from tests.care import WEEK
from tests.councils import served
from workflows.actuals import commands, deciding, selectors
from workflows.actuals.entry import Absence, FilledRow, read
from workflows.actuals.filling import Conflicts, Filled
from workflows.actuals.models import ActualWeek, CareDecision, LineWeek, LineWeekVersion, Standing
from workflows.actuals.reactions import ask
from workflows.actuals.rules import State
from workflows.engine.errors import Forbidden, Invalid, NotFound, Refused, Stale
from workflows.engine.models import Case, Event, Outbox
from workflows.engine.replaying import check
from workflows.engine.sweep import sweep
from workflows.engine.verify import verify
from workflows.parties.actor import Actor
from workflows.parties.models import Service
from workflows.parties.selectors import system_actor
from workflows.register.models import CarePackageLine

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def bradford() -> Iterator[None]:
    with served("bradford"):
        yield


@pytest.fixture
def home(bradford: None) -> Service:
    return care.provider("supported_living")[1]


@pytest.fixture
def line(home: Service) -> CarePackageLine:
    return care.line(home, care.level("shared_support", group="supported_living"))


@pytest.fixture
def week(line: CarePackageLine) -> ActualWeek:
    return care.opened(line.service)


@pytest.fixture
def farida(home: Service) -> Actor:
    return make.actor(make.provider_user(home.organisation, role="main_user", name="Farida Mirza"))


@pytest.fixture
def officer(bradford: None) -> Actor:
    return make.actor(make.staff_user("fss_payments", name="Priya Raman"))


def filled(line: CarePackageLine, actual: str, *absent: Absence, comment: str = "", week: date = WEEK) -> Filled:
    row = care.of_line(line, week)
    return Filled(row.pk, row.version, (FilledRow(1, (D(actual),), absent, comment),))


def hospital(units: str, comment: str = "Week 1. Admitted on Monday") -> Absence:
    return Absence("frustrated", D(units), "hospital", None, comment)


def save(who: Actor, week: ActualWeek, *what: Filled) -> None:
    commands.save(actor=who, case_id=week.pk, task_id=care.turn(week.pk).pk, filled=what, key=make.key())


def submit(who: Actor, week: ActualWeek, *, reviewed: bool = True) -> None:
    commands.submit(actor=who, case_id=week.pk, task_id=care.turn(week.pk).pk, reviewed=reviewed, key=make.key())


def state(week: ActualWeek) -> str:
    return Case.objects.get(pk=week.pk).state


def test_a_week_is_open_from_its_first_day_and_due_at_its_cut_off(week: ActualWeek) -> None:
    turn = care.turn(week.pk)
    assert turn.node == "record"
    assert turn.due_at == week.cut_off
    assert str(week.cut_off) == "2025-02-25 17:00:00+00:00"  # Tuesday, close of business, for the preceding week
    sweep()
    assert check(every=True).differences == []


def test_what_is_generated_is_what_is_planned_and_will_be_paid(week: ActualWeek, line: CarePackageLine) -> None:
    made = care.of_line(line)
    assert (made.planned, made.payable, made.planned_cost, made.payable_cost) == (
        D(21),
        D(21),
        D("397.32"),
        D("397.32"),
    )
    assert (made.standing, made.differs, made.lacking) == (Standing.GENERATED, False, False)
    assert Case.objects.get(pk=week.pk).amount == D("397.32")


def test_generating_again_changes_nothing(week: ActualWeek, farida: Actor, line: CarePackageLine) -> None:
    before = care.of_line(line)
    commands.generate(actor=farida, case_id=week.pk, task_id=care.turn(week.pk).pk, key=make.key())
    assert care.of_line(line).version == before.version


def test_an_absence_is_judged_and_the_team_is_told(week: ActualWeek, farida: Actor, line: CarePackageLine) -> None:
    save(farida, week, filled(line, "21", hospital("21")))
    now = care.of_line(line)
    assert (now.delivered, now.payable, now.causes, now.not_charged) == (D(0), D(21), ["hospital"], D(21))
    _deliver(week)
    told = CareDecision.objects.get(line=line)
    assert (told.raised, told.since) == ("operational_notice", WEEK)


def test_saving_twice_sets_nothing_going_twice(week: ActualWeek, farida: Actor, line: CarePackageLine) -> None:
    for _ in range(2):
        save(farida, week, filled(line, "21", hospital("21")))
        _deliver(week)
    assert CareDecision.objects.filter(line=line).count() == 1


def test_two_people_edit_one_week(week: ActualWeek, farida: Actor, line: CarePackageLine) -> None:
    mine = filled(line, "21", hospital("7"))
    save(farida, week, filled(line, "21", hospital("21")))
    with pytest.raises(Conflicts) as refused:
        save(farida, week, mine)
    assert refused.value.conflicts[mine.line_week_id][0] == "Farida Mirza"
    assert care.of_line(line).payable == D(21)


def test_what_lacks_something_is_saved_and_not_submitted(
    week: ActualWeek, farida: Actor, line: CarePackageLine
) -> None:
    save(farida, week, filled(line, "21", Absence("missed", D(4))))
    assert care.of_line(line).lacking
    with pytest.raises(Invalid) as refused:
        submit(farida, week)
    assert set(refused.value.faults) == {str(care.of_line(line).pk)}
    assert state(week) == State.RECORDING


def test_figures_must_be_in_steps(week: ActualWeek, farida: Actor, line: CarePackageLine) -> None:
    with pytest.raises(Invalid, match=r"steps of 0.25"):
        save(farida, week, filled(line, "20.1"))


def test_a_week_is_confirmed_even_if_nothing_changed(week: ActualWeek, farida: Actor, officer: Actor) -> None:
    submit(farida, week, reviewed=False)
    assert state(week) == State.SUBMITTED
    assert LineWeekVersion.objects.count() == 1
    assert care.turn(week.pk).team == care.team("fss_payments")
    commands.accept(actor=officer, case_id=week.pk, task_id=care.turn(week.pk).pk, key=make.key())
    assert state(week) == State.CHECKED
    assert LineWeek.objects.get(case=week.pk).standing == Standing.PAYABLE


def test_differences_must_be_reviewed(week: ActualWeek, farida: Actor, line: CarePackageLine) -> None:
    save(farida, week, filled(line, "21", hospital("21")))
    with pytest.raises(Invalid, match="reviewed"):
        submit(farida, week, reviewed=False)


def test_extras_cannot_be_claimed(week: ActualWeek, farida: Actor, line: CarePackageLine) -> None:
    save(farida, week, filled(line, "22", comment="One more hour"))
    assert care.of_line(line).payable == D(21)
    with pytest.raises(Invalid):
        submit(farida, week)


def test_a_change_after_submission_is_a_new_version(
    week: ActualWeek, farida: Actor, officer: Actor, line: CarePackageLine
) -> None:
    submit(farida, week)
    commands.accept(actor=officer, case_id=week.pk, task_id=care.turn(week.pk).pk, key=make.key())
    what = filled(line, "21", hospital("21"))
    commands.change(actor=farida, case_id=week.pk, task_id=care.turn(week.pk).pk, filled=[what], key=make.key())
    assert state(week) == State.SUBMITTED
    versions = LineWeekVersion.objects.order_by("version")
    assert [bool(read(each.rows)[0].absent) for each in versions] == [False, True]


def test_what_was_paid_is_locked(week: ActualWeek, farida: Actor, officer: Actor, line: CarePackageLine) -> None:
    submit(farida, week)
    turn = care.turn(week.pk).pk
    commands.accept(actor=officer, case_id=week.pk, task_id=turn, key=make.key())
    turn = care.turn(week.pk).pk
    what = filled(line, "0", hospital("21"))
    commands.pay(actor=system_actor(), case_id=week.pk, task_id=turn, key=make.key())
    with pytest.raises(Stale):
        commands.change(actor=farida, case_id=week.pk, task_id=turn, filled=[what], key=make.key())
    assert care.of_line(line).standing == Standing.PAID


def test_the_team_asks_and_the_provider_has_it_again(
    week: ActualWeek, farida: Actor, officer: Actor, line: CarePackageLine
) -> None:
    submit(farida, week)
    task = care.turn(week.pk).pk
    commands.query(actor=officer, case_id=week.pk, task_id=task, text="Was nobody ill?", key=make.key())
    assert (state(week), care.turn(week.pk).node) == (State.RECORDING, "record")
    sweep()
    assert check(every=True).differences == []
    save(farida, week, filled(line, "21", hospital("21")))
    submit(farida, week)
    assert LineWeekVersion.objects.filter(line_week__line=line).count() == 2


def test_others_can_do_nothing(week: ActualWeek, farida: Actor, officer: Actor, line: CarePackageLine) -> None:
    stranger = make.actor(make.provider_user(make.organisation(), role="main_user"))
    with pytest.raises(NotFound):
        submit(stranger, week)
    with pytest.raises(Forbidden):
        submit(officer, week)
    with pytest.raises(NotFound):
        selectors.page(stranger, week.pk)
    reader = make.actor(make.provider_user(line.service.organisation, role="read_only"))
    with pytest.raises(Forbidden):
        save(reader, week, filled(line, "21", hospital("21")))
    with pytest.raises(Refused):
        commands.accept(actor=farida, case_id=week.pk, task_id=care.turn(week.pk).pk, key=make.key())


@pytest.mark.parametrize(
    ("weeks", "paid", "asked"), [(5, True, True), (6, True, True), (7, False, True), (4, True, False)]
)
def test_shared_support_in_hospital_is_paid_for_six_weeks(
    line: CarePackageLine, farida: Actor, weeks: int, paid: bool, asked: bool
) -> None:
    """bradford-supported-living "Shared Support": "can be paid for up to 6 weeks"."""
    for number in range(weeks):
        monday = WEEK + timedelta(weeks=number)
        week = care.opened(line.service, monday)
        what = filled(line, "21", hospital("21", f"Week {number + 1}"), week=monday)
        save(farida, week, what)
        _deliver(week)
    assert (care.of_line(line, monday).payable == D(21)) is paid
    assert CareDecision.objects.filter(line=line, raised="funding_decision").exists() is asked


def test_a_decision_pays_for_longer(line: CarePackageLine, farida: Actor) -> None:
    for number in range(7):
        monday = WEEK + timedelta(weeks=number)
        week = care.opened(line.service, monday)
        save(farida, week, filled(line, "21", hospital("21", f"Week {number + 1}"), week=monday))
        _deliver(week)
    assert care.of_line(line, monday).payable == D(0)
    asked = CareDecision.objects.get(line=line, raised="funding_decision")
    keeper = make.actor(make.staff_user("support_options"))
    commands_ = {"actor": keeper, "case_id": asked.pk, "task_id": care.turn(asked.pk).pk, "key": make.key()}
    with pytest.raises(Invalid):
        deciding.extend(**commands_, until=date(2025, 4, 19), text="Agreed by the operational team")  # a Saturday
    deciding.extend(**commands_, until=date(2025, 4, 20), text="Agreed by the operational team")
    row = selectors.page(farida, week.pk).lines[0]
    assert row.found.pay == D("397.32")


def test_three_non_engagements_in_a_row_raise_a_package_review(home: Service, farida: Actor) -> None:
    personal = care.line(home, care.level("personal_support", group="supported_living"), "4")
    for number in range(3):
        monday = WEEK + timedelta(weeks=number)
        week = care.opened(home, monday)
        refused = Absence("missed", D(4), "not_engaged", None, "Refused entry")
        save(farida, week, filled(personal, "4", refused, week=monday))
        _deliver(week)
        assert CareDecision.objects.filter(raised="package_review").count() == (number == 2)
        assert care.of_line(personal, monday).payable == D(4)
    assert CareDecision.objects.get(raised="package_review").since == WEEK


def test_saving_three_hundred_lines_asks_as_many_queries_as_saving_two(home: Service, farida: Actor) -> None:
    shared = care.level("shared_support", group="supported_living")
    counts = []
    for number, lines in enumerate((2, 60)):
        made = [care.line(home, shared) for _ in range(lines)]
        week = care.opened(home, WEEK + timedelta(weeks=number))
        what = [filled(each, "21", hospital("21"), week=week.week) for each in made]
        with CaptureQueriesContext(connection) as asked:
            save(farida, week, *what)
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert counts[1] <= 20


def test_the_story_holds(week: ActualWeek, farida: Actor, officer: Actor, line: CarePackageLine) -> None:
    save(farida, week, filled(line, "21", hospital("21", "Week 1. SECRET WORDS")))
    submit(farida, week)
    commands.accept(actor=officer, case_id=week.pk, task_id=care.turn(week.pk).pk, key=make.key())
    events = Event.objects.filter(stream=f"case:{week.pk}").order_by("seq")
    assert [each.kind.rpartition(".")[2] for each in events] == ["open", "generate", "save", "submit", "accept"]
    assert all("SECRET" not in each.body for each in events)
    assert verify().findings == []


def _deliver(week: ActualWeek) -> None:
    """What follows the saves of a week, as a worker does it; it comes again and again and does nothing twice."""
    for row in Outbox.objects.filter(topic="actuals.raised", payload__case=week.pk).order_by("pk"):
        ask(row.payload, row.key)
