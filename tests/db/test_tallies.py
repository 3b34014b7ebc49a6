"""Tallies: every figure is what turns and events say, whoever writes, folds or dies at the same time."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from tests import factories as make
from tests.concurrency.racing import race
from tests.model.moves import People, in_state, seen, verb_call
from workflows.engine import folding, moment, recounting, sweep, turns
from workflows.engine.errors import Refused
from workflows.engine.metrics import METRICS, OF_PEOPLE, STOCKS
from workflows.engine.models import Delta, PersonTally, ProviderTally, Tally, Task
from workflows.engine.tally import london_day
from workflows.parties.actor import Actor
from workflows.parties.models import Team

pytestmark = pytest.mark.alone  # what is folded depends on whose transactions have ended, in the whole PostgreSQL

BEGUN = datetime(2018, 4, 9, 9, tzinfo=UTC)
VERBS = ("agree", "reject", "terminate", "supersede", "republish", "withdraw", "claim", "release", "attach")
ROUNDS = 60
OF_TURNS = (*STOCKS, "arrivals", "handed_in", "handed_on", "in_time", "late", "untimed")


def kept() -> dict[tuple[Any, ...], tuple[int, Decimal]]:
    """What a reader reads: folded and unfolded."""
    teams = Team.objects.values_list("pk", flat=True)
    every = {"provider_kinds": ["contract_document"], "first": date(2018, 1, 1), "last": date(2018, 12, 31)}
    rows = folding.figures(teams, **every, metrics=OF_TURNS)
    return {(row.metric, row.kind, row.node, row.team_id, row.day): (row.count, row.money) for row in rows}


@dataclass
class Seen:
    """What an onlooker noted beside the product: for whom each turn was opened, and which changed teams when."""

    first: dict[int, int] = field(default_factory=dict)
    now: dict[int, int] = field(default_factory=dict)
    moves: list[tuple[str, str, int, int, date]] = field(default_factory=list)

    def look(self, at: datetime) -> None:
        for task in Task.objects.all():
            team = task.team_id or 0
            was = self.now.setdefault(task.pk, team)
            self.first.setdefault(task.pk, team)
            if was != team:
                self.moves.append((task.kind, task.node, was, team, london_day(at)))
                self.now[task.pk] = team


def counted(onlooker: Seen | None = None) -> dict[tuple[Any, ...], tuple[int, Decimal]]:
    """The same, counted turn by turn in Python: not the product's arithmetic, and not its SQL."""
    counts: Counter[tuple[Any, ...]] = Counter()
    money: Counter[tuple[Any, ...]] = Counter()
    for task in Task.objects.select_related("process"):
        team, opened = task.team_id or 0, london_day(task.created)
        first = onlooker.first[task.pk] if onlooker else team
        counts["arrivals", task.kind, task.node, first, opened] += 1
        if task.finished is None:
            marks = {
                "open": True,
                "unclaimed": task.team_id is not None and task.owner_id is None,
                "at_risk": bool(task.at_risk_marked_at) and not task.breached_at,
                "breached": bool(task.breached_at),
            }
            for name in (name for name, holds in marks.items() if holds):
                counts[name, task.kind, task.node, team, opened] += 1
                money[name, task.kind, task.node, team, opened] += task.amount or 0
            continue
        ended = london_day(task.finished)
        on_time = bool(task.due_at) and task.finished <= task.due_at and not task.breached_at
        how = "untimed" if not task.due_at else "in_time" if on_time else "late"
        counts[how, task.kind, task.node, team, ended] += 1
    for kind, node, was, team, day in onlooker.moves if onlooker else ():
        counts["handed_on", kind, node, was, day] += 1
        counts["handed_in", kind, node, team, day] += 1
    return {key: (count, Decimal(money[key])) for key, count in counts.items() if count}


def hand_over(who: Actor, task: int, team: str) -> None:
    to = Team.objects.get(key=team).pk
    turns.hand_over(actor=who, task_id=task, team_id=to, reason="Theirs.", key=make.key())


def anything(dice: random.Random, people: People, documents: list[Any]) -> None:
    """One command of somebody, of which many are refused; refusals must leave no delta either."""
    at = seen(dice.choice(documents))
    who = people.named(dice.choice(["officer", "colleague", "manager", "procurement", "administration"]))
    verb = dice.choice([*VERBS, "hand_over", "hand_over"])
    with suppress(Refused):
        if verb == "hand_over":
            hand_over(who, at.task_id or 0, dice.choice(["procurement", "service_brokerage"]))
        else:
            verb_call(verb, who, at, make.key())()


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Forty people are made a test; nobody signs in."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def people(db: None) -> People:
    return People()


@pytest.mark.parametrize("seed", range(3))
def test_after_any_commands_every_figure_is_what_turns_say(people: People, seed: int) -> None:
    dice = random.Random(seed)
    now, onlooker = BEGUN, Seen()
    with moment.at(now):
        documents = [in_state("published", people) for _ in range(4)]
    onlooker.look(now)
    for step in range(ROUNDS):
        now += timedelta(hours=dice.randint(1, 40))
        with moment.at(now):
            anything(dice, people, documents)
            if step % 12 == 0:
                documents.append(in_state("rejected", people))
        onlooker.look(now)
        if step % 24 == 0:
            with moment.at(now):
                hand_over(people.named("officer"), seen(documents[-1]).task_id or 0, "procurement")
            onlooker.look(now)
        if dice.random() < 0.2:
            due_soon(now)
            sweep.sweep(now)
        if dice.random() < 0.2:
            folding.fold()
        if step % 10 == 0:
            assert kept() == counted(onlooker)
    assert kept() == counted(onlooker)
    folding.fold()
    assert not Delta.objects.exists()
    assert kept() == counted(onlooker)
    assert recounting.differences() == []
    assert {key[0] for key in kept()} >= {"open", "arrivals", "in_time", "handed_in", "handed_on"}


def due_soon(now: datetime) -> None:
    """Let a third of the open turns be at risk already, whatever their clock says."""
    for task in Task.objects.filter(finished=None, pk__iregex="[147]$"):
        Task.objects.filter(pk=task.pk).update(at_risk_at=now - timedelta(minutes=1))


def test_the_sweep_marks_once_and_moves_from_at_risk_to_past_target(people: People) -> None:
    with moment.at(BEGUN):
        document = in_state("rejected", people)
    task = Task.objects.get(process=document.pk, finished=None)
    soon = BEGUN + timedelta(hours=2)
    Task.objects.filter(pk=task.pk).update(at_risk_at=soon)
    day = ("contract_document", "amend", task.team_id, date(2018, 4, 9))
    for _ in range(2):
        sweep.sweep(soon + timedelta(minutes=1))
        assert kept()["at_risk", *day] == (1, task.amount)
        assert ("breached", *day) not in kept()
    for _ in range(2):
        sweep.sweep(task.due_at + timedelta(minutes=1))
        assert kept()["breached", *day] == (1, task.amount)
        assert ("at_risk", *day) not in kept()
    assert kept() == counted()


def test_a_turn_that_the_sweep_finds_past_target_was_never_at_risk(people: People) -> None:
    with moment.at(BEGUN):
        document = in_state("rejected", people)
    task = Task.objects.get(process=document.pk, finished=None)
    Task.objects.filter(pk=task.pk).update(at_risk_at=BEGUN)
    sweep.sweep(task.due_at + timedelta(days=1))
    assert Delta.objects.filter(metric="at_risk").count() == 0
    assert kept() == counted()


def test_a_fold_leaves_no_row_of_what_has_come_to_nothing(people: People) -> None:
    with moment.at(BEGUN):
        in_state("accepted", people)
    folding.fold()
    assert not Tally.objects.filter(metric="open").exists()
    assert Tally.objects.filter(metric="in_time").count() == 1


def test_a_rebuild_finds_and_mends_a_planted_difference(people: People) -> None:
    with moment.at(BEGUN):
        in_state("rejected", people)
    folding.fold()
    call_command("rebuild_tallies", check=True, stdout=StringIO())
    Tally.objects.filter(metric="open").update(count=7)
    Tally.objects.filter(metric="in_time").update(minutes=7)
    ProviderTally.objects.filter(metric="took").delete()
    PersonTally.objects.create(person_id=1, team_id=1, kind="x", metric="completed", day=date(2018, 4, 9), count=1)
    Delta.objects.create(metric="breached", kind="contract_document", node="amend", day=date(2018, 4, 9), count=1)
    said = StringIO()
    with pytest.raises(CommandError, match="6 figure"):
        call_command("rebuild_tallies", check=True, stdout=said)
    assert "kept 7 (£536.49), counted 1 (£536.49)" in said.getvalue()
    call_command("rebuild_tallies", stdout=StringIO())
    call_command("rebuild_tallies", check=True, stdout=StringIO())
    assert kept() == counted()


def test_a_refused_command_changes_no_figure(people: People) -> None:
    document = in_state("published", people)
    before = Delta.objects.count()
    with pytest.raises(Refused):
        verb_call("claim", people.named("officer"), seen(document), make.key())()
    assert Delta.objects.count() == before


# --- several at once ------------------------------------------------------------------------------------------------


@pytest.fixture
def committed(transactional_db: None) -> Iterator[People]:
    yield People()


@pytest.mark.concurrency
def test_folds_and_commands_at_once_lose_nothing_and_count_nothing_twice(committed: People) -> None:
    documents = [in_state("rejected", committed) for _ in range(12)]
    tasks = [Task.objects.get(process=each.pk, finished=None).pk for each in documents]
    officer = committed.named("officer")

    def claim_and_release(task: int) -> None:
        for verb in (turns.claim, turns.release, turns.claim):
            verb(actor=officer, task_id=task, key=make.key())

    def fold_again_and_again() -> None:
        for _ in range(15):
            folding.fold()

    def read_again_and_again() -> set[int]:
        return {sum(row[0] for key, row in everything().items() if key[0] == "open") for _ in range(30)}

    attempts: list[Callable[[], Any]] = [partial(claim_and_release, task) for task in tasks[:4]]
    results = race([*attempts, *[fold_again_and_again] * 4, read_again_and_again])
    assert [each for each in results if isinstance(each, Exception)] == []
    assert results[-1] == {12}, "a reader saw a figure that never was"
    assert recounting.differences() == []
    folding.fold()
    assert not Delta.objects.exists()
    assert recounting.differences() == []


def everything() -> dict[tuple[Any, ...], tuple[int, Decimal]]:
    rows = folding.figures(
        Team.objects.values_list("pk", flat=True),
        provider_kinds=["contract_document"],
        first=date(2000, 1, 1),
        last=date(2100, 1, 1),
        metrics=OF_TURNS,
    )
    return {(row.metric, row.kind, row.node, row.team_id, row.day): (row.count, row.money) for row in rows}


@pytest.mark.concurrency
def test_a_fold_that_dies_has_changed_nothing(committed: People) -> None:
    in_state("rejected", committed)
    before, waiting = everything(), Delta.objects.count()
    with pytest.raises(KeyboardInterrupt), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(folding.FOLD, {"most": 100})
        raise KeyboardInterrupt
    assert Delta.objects.count() == waiting
    assert everything() == before
    killed_by_the_server()
    assert Delta.objects.count() == waiting
    assert folding.fold() == waiting
    assert everything() == before
    assert recounting.differences() == []


def killed_by_the_server() -> None:
    """A fold whose connection is ended from outside after it has folded and before it has committed."""

    def fold_and_be_ended() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(folding.FOLD, {"most": 100})
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    (result,) = race([fold_and_be_ended])
    assert isinstance(result, Exception)


@pytest.mark.concurrency
def test_a_rebuild_beside_commands_is_exact(committed: People) -> None:
    documents = [in_state("rejected", committed) for _ in range(6)]
    tasks = [Task.objects.get(process=each.pk, finished=None).pk for each in documents]
    officer = committed.named("officer")
    claims = [partial(turns.claim, actor=officer, task_id=task, key=make.key()) for task in tasks]
    results = race([*claims, recounting.rebuild, recounting.rebuild, folding.fold])
    assert [each for each in results if isinstance(each, Exception)] == []
    assert recounting.differences() == []


def test_every_metric_is_defined_once_and_written_somewhere() -> None:
    keys = [metric.key for metric in (*METRICS, *OF_PEOPLE)]
    assert len(set(keys)) == len(keys)
    assert all(f"'{key}'" in recounting.EXPECTED for key in keys)
