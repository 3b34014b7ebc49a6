"""What may be done with a turn: the rule tried whole against a table written by hand from the design."""

from datetime import date, timedelta
from itertools import product
from typing import get_args

import pytest

from workflows.engine import rules
from workflows.engine.rules import Owner, Priority, Situation, Standing, Verb

TEAM = 7
TODAY = date(2026, 5, 6)
STANDINGS: tuple[Standing, ...] = get_args(Standing)
OWNERS: tuple[Owner, ...] = get_args(Owner)

#: standing x owner -> the verbs that happen. Everything else is refused.
HAPPENS: dict[tuple[str, str], set[str]] = {
    ("member", "nobody"): {"claim", "hand_over", "follow_up", "prioritise"},
    ("member", "oneself"): {"release", "hand_over", "follow_up", "prioritise"},
    ("member", "another"): set(),
    ("lead", "nobody"): {"claim", "hand_over", "follow_up", "prioritise"},
    ("lead", "oneself"): {"release", "hand_over", "follow_up", "prioritise"},
    ("lead", "another"): {"release", "hand_over", "follow_up", "prioritise"},
}


@pytest.mark.parametrize("verb", rules.VERBS)
@pytest.mark.parametrize(("standing", "owner"), list(product(STANDINGS, OWNERS)))
@pytest.mark.parametrize("still_open", [True, False])
@pytest.mark.parametrize("team", [TEAM, None])
def test_it_happens_only_where_the_table_says(
    verb: Verb, standing: Standing, owner: Owner, still_open: bool, team: int | None
) -> None:
    refusal = rules.refusal(verb, Situation(still_open, team, owner, standing, "Priya Raman"))
    happens = still_open and team is not None and verb in HAPPENS.get((standing, owner), set())
    assert (refusal is None) is happens
    if refusal is not None:
        assert refusal.reason.endswith(".") and refusal.code


def test_the_table_has_every_verb() -> None:
    assert set(rules.MAY) == set(rules.VERBS) == set(get_args(Verb)) == set(rules.ACTION)
    assert set(rules.VERBS) < set(rules.SAID)


def test_who_has_it_is_named() -> None:
    at = Situation(True, TEAM, "another", "member", "Priya Raman")
    assert "Priya Raman has claimed this already" in _reason("claim", at)
    assert "Only Priya Raman, or who leads the team" in _reason("hand_over", at)
    assert _reason("claim", Situation(True, TEAM, "oneself", "member")) == "You have claimed this already."


def test_who_is_away_claims_nothing() -> None:
    at = Situation(True, TEAM, "nobody", "member", away="9 April 2018")
    refused = rules.refusal("claim", at)
    assert refused is not None and refused.code == "away" and "until 9 April 2018" in refused.reason
    assert rules.refusal("hand_over", at) is None


@pytest.mark.parametrize(
    ("team", "teams", "leads", "standing"),
    [
        (None, {TEAM}, {"brokerage"}, "stranger"),
        (TEAM, set(), set(), "stranger"),
        (TEAM, {8}, {"brokerage"}, "stranger"),
        (TEAM, {TEAM}, set(), "member"),
        (TEAM, {TEAM, 8}, {"payments"}, "member"),
        (TEAM, {TEAM}, {"brokerage"}, "lead"),
    ],
)
def test_standing_is_to_the_team_that_has_it(team: int | None, teams: set[int], leads: set[str], standing: str) -> None:
    assert rules.standing(team, "brokerage", teams=teams, leads=leads) == standing


def test_owner_is_as_the_asker_sees_it() -> None:
    assert [rules.owner(each, 3) for each in (None, 3, 4)] == ["nobody", "oneself", "another"]


@pytest.mark.parametrize("reason", ["", "  ", "\n"])
def test_handing_over_and_priority_need_a_reason(reason: str) -> None:
    needing = {verb for verb in rules.VERBS if rules.refusal_of_reason(verb, reason)}
    assert needing == {"hand_over", "prioritise"}
    assert all(rules.refusal_of_reason(verb, "Because.") is None for verb in rules.VERBS)


@pytest.mark.parametrize(("old", "new"), list(product([0, 1, 2], [-1, 0, 1, 2, 3])))
def test_a_priority_is_one_of_three_and_another_one(old: int, new: int) -> None:
    assert (rules.refusal_of_priority(old, new) is None) is (new in {0, 1, 2} and new != old)


def test_priorities_have_words() -> None:
    assert [each.words for each in Priority] == ["Usual", "High", "At once"]


@pytest.mark.parametrize(
    ("old", "days", "fine"),
    [
        (None, 1, True),
        (None, 366, True),
        (None, 367, False),
        (None, 0, False),
        (None, -1, False),
        (5, 5, False),
        (5, 6, True),
    ],
)
def test_a_follow_up_date_is_after_today_and_within_a_year(old: int | None, days: int, fine: bool) -> None:
    was = TODAY + timedelta(days=old) if old is not None else None
    assert (rules.refusal_of_follow_up(was, TODAY + timedelta(days=days), TODAY) is None) is fine


def test_a_follow_up_date_can_be_taken_away_once() -> None:
    assert rules.refusal_of_follow_up(TODAY, None, TODAY) is None
    assert rules.refusal_of_follow_up(None, None, TODAY) is not None


def test_a_turn_goes_to_another_team_that_may_open_it() -> None:
    assert rules.refusal_of_team("iso", 1, 2, "Payments", {"iso"}) is None
    same, blind = (
        rules.refusal_of_team("iso", 1, 1, "Payments", {"iso"}),
        rules.refusal_of_team("iso", 1, 2, "P", set()),
    )
    assert (same and same.code, blind and blind.code) == ("unchanged", "cannot_read")


@pytest.mark.parametrize(("active", "member", "has_it"), list(product([True, False], repeat=3)))
def test_a_turn_goes_to_somebody_of_the_team_who_is_here(active: bool, member: bool, has_it: bool) -> None:
    refused = rules.refusal_of_person("Tom Bullard", active=active, member=member, has_it=has_it)
    assert (refused is None) is (active and member and not has_it)


def _reason(verb: Verb, at: Situation) -> str:
    refusal = rules.refusal(verb, at)
    assert refusal is not None
    return refusal.reason
