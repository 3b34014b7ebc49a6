"""Claim next by sixteen people at once, against the one UPDATE … SKIP LOCKED that only sets the owner."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar
from uuid import uuid4

from django.db import connection

from bench.actors import officers
from bench.measure import Series
from bench.table import Line, say, show
from workflows.council.profile import current
from workflows.engine import turns
from workflows.engine.models import Task
from workflows.parties.actor import Actor
from workflows.parties.teams import team_id

CLAIMERS = 16
#: The two ways take turns so many times; each time every claimer takes so many turns at most.
BLOCKS, EACH = 8, 8
FLOOR = """
UPDATE engine_task SET owner_id = %s, assigned = now(), status = 'ASSIGNED' WHERE id = (
    SELECT id FROM engine_task WHERE team_id = %s AND finished IS NULL AND owner_id IS NULL
    ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id
"""

Claim = Callable[[Actor, int], int]
Found = TypeVar("Found")


def run(size: int) -> list[Line]:
    """Let them claim; each turn that was claimed twice would be a fault, and is one: AssertionError."""
    team = team_id(current().team_for("brokerage", None))
    people = officers()[:CLAIMERS]
    left = Task.objects.filter(team_id=team, finished=None, owner=None).count()
    blocks = min(BLOCKS, left // (CLAIMERS * 2) - 1)
    if blocks < 1:
        raise LookupError("too few turns are left to claim: take a larger size")
    each = min(EACH, left // (CLAIMERS * 2 * (blocks + 1)))
    ways: list[tuple[str, Claim]] = [("floor: UPDATE … SKIP LOCKED", _floor), ("claim next", _claim_next)]
    series, spent = [Series(name) for name, _ in ways], [0.0, 0.0]
    with ThreadPoolExecutor(len(people)) as pool:
        for block in range(-1, blocks):  # the first is not counted: connections are new, nothing is prepared yet
            for place, (_, claim) in enumerate(ways):
                seconds, times = _block(pool, claim, people, team, each)
                if block >= 0:
                    series[place].seconds += times
                    spent[place] += seconds
        _all_at_once(pool, people, lambda _: connection.close())
    lines = [Line(series[0], size), Line(series[1], size, series[1].median / series[0].median)]
    show(f"Claim next, {CLAIMERS} people at once", lines)
    for one, seconds in zip(series, spent, strict=True):
        say(f"{one.name}: {len(one.seconds) / seconds:,.0f} claims a second")
    return lines


def _block(
    pool: ThreadPoolExecutor, claim: Claim, people: list[Actor], team: int, each: int
) -> tuple[float, list[float]]:
    """Let everybody claim `each` turns at the same time; how long it took, and how long each claim did."""
    seconds, found = _all_at_once(pool, people, lambda person: [_timed(claim, person, team) for _ in range(each)])
    claims = [claimed for one in found for claimed in one]
    if len({task for task, _ in claims}) != len(claims):
        raise AssertionError("a turn was claimed by two people")
    return seconds, [each for _, each in claims]


def _all_at_once(
    pool: ThreadPoolExecutor, people: list[Actor], act: Callable[[Actor], Found]
) -> tuple[float, list[Found]]:
    """Let everybody act at the same time, each in one of the pool's threads, with its connection."""
    barrier = Barrier(len(people) + 1, timeout=60)

    def work(person: Actor) -> Found:
        connection.ensure_connection()
        barrier.wait()
        found = act(person)
        barrier.wait()
        return found

    waiting = [pool.submit(work, person) for person in people]
    barrier.wait()
    began = time.perf_counter()
    barrier.wait()
    seconds = time.perf_counter() - began
    return seconds, [one.result() for one in waiting]


def _timed(claim: Claim, person: Actor, team: int) -> tuple[int, float]:
    began = time.perf_counter()
    return claim(person, team), time.perf_counter() - began


def _floor(person: Actor, team: int) -> int:
    cursor = connection.connection.cursor()
    cursor.execute(FLOOR, [person.user_id, team])
    found: int = cursor.fetchone()[0]
    return found


def _claim_next(person: Actor, team: int) -> int:
    outcome = turns.claim_next(actor=person, team_id=team, key=str(uuid4()))
    found: int = outcome.answer["task"]
    return found
