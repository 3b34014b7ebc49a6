"""Files of recorded visits, at once: two of one provider, one beside a person who saves, and one beside Generate."""

from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest

from tests import care
from tests import factories as make
from tests.concurrency.racing import race
from tests.concurrency.test_actuals_races import all_is_well
from tests.councils import served
from tests.db.test_recorded_visits import figures, started, visit
from workflows.actuals import commands as weeks
from workflows.actuals.entry import FilledRow
from workflows.actuals.filling import Conflicts, Filled
from workflows.actuals.models import ActualWeek, RecordedVisit
from workflows.actuals.visits import boxes, staging
from workflows.engine import door
from workflows.engine.errors import Busy
from workflows.parties.actor import Actor
from workflows.parties.models import Service
from workflows.register.imports import commands
from workflows.register.models import CarePackageLine, ImportRun

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
D = Decimal
TIMES = 3
DAILY = (("0.75", (0, 1, 2, 3, 4, 5, 6), 1),)
#: 45 minutes on Monday alone, and on Sunday alone: no other day has a visit.
MONDAY, SUNDAY = ["0.75", *["0"] * 6], [*["0"] * 6, "0.75"]


@pytest.fixture(autouse=True)
def bedford() -> Iterator[None]:
    with served("bedford"):
        yield


@pytest.fixture
def home(bedford: None) -> Service:
    return care.provider("home_care")[1]


@pytest.fixture
def lines(home: Service) -> list[CarePackageLine]:
    level = care.level("home_care_standard", group="home_care")
    return [care.line(home, level, "5.25", visits=DAILY) for _ in range(2)]


@pytest.fixture
def person(home: Service) -> Actor:
    return make.actor(make.provider_user(home.organisation, role="main_user"))


def officer() -> Actor:
    return make.actor(make.staff_user(care.payments_team()))


def update(who: Actor, run: ImportRun) -> Any:
    return partial(commands.update_system, actor=who, run_id=run.pk)


def two_files_at_once(lines: list[CarePackageLine], person: Actor) -> list[Any]:
    """The provider's file has a line's Monday, the council's another line's Sunday, and both have each other's visits
    of the week before, the other way round."""
    care.opened(lines[0].service)
    before = [visit(each, -7, ref=f"before {number}") for number, each in enumerate(lines)]
    mine = started(person, *before, visit(lines[0], 0, ref="monday"))
    theirs = started(officer(), *before[::-1], visit(lines[1], 6, carer="C31", ref="sunday"))
    runs = [update(person, mine), update(officer(), theirs)]
    return [again() if isinstance(each, Busy) else each for each, again in zip(race(runs), runs, strict=True)]


@pytest.mark.parametrize("_time", range(TIMES))
def test_two_files_of_one_provider_fill_the_week_with_both(
    lines: list[CarePackageLine], person: Actor, _time: int
) -> None:
    results = two_files_at_once(lines, person)
    assert [each.status for each in results] == ["done", "done"], results
    assert [figures(each) for each in lines] == [[MONDAY], [SUNDAY]]
    assert RecordedVisit.objects.count() == 4
    all_is_well()


def test_without_the_locks_one_file_would_not_know_of_the_other(
    lines: list[CarePackageLine], person: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control of the test above: both have read the weeks before either writes."""
    both, read = Barrier(2, timeout=5), boxes.recorded

    def then_waits(*said: Any, **more: Any) -> boxes.Recorded:
        found = read(*said, **more)
        if more.get("staged"):
            _wait(both)
        return found

    care.opened(lines[0].service)
    runs = [
        update(person, started(person, visit(lines[0], 0))),
        update(officer(), started(officer(), visit(lines[1], 6))),
    ]
    for name in ("ALONE", "LOCK_WEEKS"):
        monkeypatch.setattr(staging, name, "SELECT 1")
    monkeypatch.setattr(boxes, "recorded", then_waits)
    race(runs)
    assert [figures(each) for each in lines] != [[MONDAY], [SUNDAY]]


def _wait(both: Barrier) -> None:
    try:
        both.wait()
    except BrokenBarrierError:
        return


@pytest.mark.parametrize("_time", range(TIMES))
def test_a_file_beside_a_person_who_saves_fills_what_they_left(
    lines: list[CarePackageLine], person: Actor, _time: int
) -> None:
    """Whoever is slower knows what the other did: the file leaves what was typed, or the person is shown both."""
    line = lines[0]
    week, stored = care.opened(line.service), care.of_line(line)
    typed = [Filled(stored.pk, stored.version, (FilledRow(1, (D("0.5"), *[D("0.75")] * 6)),))]
    run = started(person, visit(line, 0), visit(line, 1, took=31))
    save = partial(weeks.save, actor=person, case_id=week.pk, task_id=care.turn(week.pk).pk, filled=typed,
                   key=make.key())  # fmt: skip
    saved, imported = race([save, update(person, run)])
    imported = update(person, run)() if isinstance(imported, Busy) else imported
    assert isinstance(saved, door.Outcome | Conflicts | Busy), saved
    assert imported.status == "done", imported
    monday = "0.5" if isinstance(saved, door.Outcome) else "0.75"
    assert figures(line)[0][:2] == [monday, "0.5"]
    assert care.of_line(line).version == 2 + isinstance(saved, door.Outcome)
    all_is_well()


@pytest.mark.parametrize("_time", range(TIMES))
def test_a_week_that_is_generated_meanwhile_has_its_visits(
    lines: list[CarePackageLine], person: Actor, _time: int
) -> None:
    week: ActualWeek = care.opened(lines[0].service, generated=False)
    generate = partial(weeks.generate, actor=person, case_id=week.pk, task_id=care.turn(week.pk).pk, key=make.key())
    run = started(person, *(visit(each, day, carer=f"C{each.pk}") for day, each in zip((0, 6), lines, strict=True)))
    runs = [generate, update(person, run)]
    results = [again() if isinstance(each, Busy) else each for each, again in zip(race(runs), runs, strict=True)]
    assert isinstance(results[0], door.Outcome), results
    assert results[1].status == "done", results
    assert [figures(each) for each in lines] == [[MONDAY], [SUNDAY]]
    all_is_well()
