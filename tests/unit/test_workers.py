"""How Dramatiq is set up: what was measured is what is used."""

import os
import select
import signal
import time

import dramatiq
import pytest

from tasks import broker as brokers
from tasks import relay
from tasks.stopping import SignalStop
from workflows.engine import outbox


@pytest.fixture
def broker() -> brokers.Broker:
    """A broker of its own; nothing is sent."""
    return brokers.Broker(client=brokers.client(), namespace="concord:unit", middleware=[brokers.Pace()])


def test_a_worker_has_the_measured_prefetch_and_idle_wait(broker: brokers.Broker) -> None:
    worker = dramatiq.Worker(broker, worker_threads=1)
    worker.start()  # no queue is declared, so nothing is fetched
    try:
        assert worker.queue_prefetch == brokers.PREFETCH == 256
        assert [each.timeout for each in worker.workers] == [brokers.IDLE_WAIT / 1000]
    finally:
        worker.stop()


def test_the_broker_notices_a_dead_worker_soon() -> None:
    made = brokers.broker.__wrapped__()
    assert (made.heartbeat_timeout, made.maintenance_chance) == (10_000, 100_000)
    assert not any(type(each).__name__ in {"Retries", "AgeLimit", "Results"} for each in made.middleware)


def test_the_relay_and_the_actor_speak_of_the_same_thing(broker: brokers.Broker) -> None:
    before = dramatiq.get_broker() if dramatiq.broker.global_broker else None
    dramatiq.set_broker(broker)
    try:
        from tasks.actors.carry import carry
    finally:
        dramatiq.set_broker(before) if before else None
    assert (carry.actor_name, carry.queue_name) == (relay.CARRY, brokers.QUEUE)


def test_a_commit_wakes_the_relay() -> None:
    assert [type(each).__name__ for each in outbox._wakers] == ["Waker"]


def test_a_signal_ends_the_wait_of_a_long_running_command() -> None:
    kept = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        stop = SignalStop()
        assert not stop.is_set()
        begun = time.monotonic()
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.wait(30) and stop.is_set()
        assert time.monotonic() - begun < 10
        assert select.select([stop._read], [], [], 0)[0]
    finally:
        for each, handler in kept.items():
            signal.signal(each, handler)
