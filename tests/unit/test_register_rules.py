"""The rules of the register, tried whole, with the handbook's own figures."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.register import rules
from workflows.register.rules import LineFacts, Price, Span

APRIL = date(2018, 4, 9)
DAYS = st.dates(date(2018, 1, 1), date(2018, 3, 1))


def test_it_writes_cost_and_pricing_as_the_handbook_does() -> None:
    assert (
        rules.pricing_words(Decimal("1.00"), "Placement", Decimal("536.49"), "Spot")
        == "1 x Placement at £536.49 (Spot)"
    )
    assert rules.cost_words(Decimal("536.49")) == "£536.49 Weekly"
    assert rules.money(Decimal("1986.44")) == "£1,986.44"
    assert rules.money(Decimal("-159.52")) == "−£159.52"


@pytest.mark.parametrize(("quantity", "text"), [("1.00", "1"), ("1.50", "1.5"), ("20", "20"), ("0.25", "0.25")])
def test_it_writes_quantities_without_needless_zeros(quantity: str, text: str) -> None:
    assert rules.plain(Decimal(quantity)) == text


@pytest.mark.parametrize(
    ("quantity", "unit_cost", "cost"),
    [("1", "536.49", "536.49"), ("0.5", "18.77", "9.39"), ("0.5", "18.75", "9.38"), ("11.50", "18.76", "215.74")],
)
def test_half_a_penny_is_rounded_up(quantity: str, unit_cost: str, cost: str) -> None:
    assert rules.weekly_cost(Decimal(quantity), Decimal(unit_cost)) == Decimal(cost)


def test_the_rate_history_gives_the_four_weeks_of_the_remittance() -> None:
    """domain.md §4.1, reading B: £496.61 in 2018/19, £536.49 since; five clients, four weeks, £9,932.20."""
    history = [
        Price(Span(date(2018, 4, 1), date(2019, 3, 31)), Decimal("496.61")),
        Price(Span(date(2019, 4, 1)), Decimal("536.49")),
    ]
    in_2018 = rules.amount_on(history, APRIL)
    assert in_2018 == Decimal("496.61")
    assert 4 * in_2018 == Decimal("1986.44")
    assert 5 * 4 * in_2018 == Decimal("9932.20")
    assert rules.amount_on(history, date(2019, 3, 31)) == Decimal("496.61")
    assert rules.amount_on(history, date(2019, 4, 1)) == Decimal("536.49")
    assert rules.amount_on(history, date(2018, 3, 31)) is None


def test_a_line_shows_its_first_price_before_and_its_last_price_after() -> None:
    assert rules.priced_on(date(2018, 1, 1), APRIL, None) == APRIL
    assert rules.priced_on(date(2019, 1, 1), APRIL, date(2018, 5, 1)) == date(2018, 5, 1)
    assert rules.priced_on(date(2018, 4, 20), APRIL, date(2018, 5, 1)) == date(2018, 4, 20)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (LineFacts(Decimal(0), APRIL), "more than 0"),
        (LineFacts(Decimal("-1"), APRIL), "more than 0"),
        (LineFacts(Decimal("1.001"), APRIL), "two decimals"),
        (LineFacts(Decimal("10000"), APRIL), "at most"),
        (LineFacts(Decimal(1), APRIL, date(2018, 4, 8)), "before the start date (09/04/2018)"),
        (LineFacts(Decimal(1), date(1918, 4, 9)), "between"),
        (LineFacts(Decimal(1), APRIL, date(2218, 4, 9)), "after"),
        (LineFacts(Decimal(1), APRIL, temporary=True), "needs a review date"),
        (LineFacts(Decimal(1), APRIL, review_date=APRIL), "Only a temporary line"),
        (LineFacts(Decimal(1), APRIL, temporary=True, review_date=date(2018, 4, 8)), "before the start date"),
    ],
)
def test_it_says_why_a_line_cannot_be_so(facts: LineFacts, words: str) -> None:
    assert words in str(rules.refusal_of_line(facts))


def test_it_takes_a_line_that_lasts_one_day_or_is_temporary() -> None:
    assert rules.refusal_of_line(LineFacts(Decimal("0.5"), APRIL, APRIL)) is None
    assert rules.refusal_of_line(LineFacts(Decimal(1), APRIL, temporary=True, review_date=APRIL)) is None


@pytest.mark.parametrize(("amount", "right"), [("0", True), ("536.49", True), ("-0.01", False), ("1.001", False)])
def test_it_checks_amounts(amount: str, right: bool) -> None:
    assert (rules.refusal_of_amount(Decimal(amount)) is None) is right


def test_a_new_rate_ends_the_standing_one_the_day_before() -> None:
    standing = [Span(date(2018, 4, 1), date(2019, 3, 31)), Span(date(2019, 4, 1))]
    assert rules.room_for(Span(date(2020, 4, 1)), standing) == rules.Room(shorten=1)
    assert rules.room_for(Span(date(2019, 4, 1)), standing) == rules.Room(replace=1)
    assert rules.room_for(Span(date(2017, 4, 1), date(2018, 3, 31)), standing) == rules.Room()


def test_it_never_takes_away_or_cuts_in_two_what_stands() -> None:
    standing = [Span(date(2018, 4, 1), date(2019, 3, 31)), Span(date(2019, 4, 1))]
    assert "already one from 01/04/2019" in str(rules.room_for(Span(date(2018, 10, 1)), standing).refusal)
    assert "leave the end open" in str(rules.room_for(Span(date(2020, 1, 1), date(2020, 2, 1)), standing).refusal)


@given(st.lists(st.tuples(DAYS, st.one_of(st.none(), st.integers(0, 40)), st.sampled_from([0, 7])), max_size=8))
def test_spans_that_found_room_never_share_a_day(wishes: list[tuple[date, int | None, int]]) -> None:
    """Any order of new spans, against a slow oracle that counts days one by one."""
    standing: list[Span] = []
    for start, length, _ in wishes:
        new = Span(start, None if length is None else start + timedelta(days=length))
        room = rules.room_for(new, standing)
        if room.refusal is not None:
            continue
        if room.shorten is not None:
            standing[room.shorten] = Span(standing[room.shorten].start, rules.day_before(new.start))
        if room.replace is not None:
            standing[room.replace] = new
        else:
            standing.append(new)
    for number in range(120):
        day = date(2018, 1, 1) + timedelta(days=number)
        assert sum(span.covers(day) for span in standing) <= 1


@given(DAYS, st.one_of(st.none(), st.integers(0, 40)), DAYS, st.one_of(st.none(), st.integers(0, 40)))
def test_overlap_means_a_day_in_both(a: date, a_length: int | None, b: date, b_length: int | None) -> None:
    first = Span(a, None if a_length is None else a + timedelta(days=a_length))
    second = Span(b, None if b_length is None else b + timedelta(days=b_length))
    days = [date(2018, 1, 1) + timedelta(days=number) for number in range(120)]
    assert first.overlaps(second) is any(first.covers(day) and second.covers(day) for day in days)
    assert first.overlaps(second) is second.overlaps(first)
