"""Bulk changes of turns: what would happen, one batch that does it, and one mail to whom work was handed."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories as make
from tests.db.test_turns import again, hand, rejected, team
from workflows.engine import batches, moment, turns
from workflows.engine.errors import Forbidden, KeyReused, NotFound, Refused
from workflows.engine.models import Batch, Event, Outbox, Task
from workflows.engine.turns import bulk
from workflows.parties.actor import Actor

pytestmark = pytest.mark.django_db
BECAUSE = {"reason": "They know these homes."}


@pytest.fixture
def priya() -> Actor:
    return make.actor(make.staff_user(name="Priya Raman"))


@pytest.fixture
def tom() -> Actor:
    return make.actor(make.staff_user(name="Tom Bullard"))


def run(batch: Batch) -> dict[int, tuple[str, str]]:
    """Let a worker do it all; what became of each."""
    while row := Outbox.objects.filter(topic="batch", done_at=None).first():
        batches.run_slice(row.payload["batch"], row.payload["slice"])
        row.delete()
    return {item.target: (item.result, item.message) for item in batch.items.all()}


def told(batch: Batch) -> list[dict[str, Any]]:
    rows = Outbox.objects.filter(topic="notify", payload__kind__startswith="turn.").order_by("pk")
    return [row.payload for row in rows]


def ids(*tasks: Task) -> list[int]:
    return [task.pk for task in tasks]


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("claim", {}),
        ("hand_over", {"team": "procurement", **BECAUSE}),
        ("hand_over", {"user": True, **BECAUSE}),
        ("prioritise", {"priority": 1, **BECAUSE}),
        ("follow_up", {"day": 3}),
    ],
)
def test_what_is_foretold_is_what_happens(priya: Actor, tom: Actor, verb: bulk.Verb, words: dict[str, Any]) -> None:
    """Free, one's own, a colleague's, another team's, over, and unknown: each as the preview said."""
    words = _resolved(words)
    free, own, colleagues, elsewhere, over = (rejected() for _ in range(5))
    turns.claim(actor=priya, task_id=own.pk, key=make.key())
    turns.claim(actor=tom, task_id=colleagues.pk, key=make.key())
    hand(priya, elsewhere, team_id=team("fes_admin").pk)
    Outbox.objects.all().delete()
    Task.objects.filter(pk=over.pk).update(finished=moment.now(), status="DONE")
    wanted = [*ids(free, own, colleagues, elsewhere, over), 999_999]
    said = bulk.preview(priya, verb, wanted, words)
    assert [each.task_id for each in said] == wanted
    assert [each.will for each in said] == [True, verb != "claim", False, False, False, False]
    assert all(bool(each.why) is not each.will for each in said)
    batch = bulk.start(priya, verb, wanted, words, make.key())
    became = run(batch)
    assert [became[each.task_id][0] == "done" for each in said] == [each.will for each in said]
    for each in said[:4]:
        assert each.will or became[each.task_id][1] == each.why, each
    progress = batches.progress(batch)
    assert (progress.total, progress.waiting) == (6, 0)


def test_the_same_key_is_the_same_batch_and_other_words_are_refused(priya: Actor) -> None:
    task = rejected()
    key = make.key()
    first = bulk.start(priya, "claim", ids(task), {}, key)
    assert bulk.start(priya, "claim", ids(task), {}, key) == first
    assert Batch.objects.count() == 1
    with pytest.raises(KeyReused):
        bulk.start(priya, "claim", ids(rejected()), {}, key)
    run(first)
    assert bulk.start(priya, "claim", ids(task), {}, key) == first
    assert Event.objects.filter(case_id=task.process_id, kind__endswith=".claim").count() == 1


def test_many_handed_over_are_one_notice_with_a_count(priya: Actor, tom: Actor) -> None:
    tasks = [rejected() for _ in range(3)]
    batch = bulk.start(priya, "hand_over", ids(*tasks), {"user": tom.user_id, **BECAUSE}, make.key())
    run(batch)
    (notice,) = told(batch)
    assert (notice["kind"], notice["figures"]) == ("turn.handed_many", {"count": 3})
    assert (notice["audience"], notice["reference"]) == ({"user": tom.user_id}, tasks[0].reference)
    assert {again(each).owner_id for each in tasks} == {tom.user_id}


def test_a_team_is_told_once_as_well_and_one_turn_is_told_as_one(priya: Actor) -> None:
    task = rejected()
    batch = bulk.start(priya, "hand_over", ids(task), {"team": team("procurement").pk, **BECAUSE}, make.key())
    run(batch)
    (notice,) = told(batch)
    assert notice["kind"] == "turn.handed_over"
    assert notice["audience"] == {"team": team("procurement").pk, "role": None}


def test_when_nothing_was_handed_over_nobody_is_told(priya: Actor, tom: Actor) -> None:
    task = rejected()
    turns.claim(actor=tom, task_id=task.pk, key=make.key())
    batch = bulk.start(priya, "hand_over", ids(task), {"team": team("procurement").pk, **BECAUSE}, make.key())
    assert run(batch)[task.pk][0] == "refused"
    assert told(batch) == []


def test_the_preview_asks_as_often_for_one_as_for_many(priya: Actor, tom: Actor) -> None:
    words = {"user": tom.user_id, **BECAUSE}
    asked = []
    for tasks in ([rejected()], [rejected() for _ in range(6)]):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            bulk.preview(priya, "hand_over", ids(*tasks), words)
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 6


@pytest.mark.parametrize(
    ("verb", "count", "words", "code"),
    [
        ("claim", 0, {}, "none_chosen"),
        ("claim", bulk.MOST + 1, {}, "too_many"),
        ("prioritise", 1, {"priority": 1, "reason": " "}, "reason_missing"),
        ("hand_over", 1, {"user": 1}, "reason_missing"),
    ],
)
def test_a_bulk_change_that_cannot_begin(priya: Actor, verb: bulk.Verb, count: int, words: Any, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        bulk.start(priya, verb, range(count), words, make.key())
    assert refusal.value.code == code
    assert not Batch.objects.exists()


def test_who_and_whom_must_exist(priya: Actor) -> None:
    task = rejected()
    provider = make.actor(make.provider_user(task.process.organisation))
    with pytest.raises(Forbidden):
        bulk.preview(provider, "claim", ids(task), {})
    for words in ({"team": 999_999}, {"user": 999_999}, {}):
        with pytest.raises(NotFound):
            bulk.preview(priya, "hand_over", ids(task), {**words, **BECAUSE})


def test_who_may_not_read_the_kind_is_told_of_no_case() -> None:
    task = rejected()
    blind = make.actor(make.staff_user("", duty="administrator"))
    (line,) = bulk.preview(blind, "claim", ids(task), {})
    assert (line.will, line.reference, line.case_id) == (False, "", 0)


def test_who_is_away_is_stood_in_for_in_bulk(priya: Actor, tom: Actor) -> None:
    from workflows.people.absences import set_absence

    lead = make.actor(make.staff_user(role="lead"))
    words = {"user": tom.user_id, **BECAUSE}
    task = rejected()
    today = moment.today()
    set_absence(
        actor=tom, user_id=tom.user_id, substitute_id=priya.user_id, first_day=today, last_day=today + timedelta(days=3)
    )
    assert bulk.preview(lead, "hand_over", ids(task), words)[0].will
    run(bulk.start(lead, "hand_over", ids(task), words, make.key()))
    now = again(task)
    assert (now.owner_id, now.standing_in_for_id) == (priya.user_id, tom.user_id)
    said = bulk.preview(lead, "hand_over", ids(task), words)[0]
    assert (said.will, "has it already" in said.why) == (False, True)


def _resolved(words: dict[str, Any]) -> dict[str, Any]:
    """The words with real ids and days."""
    made = dict(words)
    if "team" in made:
        make.load_teams()
        made["team"] = team(made["team"]).pk
    if "user" in made:
        made["user"] = make.staff_user(name="Cara Lunn").pk
    if "day" in made:
        made["day"] = (moment.today() + timedelta(days=made["day"])).isoformat()
    return made
