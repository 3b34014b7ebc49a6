"""Many relays, workers and schedulers on the same rows: each message has one effect, each slot one taker."""

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.utils import timezone

from tasks import carrying, handlers, relay, schedule
from tasks.actors import load
from tests import factories as make
from tests.concurrency.racing import race
from workflows.engine import batches, outbox
from workflows.engine.batches import Item
from workflows.engine.models import Batch, FileChunk, Notice, Outbox, Slot, StoredFile
from workflows.engine.storage import DatabaseStorage
from workflows.parties.actor import Actor
from workflows.parties.models import Organisation

load()
pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
AT_ONCE = 8
ROUNDS = 40 if os.environ.get("CONCORD_SOAK") else 5


class Collecting:
    """In place of a broker: keeps what it is given."""

    def __init__(self) -> None:
        self.given: list[tuple[int, int]] = []

    def enqueue_many(self, messages: Any) -> None:
        self.given += [message.args for message in messages]


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(handlers, "_handlings", dict(handlers._handlings))
    monkeypatch.setattr(batches, "_functions", {})
    yield


def effect(payload: Mapping[str, Any], key: str) -> None:
    """An effect that can be counted: nothing but the claim keeps it from happening twice."""
    number = Organisation.objects.count()
    Organisation.objects.create(reference=f"{key}:{number}:{connection.connection.info.backend_pid}", name=key)


def put(count: int = 1) -> list[Outbox]:
    with transaction.atomic():
        rows = [outbox.row("test", f"{Outbox.objects.count()}:{number}", {}) for number in range(count)]
        return Outbox.objects.bulk_create(rows)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_eight_deliveries_of_one_message_are_one_effect(_round: int) -> None:
    handlers.handles("test", database=True)(effect)
    [row] = put()
    race([partial(carrying.carry_out, row.pk, 0)] * AT_ONCE)
    row.refresh_from_db()
    assert row.done_at is not None and row.attempts == 1
    assert Organisation.objects.filter(name=row.key).count() == 1


def test_without_the_claim_the_effect_is_doubled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: the test above notices when compare-and-set is gone."""
    handlers.handles("test", database=True)(effect)
    monkeypatch.setattr(carrying, "CLAIM", carrying.CLAIM.replace("attempts = %s AND done_at IS NULL", "%s >= 0"))
    monkeypatch.setattr(carrying, "DONE", carrying.DONE.replace("AND attempts = %s AND done_at IS NULL", "AND %s >= 0"))
    [row] = put()
    race([partial(carrying.carry_out, row.pk, 0)] * AT_ONCE)
    assert Organisation.objects.filter(name=row.key).count() > 1


def test_relays_at_once_hand_out_each_row_once() -> None:
    put(200)
    brokers = [Collecting() for _ in range(4)]
    race([partial(relay.hand_out, each, 60) for each in brokers])  # type: ignore[arg-type]
    for each in brokers:
        relay.hand_out(each, 60)  # type: ignore[arg-type]
    given = [row for each in brokers for row in each.given]
    assert len(given) == len(set(given)) == 200


def test_two_schedulers_take_each_slot_once() -> None:
    now = datetime(2026, 5, 6, 12, 0, tzinfo=UTC)
    taken = race([partial(schedule.take_due, now)] * AT_ONCE)
    assert sorted(name for each in taken for name in each) == sorted(schedule.JOBS)
    assert Slot.objects.count() == Outbox.objects.filter(topic="job").count() == len(schedule.JOBS)


def test_notices_to_the_same_people_at_once_join_one_mail_and_none_is_lost(settings: Any) -> None:
    settings.MAIL_WINDOW_SECONDS = 60
    make.load_teams()
    users = [make.staff_user() for _ in range(4)]
    with transaction.atomic():
        for number in range(AT_ONCE):
            audience = {"team": users[0].teams.get().team_id, "role": None}
            outbox.put(
                "notify", f"n{number}", {"kind": "task.reminder", "reference": f"R{number}", "audience": audience}
            )
    rows = Outbox.objects.filter(topic="notify").values_list("pk", flat=True)
    race([partial(carrying.carry_out, pk, 0) for pk in rows])
    assert Outbox.objects.filter(topic="notify", done_at=None).count() == 0
    assert Notice.objects.count() == AT_ONCE * len(users)
    mails = Outbox.objects.filter(topic="mail")
    assert mails.count() == len(users)
    assert set(Notice.objects.values_list("mail_key", flat=True)) == set(mails.values_list("key", flat=True))


def test_a_mail_that_goes_out_while_notices_join_has_them_or_a_later_one_does(settings: Any) -> None:
    settings.MAIL_WINDOW_SECONDS = 0
    user = make.staff_user()
    for number in range(ROUNDS):
        with transaction.atomic():
            for part in range(4):
                told = {"kind": f"k{number}", "reference": f"R{part}", "audience": {"user": user.pk}}
                outbox.put("notify", f"n{number}:{part}", told)
        first, *others = Outbox.objects.filter(topic="notify", done_at=None).order_by("pk").values_list("pk", flat=True)
        carrying.carry_out(first, 0)
        sent = Outbox.objects.get(topic="mail", done_at=None)
        race([partial(carrying.carry_out, sent.pk, 0), *(partial(carrying.carry_out, pk, 0) for pk in others)])
        sent.refresh_from_db()
        assert sent.done_at is not None
        assert not Notice.objects.filter(mail_key=sent.key, mailed_at=None).exists()
        Outbox.objects.filter(topic="mail").update(done_at=timezone.now())
    assert Notice.objects.count() == 4 * ROUNDS


def test_one_batch_run_by_two_workers_does_each_item_once() -> None:
    @batches.runs_batch("test.do")
    def do(actor: Actor, target: int, parameters: Mapping[str, Any], key: str) -> Item:
        # As at the door: the key is what keeps it from happening twice, and the second answer is as the first.
        Organisation.objects.bulk_create([Organisation(reference=key, name="once")], ignore_conflicts=True)
        return Item()

    batch = batches.create("test.do", make.actor(make.staff_user()), range(1, 21))
    race([partial(batches.run_slice, batch.pk, 0)] * 2)
    assert Organisation.objects.filter(name="once").count() == 20
    assert batches.progress(Batch.objects.get(pk=batch.pk)).done == 20
    assert Outbox.objects.filter(topic="notify", key=f"batch:{batch.pk}:finished").count() == 1


def test_the_same_file_saved_at_once_is_kept_once_and_whole() -> None:
    content = bytes(range(256)) * 4_000
    names = race([lambda: DatabaseStorage().save("a.bin", ContentFile(content))] * AT_ONCE)
    assert len(set(names)) == 1 and StoredFile.objects.count() == 1
    assert FileChunk.objects.count() == 4
    assert DatabaseStorage().open(names[0]).read() == content
