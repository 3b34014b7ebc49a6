"""The rules of disputes, tried whole: what can be chosen for a row, the verb that follows, what is payable of it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.actuals.entry import Absence, Row
from workflows.disputes import rules
from workflows.disputes.rules import ASK_AGAIN, WAYS, Awaits, Choice, Decision
from workflows.engine.typed import TEXT_LIMIT

D = Decimal
MONDAY = date(2025, 2, 17)
LONG = "x" * (TEXT_LIMIT + 1)
NEEDS_WORDS = {"pay_as_planned", "ask_again"}


def row(number: int, planned: str, actual: str, *absent: Absence, comment: str = "") -> Row:
    return Row(number, MONDAY, MONDAY + timedelta(6), (D(planned),), (D(actual),), D(20), absent, comment)


@pytest.mark.parametrize(
    ("awaits", "way", "amended", "reason"),
    list(product([None, *Awaits], [*WAYS, "pay_nothing"], [False, True], ["", " ", "Because.", LONG])),
)
def test_a_choice_is_sound_only_for_a_row_that_awaits_the_council(
    awaits: str | None, way: str, amended: bool, reason: str
) -> None:
    known = {} if awaits is None else {7: awaits}
    faults = rules.faults_of_choices([Choice(7, way, reason)], known, {7} if amended else set())
    sound = (
        awaits == Awaits.COUNCIL
        and way in set(WAYS)
        and (amended or way != "pay_as_amended")
        and (bool(reason.strip()) or way not in NEEDS_WORDS)
        and len(reason) <= TEXT_LIMIT
    )
    assert (faults == {}) is sound
    assert set(faults) <= {"7"}


def test_nothing_chosen_is_a_fault() -> None:
    assert set(rules.faults_of_choices([], {7: Awaits.COUNCIL}, set())) == {""}


@given(left=st.sets(st.integers(1, 6), min_size=1), chosen=st.sets(st.integers(1, 6), min_size=1), again=st.booleans())
def test_the_verb_follows_from_what_is_left(left: set[int], chosen: set[int], again: bool) -> None:
    choices = [Choice(each, Decision.AS_CLAIMED) for each in chosen & left]
    if again:
        choices.append(Choice(0, ASK_AGAIN, "When?"))
    verb = rules.verb_of(choices, left)
    assert verb == ("ask_again" if again else "resolve" if left <= chosen else "decide_some")


@pytest.mark.parametrize(
    ("text", "files", "amended"), list(product(["", " ", "Words", LONG], [False, True], [False, True]))
)
def test_a_response_says_something(text: str, files: bool, amended: bool) -> None:
    said = bool(text.strip()) and len(text) <= TEXT_LIMIT
    silent = not text.strip() and (files or amended)
    assert (rules.faults_of_answer(text, files=files, amended=amended) == {}) is (said or silent)


def test_the_provider_has_its_time() -> None:
    due = datetime(2025, 3, 3, 17, tzinfo=UTC)
    assert rules.refusal_of_taking(due, due - timedelta(seconds=1))
    assert rules.refusal_of_taking(due, due) is None
    assert rules.refusal_of_taking(None, due) is None


def test_as_planned_nothing_is_missed_and_nothing_more() -> None:
    missed = Absence("frustrated", D(2), "could_not_provide", 0)
    claimed = (row(1, "10", "8", missed, comment="Kept"), row(2, "0", "3"))
    first, second = rules.settled(Decision.AS_PLANNED, claimed, ())
    assert (first.actual, first.absent, first.comment) == ((D(10),), (), "Kept")
    assert second.actual == (D(0),)
    assert rules.settled(Decision.AS_CLAIMED, claimed, ()) == claimed
    assert rules.settled(Decision.AS_AMENDED, claimed, claimed[:1]) == claimed[:1]


def test_words_go_and_figures_stay() -> None:
    missed = Absence("frustrated", D(2), "could_not_provide", 0, "She was out")
    [left] = rules.without_words([row(1, "10", "8", missed, comment="Her daughter came")])
    assert (left.comment, left.absent[0].comment) == ("", "")
    assert (left.actual, left.absent[0].units) == ((D(8),), D(2))


@pytest.mark.parametrize("way", [*WAYS, "", "x"])
def test_many_are_decided_or_asked_again_with_words(way: str) -> None:
    known = way in {"pay_as_claimed", "pay_as_planned", "pay_as_amended", "ask_again"}
    assert (rules.faults_of_many(way, "Because.") == {}) is known
    assert (rules.faults_of_many(way, "") == {}) is (known and way not in NEEDS_WORDS)


def test_each_rule_of_a_profile_has_its_sentence() -> None:
    assert set(rules.BY_ITSELF) == {"differs", "more", "outside_tolerance"}
