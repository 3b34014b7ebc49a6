"""Statutory interest, tried on every day around every boundary against the words of the Act."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from workflows.council.bank_rate import BankRates, shipped, together
from workflows.reports.interest import Debt, exposure, fixed_sum, last_of_30_days, reference_day, relevant_day

D = Decimal
DAY = timedelta(days=1)
START = date(2023, 6, 1)


def days(first: date, last: date) -> list[date]:
    return [first + DAY * number for number in range((last - first).days + 1)]


def oracle(performed: date, notice: date, agreed: date | None) -> date:
    """s.4(2A) to (2H), counted on the fingers."""
    counted = [max(performed, notice)]
    while len(counted) < 30:
        counted.append(counted[-1] + DAY)
    if agreed is None:
        return counted[-1]
    if agreed < performed:  # (2G), s.11: an advance payment
        return performed
    return agreed if agreed in counted or agreed < counted[0] else counted[-1]


def test_the_relevant_day_of_every_way_in_which_the_three_days_can_lie() -> None:
    performed = START + 40 * DAY
    near = days(START, START + 90 * DAY)
    for notice in (None, *near[::3]):
        for agreed in (None, *near):
            found = relevant_day(Debt(D(1), performed, agreed, notice))
            assert found == oracle(performed, notice or performed, agreed), (notice, agreed)


def test_the_thirty_days_begin_with_the_day_itself() -> None:
    assert last_of_30_days(date(2025, 6, 1)) == date(2025, 6, 30)
    assert last_of_30_days(date(2025, 6, 1), date(2025, 6, 11)) == date(2025, 7, 10)


def test_the_reference_rate_of_every_day_of_five_years() -> None:
    for relevant in days(date(2020, 12, 1), date(2026, 1, 31)):
        begins = relevant + DAY
        half = [date(begins.year - 1, 12, 31), date(begins.year, 6, 30), date(begins.year, 12, 31)]
        assert reference_day(relevant) == max(day for day in half if day < begins), relevant


@pytest.mark.parametrize(
    ("amount", "fixed"),
    [("0.01", 40), ("999.99", 40), ("1000.00", 70), ("9999.99", 70), ("10000.00", 100), ("1000000.00", 100)],
)
def test_the_fixed_sum_at_its_boundaries(amount: str, fixed: int) -> None:
    assert fixed_sum(D(amount)) == fixed


def test_simple_interest_for_every_day_of_two_years() -> None:
    debt = Debt(D("12345.67"), performed=date(2024, 5, 1), agreed=date(2024, 5, 20))
    rates = BankRates(((date(2020, 1, 1), D("5.25")), (date(2024, 6, 1), D("1.00"))), date(2030, 1, 1))
    assert reference_day(date(2024, 5, 20)) == date(2023, 12, 31)
    for late in range(-30, 731):
        found = exposure(debt, date(2024, 5, 20) + late * DAY, rates.on)
        if late <= 0:
            assert (found.days, found.total, found.percent) == (0, 0, None)
            continue
        exact = D("12345.67") * D("13.25") * late / 36500
        assert (found.days, found.percent, found.fixed) == (late, D("13.25"), 100), "a later rate changes nothing"
        assert abs(found.interest - exact) <= D("0.005"), late
    assert exposure(debt, date(2024, 6, 19), rates.on).interest == D("134.45")


def test_nothing_is_owed_for_nothing_and_an_unknown_rate_is_said() -> None:
    late = date(2024, 3, 1)
    assert exposure(Debt(D(0), date(2024, 1, 1)), late, shipped().on).total == 0
    unknown = exposure(Debt(D(500), date(2008, 1, 1)), date(2008, 12, 1), shipped().on)
    assert (unknown.percent, unknown.interest, unknown.fixed) == (None, 0, 40)


def test_bank_rate_is_data_that_is_in_order_and_can_be_added_to() -> None:
    table = shipped()
    starts = [start for start, _ in table.rates]
    assert starts == sorted(set(starts)) and starts[-1] <= table.known_until
    for day, percent in (
        (date(2009, 3, 4), None), (date(2009, 3, 5), "0.50"), (date(2018, 6, 30), "0.50"), (date(2018, 12, 31), "0.75"),
        (date(2020, 3, 18), "0.25"), (date(2023, 12, 31), "5.25"), (date(2024, 12, 31), "4.75"),
        (date(2025, 6, 30), "4.25"), (date(2040, 1, 1), "3.75"),
    ):  # fmt: skip
        assert table.on(day) == (D(percent) if percent else None), day
    later = together(table, [(date(2026, 2, 5), D("3.50")), (date(2025, 12, 18), D("3.80"))])
    assert (later.on(date(2026, 2, 4)), later.on(date(2026, 2, 5))) == (D("3.80"), D("3.50"))
    assert later.known_until == date(2026, 2, 5)
