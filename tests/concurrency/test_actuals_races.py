"""Weeks of actuals, at once: two people in one week, the provider beside the council, the schedule beside itself."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from tests import care
from tests import factories as make
from tests.concurrency.racing import race
from tests.councils import served
from workflows.actuals import commands
from workflows.actuals.entry import Absence, FilledRow, read
from workflows.actuals.filling import Conflicts, Filled
from workflows.actuals.models import ActualWeek, LineWeek, LineWeekVersion, Standing
from workflows.actuals.rules import State
from workflows.engine import door
from workflows.engine.errors import Busy, Refused, Stale
from workflows.engine.models import Case, Event
from workflows.engine.recounting import differences
from workflows.engine.verify import verify
from workflows.parties.actor import Actor
from workflows.parties.selectors import system_actor

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
AT_ONCE = 6
TIMES = 3


@pytest.fixture(autouse=True)
def bradford() -> Iterator[None]:
    with served("bradford"):
        yield


@pytest.fixture
def week(bradford: None) -> ActualWeek:
    """A week of two lines, generated."""
    _, home = care.provider("supported_living")
    shared = care.level("shared_support", group="supported_living")
    for _ in range(2):
        care.line(home, shared)
    return care.opened(home)


def person(week: ActualWeek) -> Actor:
    return make.actor(make.provider_user(week.service.organisation, role="main_user"))


def officer() -> Actor:
    return make.actor(make.staff_user("fss_payments"))


def lines(week: ActualWeek) -> list[LineWeek]:
    return list(LineWeek.objects.filter(case=week.pk).order_by("line_id"))


def call(verb: Callable[..., Any], who: Actor, week: ActualWeek, **said: Any) -> Callable[[], Any]:
    return partial(verb, actor=who, case_id=week.pk, task_id=care.turn(week.pk).pk, key=make.key(), **said)


def away(week: ActualWeek, number: int = 0) -> list[Filled]:
    """A line in hospital, from the page as it is now."""
    row = lines(week)[number]
    absent = Absence("frustrated", Decimal(21), "hospital", None, "Week 1")
    return [Filled(row.pk, row.version, (FilledRow(1, (Decimal(21),), (absent,)),))]


def did(results: list[Any]) -> int:
    return sum(isinstance(each, door.Outcome) and not each.repeated for each in results)


def all_is_well() -> None:
    assert verify().findings == []
    assert differences() == []


def saves_at_once(week: ActualWeek) -> list[Any]:
    return race([call(commands.save, person(week), week, filled=away(week)) for _ in range(AT_ONCE)])


def test_of_people_who_save_one_line_at_once_one_wins_and_the_others_are_told(week: ActualWeek) -> None:
    results = saves_at_once(week)
    assert did(results) == 1, results
    assert all(isinstance(each, door.Outcome | Conflicts | Busy) for each in results), results
    assert any(isinstance(each, Conflicts) for each in results), results
    assert lines(week)[0].version == 2
    all_is_well()


def test_without_the_lock_more_than_one_would_win(without_nets: None, week: ActualWeek) -> None:
    """The negative control of the test above."""
    assert did(saves_at_once(week)) > 1


BEFORE: Mapping[str, Sequence[str]] = {"submit": (), "accept": ("submit",), "pay": ("submit", "accept")}


def said_at_once(week: ActualWeek, verb: str) -> list[Any]:
    """So many people who submit a week, accept it or pay it, all at the same moment."""
    for each in BEFORE[verb]:
        said(week, each)()
    return race([said(week, verb) for _ in range(AT_ONCE)])


def said(week: ActualWeek, verb: str) -> Callable[[], Any]:
    if verb == "submit":
        return call(commands.submit, person(week), week, reviewed=True)
    return call(commands.accept, officer(), week) if verb == "accept" else call(commands.pay, system_actor(), week)


@pytest.mark.parametrize("verb", BEFORE)
def test_a_week_is_submitted_accepted_and_paid_once(week: ActualWeek, verb: str) -> None:
    results = said_at_once(week, verb)
    assert did(results) == 1, results
    assert all(isinstance(each, door.Outcome | Stale | Busy) for each in results), results
    all_is_well()


@pytest.mark.parametrize("verb", BEFORE)
def test_without_the_lock_it_would_be_more_than_once(without_nets: None, week: ActualWeek, verb: str) -> None:
    """The negative control of the test above."""
    assert did(said_at_once(week, verb)) > 1


def test_people_who_save_different_lines_at_once_keep_both(week: ActualWeek) -> None:
    saves = [call(commands.save, person(week), week, filled=away(week, number)) for number in range(2)]
    results = race(saves)
    for each, again in zip(results, saves, strict=True):
        if isinstance(each, Busy):
            again()
    assert [each.version for each in lines(week)] == [2, 2], results
    all_is_well()


@pytest.mark.parametrize("_time", range(TIMES))
def test_a_week_submitted_beside_a_save_is_submitted_as_it_stands(week: ActualWeek, _time: int) -> None:
    saved, submitted = race(
        [
            call(commands.save, person(week), week, filled=away(week)),
            call(commands.submit, person(week), week, reviewed=True),
        ]
    )
    if isinstance(submitted, Busy):
        submitted = call(commands.submit, person(week), week, reviewed=True)()
    assert isinstance(submitted, door.Outcome), submitted
    assert isinstance(saved, door.Outcome | Stale | Busy), saved
    first = lines(week)[0]
    kept = LineWeekVersion.objects.get(line_week=first)
    assert (first.standing, first.rows) == (Standing.SUBMITTED, kept.rows)
    assert bool(read(kept.rows)[0].absent) is isinstance(saved, door.Outcome)
    all_is_well()


@pytest.mark.parametrize("_time", range(TIMES))
def test_what_is_accepted_is_what_was_seen_though_it_is_being_changed(week: ActualWeek, _time: int) -> None:
    call(commands.submit, person(week), week, reviewed=True)()
    seen = Case.objects.get(pk=week.pk).version
    accepted, changed = race(
        [
            call(commands.accept, officer(), week, version=seen),
            call(commands.change, person(week), week, filled=away(week)),
        ]
    )
    assert did([accepted, changed]) >= 1, (accepted, changed)
    assert all(isinstance(each, door.Outcome | Stale | Busy) for each in (accepted, changed)), (accepted, changed)
    first, second = lines(week)
    if isinstance(changed, door.Outcome):
        assert first.standing == Standing.SUBMITTED  # nobody has seen it yet
        assert not isinstance(accepted, door.Outcome) or second.standing == Standing.PAYABLE
    else:
        assert {first.standing, second.standing} == {Standing.PAYABLE}
        assert not read(first.rows)[0].absent
    all_is_well()


@pytest.mark.parametrize("_time", range(TIMES))
def test_two_officers_who_accept_a_line_each_have_checked_the_week(week: ActualWeek, _time: int) -> None:
    call(commands.submit, person(week), week, reviewed=True)()
    accepting = [call(commands.accept, officer(), week, lines=[each.pk]) for each in lines(week)]
    results = race(accepting)
    for each, again in zip(results, accepting, strict=True):
        if isinstance(each, Busy):
            again()
    assert {each.standing for each in lines(week)} == {Standing.PAYABLE}, results
    assert Case.objects.get(pk=week.pk).state == State.CHECKED
    all_is_well()


def test_generating_many_times_at_once_makes_each_line_once(bradford: None) -> None:
    _, home = care.provider("supported_living")
    shared = care.level("shared_support", group="supported_living")
    made = [care.line(home, shared) for _ in range(3)]
    week = care.opened(home, generated=False)
    results = race([call(commands.generate, person(week), week) for _ in range(AT_ONCE)])
    assert all(isinstance(each, door.Outcome | Busy) for each in results), results
    assert did(results) >= 1, results
    assert [(each.line_id, each.version) for each in lines(week)] == [(each.pk, 1) for each in made]
    all_is_well()


def test_a_week_opened_many_times_at_once_is_one(bradford: None) -> None:
    _, home = care.provider("supported_living")
    make.load_teams()
    system = system_actor()
    opening = partial(commands.open_week, actor=system, service_id=home.pk, week=care.WEEK)
    results = race([partial(opening, key=make.key()) for _ in range(AT_ONCE)])
    assert did(results) == 1, results
    assert all(isinstance(each, door.Outcome) or each.code == "open" for each in results), results
    key = make.key()
    again = [partial(commands.open_week, actor=system, service_id=home.pk, week=care.WEEK, lot="2", key=key)] * AT_ONCE
    results = race(again)
    assert {each.case_id for each in results if isinstance(each, door.Outcome)} == {
        ActualWeek.objects.get(lot="2").pk
    }, results
    assert did(results) == 1
    assert ActualWeek.objects.count() == Case.objects.filter(kind="actuals").count() == 2
    all_is_well()


@pytest.mark.parametrize("_time", range(TIMES))
def test_a_week_is_paid_or_changed_and_never_both(week: ActualWeek, _time: int) -> None:
    call(commands.submit, person(week), week, reviewed=True)()
    call(commands.accept, officer(), week)()
    paid, changed = race(
        [call(commands.pay, system_actor(), week), call(commands.change, person(week), week, filled=away(week))]
    )
    assert did([paid, changed]) == 1, (paid, changed)
    assert all(isinstance(each, door.Outcome | Refused) for each in (paid, changed)), (paid, changed)
    standing = {each.standing for each in lines(week)}
    if isinstance(paid, door.Outcome):
        assert standing == {Standing.PAID}
        assert not any(read(each.rows)[0].absent for each in lines(week))
    else:
        assert Standing.PAID not in standing
    assert Event.objects.filter(case_id=week.pk, kind="actuals.pay").count() == isinstance(paid, door.Outcome)
    all_is_well()
