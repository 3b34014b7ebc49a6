"""What of a line's week is payable, and what is disputed (workflows.actuals.judging). Nothing is paid twice."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policies import actuals, oracle
from workflows.actuals.judging import (
    Absent,
    Claim,
    explained,
    faults_of_claim,
    judge,
    left_to_pay,
    over_plan,
    payable,
)
from workflows.actuals.policy import Asked, answer
from workflows.council.actuals import Actuals

STEP, PRICE = Decimal("0.25"), Decimal("18.40")
WEEK = date(2025, 2, 17)
SHARED, PERSONAL = "shared_support", "community_personal"
#: Each cause in a week in which it is paid, and in one in which it is not.
CAUSES = (("hospital", 1), ("hospital", 3), ("planned", 1), ("not_engaged", 1), ("provider", 1))


def said(kind: str, cause: str, number: int = 1, *, council: str = "bradford") -> Absent:
    return Absent(cause, Decimal(0), answer(actuals(council), Asked(kind, cause, WEEK, number)))


def claim(planned: str, actual: str, *absent: Absent, price: Decimal | None = PRICE) -> Claim:
    return Claim(Decimal(planned), Decimal(actual), price, absent)


def absent(kind: str, cause: str, units: str, number: int = 1, *, council: str = "bradford") -> Absent:
    return replace(said(kind, cause, number, council=council), units=Decimal(units))


fates = st.lists(st.sampled_from(["delivered", "", *(f"{cause} {number}" for cause, number in CAUSES)]), max_size=14)


def claim_of(tokens: list[str], style: str) -> Claim:
    """What a provider would enter for these tokens: the Actual column as the causes say, or with all of them off."""
    absences = []
    for cause, number in CAUSES:
        if count := tokens.count(f"{cause} {number}"):
            absences.append(absent(PERSONAL, cause, str(count * STEP), number))
    actual = tokens.count("delivered") * STEP
    if style == "as the causes say" and "" not in tokens:
        actual += sum((each.units for each in absences if not each.answer.lowers_actual), Decimal(0))
    return Claim(len(tokens) * STEP, actual, PRICE, tuple(absences))


PAID: Mapping[str, bool] = {
    "hospital 1": True, "hospital 3": False, "planned 1": False, "not_engaged 1": True, "provider 1": False,
}  # fmt: skip


STYLES = st.sampled_from(["as the causes say", "all off"])


@given(
    rows=st.lists(st.tuples(fates, STYLES), min_size=1, max_size=3),
    more=st.integers(0, 6),
    authorised=st.integers(0, 4),
)
def test_each_step_of_care_is_paid_by_its_own_fate_and_once(
    rows: list[tuple[list[str], str]], more: int, authorised: int
) -> None:
    claims = [claim_of(tokens, style) for tokens, style in rows]
    claims.append(Claim(Decimal(0), more * STEP, PRICE))  # a row that was added
    tokens = [each for row, _ in rows for each in row]
    room = authorised + sum(1 for each in tokens if each != "delivered" and not PAID.get(each))
    paid = payable(claims, authorised * STEP)
    wanted = oracle.tokens_paid([*tokens, *["more"] * more], PAID, room)
    assert sum(each.units for each in paid) == wanted * STEP
    assert sum(each.units for each in paid) <= (len(tokens) + authorised) * STEP
    for each, row in zip(paid, claims, strict=True):
        assert each.cost == (each.units * PRICE).quantize(Decimal("0.01"), "ROUND_HALF_UP")
        assert each.delivered + each.cut == row.delivered
        assert min(each.delivered, each.absent, each.cut, each.charged, each.not_charged) >= 0


@given(tokens=fates)
def test_both_ways_of_filling_the_actual_column_are_paid_alike(tokens: list[str]) -> None:
    left, off = claim_of(tokens, "as the causes say"), claim_of(tokens, "all off")
    assert payable([left]) == payable([off])


@given(
    planned=st.integers(0, 20), actual=st.integers(0, 30),
    units=st.lists(st.tuples(st.sampled_from(CAUSES), st.integers(0, 12)), max_size=4), authorised=st.integers(0, 8),
)  # fmt: skip
def test_whatever_is_typed_is_never_paid_beyond_plan_and_authorisation(
    planned: int, actual: int, units: list[tuple[tuple[str, int], int]], authorised: int
) -> None:
    absences = [absent(PERSONAL, cause, str(count * STEP), number) for (cause, number), count in units]
    entered = Claim(planned * STEP, actual * STEP, PRICE, tuple(absences))
    (paid,) = payable([entered], authorised * STEP)
    assert 0 <= paid.units <= (planned + authorised) * STEP


@pytest.mark.parametrize("kind", [SHARED, PERSONAL])
@pytest.mark.parametrize("actual", ["10", "0"], ids=["actual_left_at_planned", "actual_at_0"])
def test_bradfords_hospital_week_is_paid_once_whether_actual_is_left_or_lowered(kind: str, actual: str) -> None:
    entered = claim("10", actual, absent(kind, "hospital", "10"))
    (paid,) = payable([entered])
    assert (paid.units, paid.delivered, paid.absent, paid.cost) == (10, 0, 10, Decimal("184.00"))
    assert faults_of_claim(actuals("bradford"), actuals("bradford").kind(kind), entered) == []


@pytest.mark.parametrize("actual", ["10", "0"])
@pytest.mark.parametrize(("kind", "last"), [(SHARED, 6), (PERSONAL, 2)])
def test_bradfords_hospital_stay_is_not_paid_beyond_its_limit(actual: str, kind: str, last: int) -> None:
    found = [
        payable([claim("10", actual, absent(kind, "hospital", "10", number))])[0].units for number in range(1, last + 3)
    ]
    assert found == [10] * last + [0, 0]


def test_bradfords_missed_and_actual_together_are_not_paid_and_missed_alone_is() -> None:
    holiday = payable([claim("10", "7", absent(PERSONAL, "planned", "3"))])[0]
    refused = payable([claim("10", "10", absent(PERSONAL, "not_engaged", "3"))])[0]
    shared = payable([claim("10", "10", absent(SHARED, "planned", "3"))])[0]
    assert (holiday.units, refused.units, shared.units) == (7, 10, 10)
    assert shared.not_charged == 3  # "This is to ensure the client is not charged"
    assert shared.charged == 7


def test_what_should_also_stand_in_the_actual_column_is_asked_for() -> None:
    bradford, kind = actuals("bradford"), actuals("bradford").kind(PERSONAL)
    assert faults_of_claim(bradford, kind, claim("10", "10", absent(PERSONAL, "provider", "3"))) == [
        "Beside what was not delivered, Actual should be 7"
    ]
    assert faults_of_claim(bradford, kind, claim("10", "7", absent(PERSONAL, "provider", "3"))) == []
    both = (absent(PERSONAL, "provider", "3"), absent(PERSONAL, "hospital", "2"))
    assert faults_of_claim(bradford, kind, claim("10", "7", *both)) == []
    assert faults_of_claim(bradford, kind, claim("10", "5", *both)) == []
    assert len(faults_of_claim(bradford, kind, claim("10", "6", *both))) == 1


@pytest.mark.parametrize(
    ("entered", "said"),
    [
        (claim("10", "9.9"), "Enter hours in steps of 0.25"),
        (claim("10", "-1"), "Enter 0 or more"),
        (claim("10", "8"), "Choose why something planned was not delivered"),
        (claim("1", "0", absent(PERSONAL, "provider", "2")), "More is recorded as not delivered than was planned"),
        (claim("10", "8", absent(PERSONAL, "provider", "1.9")), "Enter hours in steps of 0.25"),
    ],
)
def test_what_cannot_stand_is_refused(entered: Claim, said: str) -> None:
    assert said in faults_of_claim(actuals("bradford"), actuals("bradford").kind(PERSONAL), entered)


def test_what_is_not_expected_of_a_kind_cannot_stand() -> None:
    faults = faults_of_claim(
        actuals("bradford"), actuals("bradford").kind(SHARED), claim("10", "10", absent(SHARED, "provider", "1"))
    )
    assert any("Business Relationship Officer" in each for each in faults)


def test_a_figure_that_was_commissioned_need_not_be_in_steps() -> None:
    assert faults_of_claim(actuals("bradford"), actuals("bradford").kind(SHARED), claim("10.10", "10.10")) == []


def suffolk(*claims: Claim) -> tuple[Claim, ...]:
    return tuple(explained(actuals("suffolk"), "home_care", WEEK, each) for each in claims)


def test_suffolks_week_without_a_sunday_pays_4_50_of_5_25_and_is_red() -> None:
    (entered,) = suffolk(claim("5.25", "4.50"))
    verdict = judge(actuals("suffolk"), [entered])
    assert (verdict.planned, verdict.delivered, verdict.difference) == (
        Decimal("5.25"), Decimal("4.50"), Decimal("-0.75")
    )  # fmt: skip
    assert (verdict.pay, entered.colour, verdict.disputed, verdict.refused) == (Decimal("82.80"), "less", False, None)
    assert [(each.cause, each.units) for each in entered.absent] == [("not_delivered", Decimal("0.75"))]


@pytest.mark.parametrize(
    ("added", "hours"),
    [(("1.0",), "1.0"), (("0.5", "1.0"), "1.5")],
    ids=["extra_half_hour_on_both_monday_and_wednesday", "extra_half_hour_on_monday_extra_1_hour_on_tuesday"],
)
@pytest.mark.parametrize("authorised", ["0", "1.0", "2"])
def test_suffolks_extra_rows_are_paid_as_far_as_they_are_authorised(
    added: tuple[str, ...], hours: str, authorised: str
) -> None:
    entered = [claim("5.25", "5.25"), *(claim("0", units) for units in added)]
    verdict = judge(actuals("suffolk"), entered, Decimal(authorised))
    allowed = min(Decimal(hours), Decimal(authorised))
    assert (verdict.over, verdict.unauthorised) == (Decimal(hours), Decimal(hours) - allowed)
    assert sum(each.units for each in verdict.payable) == Decimal("5.25") + allowed
    assert verdict.disputed is (verdict.unauthorised > 0)
    assert verdict.refused is None
    assert entered[1].colour == "more"
    assert verdict.at_stake == Decimal(hours) * PRICE


def test_a_visit_that_was_moved_to_another_day_is_no_increase() -> None:
    entered = suffolk(claim("5.25", "4.50"), claim("0", "0.75"))
    verdict = judge(actuals("suffolk"), entered)
    assert (verdict.over, verdict.difference, verdict.disputed) == (0, 0, False)
    assert sum(each.units for each in verdict.payable) == Decimal("5.25")


def test_care_in_the_place_of_a_paid_absence_is_an_increase() -> None:
    entered = [claim("5", "5", absent(PERSONAL, "not_engaged", "2")), claim("0", "2")]
    assert over_plan(entered) == 2
    assert [each.units for each in payable(entered)] == [5, 0]


def test_suffolks_week_without_any_care_is_0_and_pays_nothing() -> None:
    verdict = judge(actuals("suffolk"), suffolk(claim("5.25", "0")))
    assert (verdict.pay, sum(each.units for each in verdict.payable)) == (0, 0)


def test_suffolks_double_assist_pays_both_rows() -> None:
    verdict = judge(actuals("suffolk"), suffolk(claim("5.25", "4.50"), claim("5.25", "4.50")))
    assert (verdict.planned, verdict.pay) == (Decimal("10.50"), Decimal("165.60"))


def test_bedford_refuses_more_than_planned_until_it_is_amended() -> None:
    verdict = judge(actuals("bedford"), [claim("10", "11")], Decimal(5))
    assert verdict.refused is not None
    assert "amended before submitting" in verdict.refused
    assert (verdict.over, verdict.pay) == (1, Decimal("184.00"))


@pytest.mark.parametrize("actual", ["9.75", "0"])
def test_bedford_disputes_any_difference_and_pays_the_rest_at_once(actual: str) -> None:
    entered = explained(actuals("bedford"), "home_care", WEEK, claim("10", actual))
    verdict = judge(actuals("bedford"), [entered])
    assert verdict.disputed
    assert verdict.pay == Decimal(actual) * PRICE
    assert verdict.pay + verdict.at_stake == Decimal("184.00")


def test_bedfords_frustrated_hours_differ_from_the_plan_and_are_paid() -> None:
    entered = claim("10", "8", absent("home_care", "could_not_provide", "2", council="bedford"))
    verdict = judge(actuals("bedford"), [entered])
    assert (verdict.disputed, verdict.pay, verdict.at_stake) == (True, Decimal("184.00"), 0)


@pytest.mark.parametrize("name", ["bedford", "bradford", "suffolk"])
def test_nobody_disputes_a_week_as_planned(name: str) -> None:
    verdict = judge(actuals(name), [claim("10", "10"), claim("3", "3")])
    assert (verdict.disputed, verdict.refused, verdict.at_stake, verdict.difference) == (False, None, 0, 0)


def changed(**values: Any) -> Actuals:
    return Actuals.model_validate(actuals("bedford").model_dump() | values)


def test_a_council_may_dispute_what_is_above_the_plan() -> None:
    verdict = judge(changed(over_plan="dispute", dispute_when="more"), [claim("10", "11")])
    assert (verdict.disputed, verdict.refused, verdict.pay, verdict.at_stake) == (True, None, Decimal("184.00"), PRICE)
    assert not judge(changed(over_plan="dispute", dispute_when="more"), [claim("10", "9")]).disputed


@pytest.mark.parametrize(("actual", "disputed"), [("9", False), ("8.75", True), ("11", False), ("11.25", True)])
def test_a_council_may_dispute_outside_a_tolerance_only(actual: str, disputed: bool) -> None:
    profile = changed(over_plan="allow_if_authorised", dispute_when="outside_tolerance", tolerance=Decimal(1))
    assert judge(profile, [claim("10", actual)], Decimal(2)).disputed is disputed


def test_a_row_without_a_price_costs_nothing_yet_and_says_so() -> None:
    (paid,) = payable([claim("10", "10", price=None)])
    assert (paid.units, paid.cost) == (10, None)


@given(amounts=st.lists(st.decimals(0, 500, places=2), min_size=1, max_size=6))
def test_however_often_a_locked_week_changes_it_is_paid_once(amounts: list[Decimal]) -> None:
    paid: list[Decimal] = []
    for now in amounts:
        paid.append(left_to_pay(now, paid))
    assert sum(paid) == amounts[-1]
    assert left_to_pay(amounts[-1], paid) == 0


def test_absences_in_a_row_above_its_plan_are_taken_off_it() -> None:
    entered = claim("10", "12", absent(PERSONAL, "provider", "3"))
    assert payable([entered])[0].units == 9
    assert faults_of_claim(actuals("bradford"), actuals("bradford").kind(PERSONAL), entered) == [
        "Beside what was not delivered, Actual should be 7"
    ]


def test_what_is_missing_without_a_cause_is_not_charged() -> None:
    (paid,) = payable([claim("10", "8")])
    assert (paid.units, paid.charged, paid.not_charged) == (8, 8, 2)


def test_an_absence_differs_from_the_plan_although_other_care_makes_up_for_it() -> None:
    entered = [claim("10", "8", absent("home_care", "not_delivered", "2", council="bedford")), claim("0", "2")]
    verdict = judge(actuals("bedford"), entered)
    assert (verdict.difference, verdict.over, verdict.disputed) == (0, 0, True)
