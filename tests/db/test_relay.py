"""The relay, on a real Redis-protocol server: leases, wake-ups, and what happens when it is away."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
import redis
from django.db import connection, transaction
from django.utils import timezone
from dramatiq import Message

from tasks import broker as brokers
from tasks import relay, wake
from workflows.engine import outbox
from workflows.engine.models import Outbox

pytestmark = pytest.mark.django_db(transaction=True)
AWAY = "unix:///nowhere/valkey.sock"


@pytest.fixture
def broker() -> Iterator[brokers.Broker]:
    """A broker with empty queues; only keys of this test database are touched."""
    brokers.broker.cache_clear()
    made = brokers.broker()
    forget(made)
    yield made
    forget(made)
    brokers.broker.cache_clear()


def forget(made: brokers.Broker) -> None:
    for key in made.client.scan_iter(f"{made.namespace}:*"):
        made.client.delete(key)


def put(count: int = 1, **columns: Any) -> None:
    with transaction.atomic():
        rows = [outbox.row("test", f"{number}", {}) for number in range(count)]
        Outbox.objects.bulk_create(rows)
        if columns:
            Outbox.objects.update(**columns)


def queued(made: brokers.Broker) -> list[tuple[int, int]]:
    """The arguments of every waiting message, in order."""
    names = made.client.lrange(f"{made.namespace}:{brokers.QUEUE}", 0, -1)
    return [Message.decode(made.client.hget(f"{made.namespace}:{brokers.QUEUE}.msgs", name)).args for name in names]


def until(condition: Callable[[], Any], seconds: float = 10) -> Any:
    """Wait for a condition, with a deadline."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
    return found


def test_it_hands_out_what_is_due_in_order_and_leases_it(broker: brokers.Broker) -> None:
    put(3)
    assert relay.hand_out(broker) == 3
    rows = list(Outbox.objects.order_by("pk"))
    assert queued(broker) == [(row.pk, 0) for row in rows]
    assert all(row.lease_until > timezone.now() for row in rows)


def test_it_does_not_hand_out_twice_while_the_lease_runs(broker: brokers.Broker) -> None:
    put()
    relay.hand_out(broker)
    assert relay.hand_out(broker) == 0


def test_it_hands_out_again_when_the_lease_has_run_out(broker: brokers.Broker) -> None:
    put(lease_until=timezone.now() - timedelta(seconds=1), attempts=3)
    assert relay.hand_out(broker) == 1
    assert queued(broker) == [(Outbox.objects.get().pk, 3)]


@pytest.mark.parametrize("column", ["done_at", "parked_at"])
def test_it_leaves_what_is_done_or_parked(broker: brokers.Broker, column: str) -> None:
    put(**{column: timezone.now()})
    assert relay.hand_out(broker) == 0


def test_it_leaves_what_is_not_due_yet(broker: brokers.Broker) -> None:
    put(due_at=timezone.now() + timedelta(minutes=1))
    assert relay.hand_out(broker) == 0


def test_it_does_not_wait_for_a_row_that_somebody_holds(broker: brokers.Broker) -> None:
    put(2)
    first = Outbox.objects.order_by("pk").first()
    holding, done = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            Outbox.objects.select_for_update().get(pk=first.pk)
            holding.set()
            done.wait(10)
        connection.close()

    holder = Thread(target=hold)
    holder.start()
    holding.wait(10)
    try:
        assert relay.hand_out(broker) == 1
    finally:
        done.set()
        holder.join()


def test_when_redis_is_away_nothing_is_leased(settings: Any) -> None:
    settings.REDIS_URL = AWAY
    put()
    away = brokers.Broker(client=brokers.client(), namespace=brokers.namespace())
    with pytest.raises(redis.RedisError):
        relay.hand_out(away)
    assert Outbox.objects.get().lease_until is None


def test_it_does_not_pile_up_more_than_redis_should_hold(broker: brokers.Broker, monkeypatch: Any) -> None:
    monkeypatch.setattr(relay, "HIGH_WATER", 3)
    put(5)
    assert relay._pass() == 3
    assert relay._pass() == 0
    assert broker.waiting() == 3


@pytest.fixture
def running(broker: brokers.Broker) -> Iterator[Event]:
    """A relay that runs in a thread."""
    stop = Event()
    thread = Thread(target=relay.run, args=(stop,))
    thread.start()
    yield stop
    stop.set()
    thread.join(15)
    assert not thread.is_alive()


def test_a_commit_wakes_the_relay(broker: brokers.Broker, running: Event, monkeypatch: Any) -> None:
    until(broker.client.client_list)
    waiting_long = time.monotonic()
    with transaction.atomic():
        outbox.put("test", "woken", {})
    until(lambda: broker.waiting() == 1)
    assert time.monotonic() - waiting_long < 5


def test_without_a_wake_up_the_relay_finds_it_by_itself(broker: brokers.Broker, running: Event) -> None:
    put()  # bulk_create: nobody is woken
    until(lambda: broker.waiting() == 1)


def test_the_relay_goes_on_when_redis_comes_back(
    broker: brokers.Broker, monkeypatch: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    tries: list[int] = []
    honest = relay._pass

    def away_at_first() -> int:
        tries.append(1)
        if len(tries) < 3:
            raise redis.ConnectionError("gone")
        return honest()

    monkeypatch.setattr(relay, "_pass", away_at_first)
    put()
    stop = Event()
    thread = Thread(target=relay.run, args=(stop,))
    thread.start()
    try:
        until(lambda: broker.waiting() == 1)
        until(lambda: "Redis is back" in caplog.text)
    finally:
        stop.set()
        thread.join(15)
    assert caplog.text.count("Redis is away") == 1


def test_the_relay_goes_on_when_its_database_connection_is_cut(broker: brokers.Broker, running: Event) -> None:
    put()
    until(lambda: broker.waiting() == 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        assert cursor.fetchone()[0] >= 1
    Outbox.objects.update(lease_until=None)
    until(lambda: broker.waiting() == 2)


# --- the waker ---------------------------------------------------------------------------------------------------


def test_tokens_do_not_pile_up(broker: brokers.Broker) -> None:
    waker = wake.Waker()
    for _ in range(5):
        waker()
    assert broker.client.llen(wake.key()) == 1


def test_a_commit_does_not_fail_and_hardly_waits_when_redis_is_away(settings: Any, monkeypatch: Any) -> None:
    settings.REDIS_URL = AWAY
    waker = wake.Waker()
    monkeypatch.setattr(outbox, "_wakers", [waker])
    with transaction.atomic():
        outbox.put("test", "k", {})
    assert Outbox.objects.count() == 1
    assert waker._rests_until > time.monotonic()


def test_redis_is_asked_once_while_it_is_away(settings: Any, monkeypatch: Any) -> None:
    settings.REDIS_URL = AWAY
    waker = wake.Waker()
    asked: list[int] = []
    honest = waker._leave_token
    monkeypatch.setattr(waker, "_leave_token", lambda: (asked.append(1), honest()))
    for _ in range(10):
        waker()
    assert len(asked) == 1
