"""Bulk changes: one by one, a result each, nothing twice."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.db import OperationalError

from tests import factories as make
from workflows.engine import batches
from workflows.engine.batches import Item
from workflows.engine.errors import Busy, Refused
from workflows.engine.models import Batch, BatchItem, Outbox
from workflows.parties.actor import Actor
from workflows.parties.models import User

pytestmark = pytest.mark.django_db
DONE: list[tuple[int, str]] = []


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(batches, "_functions", {})
    DONE.clear()
    yield


def declare(function: Any) -> None:
    batches.runs_batch("test.do")(function)


def do(actor: Actor, target: int, parameters: Mapping[str, Any], key: str) -> Item:
    DONE.append((target, key))
    return Item(f"{parameters['verb']} {target}")


def create(targets: list[int], actor: Actor | None = None) -> Batch:
    return batches.create("test.do", actor or make.actor(make.staff_user()), targets, {"verb": "did"})


def run(batch: Batch) -> None:
    """Run slices until none is written down."""
    while row := Outbox.objects.filter(topic="batch", done_at=None).first():
        batches.run_slice(row.payload["batch"], row.payload["slice"])
        row.delete()
    batch.refresh_from_db()


def results(batch: Batch) -> dict[int, tuple[str, str]]:
    return {item.target: (item.result, item.message) for item in batch.items.all()}


def test_each_item_has_its_result_and_the_person_is_told() -> None:
    declare(do)
    batch = create([3, 5, 3])
    run(batch)
    assert results(batch) == {3: ("done", "did 3"), 5: ("done", "did 5")}
    assert batch.finished_at is not None
    told = Outbox.objects.get(topic="notify").payload
    assert told["audience"] == {"user": batch.actor_id} and told["figures"] == {"done": 2, "refused": 0}


def test_an_item_is_given_a_key_of_its_own() -> None:
    declare(do)
    batch = create([3])
    run(batch)
    assert [(3, f"batch:{batch.pk}:3")] == DONE


def test_a_refused_item_keeps_its_reason_and_stops_nothing() -> None:
    def no(actor: Actor, target: int, parameters: Mapping[str, Any], key: str) -> Item:
        if target == 1:
            raise Refused("The line has ended.", "ended")
        return Item()

    declare(no)
    batch = create([1, 2])
    run(batch)
    assert results(batch) == {1: ("refused", "The line has ended."), 2: ("done", "")}


def test_a_fault_in_one_item_is_told_and_stops_nothing() -> None:
    def broken(actor: Actor, target: int, parameters: Mapping[str, Any], key: str) -> Item:
        return Item(str(1 // (target - 1)))

    declare(broken)
    batch = create([1, 2])
    run(batch)
    assert results(batch)[1] == ("refused", "A fault stopped this one (ZeroDivisionError).")
    assert results(batch)[2][0] == "done"


def test_a_busy_item_is_done_in_a_later_slice() -> None:
    tries: list[int] = []

    def busy(actor: Actor, target: int, parameters: Mapping[str, Any], key: str) -> Item:
        tries.append(target)
        if tries == [1]:
            raise Busy
        return Item()

    declare(busy)
    batch = create([1, 2])
    run(batch)
    assert tries == [1, 2, 1] and batches.progress(batch).done == 2


def test_a_slice_that_comes_again_does_only_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    declare(do)
    monkeypatch.setattr(batches, "SLICE", -1.0)  # one item a slice
    batch = create([1, 2, 3])
    batches.run_slice(batch.pk, 0)
    batches.run_slice(batch.pk, 0)  # delivered twice
    assert [target for target, _ in DONE] == [1, 2]
    run(batch)
    assert [target for target, _ in DONE] == [1, 2, 3]
    assert batches.progress(batch).finished


def test_when_the_database_goes_away_the_item_is_left_for_the_next_try() -> None:
    def away(actor: Actor, target: int, parameters: Mapping[str, Any], key: str) -> Item:
        raise OperationalError("gone")

    declare(away)
    batch = create([1])
    with pytest.raises(OperationalError):
        batches.run_slice(batch.pk, 0)
    assert BatchItem.objects.get().result == "waiting"


def test_a_person_who_left_meanwhile_changes_nothing() -> None:
    declare(do)
    user = make.staff_user()
    batch = create([1], make.actor(user))
    User.objects.filter(pk=user.pk).update(is_active=False)
    run(batch)
    assert DONE == [] and batches.progress(batch).refused == 1


def test_a_finished_batch_is_left_alone() -> None:
    declare(do)
    batch = create([1])
    run(batch)
    batches.run_slice(batch.pk, 0)
    assert len(DONE) == 1
    assert Outbox.objects.filter(topic="notify").count() == 1


def test_progress_is_one_query(django_assert_num_queries: Any) -> None:
    declare(do)
    batch = create(list(range(1, 40)))
    with django_assert_num_queries(1):
        assert batches.progress(batch).waiting == 39


def test_an_undeclared_kind_is_refused_before_anything_is_written() -> None:
    with pytest.raises(KeyError):
        create([1])
    assert not Batch.objects.exists()
