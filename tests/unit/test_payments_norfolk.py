"""The figures that norfolk-handbook §8 and §10 print, by both readings of domain.md §4.1."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.payments import policy
from workflows.payments import adjustments, calendar, snapshot, why
from workflows.payments.carrying import settle
from workflows.payments.entitlement import Entitlement, entitlement
from workflows.payments.facts import Cause, Line, Method, Wait
from workflows.payments.money import Money, total
from workflows.register.rules import Price, Span

NORFOLK = policy("norfolk")
FIRST, LAST, DIED = date(2018, 4, 9), date(2018, 5, 6), date(2018, 4, 20)


def pounds(text: str) -> Decimal:
    return Decimal(text)


#: Reading A: the home collects a contribution of £39.88 a week, and the contract pays net.
NET = Line(
    line_id=2750571,
    start=FIRST,
    end=None,
    quantity=Decimal(1),
    prices=(Price(Span(FIRST), pounds("536.49")),),
    methods=(Method(FIRST, net=True),),
    contributions=(Price(Span(FIRST), pounds("39.88")),),
)
#: Reading B: the rate of 2018/2019 was £496.61; the screen shows the one that followed.
UPLIFTED = replace(
    NET,
    prices=(Price(Span(FIRST, date(2019, 3, 31)), pounds("496.61")), Price(Span(date(2019, 4, 1)), pounds("536.49"))),
    methods=(Method(FIRST, net=False),),
    contributions=(),
)
READINGS = pytest.mark.parametrize("line", [NET, UPLIFTED], ids=["net of a contribution", "before the uplift"])


def worth(line: Line) -> Entitlement:
    return entitlement(line, FIRST, LAST, NORFOLK.rules)


@READINGS
def test_28_days_are_1986_44(line: Line) -> None:
    assert worth(line).money == Money(pounds("1986.44"))
    assert why.sums(worth(line))[0].words.endswith("£496.61 a week; £496.61 x 28 days / 7 = £1,986.44")


@READINGS
def test_five_clients_are_9932_20(line: Line) -> None:
    five = [worth(replace(line, line_id=number)).money for number in range(5)]
    due = total(five)
    assert (due.excl, due.vat, due.total) == (pounds("9932.20"), 0, pounds("9932.20"))
    assert settle(due).pays == due


@READINGS
def test_days_times_a_rounded_daily_rate_would_be_wrong(line: Line) -> None:
    daily = (pounds("496.61") / 7).quantize(pounds("0.01"))
    assert daily * 28 == pounds("1986.32") != worth(line).money.total


@READINGS
def test_a_death_on_20_april_is_851_33_and_the_rest_1135_11(line: Line) -> None:
    dead = replace(line, died=DIED, end=DIED)
    assert worth(dead).money == Money(pounds("851.33"))
    found = adjustments.adjustment(worth(dead), worth(line), NORFOLK.rules)
    assert [(each.cause, each.first, each.last, each.money.total) for each in found.items] == [
        (Cause.DEATH, date(2018, 4, 21), LAST, pounds("-1135.11"))
    ]
    assert why.moved(found)[0].words == "The person died: 21/04/2018 to 06/05/2018, −£1,135.11"


def test_the_death_opens_to_its_sum() -> None:
    dead = worth(replace(NET, died=DIED))
    assert [each.words for each in why.sums(dead)] == [
        "1 x £536.49 − £39.88 = £496.61 a week; £496.61 x 12 of 28 days / 7 = £851.33"
    ]
    (rest,) = why.not_paid(dead)
    assert (rest.first, rest.last, rest.worth) == (date(2018, 4, 21), LAST, pounds("1135.11"))
    assert (rest.words, rest.waits_for) == ("The person had died.", "")


def test_where_the_day_of_death_is_not_paid_it_is_780_39() -> None:
    dead = replace(NET, died=DIED, end=DIED)
    assert entitlement(dead, FIRST, LAST, policy("another").rules).money == Money(pounds("780.39"))


def test_the_notice_of_a_death_stops_recovers_and_explains_by_itself() -> None:
    notice = Wait(Span(DIED), Cause.HOLD, "death", "Service Brokerage Team", date(2018, 4, 23), "AC-12")
    told = replace(NET, waits=(notice,))
    assert worth(told).money == Money(pounds("851.33"))
    held = adjustments.adjustment(worth(told), worth(NET), NORFOLK.rules)
    assert [(each.cause, each.money.total) for each in held.items] == [(Cause.HOLD, pounds("-1135.11"))]
    assert why.not_paid(held.now)[0].words == (
        "Payment is held. It waits for the notice of death to be checked (AC-12) with Service Brokerage Team "
        "since 23/04/2018."
    )
    ended = worth(replace(NET, died=DIED, end=DIED, waits=()))
    assert not adjustments.adjustment(ended, held.now, NORFOLK.rules), "nothing moves once brokerage has ended the line"
    mistaken = adjustments.adjustment(worth(NET), held.now, NORFOLK.rules)
    assert [(each.cause, each.money.total) for each in mistaken.items] == [(Cause.HOLD, pounds("1135.11"))]


def test_where_a_notice_recovers_nothing_before_it_is_checked_what_was_finalised_stays() -> None:
    rules = policy("another").rules
    notice = Wait(Span(DIED), Cause.HOLD, "death", "Brokerage", date(2018, 4, 23))
    now = entitlement(replace(NET, waits=(notice,)), FIRST, LAST, rules)
    assert now.money == Money(pounds("780.39"))
    assert not adjustments.adjustment(now, worth(NET), rules)
    dead = entitlement(replace(NET, waits=(notice,), died=DIED), FIRST, LAST, rules)
    assert adjustments.adjustment(dead, worth(NET), rules).money.total == pounds("-1206.05")


def test_the_period_is_paid_two_weeks_in_advance_and_two_in_arrears() -> None:
    (period,) = calendar.periods(NORFOLK.calendars[0], FIRST, LAST)
    assert (period.first, period.last, period.days, period.financial_year) == (FIRST, LAST, 28, "2018/2019")
    assert (period.pay, period.days_in_arrears, period.days_in_advance) == (date(2018, 4, 23), 14, 14)


def test_what_was_finalised_reads_as_it_was_written() -> None:
    for line in (NET, UPLIFTED, replace(NET, died=DIED)):
        assert snapshot.read(snapshot.written(worth(line))) == worth(line)
