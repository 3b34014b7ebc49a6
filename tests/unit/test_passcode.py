"""The second step's arithmetic: what is kept, what is right, which numbers may be chosen."""

from typing import Any

import pytest

from backoffice.access import passcode
from backoffice.access.rules import passcode_faults
from workflows.council.sign_in import PasscodeRules

RULES = PasscodeRules(mode="whole", name="passcode", length=6, longest_run=3)


@pytest.mark.parametrize("digits", ["592741", "123568", "321987", "109012"])
def test_it_accepts_a_number_without_a_long_run(digits: str) -> None:
    assert passcode_faults(digits, RULES) == []


@pytest.mark.parametrize("digits", ["123456", "912345", "543219", "987600"])
def test_it_refuses_more_than_three_in_a_row_up_or_down(digits: str) -> None:
    assert "in a row" in passcode_faults(digits, RULES)[0]


@pytest.mark.parametrize("digits", ["12345", "1234567", "12a456", "", "١٢٣٤٥٦"])
def test_it_refuses_what_is_not_six_digits(digits: str) -> None:
    assert passcode_faults(digits, RULES) == ["Use exactly 6 digits"]


def test_it_refuses_the_same_digit_throughout() -> None:
    assert passcode_faults("777777", RULES) == ["Use more than one digit"]


def test_the_right_digits_match_whole_and_by_position() -> None:
    kept = passcode.hashed(7, "592741")
    assert passcode.matches(7, kept, passcode.whole("592741"))
    assert passcode.matches(7, kept, {2: "9", 3: "2", 6: "1"})


@pytest.mark.parametrize("answer", [{2: "9", 3: "2", 6: "0"}, {}, {0: "5"}, {7: "1"}, {1: "9"}])
def test_wrong_digits_do_not_match(answer: dict[int, str]) -> None:
    assert not passcode.matches(7, passcode.hashed(7, "592741"), answer)


def test_what_is_kept_is_of_one_person_and_holds_no_digits() -> None:
    kept = passcode.hashed(7, "592741")
    assert not passcode.matches(8, kept, passcode.whole("592741"))
    assert kept != passcode.hashed(7, "592741")
    assert "592741" not in kept


def test_a_changed_key_with_the_old_one_as_fallback_locks_nobody_out(settings: Any) -> None:
    kept = passcode.hashed(7, "592741")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-another-key-another-key-another-key-another-k"
    assert passcode.matches(7, kept, passcode.whole("592741"))
    settings.SECRET_KEY_FALLBACKS = []
    assert not passcode.matches(7, kept, passcode.whole("592741"))


def test_three_different_positions_are_asked_in_order() -> None:
    for _ in range(50):
        asked = passcode.positions(6)
        assert len(set(asked)) == 3
        assert asked == sorted(asked)
        assert set(asked) <= set(range(1, 7))
