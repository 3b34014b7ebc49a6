"""When periods of payment are, and the days that matter in them (workflows/payments/calendar.py)."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.payments import policy
from workflows.council.payments import PaymentCalendar, Payments
from workflows.council.profile import current
from workflows.engine.calendar import from_profile
from workflows.payments import calendar

NORFOLK = policy("norfolk").calendars[0]
WEEKLY, IN_ADVANCE = policy("another").calendars
WORKS_ON = from_profile(current().calendar).works_on


def dates(period: calendar.Period) -> list[str]:
    return [f"{day:%a %d %b %Y}" for day in (period.visible_from, period.cut_off, period.finalise, period.pay)]


def test_the_handbooks_period() -> None:
    period = calendar.period_on(NORFOLK, date(2018, 4, 20), WORKS_ON)
    assert (period.number, period.first, period.last) == (0, date(2018, 4, 9), date(2018, 5, 6))
    assert dates(period) == ["Mon 16 Apr 2018", "Thu 19 Apr 2018", "Fri 20 Apr 2018", "Mon 23 Apr 2018"]


def test_a_payment_on_a_bank_holiday_moves_to_the_working_day_before() -> None:
    period = calendar.period(NORFOLK, 9, WORKS_ON)
    assert period.first == date(2018, 12, 17)
    assert dates(period) == ["Mon 24 Dec 2018", "Thu 27 Dec 2018", "Fri 28 Dec 2018", "Mon 31 Dec 2018"]
    assert calendar.period(NORFOLK, 26, WORKS_ON).pay == date(2020, 4, 20)
    easter = NORFOLK.model_copy(update={"anchor": date(2018, 3, 19)})
    assert calendar.period(easter, 0, WORKS_ON).pay == date(2018, 3, 29), (
        "Easter Monday, so Thursday before Good Friday"
    )
    assert calendar.period(easter, 0).pay == date(2018, 4, 2), "nobody said on which days the council works"


def test_or_to_the_one_after_where_the_council_says_so() -> None:
    assert dates(calendar.period_on(WEEKLY, date(2018, 4, 23), WORKS_ON)) == [
        "Mon 23 Apr 2018",
        "Tue 01 May 2018",
        "Wed 02 May 2018",
        "Fri 04 May 2018",
    ]
    assert calendar.period_on(WEEKLY, date(2018, 3, 19), WORKS_ON).pay == date(2018, 4, 3)


def test_over_christmas_the_dates_are_the_ones_that_the_profile_names() -> None:
    assert dates(calendar.period_on(WEEKLY, date(2018, 12, 20), WORKS_ON)) == [
        "Mon 17 Dec 2018",
        "Thu 20 Dec 2018",
        "Fri 21 Dec 2018",
        "Fri 21 Dec 2018",
    ]


def test_in_advance_and_in_arrears() -> None:
    assert [
        (each.days_in_arrears, each.days_in_advance)
        for each in (calendar.period(NORFOLK, 0), calendar.period(WEEKLY, 0), calendar.period(IN_ADVANCE, 0))
    ] == [(14, 14), (7, 0), (0, 28)]


def test_a_period_belongs_to_the_financial_year_in_which_it_begins() -> None:
    assert [calendar.financial_year(day) for day in (date(2018, 3, 31), date(2018, 4, 1), date(2019, 3, 31))] == [
        "2017/2018",
        "2018/2019",
        "2018/2019",
    ]
    year = calendar.periods_of_year(NORFOLK, date(2018, 12, 1))
    assert (len(year), year[0].first, year[-1].first) == (13, date(2018, 4, 9), date(2019, 3, 11))
    assert year[-1].last == date(2019, 4, 7), "its last days are in the next financial year, and it is not"


def test_a_long_year_has_fourteen_periods() -> None:
    early = NORFOLK.model_copy(update={"anchor": date(2018, 4, 1)})
    assert len(calendar.periods_of_year(early, date(2018, 4, 1))) == 14


days = st.dates(date(2015, 1, 1), date(2030, 12, 31))
calendars = st.sampled_from([NORFOLK, WEEKLY, IN_ADVANCE])


@given(calendars, days)
def test_every_day_is_in_one_period_and_the_dates_of_each_come_in_order(which: PaymentCalendar, day: date) -> None:
    period = calendar.period_on(which, day, WORKS_ON)
    assert period.first <= day <= period.last
    assert calendar.period(which, period.number + 1).first == period.last + timedelta(days=1)
    assert period.cut_off <= period.finalise <= period.pay
    assert period.visible_from <= period.cut_off
    moved = (period.cut_off, period.finalise, period.pay)
    assert which.when_closed == "stay" or all(WORKS_ON(each) for each in moved)


@given(calendars, days)
def test_every_period_is_in_one_financial_year(which: PaymentCalendar, day: date) -> None:
    period = calendar.period_on(which, day)
    assert [each.number for each in calendar.periods_of_year(which, period.first)].count(period.number) == 1
    assert all(each.financial_year == period.financial_year for each in calendar.periods_of_year(which, period.first))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"calendars": [{"pay": 9}]}, "must come in this order"),
        ({"calendars": [{"exceptions": [{"start": "2018-04-10"}]}]}, "no period begins on 10/04/2018"),
        ({"calendars": [{"exceptions": [{"start": "2018-05-07", "pay": "2018-05-08"}]}]}, "must come in order"),
        ({"calendars": [{}, {}]}, "declares 'four_weekly' more than once"),
        ({"calendars": []}, "at least 1 item"),
        ({"rules": [{"start": "2019-04-01"}, {}]}, "in the order of their start"),
        ({"vat": [{"service_level": "day-care", "start": "2018-04-02", "percent": 20}] * 2}, "more than once"),
        ({"calendars": [{"spare": 1}]}, "Extra inputs are not permitted"),
    ],
)
def test_a_profile_that_cannot_be_is_refused(changes: dict[str, list[dict[str, Any]]], says: str) -> None:
    good = policy("norfolk").model_dump()
    bad = {name: [(good[name][:1] or [{}])[0] | each for each in rows] for name, rows in changes.items()}
    with pytest.raises(ValidationError, match=says):
        Payments.model_validate(good | bad)


def test_a_council_without_scheduled_payments_has_no_table_of_them() -> None:
    profile = current()
    without = {name: value for name, value in profile.model_dump().items() if name not in {"payments", "claims"}}
    assert profile.model_validate(without).payments is None
    assert profile.model_validate(without | {"payments": policy("norfolk")}).payments == policy("norfolk")


def test_a_period_is_visible_before_it_is_cut_off_wherever_that_moves() -> None:
    tight = NORFOLK.model_copy(update={"visible_from": 21, "cut_off": 21, "finalise": 21, "pay": 21})
    period = calendar.period(tight, 1, WORKS_ON)
    assert dates(period)[:2] == ["Fri 25 May 2018", "Fri 25 May 2018"], "Monday 28 May 2018 was a bank holiday"
