"""When something is due: every day of some years, by counting forwards from the end instead of back from today."""

from calendar import monthrange
from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from workflows.council.retention import Retention
from workflows.retention.rules import due_before, due_on, moment_of

DAYS = [date(2024, 2, 1) + timedelta(days=each) for each in range(800)]


def rule(keep: str, counted_from: str = "end") -> Retention:
    return Retention.model_validate({"what": "clients", "keep": keep, "counted_from": counted_from, "why": "Because"})


def april_after(ended: date) -> date:
    """The first day after the financial year in which something ended."""
    return date(ended.year if ended < date(ended.year, 4, 1) else ended.year + 1, 4, 1)


def forwards(day: date, years: int) -> date:
    year = day.year + years
    return date(year, day.month, min(day.day, monthrange(year, day.month)[1]))


@pytest.mark.parametrize("years", [1, 6, 8])
def test_years_from_the_end_of_the_financial_year_are_whole_ones(years: int) -> None:
    """Due from the 1 April on that lies so many years after the financial year: a day earlier nothing of it is."""
    kept = rule(f"{years} years", "end_of_financial_year")
    for today in DAYS:
        before = due_before(kept, today)
        for ended in (before - timedelta(days=1), before):
            first = forwards(april_after(ended), years)
            assert (ended < before) == (today >= first), (today, ended)


@pytest.mark.parametrize(
    ("keep", "longest"), [("30 days", 30), ("12 months", 366), ("13 months", 397), ("6 years", 2192)]
)
def test_nothing_is_due_before_the_whole_period_and_time_never_goes_back(keep: str, longest: int) -> None:
    cuts = [due_before(rule(keep), today) for today in DAYS]
    assert cuts == sorted(cuts)
    assert {(today - cut).days for today, cut in zip(DAYS, cuts, strict=True)} <= set(range(longest - 4, longest + 1))
    assert due_before(rule("1 month"), date(2026, 3, 31)) == date(2026, 2, 28)
    assert due_before(rule("8 years"), date(2024, 2, 29)) == date(2016, 2, 29)
    assert due_before(rule("1 year"), date(2024, 2, 29)) == date(2023, 2, 28)


def test_cases_are_named_for_cases_and_nowhere_else() -> None:
    for wrong in ({"what": "cases"}, {"cases": ["action"]}, {"keep": "0 days"}, {"keep": "8"}):
        with pytest.raises(ValidationError):
            Retention.model_validate({"what": "clients", "keep": "8 years", "why": "Because"} | wrong)


@pytest.mark.parametrize("keep", ["30 days", "13 months", "6 years"])
@pytest.mark.parametrize("counted_from", ["end", "end_of_financial_year"])
def test_the_day_on_which_something_is_due_is_the_first_on_which_a_list_has_it(keep: str, counted_from: str) -> None:
    kept = rule(keep, counted_from)
    for day in DAYS[::29]:
        ended = moment_of(day) + timedelta(hours=13)
        first = due_on(kept, ended)
        assert ended < moment_of(due_before(kept, first))
        assert ended >= moment_of(due_before(kept, first - timedelta(days=1)))
