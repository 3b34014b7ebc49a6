"""Weeks of actuals in the course of time: opened on their Monday, moved, closed when empty, taken at their cut-off."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest

from tests import care
from tests import factories as make
from tests.care import WEEK
from tests.councils import another_council, served
from workflows.actuals import opening
from workflows.actuals.models import ActualWeek, LineWeek
from workflows.actuals.rules import State
from workflows.council.profile import current
from workflows.engine import moment
from workflows.engine.calendar import LONDON
from workflows.engine.models import Case, Task
from workflows.engine.replaying import check
from workflows.engine.verify import verify
from workflows.parties.models import Service
from workflows.register.models import CarePackageLine, LineSuspension

pytestmark = pytest.mark.django_db
UNTIL = datetime(2025, 2, 27, 12, 0, tzinfo=LONDON)
MORNING = datetime(2025, 2, 17, 2, 0, tzinfo=LONDON)


@pytest.fixture
def bradford() -> Iterator[None]:
    with served("bradford"):
        yield


@pytest.fixture
def patch(bradford: None) -> Iterator[pytest.MonkeyPatch]:
    """Changes of the council's profile; taken back before the council itself is."""
    with pytest.MonkeyPatch.context() as made:
        yield made


@pytest.fixture
def home(bradford: None) -> Service:
    return care.provider("supported_living")[1]


@pytest.fixture
def line(home: Service) -> CarePackageLine:
    return care.line(home, care.level("shared_support", group="supported_living"), start=WEEK)


def states() -> list[tuple[date, str]]:
    return list(ActualWeek.objects.order_by("week", "lot").values_list("week", "case__state"))


def test_on_its_monday_each_service_and_lot_has_its_week_and_only_once(home: Service, line: CarePackageLine) -> None:
    care.line(home, line.service_level, lot="Lot 2")
    care.line(make.service(home.organisation, group="home_support"), care.level("a_home", group="home_support"))
    with moment.at(MORNING - timedelta(hours=3)):
        assert opening.open_weeks() == 1  # the lot's line is older; the week before is before the first one
    with moment.at(MORNING):
        assert opening.open_weeks() == 2
        assert opening.open_weeks() == 0
    found = ActualWeek.objects.filter(week=WEEK).order_by("lot").values_list("service_id", "lot")
    assert list(found) == [(home.pk, ""), (home.pk, "Lot 2")]
    assert Task.objects.filter(process__actual_week__week=WEEK, finished=None, node="record").count() == 2


def test_a_line_that_has_ended_and_one_of_no_kind_open_nothing(home: Service, line: CarePackageLine) -> None:
    CarePackageLine.objects.update(end=WEEK + timedelta(days=6))
    with moment.at(MORNING + timedelta(weeks=2)):
        assert opening.open_weeks() == 0
    with moment.at(MORNING + timedelta(weeks=1)):
        assert opening.open_weeks() == 1  # the one that the line was still there in
    assert line.service_id == home.pk


def test_every_week_from_a_day_on_is_opened_when_asked(line: CarePackageLine) -> None:
    with moment.at(MORNING + timedelta(weeks=3)):
        assert opening.open_weeks(since=WEEK + timedelta(days=2)) == 4
    assert [week for week, _ in states()] == [line.start + number * timedelta(weeks=1) for number in range(4)]


def test_before_its_first_week_nothing_is_opened(line: CarePackageLine) -> None:
    actuals = current().actuals
    assert actuals is not None
    first = next(each.first_week for each in actuals.go_live if each.service_group == "supported_living")
    assert opening.places(actuals, first - timedelta(weeks=1)) == []
    CarePackageLine.objects.filter(pk=line.pk).update(start=first - timedelta(weeks=9))
    assert opening.places(actuals, first) == [(line.service_id, "")]


def test_a_week_of_a_line_that_is_suspended_throughout_is_closed_after_it(line: CarePackageLine) -> None:
    LineSuspension.objects.create(line=line, start=WEEK, end=WEEK + timedelta(days=6))
    with moment.at(MORNING):
        opening.open_weeks()
        assert opening.close_empty() == 0
    with moment.at(MORNING + timedelta(weeks=1)):
        opening.open_weeks()
        assert opening.close_empty() == 1
        assert opening.close_empty() == 0
        assert check().differences == []
        assert verify().findings == []
    assert [state for _, state in states()] == [State.EMPTY, State.RECORDING]
    case = Case.objects.get(actual_week__week=WEEK)
    assert case.finished is not None


def test_a_week_that_nobody_generated_is_generated_and_not_called_empty(line: CarePackageLine) -> None:
    with moment.at(MORNING):
        opening.open_weeks()
    with moment.at(MORNING + timedelta(weeks=1)):
        assert opening.close_empty() == 0
    assert LineWeek.objects.filter(line=line, week=WEEK).count() == 1


def test_an_announced_exception_moves_the_open_turn(line: CarePackageLine, patch: pytest.MonkeyPatch) -> None:
    with moment.at(MORNING):
        opening.open_weeks()
        assert opening.move_cut_offs() == 0
        _announce(patch, UNTIL)
        assert opening.move_cut_offs() == 1
        assert opening.move_cut_offs() == 0
    week = ActualWeek.objects.get(week=WEEK, service=line.service)
    assert week.cut_off == UNTIL
    assert care.turn(week.pk).due_at == week.cut_off


def _announce(patch: pytest.MonkeyPatch, until: datetime) -> None:
    whole = current().model_dump()
    whole["actuals"]["cut_off"]["moved"] = ({"week": WEEK, "until": until.replace(tzinfo=None)},)
    another_council(patch, {}, whole=whole)


def test_where_a_save_is_a_submission_the_week_is_taken_at_its_cut_off(
    line: CarePackageLine, patch: pytest.MonkeyPatch
) -> None:
    another_council(patch, {"actuals": {"submit_mode": "on_save"}})
    with moment.at(MORNING):
        week = care.opened(line.service)
    assert week.cut_off is not None
    with moment.at(week.cut_off - timedelta(minutes=1)):
        assert opening.take_due() == 0
    with moment.at(week.cut_off):
        assert opening.take_due() == 1
        assert opening.take_due() == 0
    assert Case.objects.get(pk=week.pk).state == State.SUBMITTED


def test_where_somebody_must_confirm_nothing_is_taken(line: CarePackageLine) -> None:
    with moment.at(MORNING):
        week = care.opened(line.service)
    with moment.at(MORNING + timedelta(weeks=9)):
        assert opening.take_due() == 0
    assert Case.objects.get(pk=week.pk).state == State.RECORDING


def test_without_confirmation_only_what_is_as_planned_is_taken(
    line: CarePackageLine, patch: pytest.MonkeyPatch
) -> None:
    another_council(patch, {"actuals": {"confirm_unchanged": False}})
    differing = care.line(make.service(line.service.organisation, group="supported_living"), line.service_level)
    with moment.at(MORNING):
        same, other = care.opened(line.service), care.opened(differing.service)
    LineWeek.objects.filter(line=differing).update(differs=True)
    with moment.at(MORNING + timedelta(weeks=2)):
        assert opening.take_due() == 1
    assert Case.objects.get(pk=same.pk).state == State.SUBMITTED
    assert Case.objects.get(pk=other.pk).state == State.RECORDING


def test_a_council_without_the_module_has_nothing_to_do() -> None:
    assert opening.tend() == {"opened": 0, "moved": 0, "closed": 0, "taken": 0}
    assert ActualWeek.objects.count() == 0
