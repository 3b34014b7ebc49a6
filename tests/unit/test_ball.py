"""Who had the ball: lines that add up to the whole, shares that add up to a hundred, one's own line and no other's."""

from datetime import UTC, date, datetime, time
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as some

from workflows.engine.calendar import Calendar
from workflows.engine.folding import Figure
from workflows.insight import ball, people, performance
from workflows.insight.ball import SIDE_OF, SIDES, Stretch
from workflows.insight.people import Away, Held, absences, own, spread, team_of

minutes = some.integers(0, 10**7)
stretches = some.lists(
    some.builds(
        Stretch,
        kind=some.sampled_from(["a", "b", "c"]),
        holder=some.sampled_from(sorted(SIDE_OF)),
        team_id=some.sampled_from([1, 2, 3]),
        provider_id=some.integers(0, 40),
        times=some.integers(1, 9),
        minutes=minutes,
    ),
    max_size=60,
)
CALENDAR = Calendar(hours={day: (time(9), time(17)) for day in range(5)}, cut_off=time(17), closed=frozenset())


@given(some.lists(minutes, max_size=30), some.integers(0, 5000))
def test_what_is_shared_out_adds_up_and_nobody_is_a_whole_part_off(parts: list[int], whole: int) -> None:
    shares = ball.apportioned(parts, whole)
    assert sum(shares) == (whole if sum(parts) else 0)
    for part, share in zip(parts, shares, strict=True):
        exact = Fraction(part * whole, sum(parts)) if sum(parts) else Fraction(0)
        assert abs(share - exact) < 1
        assert share == 0 or part


def test_the_rule_of_shares_by_hand() -> None:
    assert ball.apportioned([1, 1, 1], 100) == [34, 33, 33]
    assert ball.apportioned([5, 0, 11], 100) == [31, 0, 69]
    assert ball.tenths(480, 480) == 10 and ball.tenths(24, 480) == 1 and ball.tenths(23, 480) == 0


@given(stretches)
def test_every_table_adds_up_to_the_same_whole(found: list[Stretch]) -> None:
    teams = [(1, "One"), (2, "Two")]  # the third is not theirs to see
    tables = [
        ball.by_side(found, SIDES),
        ball.by_kind(found, str.upper),
        ball.by_provider(found, {pk: f"P{pk}" for pk in range(1, 41)}, "Council"),
        ball.shortened(ball.by_provider(found, {}, "?"), str, most=5),
    ]
    whole = (sum(each.times for each in found), sum(each.minutes for each in found))
    for rows in tables:
        assert (sum(row.times for row in rows), sum(row.minutes for row in rows)) == whole
        assert all(sum(row.by_side) == row.minutes for row in rows)
        assert len(ball.column([row.minutes for row in rows], 480)) == len(rows)
    assert len(tables[3]) <= 6
    assert all((row.of is None) == (row.name == "Council") for row in tables[2])
    council = next(row for row in tables[0] if row.of and row.of.side == ball.COUNCIL)
    told = ball.by_team(found, teams, "Others")
    assert sum(row.minutes for row in told) == council.minutes
    assert all(row.of is None for row in told if row.name == "Others")


def person(pk: int, name: str, following: int, chosen: int) -> people.Person:
    return people.Person(pk, name, Held(), {people.NEXT: following, people.CHOSEN: chosen})


def test_the_spread_names_nobody_and_tells_nothing_of_few() -> None:
    team = [person(1, "Ada", 9, 1), person(2, "Ben", 5, 5), person(3, "Cy", 0, 10), person(4, "Di", 0, 4)]
    assert spread(team) == people.Spread(34, 20, 10, 50, 100)  # Di took too few to be told of
    assert spread(team[:2]).middle is None
    assert spread(team[:2]).share == 30


def test_a_team_is_told_by_name_and_who_has_left_is_one_line_without_a_name() -> None:
    of = team_of(
        7, "Team", members=[(2, "ben"), (1, "Ada")],
        held={1: Held(2, datetime(2018, 4, 9, tzinfo=UTC)), 9: Held(1, datetime(2018, 4, 3, tzinfo=UTC))},
        did={1: {people.COMPLETED: 3}, 9: {people.COMPLETED: 4}, 8: {people.BACK: 1}}, away={2: 3}, stood_in={1: 3},
    )  # fmt: skip
    assert [each.name for each in of.people] == ["Ada", "ben", ""]
    assert (of.together.held.count, of.together.did[people.COMPLETED], of.together.did[people.BACK]) == (3, 7, 1)
    assert of.together.held.oldest == datetime(2018, 4, 3, tzinfo=UTC)
    mine = own(of, 2)
    assert [each.user_id for each in mine.people] == [2]
    assert mine.together.did[people.COMPLETED] == 0 and not mine.whole


def test_days_away_are_working_days_each_once_and_end_when_the_absence_is_taken_back() -> None:
    first, last = date(2018, 4, 2), date(2018, 4, 30)
    week = Away(1, 2, date(2018, 4, 9), date(2018, 4, 15))
    over = Away(1, 3, date(2018, 4, 12), date(2018, 4, 20), ended=datetime(2018, 4, 17, 10, tzinfo=UTC))
    away, stood_in = absences([week, over], CALENDAR, first, last)
    assert (away, stood_in) == ({1: 6}, {2: 5, 3: 3})  # 9 to 13, and 16; the 17th is worked again
    assert Away(1, 2, date(2018, 3, 1), date(2018, 3, 20)).days(first, last) == []


def figure(metric: str, count: int, *, team: int = 0, bucket: int = 0, outcome: str = "", took: int = 0) -> Figure:
    node = "" if metric == "held" else "respond"
    return Figure(
        metric=metric, kind="contract_document", node=node, team_id=team, service_group="", provider_id=0,
        outcome=outcome, bucket=bucket, day=date(2018, 4, 9), count=count, minutes=took, waited=0, money=0,  # type: ignore[arg-type]
    )  # fmt: skip


def test_a_providers_answers_are_its_own_turns_and_the_council_is_told_as_one() -> None:
    found = performance.told(
        [
            figure("in_time", 3), figure("late", 1), figure("untimed", 2), figure("open", 4), figure("breached", 1),
            *(figure("took", 1, bucket=bucket) for bucket in (0, 10, 20, 30, 40)), figure("in_time", 90, team=5),
            figure("open", 2, team=5), figure("open", 3, team=6), figure("breached", 2, team=6),
            figure("held", 2, team=5, outcome="team", took=480), figure("held", 1, outcome="provider", took=960),
        ]
    )  # fmt: skip
    (step,) = found.steps
    assert (step.answered, step.timed, step.share, step.waiting, step.breached) == (6, 4, 75, 4, 1)
    assert (step.median, step.ninth) == (
        performance.tally.percentile({0: 1, 10: 1, 20: 1, 30: 1, 40: 1}, 50),
        step.ninth,
    )
    assert step.median is not None and step.ninth is not None and step.median < step.ninth
    assert (found.with_council().open, found.with_council().breached) == (5, 2)
    assert [row.by_side for row in performance.rows(found, {})] == [(480, 960, 0)]
    assert performance.told([figure("took", 4, bucket=3)]).steps[0].median is None  # too few to tell
