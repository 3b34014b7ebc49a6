"""What changes after a period was finalised, told by cause, and what a period then pays."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.payments import policy
from workflows.payments import snapshot, why
from workflows.payments.adjustments import Adjustment, adjustment
from workflows.payments.carrying import Balance, instalments, outstanding, settle
from workflows.payments.entitlement import Entitlement, entitlement
from workflows.payments.facts import Absence, Actual, Cause, Line, Method, Wait
from workflows.payments.money import NOTHING, Money, total
from workflows.register.rules import Price, Span

FIRST, LAST = date(2018, 4, 9), date(2018, 5, 6)
RULES, OTHER = policy("norfolk").rules, policy("another").rules
LINE = Line(
    line_id=1,
    start=FIRST,
    end=None,
    quantity=Decimal(1),
    prices=(Price(Span(FIRST), Decimal("536.49")),),
    methods=(Method(FIRST, net=True),),
    contributions=(Price(Span(FIRST), Decimal("39.88")),),
)
HOURS = replace(
    LINE,
    quantity=Decimal("10.5"),
    prices=(Price(Span(FIRST), Decimal("20.00")),),
    methods=(Method(FIRST, net=False, on_actuals=True),),
    contributions=(),
)
WEEKS = [(date(2018, 4, day), date(2018, 4, day + 6)) for day in (9, 16, 23)] + [(date(2018, 4, 30), LAST)]


def worth(line: Line, rules: Any = RULES) -> Entitlement:
    return entitlement(line, FIRST, LAST, rules)


def moved(line: Line, **changes: Any) -> dict[str, str]:
    """What changes of a line's facts put a finalised period right by."""
    found = adjustment(worth(replace(line, **changes)), worth(line), RULES)
    assert total(each.money for each in found.items) == found.money == found.now.money - found.before.money
    return {each.cause.value: str(each.money.total) for each in found.items}


def delivered(*units: str) -> tuple[Actual, ...]:
    return tuple(Actual(*week, Decimal(each)) for week, each in zip(WEEKS, units, strict=False))


# Days


def test_an_end_date() -> None:
    assert moved(LINE, end=date(2018, 4, 20)) == {"end": "-1135.11"}
    assert moved(replace(LINE, end=date(2018, 4, 20)), end=None) == {"end": "1135.11"}


def test_a_start_that_was_later_than_known() -> None:
    assert moved(LINE, start=date(2018, 4, 16)) == {"start": "-496.61"}


def test_a_line_that_was_not_in_the_period() -> None:
    found = adjustment(worth(LINE), None, RULES)
    assert [(each.cause, each.money.total) for each in found.items] == [(Cause.START, Decimal("1986.44"))]
    assert not adjustment(worth(LINE), found.now, RULES)


def test_an_absence_that_is_paid_and_one_that_is_not() -> None:
    week = Span(date(2018, 4, 16), date(2018, 4, 22))
    assert moved(LINE, absences=(Absence(week, "hospital", paid=True),)) == {}
    assert moved(LINE, absences=(Absence(week, "holiday", paid=False),)) == {"absence": "-496.61"}


def test_a_suspension() -> None:
    assert moved(LINE, suspensions=(Span(date(2018, 4, 30)),)) == {"suspension": "-496.61"}


def test_two_things_at_once_are_told_one_by_one() -> None:
    two = {"end": date(2018, 4, 22), "prices": (Price(Span(FIRST), Decimal("546.49")),)}
    assert moved(LINE, **two) == {"end": "-993.22", "rate": "20.00"}


# Prices


def test_a_rate_from_the_middle_on_is_another_segment() -> None:
    prices = (Price(Span(FIRST, date(2018, 4, 19)), Decimal("536.49")), Price(Span(date(2018, 4, 20)), Decimal("560")))
    assert moved(LINE, prices=prices) == {"rate": "57.10"}
    assert [each.money.total for each in why.sums(worth(replace(LINE, prices=prices)))] == [
        Decimal("780.39"),
        Decimal("1263.15"),
    ]


def test_a_contribution_and_the_switch_from_net_to_gross_on_a_day() -> None:
    assert moved(LINE, contributions=()) == {"contribution": "159.52"}
    gross = (Method(FIRST, net=True), Method(date(2018, 4, 23), net=False))
    assert moved(LINE, methods=gross) == {"basis": "79.76"}
    assert [each.taken_off for each in why.sums(worth(replace(LINE, methods=gross)))] == [Decimal("39.88"), 0]


def test_a_quantity() -> None:
    assert moved(LINE, quantity=Decimal("1.5")) == {"quantity": "1072.98"}


def test_a_rate_and_a_contribution_that_cancel_each_other_out_are_both_told() -> None:
    prices, contributions = (Price(Span(FIRST), Decimal("546.49")),), (Price(Span(FIRST), Decimal("49.88")),)
    assert moved(LINE, prices=prices, contributions=contributions) == {"rate": "40.00", "contribution": "-40.00"}


def test_vat_is_of_the_rounded_amount() -> None:
    vat = tuple(Price(Span(each.start), each.percent) for each in policy("another").vat)
    taxed = worth(replace(LINE, vat=vat))
    assert taxed.money == Money(Decimal("1986.44"), Decimal("397.29")) and taxed.money.total == Decimal("2383.73")
    assert moved(LINE, vat=vat) == {"vat": "397.29"}
    assert moved(replace(LINE, vat=vat), end=date(2018, 4, 20)) == {"end": "-1362.13"}
    assert why.sums(taxed)[0].words.endswith("= £1,986.44; VAT at 20% £397.29")


def test_vat_multiplies_out_on_paper() -> None:
    """A day at £0.68 a week is £0.0971 and printed as £0.10: 5 % of that is half a penny, so a penny."""
    day = replace(LINE, prices=(Price(Span(FIRST), Decimal("0.68")),), contributions=())
    taxed = replace(day, vat=(Price(Span(FIRST), Decimal(5)),))
    assert entitlement(taxed, FIRST, FIRST, RULES).money == Money(Decimal("0.10"), Decimal("0.01"))


def test_vat_goes_with_the_cause_that_moved_the_amount() -> None:
    """The VAT of the period falls from £397.29 to £238.64; the odd penny goes to the larger of the two causes."""
    taxed = replace(LINE, vat=(Price(Span(FIRST), Decimal(20)),))
    changed = replace(taxed, end=date(2018, 4, 22), prices=(Price(Span(FIRST), Decimal("636.49")),))
    found = adjustment(worth(changed), worth(taxed), RULES)
    assert [(each.cause, each.money) for each in found.items] == [
        (Cause.END, Money(Decimal("-993.22"), Decimal("-198.65"))),
        (Cause.RATE, Money(Decimal("200.00"), Decimal("40.00"))),
    ]


def test_of_a_quantity_and_a_rate_the_quantity_is_told_at_the_rate_that_was() -> None:
    prices = (Price(Span(FIRST), Decimal("936.49")),)
    assert moved(LINE, quantity=Decimal("1.1"), prices=prices) == {"quantity": "214.60", "rate": "1760.00"}


def test_who_pays_more_than_the_price_brings_the_amount_below_zero() -> None:
    below = worth(replace(LINE, contributions=(Price(Span(FIRST), Decimal("540.00")),)))
    assert below.money == Money(Decimal("-14.04"))
    assert why.sums(below)[0].words == "1 x £536.49 − £540.00 = −£3.51 a week; −£3.51 x 28 days / 7 = −£14.04"


def test_a_quantity_is_not_rounded_before_the_days_are_counted() -> None:
    """£23.27 for a quarter: £5.8175 a week are £23.27 in four weeks, not 4 x £5.82."""
    quarter = replace(LINE, quantity=Decimal("0.25"), prices=(Price(Span(FIRST), Decimal("23.27")),), contributions=())
    assert worth(quarter).money.total == Decimal("23.27")
    assert why.sums(worth(quarter))[0].words.startswith("0.25 x £23.27 = £5.8175 a week")


def test_without_a_price_or_a_method_nothing_is_paid_and_the_answer_says_so() -> None:
    assert [each.words for each in why.not_paid(worth(replace(LINE, prices=())))] == [
        "There is no price for these days. It waits for a price for the line."
    ]
    assert [each.cause for each in why.not_paid(worth(replace(LINE, methods=())))] == [Cause.NO_METHOD]


# What waits


def document(what: str, start: date = FIRST) -> Wait:
    return Wait(Span(start), Cause.DOCUMENT, what, "Oasis Residential Home", date(2018, 4, 11), "CD-7")


def test_an_unanswered_document_holds_payment_where_the_council_says_so() -> None:
    waiting = replace(LINE, waits=(document("published"),))
    assert worth(waiting).money.total == Decimal("1986.44")
    held = worth(waiting, OTHER)
    assert held.money == NOTHING
    assert [(each.words, each.worth) for each in why.not_paid(held)] == [
        (
            "The contract document is not agreed. It waits for an answer to the contract document (CD-7) with Oasis "
            "Residential Home since 11/04/2018.",
            Decimal("1986.44"),
        )
    ]
    agreed = adjustment(worth(LINE, OTHER), held, OTHER)
    assert [(each.cause, each.money.total) for each in agreed.items] == [(Cause.DOCUMENT, Decimal("1986.44"))]


def test_a_document_takes_nothing_back() -> None:
    now = worth(replace(LINE, waits=(document("rejected", date(2018, 4, 23)),)), OTHER)
    assert now.money.total == Decimal("993.22")
    assert not adjustment(now, worth(LINE, OTHER), OTHER)


def test_days_that_were_not_paid_wait_for_what_they_wait_for_now() -> None:
    suspended = worth(replace(LINE, suspensions=(Span(FIRST),)), OTHER)
    waiting = adjustment(worth(replace(LINE, waits=(document("published"),)), OTHER), suspended, OTHER)
    assert not waiting
    agreed = adjustment(worth(LINE, OTHER), waiting.now, OTHER)
    assert [(each.cause, each.money.total) for each in agreed.items] == [(Cause.DOCUMENT, Decimal("1986.44"))]


def test_of_two_waits_the_notice_is_told() -> None:
    notice = Wait(Span(FIRST), Cause.HOLD, "away", "Brokerage", FIRST)
    both = worth(replace(LINE, waits=(document("published"), notice)), OTHER)
    assert [each.cause for each in why.not_paid(both)] == [Cause.HOLD]


def test_rules_hold_from_their_own_day_on() -> None:
    later = OTHER[0].model_copy(update={"start": date(2018, 4, 20)})
    two = (RULES[0], later)
    dead = [worth(replace(LINE, died=date(2018, 4, day)), two).money.total for day in (19, 20)]
    assert dead == [Decimal("780.39"), Decimal("780.39")], "11 days: the 19th by the old rules, not the 20th by the new"


def test_a_new_rate_whose_document_waits_is_not_paid_before_it_is_agreed() -> None:
    dearer = replace(LINE, prices=(Price(Span(FIRST), Decimal("546.49")),))
    waiting = adjustment(worth(replace(dearer, waits=(document("published"),)), OTHER), worth(LINE, OTHER), OTHER)
    assert not waiting
    agreed = adjustment(worth(dearer, OTHER), waiting.now, OTHER)
    assert [(each.cause, each.money.total) for each in agreed.items] == [(Cause.RATE, Decimal("40.00"))]


# Actuals


def test_what_was_provided_is_paid_row_by_row_and_missing_weeks_wait() -> None:
    wait = Wait(Span(*WEEKS[3]), Cause.ACTUALS, "", "Oasis Residential Home", date(2018, 4, 30))
    found = worth(replace(HOURS, actuals=delivered("10.5", "12.5", "0"), waits=(wait,)))
    assert [str(each.money.total) for each in why.sums(found)] == ["210.00", "250.00", "0.00", "0.00"]
    assert [(each.first, each.words) for each in why.not_paid(found)] == [
        (
            date(2018, 4, 30),
            "What was provided is not known yet. It waits for the actuals of these days with Oasis Residential Home "
            "since 30/04/2018.",
        )
    ]
    assert found.parts[-1].worth == 210, "what is at stake is what was planned"
    late = adjustment(worth(replace(HOURS, actuals=delivered("10.5", "12.5", "0", "8"))), found, RULES)
    assert [(each.cause, each.money.total) for each in late.items] == [(Cause.ACTUALS, Decimal(160))]


def test_each_row_of_actuals_is_rounded_by_itself() -> None:
    pennies = replace(HOURS, prices=(Price(Span(FIRST), Decimal("0.02")),), actuals=delivered("0.25", "0.25"))
    assert [str(each.money.total) for each in why.sums(worth(pennies))][:2] == ["0.01", "0.01"]


def test_what_is_not_in_dispute_is_paid_and_the_rest_when_it_is_decided() -> None:
    wait = Wait(Span(*WEEKS[0]), Cause.DISPUTE, "", "the Payments team", date(2018, 4, 18), "DI-3")
    disputed = Actual(*WEEKS[0], Decimal(8), Decimal("2.5"), wait)
    line = replace(HOURS, actuals=(disputed, *(Actual(*week, Decimal(10)) for week in WEEKS[1:])))
    before = worth(line)
    assert before.money.total == Decimal(760)
    (rest,) = why.not_paid(before)
    assert (rest.worth, rest.holder, rest.since) == (Decimal(50), "the Payments team", date(2018, 4, 18))
    assert rest.words == (
        "What was provided is disputed. It waits for a decision on the dispute (DI-3) with the Payments team "
        "since 18/04/2018."
    )
    assert moved(line, actuals=(Actual(*WEEKS[0], Decimal("10.5")), *line.actuals[1:])) == {"dispute": "50.00"}
    assert snapshot.read(snapshot.written(before)) == before


def test_from_plan_to_actuals_on_a_day() -> None:
    planned = replace(HOURS, methods=(Method(FIRST, net=False),))
    later = (Method(FIRST, net=False), Method(date(2018, 4, 23), net=False, on_actuals=True))
    assert moved(planned, methods=later, actuals=delivered("1", "1", "12.5", "10.5")) == {"actuals": "40.00"}


def test_an_adjustment_is_about_one_line_in_one_range() -> None:
    with pytest.raises(ValueError, match="one line in one range"):
        adjustment(worth(LINE), worth(replace(LINE, line_id=2)), RULES)
    with pytest.raises(ValueError, match="one line in one range"):
        adjustment(worth(LINE), entitlement(LINE, FIRST, date(2018, 5, 5), RULES), RULES)


def test_an_adjustment_that_is_nothing_says_so() -> None:
    found = adjustment(worth(LINE), worth(LINE), RULES)
    assert isinstance(found, Adjustment) and not found and found.money == NOTHING and why.moved(found) == ()


# What a period pays


def test_a_period_below_zero_pays_nothing_and_carries_forward() -> None:
    first = settle(Money(Decimal("851.33")) + Money(Decimal("-1135.11")))
    assert (first.pays, first.carried, first.recover) == (NOTHING, Money(Decimal("-283.78")), NOTHING)
    second = settle(Money(Decimal("1986.44")), brought=first.carried)
    assert second == Balance(Money(Decimal("1702.66")), NOTHING, NOTHING)


def test_without_a_later_period_it_is_to_be_recovered() -> None:
    assert settle(Money(Decimal("-1135.11")), later=False) == Balance(NOTHING, NOTHING, Money(Decimal("1135.11")))


def test_agreed_instalments_take_a_debt_out_of_one_period_and_into_later_ones() -> None:
    debt = Money(Decimal("1135.11"))
    plan = instalments(debt, 4)
    assert [str(each.total) for each in plan] == ["283.78", "283.78", "283.78", "283.77"]
    assert settle(Money(Decimal("-135.11")), moved=debt).pays == Money(Decimal("1000.00"))
    assert settle(Money(Decimal("500.00")), moved=-plan[0]).pays == Money(Decimal("216.22"))
    assert settle(Money(Decimal("100.00")), moved=-plan[0]).carried == Money(Decimal("-183.78"))
    assert [str(outstanding(plan, number).total) for number in range(5)] == [
        *("1135.11", "851.33", "567.55", "283.77", "0.00")
    ]
    with pytest.raises(ValueError, match="one instalment or more"):
        instalments(debt, 0)


amounts = st.integers(-500_000, 500_000).map(lambda number: Decimal(number).scaleb(-2))
monies = st.builds(Money, amounts, amounts)


@given(st.lists(monies, min_size=1, max_size=8))
def test_no_penny_is_made_or_lost_while_it_is_carried(periods: list[Money]) -> None:
    brought, balances = NOTHING, []
    for number, due in enumerate(periods, 1):
        balances.append(settle(due, brought=brought, later=number < len(periods)))
        brought = balances[-1].carried
    assert total(each.pays for each in balances) - balances[-1].recover == total(periods)
    assert all(each.pays.total >= 0 >= each.carried.total and each.recover.total >= 0 for each in balances)
    assert balances[-1].carried == NOTHING


@given(monies.filter(lambda debt: debt.total >= 0), st.integers(1, 30))
def test_instalments_add_up_to_the_debt(debt: Money, count: int) -> None:
    plan = instalments(debt, count)
    assert (len(plan), total(plan)) == (count, debt)
    assert max(each.total for each in plan) - min(each.total for each in plan) <= Decimal("0.01")
