"""What a command changes in the figures of managers, as plain values."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from workflows.engine import tally
from workflows.engine.models import Delta, Task

OPENED = datetime(2018, 4, 9, 9, tzinfo=UTC)
NOW = OPENED + timedelta(days=2)
DAY, TODAY = date(2018, 4, 9), date(2018, 4, 11)


def turn(**columns: Any) -> Task:
    values = {"kind": "document", "node": "amend", "team_id": 3, "amount": Decimal("536.49"), "created": OPENED}
    values |= columns
    return Task(**values, organisation_id=None if values["team_id"] else 7)


def summed(rows: list[Delta]) -> dict[tuple[str, int, date], tuple[int, Decimal]]:
    return {(row.metric, row.team_id, row.day): (row.count, row.money) for row in rows}


def changed(task: Task, **columns: Any) -> dict[tuple[str, int, date], tuple[int, Decimal]]:
    before = tally.standing(task)
    for name, value in columns.items():
        setattr(task, name, value)
    return summed(tally.deltas([], [(before, task)], NOW))


def test_a_pause_is_nobodys_work_and_counts_nowhere() -> None:
    pause = Task(kind="action", node="closed", created=OPENED, team_id=None, organisation_id=None)
    assert tally.deltas([pause], [], OPENED) == []
    assert tally.deltas([], [(tally.standing(pause), pause)], OPENED) == []


def test_a_turn_that_opens_is_open_unclaimed_and_arrived() -> None:
    assert summed(tally.deltas([turn()], [], OPENED)) == {
        ("open", 3, DAY): (1, Decimal("536.49")),
        ("unclaimed", 3, DAY): (1, Decimal("536.49")),
        ("arrivals", 3, DAY): (1, 0),
    }


def test_a_providers_turn_counts_for_no_team_and_is_never_unclaimed() -> None:
    opened = tally.deltas([turn(team_id=None, amount=None)], [], OPENED)
    assert summed(opened) == {("open", 0, DAY): (1, 0), ("arrivals", 0, DAY): (1, 0)}


def test_claim_and_release_move_what_is_unclaimed_and_nothing_else() -> None:
    assert changed(turn(), owner_id=7) == {("unclaimed", 3, DAY): (-1, Decimal("-536.49"))}
    assert changed(turn(owner_id=7), owner_id=None) == {("unclaimed", 3, DAY): (1, Decimal("536.49"))}
    assert changed(turn(owner_id=7), owner_id=8) == {}
    assert changed(turn(), priority=2, not_before=TODAY) == {}


def test_a_turn_that_ends_leaves_the_day_on_which_it_was_opened_and_completes_today() -> None:
    assert changed(turn(owner_id=7, due_at=NOW), finished=NOW) == {
        ("open", 3, DAY): (-1, Decimal("-536.49")),
        ("completions", 3, TODAY): (1, 0),
        ("timed", 3, TODAY): (1, 0),
        ("within_target", 3, TODAY): (1, 0),
    }


def test_within_target_is_ended_by_the_due_time_and_never_past_it() -> None:
    def within(**columns: Any) -> bool:
        return ("within_target", 3, TODAY) in changed(turn(owner_id=7, **columns), finished=NOW)

    assert within(due_at=NOW)
    assert not within(due_at=NOW - timedelta(microseconds=1))
    assert not within(due_at=NOW + timedelta(days=1), breached_at=OPENED)  # a breach is a fact that stays
    assert ("timed", 3, TODAY) not in changed(turn(owner_id=7), finished=NOW)


def test_at_risk_or_past_target_but_never_both() -> None:
    marked = turn(owner_id=7, at_risk_marked_at=NOW)
    assert set(tally.standing(marked).stocks()) == {
        ("open", "document", "amend", 3, DAY),
        ("at_risk", "document", "amend", 3, DAY),
    }
    marked.breached_at = NOW
    assert ("at_risk", "document", "amend", 3, DAY) not in tally.standing(marked).stocks()
    assert changed(marked, finished=NOW)["breached", 3, DAY] == (-1, Decimal("-536.49"))


def test_a_hand_over_takes_everything_along_and_is_said_of_both_teams() -> None:
    assert changed(turn(breached_at=NOW), team_id=4) == {
        ("open", 3, DAY): (-1, Decimal("-536.49")),
        ("open", 4, DAY): (1, Decimal("536.49")),
        ("unclaimed", 3, DAY): (-1, Decimal("-536.49")),
        ("unclaimed", 4, DAY): (1, Decimal("536.49")),
        ("breached", 3, DAY): (-1, Decimal("-536.49")),
        ("breached", 4, DAY): (1, Decimal("536.49")),
        ("handed_on", 3, TODAY): (1, 0),
        ("handed_in", 4, TODAY): (1, 0),
    }


def test_the_day_is_londons() -> None:
    late = datetime(2018, 4, 9, 23, 30, tzinfo=UTC)  # half past midnight in British Summer Time
    assert tally.london_day(late) == date(2018, 4, 10)


columns = some.fixed_dictionaries(
    {
        "team_id": some.sampled_from([None, 3, 4]),
        "owner_id": some.sampled_from([None, 7, 8]),
        "at_risk_marked_at": some.sampled_from([None, NOW]),
        "breached_at": some.sampled_from([None, NOW]),
        "amount": some.sampled_from([None, Decimal("1.10"), Decimal("536.49")]),
    }
)


@given(some.lists(columns, min_size=1, max_size=6), some.booleans())
def test_the_deltas_of_a_turns_life_add_up_to_how_it_stands(life: list[dict[str, Any]], ends: bool) -> None:
    task = turn(**life[0])
    rows = tally.deltas([task], [], OPENED)
    for step in life[1:]:
        before = tally.standing(task)
        for name, value in step.items():
            setattr(task, name, value)
        task.organisation_id = None if task.team_id else 7
        rows += tally.deltas([], [(before, task)], NOW)
    if ends:
        before, task.finished = tally.standing(task), NOW
        rows += tally.deltas([], [(before, task)], NOW)
    sums: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows:
        if row.metric in tally.STOCKS:
            kept = sums.setdefault((row.metric, row.kind, row.node, row.team_id, row.day), [0, Decimal(0)])
            kept[0], kept[1] = kept[0] + row.count, kept[1] + row.money
    left = {key: (count, money) for key, (count, money) in sums.items() if (count, money) != (0, 0)}
    assert left == tally.standing(task).stocks()
