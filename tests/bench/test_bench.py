"""The bench does what it says, at its smallest: no time is asserted here, because a test's machine is anybody's."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.core.management import call_command
from django.db import connection

from bench import data
from bench.__main__ import main
from bench.measure import Series, in_turns
from bench.recording import recorder
from tests import factories as make
from workflows.contracts import commands
from workflows.contracts.models import DocumentVersion
from workflows.engine.models import Case, Event, Task
from workflows.engine.verify import verify

ROOT = Path(__file__).parents[2]


@pytest.mark.django_db
def test_the_data_set_holds_every_constraint_and_a_true_event_log() -> None:
    call_command("load_council")
    data.people()
    data.load(1000)
    assert Case.objects.count() == Task.objects.filter(finished=None).count() == 1000
    assert Task.objects.filter(finished=None, team=None, organisation=None).count() == 0
    assert Task.objects.filter(breached_at__isnull=False).count() > 0
    assert Task.objects.filter(finished=None, owner__isnull=False).count() > 0
    assert verify().findings == []
    assert not _unchecked()


def _unchecked() -> list[str]:
    """Foreign keys that are missing, or that were not checked when they were put back."""
    with connection.cursor() as cursor:
        cursor.execute(data.REFERENCES)
        there = {name for _, name, _ in cursor.fetchall()}
        cursor.execute("SELECT conname FROM pg_constraint WHERE contype = 'f' AND NOT convalidated")
        unsure = [row[0] for row in cursor.fetchall()]
    wanted = [name for name in ("task_process", "event_case") if not any(name in each for each in there)]
    return [*unsure, *wanted]


@pytest.mark.django_db
def test_the_floor_is_made_of_the_rows_that_the_command_writes() -> None:
    document = make.published()
    version = DocumentVersion.objects.get(document=document)
    provider = make.actor(make.provider_user(document.case.organisation))
    events = Event.objects.count()
    with recorder() as record:
        statements = record(
            lambda: commands.agree(
                actor=provider,
                case_id=document.pk,
                task_id=Task.objects.get(process=document.case, finished=None).pk,
                number=version.number,
                sha256=version.sha256,
                key=make.key(),
            )
        )
    tables = {text.split('"')[1] for text, _ in statements}
    assert tables >= {"engine_case", "engine_task", "engine_event", "engine_receipt", "contracts_documentversion"}
    assert Event.objects.count() == events, "the command was not taken back"
    assert not DocumentVersion.objects.get(pk=version.pk).answer


def test_subjects_take_turns_and_whoever_begins_moves_on() -> None:
    order: list[str] = []
    found = in_turns([(name, lambda name=name: lambda: order.append(name)) for name in "ab"], 2)
    assert [len(each.seconds) for each in found] == [2, 2]
    assert order == ["a", "b", "b", "a", "a", "b", "b", "a"]


def test_figures_of_a_series() -> None:
    series = Series("x", [each / 100 for each in range(1, 101)])
    assert (series.least, series.median, series.p99) == (0.01, 0.505, 1.0)


@pytest.mark.parametrize("words", [["nothing"], ["--size", "ten"], ["--size", "10"], ["--size", "1e9"]])
def test_what_it_does_not_know_is_said(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(words)
    assert "error" in capsys.readouterr().err


@pytest.fixture
def own_database(django_db_blocker: pytest.FixtureRequest, django_db_setup: None) -> Iterator[str]:
    """The address of an empty database, which goes with what the bench made beside it."""
    name = f"bench_{os.getpid()}"
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(f'CREATE DATABASE "{name}"')
        yield urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))
        for each in (name, f"{name}_1000"):
            cursor.execute(f'DROP DATABASE IF EXISTS "{each}" WITH (FORCE)')


def test_every_group_runs_at_the_smallest_size(own_database: str) -> None:
    environ = {**os.environ, "DATABASE_URL": own_database, "DJANGO_SETTINGS_MODULE": "bench.settings"}
    argv = [sys.executable, "-m", "bench", "--size", "1e3", "--rounds", "2"]
    done = subprocess.run(argv, cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode in {0, 1}, done.stderr
    assert "goals met" in done.stdout, done.stderr
    for title in (
        "Agree",
        "Republish",
        "The door alone",
        "The queue page",
        "Claim next",
        "The managers' overview",
        "The sweep",
        "Generating a week",
        "Importing ",
    ):
        assert title in done.stdout
