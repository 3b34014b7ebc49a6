"""Lists of turns: narrowed, ordered, counted in one query, and read across several teams."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from backoffice.web.paging import page_by_key
from tests import factories as make
from tests.db.test_turns import again, hand, rejected, team
from workflows.engine import moment, selectors, turns
from workflows.engine.models import Case, Task
from workflows.engine.selectors import ORDERS, Narrow
from workflows.parties.actor import Actor
from workflows.parties.models import TeamMember, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def priya() -> Actor:
    return make.actor(make.staff_user(name="Priya Raman"))


def of(actor: Actor) -> Any:
    return selectors.queue(actor, actor.team_ids)


def narrowed(actor: Actor, **by: Any) -> list[int]:
    found = selectors.narrowed(of(actor), Narrow(**by), moment.now())
    return [task.pk for task in found.order_by("pk")]


def change(task: Task, **columns: Any) -> None:
    Task.objects.filter(pk=task.pk).update(**columns)


def test_everything_one_may_read_leaves_out_what_is_kept_from_one(priya: Actor) -> None:
    one, two = rejected(), rejected()
    Case.objects.filter(pk=one.process_id).update(sensitivity="care")
    assert set(selectors.readable(priya).values_list("pk", flat=True)) == {one.pk, two.pk}
    for sensitivities, found in (({"general"}, {two.pk}), ({"care"}, {one.pk, two.pk}), (set(), {two.pk})):
        kept = replace(priya, sensitivities=frozenset(sensitivities))
        assert set(selectors.readable(kept).values_list("pk", flat=True)) == found
        assert set(selectors.cases(kept).values_list("pk", flat=True)) == {
            each.process_id for each in (one, two) if each.pk in found
        }
    nowhere = replace(priya, reads=frozenset())
    assert not selectors.readable(nowhere).exists()


def test_each_filter_keeps_what_fits(priya: Actor) -> None:
    one, two = rejected(), rejected()
    now = moment.now()
    change(one, priority=2, due_at=now - timedelta(hours=1), owner_id=priya.user_id, amount=Decimal(900))
    change(two, at_risk_marked_at=now, due_at=now + timedelta(days=1), amount=Decimal(100))
    assert narrowed(priya) == [one.pk, two.pk]
    assert narrowed(priya, kinds=("contract_document",)) == [one.pk, two.pk]
    assert narrowed(priya, kinds=("other",)) == []
    assert narrowed(priya, nodes=("amend",)) == [one.pk, two.pk]
    assert narrowed(priya, providers=(two.process.organisation_id,)) == [two.pk]
    assert narrowed(priya, services=(one.service_id,)) == [one.pk]
    assert narrowed(priya, owner="nobody") == [two.pk]
    assert narrowed(priya, owner=priya.user_id) == [one.pk]
    assert narrowed(priya, priority=1) == [one.pk]
    assert narrowed(priya, risk="breached") == [one.pk]
    assert narrowed(priya, risk="at_risk") == [two.pk]
    assert narrowed(priya, money=Decimal("100.01")) == [one.pk]
    assert narrowed(priya, owner="nobody", risk="breached") == []


def test_what_waits_for_a_later_day_is_out_of_sight_until_then(priya: Actor) -> None:
    now, later = rejected(), rejected()
    turns.follow_up(actor=priya, task_id=later.pk, day=moment.today() + timedelta(days=2), key=make.key())
    assert narrowed(priya) == [now.pk]
    assert narrowed(priya, waiting="only") == [later.pk]
    assert narrowed(priya, waiting="show") == [now.pk, later.pk]
    with moment.at(moment.now() + timedelta(days=2)):
        assert narrowed(priya) == [now.pk, later.pk]


def test_days_of_opening_are_londons_and_both_included(priya: Actor) -> None:
    task = rejected()
    today = moment.today()
    day = timedelta(days=1)
    assert narrowed(priya, opened_from=today, opened_to=today) == [task.pk]
    assert narrowed(priya, opened_from=today + day) == narrowed(priya, opened_to=today - day) == []


def test_any_number_of_counts_is_one_query_and_stops_at_the_cap(priya: Actor) -> None:
    for _ in range(4):
        rejected()
    lists = {
        "open": of(priya),
        "mine": selectors.my_work(priya),
        "late": selectors.narrowed(of(priya), Narrow(risk="breached"), moment.now()),
        "none": Task.objects.none(),
    }
    with CaptureQueriesContext(connection) as queries:
        assert selectors.counts(lists, cap=2) == {"open": 3, "mine": 0, "late": 0, "none": 0}
    assert len(queries) == 1
    assert selectors.counts({}) == {}


def of_two_teams() -> tuple[Actor, list[Task]]:
    """Somebody of brokerage and procurement, and turns of both, taking turns by their due time."""
    person = User.objects.get(pk=make.staff_user().pk)
    TeamMember.objects.create(user=person, team=team("procurement"))
    actor = make.actor(person)
    tasks = [rejected() for _ in range(6)]
    for number, task in enumerate(tasks):
        if number % 2:
            hand(actor, task, team_id=team("procurement").pk)
        change(task, due_at=moment.now() + timedelta(hours=number), urgency=number)
    return actor, [again(task) for task in tasks]


@pytest.mark.parametrize("values", [True, False])
@pytest.mark.parametrize("order", ["due", "costly"])
def test_turns_of_several_teams_are_paged_like_one_list(order: str, values: bool) -> None:
    actor, tasks = of_two_teams()
    expected = [task.pk for task in (tasks if order == "due" else reversed(tasks))]
    found: list[int] = []
    query = ""
    for _ in range(3):
        rows: Any = selectors.across(actor, sorted(actor.team_ids), Narrow(), moment.now())
        rows = rows.values("id", "due_at", "urgency", "reference") if values else rows
        with CaptureQueriesContext(connection) as queries:
            page = page_by_key(rows, ORDERS[order], QueryDict(query), size=2)
        assert len(queries) == 1
        found += [row["id"] if values else row.pk for row in page.items]
        query = page.next.removeprefix("?")
    assert (found, query) == (expected, "")


def test_only_ones_own_teams_are_read_across(priya: Actor) -> None:
    actor, tasks = of_two_teams()
    both = sorted(actor.team_ids)
    own = selectors.across(priya, both, Narrow(), moment.now()).order_by("due_at", "id")[:10]
    assert {task.pk for task in own} == {task.pk for task in tasks[::2]}
    nobody = make.actor(make.staff_user("payments_residential"))
    assert selectors.across(nobody, both, Narrow(), moment.now()).order_by("due_at", "id")[:10] == []


def test_it_says_why_a_turn_is_first(priya: Actor) -> None:
    assert selectors.why_first(of(priya), "due", moment.now()) is None
    late, costly = rejected(), rejected()
    now = moment.now()
    change(late, due_at=now - timedelta(hours=1), urgency=1)
    change(costly, at_risk_at=now, due_at=now + timedelta(hours=1), urgency=5, priority=2)
    due = selectors.why_first(of(priya), "due", now)
    assert due is not None and (due.breached, due.at_risk, due.alone) == (True, False, False)
    assert due.next_due_at == now + timedelta(hours=1)
    by_cost = selectors.why_first(of(priya), "costly", now)
    assert by_cost is not None and (by_cost.priority, by_cost.at_risk, by_cost.next_urgency) == (2, True, 1)
    change(late, finished=now, status="DONE")
    alone = selectors.why_first(of(priya), "due", now)
    assert alone is not None and alone.alone
