"""Killed workers, an emptied Redis, a cut line: every mail goes out, and one that is sent twice is the same mail."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from tasks import broker as brokers
from tests import factories as make
from tests.faults.processes import (
    RELAY,
    WORKER,
    Line,
    Started,
    database_url,
    mail_server,
    to_postgresql,
    to_redis,
    until,
)
from workflows.engine import outbox
from workflows.engine.models import Notice, Outbox

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
Start = Callable[..., Started]

DIES_AFTER_COMMIT = """
import os, signal, django
django.setup()
from django.db import transaction
from workflows.engine import outbox
outbox._wakers[:] = [lambda: os.kill(os.getpid(), signal.SIGKILL)]
with transaction.atomic():
    outbox.put("notify", "told:late", {"kind": "task.reminder", "reference": "ISO-9", "audience": {"user": %d}})
"""


@pytest.fixture
def mails(tmp_path: Path) -> Path:
    return tmp_path / "mail"


@pytest.fixture
def start(tmp_path: Path, mails: Path) -> Iterator[Start]:
    """Starts processes of the product on the test database; they end with the test."""
    clear()
    begun: list[Started] = []
    usual = {
        "DATABASE_URL": database_url(),
        "CONCORD_MAIL_DIR": str(mails),
        "CONCORD_SMTP_URL": "",
        "CONCORD_OUTBOX_LEASE_SECONDS": "2",
        "CONCORD_MAIL_WINDOW_SECONDS": "0",
    }

    def begin(command: list[str], **environment: str) -> Started:
        begun.append(Started(command, tmp_path / "processes.log", **{**usual, **environment}))
        return begun[-1]

    yield begin
    for each in begun:
        each.kill()
    clear()


def clear() -> None:
    """Empty Redis of the keys of this test database, and of its scripts."""
    client = brokers.client()
    for key in client.scan_iter(f"{brokers.namespace()}:*"):
        client.delete(key)
    client.script_flush()


def waiting() -> int:
    return int(brokers.client().llen(f"{brokers.namespace()}:{brokers.QUEUE}"))


def tell(count: int) -> None:
    """Something to tell each of `count` people."""
    users = [make.staff_user(team="") for _ in range(count)]
    with transaction.atomic():
        for user in users:
            told = {"kind": "task.reminder", "reference": f"ISO-{user.pk}", "audience": {"user": user.pk}}
            outbox.put("notify", f"told:{user.pk}", told)


def all_mailed(count: int) -> bool:
    return Notice.objects.filter(mailed_at__isnull=False).count() == count


def nothing_left() -> bool:
    return not Outbox.objects.filter(done_at=None).exists()


def test_a_worker_killed_between_mail_and_mark_sends_the_same_mail_again(start: Start) -> None:
    tell(1)
    with mail_server() as server:
        first = start(WORKER, CONCORD_SMTP_URL=server.url)
        server.before_answer = first.kill
        start(RELAY)
        until(lambda: server.mails)
        until(lambda: first.process.poll() is not None)
        assert Notice.objects.get().mailed_at is None
        server.before_answer = lambda: None
        start(WORKER, CONCORD_SMTP_URL=server.url)
        until(lambda: all_mailed(1) and nothing_left())
        one, other = server.mails
    assert one["Message-ID"] == other["Message-ID"]
    assert one["Subject"] == other["Subject"] and one.get_payload() == other.get_payload()


def test_when_redis_forgets_everything_all_mails_still_go_out(start: Start, mails: Path) -> None:
    tell(20)
    relay = start(RELAY)
    until(lambda: waiting() == 20)
    clear()
    start(WORKER)
    until(lambda: all_mailed(20) and nothing_left())
    assert len(list(mails.glob("*.eml"))) == 20
    assert relay.end() == 0


def test_a_process_killed_right_after_its_commit_is_no_loss(start: Start) -> None:
    user = make.staff_user(team="")
    dying = start([sys.executable, "-c", DIES_AFTER_COMMIT % user.pk])
    assert dying.process.wait(60) == -9
    start(RELAY)
    start(WORKER)
    until(lambda: all_mailed(1) and nothing_left())


def cut_and_join(line: Line, processes: list[Started]) -> None:
    """Do what must survive: work, an outage in the middle of it, work again."""
    tell(5)
    until(lambda: all_mailed(5))
    line.cut()
    tell(5)
    assert all(each.process.poll() is None for each in processes)
    line.join()
    until(lambda: all_mailed(10) and nothing_left())
    assert all(each.process.poll() is None for each in processes)


@pytest.fixture
def lines() -> Iterator[Callable[..., Line]]:
    made: list[Line] = []

    def begin(*args: Any) -> Line:
        made.append(Line(*args))
        made[-1].join()
        return made[-1]

    yield begin
    for each in made:
        each.remove()


def test_relay_and_worker_outlive_redis(start: Start, lines: Callable[..., Line], mails: Path) -> None:
    line = lines("valkey.sock", to_redis)
    through = {"REDIS_URL": f"unix://{line.path}"}
    cut_and_join(line, [start(RELAY, **through), start(WORKER, **through)])
    assert len(list(mails.glob("*.eml"))) == 10


def test_relay_and_worker_outlive_postgresql(start: Start, lines: Callable[..., Line], mails: Path) -> None:
    line = lines(".s.PGSQL.5432", to_postgresql)
    through = {"DATABASE_URL": database_url(str(line.folder), "5432")}
    cut_and_join(line, [start(RELAY, **through), start(WORKER, **through)])
    assert len(list(mails.glob("*.eml"))) == 10


def test_a_killed_workers_message_is_taken_over_within_the_lease(start: Start) -> None:
    """Whoever had claimed the row is dead: the next one has it after the lease, not after minutes."""
    tell(1)
    Outbox.objects.update(attempts=1, lease_until=timezone.now())  # claimed by somebody who is no more
    start(RELAY)
    start(WORKER)
    until(lambda: all_mailed(1) and nothing_left(), seconds=30)
    assert Outbox.objects.get(topic="notify").attempts == 2
