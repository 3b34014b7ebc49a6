"""What a command changes in the figures of managers, as plain values."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from workflows.engine import tally
from workflows.engine.calendar import Calendar
from workflows.engine.metrics import STOCKS
from workflows.engine.models import Case, Delta, Task

OPENED = datetime(2018, 4, 9, 9, tzinfo=UTC)
NOW = OPENED + timedelta(days=2)
CALENDAR = Calendar({day: (time(9), time(17)) for day in range(5)}, time(17))
NOBODY = tally.Acted()
DAY, TODAY = date(2018, 4, 9), date(2018, 4, 11)


def turn(**columns: Any) -> Task:
    values = {"kind": "document", "node": "amend", "team_id": 3, "amount": Decimal("536.49"), "created": OPENED}
    values |= columns
    return Task(**values, organisation_id=None if values["team_id"] else 7)


def summed(rows: list[Delta]) -> dict[tuple[str, int, date], tuple[int, Decimal]]:
    return {(row.metric, row.team_id, row.day): (row.count, row.money) for row in rows}


def deltas(opened: list[Task], changed: list[Any], now: datetime, acted: tally.Acted = NOBODY) -> list[Delta]:
    return tally.deltas(tally.Change(opened, changed, now, CALENDAR, acted))


def changed(task: Task, **columns: Any) -> dict[tuple[str, int, date], tuple[int, Decimal]]:
    return summed(changes(task, **columns))


def changes(task: Task, acted: tally.Acted = NOBODY, now: datetime = NOW, **columns: Any) -> list[Delta]:
    before = tally.standing(task)
    for name, value in columns.items():
        setattr(task, name, value)
    return deltas([], [(before, task)], now, acted)


def test_a_pause_is_nobodys_work_but_is_told_where_the_process_is_drawn() -> None:
    pause = Task(kind="action", node="closed", created=OPENED, team_id=None, organisation_id=None)
    assert summed(deltas([pause], [], OPENED)) == {("resting", 0, DAY): (1, 0)}
    monday = date(2018, 4, 9)
    assert changed(pause, finished=NOW, outcome="lapse") == {
        ("resting", 0, DAY): (-1, 0),
        ("passed", 0, monday): (1, 0),
    }


def test_a_turn_that_opens_is_open_unclaimed_and_arrived() -> None:
    assert summed(deltas([turn()], [], OPENED)) == {
        ("open", 3, DAY): (1, Decimal("536.49")),
        ("unclaimed", 3, DAY): (1, Decimal("536.49")),
        ("arrivals", 3, DAY): (1, 0),
    }


def test_a_providers_turn_counts_for_no_team_and_is_never_unclaimed() -> None:
    opened = deltas([turn(team_id=None, amount=None)], [], OPENED)
    assert summed(opened) == {("open", 0, DAY): (1, 0), ("arrivals", 0, DAY): (1, 0)}


def test_claim_and_release_move_what_is_unclaimed_and_nothing_else() -> None:
    assert changed(turn(), owner_id=7) == {("unclaimed", 3, DAY): (-1, Decimal("-536.49"))}
    assert changed(turn(owner_id=7), owner_id=None) == {("unclaimed", 3, DAY): (1, Decimal("536.49"))}
    assert changed(turn(owner_id=7), owner_id=8) == {}
    assert changed(turn(), priority=2, not_before=TODAY) == {}


def test_a_turn_that_ends_leaves_the_day_on_which_it_was_opened_and_completes_today() -> None:
    assert changed(turn(owner_id=7, due_at=NOW), finished=NOW) == {
        ("open", 3, DAY): (-1, Decimal("-536.49")),
        ("in_time", 3, TODAY): (1, 0),
    }


def test_within_target_is_ended_by_the_due_time_and_never_past_it() -> None:
    def ended(**columns: Any) -> set[str]:
        told = {metric for metric, _, _ in changed(turn(owner_id=7, **columns), finished=NOW)}
        return told & {"in_time", "late", "untimed"}

    assert ended(due_at=NOW) == {"in_time"}
    assert ended(due_at=NOW - timedelta(microseconds=1)) == {"late"}
    assert ended(due_at=NOW + timedelta(days=1), breached_at=OPENED) == {"late"}  # a breach is a fact that stays
    assert ended() == {"untimed"}


def test_the_working_time_of_a_turn_is_told_until_it_was_claimed_and_until_it_ended() -> None:
    """Opened on Monday at ten, claimed at noon, ended on Wednesday at ten: two days of eight hours (DST: UTC + 1)."""
    (row,) = [each for each in changes(turn(owner_id=7), claimed_at=OPENED + timedelta(hours=2), finished=NOW,
                                       outcome="agree") if each.metric == "untimed"]  # fmt: skip
    assert (row.minutes, row.waited, row.bucket, row.outcome) == (2 * 480, 120, 20, "agree")
    (never,) = [each for each in changes(turn(), finished=NOW) if each.metric == "untimed"]
    assert (never.minutes, never.waited) == (2 * 480, 2 * 480)


def test_what_a_person_did_is_theirs_and_the_teams_that_had_the_turn() -> None:
    own = turn(owner_id=7, id=5)
    acted = tally.Acted(7, 5, "handed_over")
    rows = {each.metric: each for each in changes(own, acted, team_id=4)}
    assert (rows["handed_over"].team_id, rows["handed_over"].person_id) == (3, 7)
    assert {each.person_id for name, each in rows.items() if name != "handed_over"} == {0}
    done = {each.metric: each for each in changes(turn(owner_id=7, id=5), tally.Acted(7, 5), finished=NOW)}
    assert done["untimed"].person_id == 7
    others = {each.metric: each for each in changes(turn(owner_id=7, id=6), tally.Acted(7, 5), finished=NOW)}
    assert others["untimed"].person_id == 0  # a turn that another command's ending took along


def test_the_whole_of_a_case_is_told_when_it_begins_changes_hands_and_ends() -> None:
    case = Case(kind="document", created=OPENED, state="agreed", service_group="homecare", organisation_id=9)
    begun = tally.of_case(tally.Whole(case, OPENED, CALENDAR, begun="publish"))
    assert [(row.metric, row.outcome, row.provider_id) for row in begun] == [("begun", "publish", 9)]
    ended = tally.of_case(tally.Whole(case, NOW, CALENDAR, ended=True, held=("team", 3, 77)))
    assert [(row.metric, row.outcome, row.team_id, row.minutes, row.service_group) for row in ended] == [
        ("held", "team", 3, 77, "homecare"),
        ("closed", "agreed", 0, 960, "homecare"),
    ]


@given(some.dictionaries(some.integers(0, 600), some.integers(1, 9), min_size=1), some.sampled_from([1, 50, 90, 100]))
def test_a_percentile_is_the_upper_edge_of_the_bucket_that_has_it(counts: dict[int, int], percent: int) -> None:
    every = sorted(bucket for bucket, count in counts.items() for _ in range(count))
    at = every[-(-len(every) * percent // 100) - 1]
    assert tally.percentile(counts, percent) == Decimal(min(at + 1, 600)) / 10
    assert tally.percentile({}, percent) is None


def test_at_risk_or_past_target_but_never_both() -> None:
    marked = turn(owner_id=7, at_risk_marked_at=NOW)
    assert tally.standing(marked).metrics == {"open", "at_risk"}
    marked.breached_at = NOW
    assert tally.standing(marked).metrics == {"open", "breached"}
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
    rows = deltas([task], [], OPENED)
    for step in life[1:]:
        rows += changes(task, **step, organisation_id=None if step["team_id"] else 7)
    if ends:
        rows += changes(task, finished=NOW)
    sums: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows:
        if row.metric in STOCKS:
            kept = sums.setdefault((row.metric, row.kind, row.node, row.team_id, row.day), [0, Decimal(0)])
            kept[0], kept[1] = kept[0] + row.count, kept[1] + row.money
    left = {key: (count, money) for key, (count, money) in sums.items() if (count, money) != (0, 0)}
    assert left == {key[:5]: (value.count, value.money) for key, value in tally.standing(task).stocks().items()}
