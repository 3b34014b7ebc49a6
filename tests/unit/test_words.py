"""How dates, money and counts are said."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from backoffice.web import words


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("1986.44", "£1,986.44"),
        ("-159.52", "−£159.52"),
        ("0", "£0.00"),
        ("-0.001", "£0.00"),
        ("0.005", "£0.01"),
        ("-0.005", "−£0.01"),
        ("1234567.8", "£1,234,567.80"),
    ],
)
def test_it_says_money_as_the_pictures_do(amount: str, said: str) -> None:
    assert words.money(Decimal(amount)) == said


def test_it_says_weekly_and_yearly_money() -> None:
    assert words.per_week(Decimal("536.49")) == "£536.49 a week"
    assert words.per_year(Decimal("536.49")) == "£27,897.48 a year (52 weeks)"


@pytest.mark.parametrize(("before", "after", "said"), [("516.49", "536.49", "£20.00 more"), ("5", "3", "£2.00 less")])
def test_it_says_the_difference_in_words(before: str, after: str, said: str) -> None:
    assert words.difference(Decimal(before), Decimal(after)) == said


def test_no_difference_is_the_same() -> None:
    assert words.difference(Decimal("5.00"), Decimal("5")) == "The same"


def test_it_says_days_with_and_without_weekday() -> None:
    assert words.date_words(date(2018, 4, 9)) == "9 April 2018"
    assert words.weekday_date(date(2018, 4, 20)) == "Friday 20 April 2018"


def test_a_moment_is_said_in_london_time_summer_and_winter() -> None:
    assert words.moment(datetime(2018, 4, 13, 14, 20, tzinfo=UTC)) == "13 April 2018, 15:20"
    assert words.moment(datetime(2018, 1, 13, 14, 20, tzinfo=UTC)) == "13 January 2018, 14:20"


def test_the_day_of_a_moment_is_londons() -> None:
    late = datetime(2018, 4, 13, 23, 30, tzinfo=UTC)
    assert words.date_words(late) == "14 April 2018"
    assert words.weekday_moment(late) == "Saturday 14 April 2018, 00:30"


def test_it_says_a_range_with_the_year_once() -> None:
    assert words.date_range(date(2018, 4, 9), date(2018, 5, 6)) == "9 April to 6 May 2018"
    assert words.date_range(date(2018, 12, 30), date(2019, 1, 2)) == "30 December 2018 to 2 January 2019"
    assert words.date_range(date(2018, 4, 9), None) == "from 9 April 2018, no end date"


@pytest.mark.parametrize("say", [words.money, words.date_words, words.weekday_date, words.moment, words.clock_time,
                                 words.per_week, words.per_year, words.file_size, words.weekday_moment])  # fmt: skip
def test_nothing_has_a_sign_of_its_own(say: object) -> None:
    assert say(None) == "–"  # type: ignore[operator]


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (113, "113th"), (22, "22nd")],
)
def test_it_says_ordinals(number: int, said: str) -> None:
    assert words.ordinal(number) == said


def test_it_lists_in_words() -> None:
    assert words.listing(["2nd", "3rd", "6th"]) == "2nd, 3rd and 6th"
    assert words.listing(["one"]) == "one"
    assert words.listing([]) == ""


def test_counts_stop_at_their_cap() -> None:
    assert words.capped_count(999) == "999"
    assert words.capped_count(1000) == "999+"
    assert words.plural(1, "document") == "1 document"
    assert words.plural(2000, "document") == "2,000 documents"
    assert words.plural(2, "reply", "replies") == "2 replies"


def test_it_says_file_sizes() -> None:
    assert [words.file_size(size) for size in (10, 84_200, 1_240_000)] == ["1 KB", "84 KB", "1.2 MB"]


def test_a_fingerprint_is_short_enough_to_compare() -> None:
    assert words.fingerprint("9f2c41d708ab63e5" + "0" * 44 + "b71e") == "9f2c 41d7 08ab 63e5 … b71e"
