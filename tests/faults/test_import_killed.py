"""A process that dies while it reads or takes over a file leaves no half import; the next worker does all of it."""

import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests import care
from tests import factories as make
from tests.councils import served
from tests.faults.processes import RELAY, WORKER, Started, database_url, until
from tests.faults.test_later_work import clear
from workflows.actuals.files import exporting
from workflows.actuals.models import LineWeek
from workflows.engine.models import Event
from workflows.engine.tabular import write_csv
from workflows.engine.verify import verify
from workflows.register.imports import commands
from workflows.register.models import ImportRun

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]

#: Does what a worker does, and dies after the second part of it.
DIES = """
import os, signal, django
django.setup()
from workflows.actuals.files import keeping
from workflows.register.imports import commands, telling

def dying(really):
    done = []
    def once(*said, **named):
        found = really(*said, **named)
        done.append(found)
        if len(done) == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return found
    return once

commands.CHUNK = 2
telling.EVERY = 0
commands.copy_values = dying(commands.copy_values)
keeping.take = dying(keeping.take)
commands.{verb}({run})
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Started]]:
    """Starts processes of the product, as Suffolk, on the test database; they end with the test."""
    begun: list[Started] = []
    usual = {"DATABASE_URL": database_url(), "CONCORD_COUNCIL": "suffolk", "CONCORD_MAIL_DIR": str(tmp_path / "mail"),
             "CONCORD_SMTP_URL": "", "CONCORD_OUTBOX_LEASE_SECONDS": "2"}  # fmt: skip

    def begin(command: list[str]) -> Started:
        begun.append(Started(command, tmp_path / "processes.log", **usual))
        return begun[-1]

    clear()
    yield begin
    for each in begun:
        each.kill()
    clear()


def status(run: ImportRun) -> str:
    return str(ImportRun.objects.values_list("status", flat=True).get(pk=run.pk))


def dies(start: Callable[..., Started], verb: str, run: ImportRun) -> None:
    process = start([sys.executable, "-c", DIES.format(verb=verb, run=run.pk)])
    assert process.process.wait(60) == -9


def work_until(start: Callable[..., Started], run: ImportRun, wanted: str) -> None:
    processes = [start(RELAY), start(WORKER)]
    until(lambda: status(run) == wanted)
    for each in processes:
        each.end()


def test_a_worker_killed_in_the_middle_of_an_import(
    start: Callable[..., Started], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "AT_ONCE", 1)
    with served("suffolk"):
        home, level = care.provider("home_care")[1], care.level("personal_care", group="home_care")
        lines = [care.line(home, level, "10.5") for _ in range(2)]
        weeks = [care.WEEK + number * timedelta(weeks=1) for number in range(3)]
        for week in weeks:
            care.opened(home, week)
        person = make.actor(make.provider_user(home.organisation, role="manager"))
        header, *rows = exporting.records(person, weeks[0], weeks[-1])
        less = [dict(zip(header, row, strict=True)) | {"Actual": "9", "Comment": "Less"} for row in rows]
        text = write_csv([header, *(list(each.values()) for each in less)])
        run = commands.start(actor=person, file_name="a.csv", content=text.encode(), kind="actuals")
        assert run.status == "reading"

        dies(start, "read", run)
        found = ImportRun.objects.get(pk=run.pk)
        assert (found.status, found.progress, found.total) == ("reading", 2, 0)
        work_until(start, run, "pending")
        found = ImportRun.objects.get(pk=run.pk)
        assert (found.total, found.updated, found.rejected, found.rows.count()) == (6, 6, 0, 6)

        before = Event.objects.count()
        commands.update_system(actor=person, run_id=run.pk)
        dies(start, "apply", run)
        found = ImportRun.objects.get(pk=run.pk)
        assert (found.status, found.progress) == ("updating", 2), "how far it came was seen all the same"
        assert Event.objects.count() == before
        assert set(LineWeek.objects.values_list("standing", "version")) == {("generated", 1)}
        work_until(start, run, "done")
        assert set(LineWeek.objects.values_list("standing", "version", "delivered")) == {("saved", 2, 9)}
        assert Event.objects.count() == before + len(weeks)
        assert LineWeek.objects.filter(line__in=lines).count() == 6
        assert verify().findings == []
