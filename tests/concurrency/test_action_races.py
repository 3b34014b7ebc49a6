"""Actions, at once: one notice of a death, one effect of a click, and closing, taking back and ending a line in any
order."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from tests import factories as make
from tests.concurrency.racing import race
from workflows.actions import batches, commands
from workflows.actions.models import Action, Post
from workflows.actions.reactions import end_closed
from workflows.actions.rules import Asked, State
from workflows.engine import batches as engine_batches
from workflows.engine import door, moment
from workflows.engine.errors import Busy, Refused, Stale
from workflows.engine.models import Case, Event, Outbox, Task
from workflows.engine.recounting import differences
from workflows.engine.verify import verify
from workflows.parties.actor import Actor
from workflows.register import commands as register
from workflows.register.models import CarePackageLine, PaymentHold

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
AT_ONCE = 8
TIMES = 5


@pytest.fixture
def line() -> CarePackageLine:
    return make.line()


@pytest.fixture
def james(line: CarePackageLine) -> Actor:
    return make.actor(make.provider_user(line.service.organisation))


def death(line: CarePackageLine) -> Asked:
    day = moment.today() - timedelta(days=1)
    return Asked("death", "client", line.client_id, None, "service_brokerage", "Sad news", "Yesterday.", since=day)


def query(line: CarePackageLine) -> Asked:
    return replace(death(line), type="query", since=None)


def opening(who: Actor, asked: Asked, key: str = "") -> Callable[[], Any]:
    return partial(commands.open_action, actor=who, asked=asked, key=key or make.key())


def turn(case_id: int) -> Task:
    return Task.objects.get(process=case_id, finished=None)


def call(verb: str, who: Actor, case_id: int, key: str = "") -> Callable[[], Any]:
    common = {"actor": who, "case_id": case_id, "task_id": turn(case_id).pk, "text": "Words", "key": key or make.key()}
    return partial(getattr(commands, verb), **common)


def did(results: list[Any]) -> int:
    return sum(isinstance(each, door.Outcome) and not each.repeated for each in results)


def all_is_well() -> None:
    assert verify().findings == []
    assert differences() == []


def notices_at_once(line: CarePackageLine) -> list[Any]:
    """Several people of a provider tell the same death at the same moment, of a client whose line is over."""
    CarePackageLine.objects.filter(pk=line.pk).update(end=moment.today() - timedelta(days=30))
    people = [make.actor(make.provider_user(line.service.organisation)) for _ in range(AT_ONCE)]
    return race([opening(each, death(line)) for each in people])


def test_a_death_told_eight_times_at_once_is_one_notice(line: CarePackageLine) -> None:
    results = notices_at_once(line)
    assert did(results) == 1, results
    assert sum(isinstance(each, Refused) and each.code == "duplicate" for each in results) == AT_ONCE - 1, results
    assert Action.objects.count() == 1
    all_is_well()


def test_without_the_lock_on_the_client_a_death_would_be_told_more_than_once(
    monkeypatch: pytest.MonkeyPatch, line: CarePackageLine
) -> None:
    """The negative control of the test above."""
    monkeypatch.setattr("workflows.actions.opening._lock_client", lambda _entity: None)
    assert did(notices_at_once(line)) > 1


def test_a_notice_holds_each_line_once_whoever_tells_it(line: CarePackageLine) -> None:
    make.line(line.service, of=line.client)
    people = [make.actor(make.provider_user(line.service.organisation)) for _ in range(AT_ONCE)]
    assert did(race([opening(each, death(line)) for each in people])) == 1
    assert sorted(PaymentHold.objects.values_list("line_id", flat=True)) == sorted(
        CarePackageLine.objects.filter(client=line.client).values_list("pk", flat=True)
    )
    all_is_well()


def test_one_form_sent_eight_times_is_one_action_and_one_comment(line: CarePackageLine, james: Actor) -> None:
    results = race([opening(james, query(line), make.key())] * AT_ONCE)
    assert [type(each) for each in results] == [door.Outcome] * AT_ONCE, results
    case = Case.objects.get()
    results = race([call("comment", james, case.pk)] * AT_ONCE)
    assert [type(each) for each in results] == [door.Outcome] * AT_ONCE, results
    assert Post.objects.count() == Action.objects.get().posts_count == 2
    all_is_well()


def test_comments_of_eight_people_are_eight_and_of_eight_replies_one(line: CarePackageLine, james: Actor) -> None:
    case = opening(james, query(line))().case_id
    people = [make.actor(make.provider_user(line.service.organisation)) for _ in range(AT_ONCE)]
    results = race([call("comment", each, case) for each in people])
    assert did(results) + sum(isinstance(each, Busy) for each in results) == AT_ONCE, results
    assert Action.objects.get().posts_count == Post.objects.count() == 1 + did(results)
    results = race([call("reply", make.actor(make.staff_user()), case) for _ in range(AT_ONCE)])
    assert did(results) == 1, results
    assert sum(isinstance(each, Stale) for each in results) == AT_ONCE - 1, results
    all_is_well()


@pytest.mark.parametrize("_time", range(TIMES))
def test_closing_ending_a_line_and_taking_back_at_once_leave_one_story(
    line: CarePackageLine, james: Actor, _time: int
) -> None:
    """Closed only when the line has ended or nothing is held any more; nobody waits for another crosswise."""
    priya, fay = make.actor(make.staff_user()), make.actor(make.staff_user("fes_admin"))
    case = opening(james, death(line))().case_id
    ending = partial(
        register.end_line,
        actor=priya,
        line_id=line.pk,
        version=None,
        end=moment.today() - timedelta(days=1),
        reason="Death",
    )
    results = race([call("take_back", james, case), ending, call("take_back", priya, case)])
    assert did(results) == 1, results
    assert isinstance(results[1], CarePackageLine), results
    assert PaymentHold.objects.filter(lifted_at=None).count() == 0
    results = race([call("close", fay, case), call("keep_open", fay, case), call("comment", james, case)])
    assert did(results) == 1, results
    all_is_well()


@pytest.mark.parametrize("_time", range(TIMES))
def test_a_notice_is_not_closed_beside_a_line_that_goes_on_again(
    line: CarePackageLine, james: Actor, _time: int
) -> None:
    """The end of a line is corrected while somebody closes: whoever is first decides what the other finds."""
    priya, fay = make.actor(make.staff_user()), make.actor(make.staff_user("fes_admin"))
    case = opening(james, death(line))().case_id
    day = moment.today() - timedelta(days=1)
    end = partial(register.end_line, actor=priya, line_id=line.pk, version=None, reason="Death")
    end(end=day)
    call("ask_for_closure", priya, case)()
    later = partial(end, end=day + timedelta(days=30))
    closed, ended = race([call("close", fay, case), later])
    assert isinstance(ended, CarePackageLine), ended
    assert isinstance(closed, door.Outcome) or closed.code in {"held", "busy"}, closed
    if isinstance(closed, door.Outcome):
        closing = Event.objects.get(case_id=case, kind="action.close")
        told = Event.objects.filter(stream=f"line:{line.pk}", kind="line.ended").latest("seq")
        assert closing.at < told.at or closing.pk < told.pk
    all_is_well()


@pytest.mark.parametrize("_time", range(TIMES))
def test_a_lapse_and_a_reopening_at_once_are_one_of_them(line: CarePackageLine, james: Actor, _time: int) -> None:
    fay = make.actor(make.staff_user("fes_admin"))
    case = opening(james, query(line))().case_id
    call("request_closure", james, case)()
    call("close", fay, case)()
    later = Outbox.objects.get(topic=commands.WINDOW_OVER)
    lapsing = [partial(end_closed, later.payload, later.key) for _ in range(3)]
    results = race([*lapsing, call("reopen", james, case)])
    found = Case.objects.get(pk=case)
    reopened = isinstance(results[-1], door.Outcome)
    assert results[:3] == [None] * 3 or all(isinstance(each, Busy) for each in results[:3] if each), results
    assert (found.finished is None, found.state) == (reopened, State.COUNCIL if reopened else State.CLOSED)
    lapsed = Event.objects.filter(case_id=case, kind="action.lapse").count()
    assert lapsed == (0 if reopened else 1)
    all_is_well()


def test_one_batch_begun_and_worked_on_by_many_is_one_action_for_each_provider() -> None:
    priya, ids = make.actor(make.staff_user()), [make.organisation().pk for _ in range(6)]
    asked = Asked("information", "provider", None, None, "service_brokerage", "Fees", "From April.")
    begin = partial(
        batches.send_to_many,
        actor=priya, asked=asked, organisation_ids=ids, sender="", file_ids=[], key=make.key(),
    )  # fmt: skip
    begun = race([begin] * 4)
    assert len({each.pk for each in begun}) == 1, begun
    race([partial(engine_batches.run_slice, begun[0].pk, 0)] * 4)
    assert sorted(Case.objects.values_list("organisation_id", flat=True)) == sorted(ids)
    assert Post.objects.count() == len(ids)
    all_is_well()
