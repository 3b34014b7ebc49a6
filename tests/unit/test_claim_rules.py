"""One-off claims: the table whole, and what may stand in a claim, an answer, a rejection (design, workflows §7)."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import product

import pytest

from tests.councils import FOLDER, POLICIES
from workflows.claims import rules
from workflows.claims.rules import MOST, TRANSITIONS, Asked, State
from workflows.council.claims import Claims
from workflows.council.profile import load
from workflows.engine.table import outcome
from workflows.engine.typed import TEXT_LIMIT

D = Decimal
TODAY = date(2018, 5, 1)
LONG = "x" * (TEXT_LIMIT + 1)


def of(name: str) -> Claims:
    found = load((POLICIES if name == "westmere" else FOLDER) / f"{name}.toml").claims
    assert found is not None
    return found


def claim(**words: object) -> Asked:
    said: dict[str, object] = {"kind": "transport", "on": TODAY, "amount": D(10), "text": "A taxi", "line_id": 1}
    return Asked(**said | words)  # type: ignore[arg-type]


def test_only_these_moves_there_are() -> None:
    moves = {
        ("", "submit"): "submitted",
        ("submitted", "accept"): "accepted",
        ("submitted", "query"): "queried",
        ("submitted", "reject"): "rejected",
        ("queried", "answer"): "submitted",
        ("queried", "take"): "submitted",
    }
    verbs = {each.verb for each in TRANSITIONS}
    for state, verb in product(["", *State], verbs):
        assert outcome(TRANSITIONS, state, verb) == moves.get((state, verb))
    providers = {each.verb for each in TRANSITIONS if each.by == "provider"}
    assert providers == {"submit", "answer"}


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({}, ""),
        ({"kind": "meals"}, "kind"),
        ({"line_id": None}, "about"),
        ({"line_id": None, "service_id": 3}, "about"),  # transport is somebody's
        ({"kind": "equipment", "line_id": None, "service_id": 3}, ""),
        ({"on": None}, "on"),
        ({"on": TODAY + timedelta(days=1)}, "on"),
        ({"on": TODAY - timedelta(days=90)}, ""),
        ({"on": TODAY - timedelta(days=91)}, "on"),
        ({"amount": None}, "amount"),
        ({"amount": D(0)}, "amount"),
        ({"amount": D("-5")}, "amount"),
        ({"amount": D("1.005")}, "amount"),
        ({"amount": MOST}, ""),
        ({"amount": MOST + D("0.01")}, "amount"),
        ({"text": "  "}, "text"),
        ({"text": LONG}, "text"),
    ],
)
def test_what_may_stand_in_a_claim(words: dict[str, object], field: str) -> None:
    assert set(rules.faults(claim(**words), of("norfolk"), TODAY, files=1)) == ({field} if field else set())


def test_all_that_is_wrong_is_said_at_once() -> None:
    empty = Asked(kind="", on=None, amount=None, text="")
    assert set(rules.faults(empty, of("norfolk"), TODAY, files=0)) == {"kind", "about", "on", "amount", "text"}


def test_another_council_asks_for_other_things() -> None:
    norfolk, westmere = of("norfolk"), of("westmere")
    late = {"on": TODAY - timedelta(days=31)}
    night: dict[str, object] = {"kind": "late_night", "line_id": None, "service_id": 3}
    assert set(rules.faults(claim(), norfolk, TODAY, files=0)) == {"files"}
    assert rules.faults(claim(**night), westmere, TODAY, files=0) == {}
    assert set(rules.faults(claim(**night, **late), westmere, TODAY, files=0)) == {"on"}
    assert rules.faults(claim(**late), norfolk, TODAY, files=1) == {}
    assert set(rules.faults(claim(kind="late_night"), westmere, TODAY, files=0)) == {"about"}
    assert set(rules.faults_of_rejection("no", "", norfolk)) == {"reason"}
    assert rules.faults_of_rejection("no", "", westmere) == {}


@pytest.mark.parametrize(("text", "files"), [("Words", 0), ("", 1), ("Words", 1)])
def test_an_answer_says_something(text: str, files: int) -> None:
    assert rules.faults_of_answer(text, D(5), files=files) == {}
    assert set(rules.faults_of_answer(text, None, files=files)) == {"amount"}


def test_no_words_and_no_file_are_no_answer() -> None:
    assert set(rules.faults_of_answer(" ", D(5), files=0)) == {"text"}
    assert set(rules.faults_of_answer(LONG, D(5), files=1)) == {"text"}


def test_what_stands_in_a_payment_fits_its_column() -> None:
    assert rules.words("CLM-2018-000001", "Transport", TODAY) == "One-off claim CLM-2018-000001: Transport, 01/05/2018"
    assert len(rules.words("CLM-2018-000001", "x" * 4000, TODAY)) < 300
