"""The rules of contract documents, tried whole."""

from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.contracts import rules
from workflows.contracts.flow import ContractDocumentFlow
from workflows.contracts.rules import Figure, Occasion, State
from workflows.council.profile import current
from workflows.engine.checks import FlowMismatch, compare
from workflows.engine.table import moves, outcome
from workflows.engine.typed import TEXT_LIMIT, faults_of_text

TABLE = moves(rules.TRANSITIONS)
VERBS = {each.verb for each in rules.TRANSITIONS}
ALLOWED = {
    ("", "publish"): "published",
    ("published", "agree"): "accepted",
    ("published", "reject"): "rejected",
    ("published", "attach"): "published",
    ("published", "terminate"): "terminated",
    ("published", "supersede"): "superseded",
    ("published", "deem"): "accepted",
    ("rejected", "republish"): "published",
    ("rejected", "withdraw"): "terminated",
    ("rejected", "terminate"): "terminated",
    ("rejected", "supersede"): "superseded",
    ("accepted", "terminate"): "terminated",
    ("accepted", "attach"): "accepted",
}


@pytest.mark.parametrize(("state", "verb"), list(product(["", *State], sorted(VERBS))))
def test_every_verb_in_every_state(state: str, verb: str) -> None:
    assert outcome(rules.TRANSITIONS, state, verb) == ALLOWED.get((str(state), verb))


def test_the_flow_says_what_the_table_says() -> None:
    compare(ContractDocumentFlow, TABLE)


def test_a_difference_between_flow_and_table_stops_the_start() -> None:
    with pytest.raises(FlowMismatch, match="agree"):
        compare(ContractDocumentFlow, {move for move in TABLE if move[1] != "agree"})
    with pytest.raises(FlowMismatch, match="only in its rules"):
        compare(ContractDocumentFlow, {*TABLE, ("respond", "ignore", "provider", "end")})


@pytest.mark.parametrize(
    ("first", "end", "last_end", "expected"),
    [
        (True, None, None, Occasion.START),
        (True, date(2026, 1, 1), None, Occasion.START),
        (False, None, None, Occasion.VARIATION),
        (False, date(2026, 1, 1), None, Occasion.END),
        (False, date(2026, 1, 1), date(2026, 1, 1), Occasion.VARIATION),
        (False, date(2026, 2, 1), date(2026, 1, 1), Occasion.END),
        (False, None, date(2026, 1, 1), Occasion.VARIATION),
    ],
)
def test_why_a_document_is_published(first: bool, end: date | None, last_end: date | None, expected: Occasion) -> None:
    assert rules.occasion(first=first, end=end, last_end=last_end) is expected


@given(st.decimals(0, 99_999, places=2), st.decimals(0, 99_999, places=2))
def test_money_moved_is_said_the_same_both_ways_round(old: Decimal, new: Decimal) -> None:
    there, back = rules.money_moved(old, new), rules.money_moved(new, old)
    assert there == tuple(part.replace("less", "?").replace("more", "less").replace("?", "more") for part in back)
    assert (there == ("", "")) is (old == new)


def test_the_picture_of_a_changed_cost() -> None:
    old = [Figure("cost", "Cost", "£516.49 weekly"), Figure("end", "End date", "None (open)")]
    new = [Figure("cost", "Cost", "£536.49 weekly"), Figure("end", "End date", "None (open)")]
    [change] = rules.changes(old, new, Decimal("516.49"), Decimal("536.49"))
    assert change.difference == "£20.00 more a week"
    assert change.yearly == "£1,040.00 more a year (52 weeks)"


@pytest.mark.parametrize("length", [0, 1, TEXT_LIMIT, TEXT_LIMIT + 1, 10_000])
def test_the_length_of_a_text(length: int) -> None:
    assert bool(faults_of_text("x" * length, "missing")) is (length in {0, TEXT_LIMIT + 1, 10_000})


def test_a_reason_that_the_profile_no_longer_has_is_shown_as_it_was_kept() -> None:
    profile = current().contract_documents
    assert rules.reason_label(profile, "cost") == "Cost"
    assert rules.reason_label(profile, "weather") == "weather"
