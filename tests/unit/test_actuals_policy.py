"""Every row of every council's table of causes, every boundary week: box, paid, charged, comment, task, and why."""

from datetime import date, timedelta

import pytest

from tests.policies import NAMES, actuals
from workflows.actuals.policy import Answer, Asked, Decision, answer, causes_of, fault_of_decision, refused_box
from workflows.actuals.rules import sunday_of
from workflows.council.actuals import Actuals

WEEK = timedelta(days=7)
MONDAY = date(2025, 2, 17)  # bradford-supported-living: "Monday 17 February 2025"
SHARED, PERSONAL = "shared_support", "community_personal"


def bradford(kind: str, cause: str, number: int = 1, *, in_a_row: int = 0, decision: Decision | None = None) -> Answer:
    week = MONDAY + (number - 1) * WEEK
    return answer(actuals("bradford"), Asked(kind, cause, week, number, in_a_row, decision))


@pytest.mark.parametrize(
    ("kind", "cause", "box", "lowers_actual", "paid", "charged", "comment", "section"),
    [
        (SHARED, "hospital", "frustrated", False, True, False, "with_week", "Shared Support"),
        (SHARED, "planned", "missed", False, True, False, "yes", "Shared Support"),
        (PERSONAL, "hospital", "frustrated", False, True, False, "with_week", "Community Support and Personal Hours"),
        (PERSONAL, "planned", "missed", True, False, False, "yes", "Community Support and Personal Hours"),
        (PERSONAL, "not_engaged", "missed", False, True, False, "yes", "Community Support and Personal Hours"),
        (PERSONAL, "provider", "missed", True, False, False, "yes", "Community Support and Personal Hours"),
    ],
)
def test_bradfords_table(
    kind: str, cause: str, box: str, lowers_actual: bool, paid: bool, charged: bool, comment: str, section: str
) -> None:
    said = bradford(kind, cause)
    assert (said.box, said.lowers_actual, said.paid, said.charged) == (box, lowers_actual, paid, charged)
    assert (said.taken, said.comment) == (True, comment)
    assert said.source is not None
    assert (said.source.document, said.source.section) == ("bradford-supported-living", section)
    assert said.why.startswith("Will be paid: " if paid else "Will not be paid: ")
    assert said.sentence.endswith(f"Source: bradford-supported-living, “{section}”.")


@pytest.mark.parametrize("cause", ["not_engaged", "provider"])
def test_bradford_expects_no_other_variation_of_shared_support(cause: str) -> None:
    said = bradford(SHARED, cause)
    assert (said.taken, said.paid, said.box) == (False, False, None)
    assert "Business Relationship Officer" in said.why


def test_bradfords_causes_are_offered_by_kind() -> None:
    assert causes_of(actuals("bradford"), SHARED, MONDAY) == ("hospital", "planned")
    assert causes_of(actuals("bradford"), PERSONAL, MONDAY) == ("hospital", "planned", "not_engaged", "provider")


@pytest.mark.parametrize(("kind", "limit"), [(SHARED, 6), (PERSONAL, 2)], ids=["weeks_6_and_7", "weeks_2_and_3"])
def test_bradford_pays_a_hospital_stay_to_its_limit_and_not_a_week_longer(kind: str, limit: int) -> None:
    paid = [bradford(kind, "hospital", number).paid for number in range(1, limit + 5)]
    assert paid == [True] * limit + [False] * 4
    last, beyond = bradford(kind, "hospital", limit), bradford(kind, "hospital", limit + 1)
    assert last.why == (
        f"Will be paid: “Hospital admission”, week {limit}; weeks 1 to {limit} are paid. The client is not charged."
    )
    assert beyond.why == (
        f"Will not be paid: “Hospital admission”, week {limit + 1}; only weeks 1 to {limit} are paid, and nobody has "
        "decided yet about paying for longer. The client is not charged."
    )
    assert (last.waits, beyond.waits) == (False, True)


@pytest.mark.parametrize(("kind", "limit"), [(SHARED, 6), (PERSONAL, 2)])
def test_bradford_is_asked_to_decide_a_week_before_the_limit_and_until_it_does(kind: str, limit: int) -> None:
    asked = [number for number in range(1, 12) if "funding_decision" in bradford(kind, "hospital", number).raises]
    assert asked == list(range(limit - 1, 12))


@pytest.mark.parametrize(("kind", "limit"), [(SHARED, 6), (PERSONAL, 2)])
def test_a_decision_extends_payment_to_its_day_and_is_asked_for_again_before_that(kind: str, limit: int) -> None:
    until = sunday_of(MONDAY + (limit + 2) * WEEK)  # three weeks more
    said = {number: bradford(kind, "hospital", number, decision=Decision(until)) for number in range(1, limit + 6)}
    assert [number for number, each in said.items() if each.paid] == list(range(1, limit + 4))
    assert [number for number, each in said.items() if each.waits] == [limit + 4, limit + 5]
    raised = [number for number, each in said.items() if "funding_decision" in each.raises]
    assert raised == [limit + 2, limit + 3, limit + 4, limit + 5]
    assert f"it was decided to pay until {until:%d/%m/%Y}." in said[limit + 1].why
    assert "nobody has decided yet about longer" in said[limit + 4].why


@pytest.mark.parametrize(("kind", "limit"), [(SHARED, 6), (PERSONAL, 2)])
def test_a_decision_to_stop_ends_payment_at_the_limit_and_asks_nobody_again(kind: str, limit: int) -> None:
    said = [bradford(kind, "hospital", number, decision=Decision(None)) for number in range(1, limit + 3)]
    assert [each.paid for each in said] == [True] * limit + [False] * 2
    assert not any(each.waits or "funding_decision" in each.raises for each in said)
    assert "it was decided not to pay for longer" in said[-1].why


def test_a_decision_ends_with_a_week() -> None:
    assert fault_of_decision(date(2025, 3, 30)) is None
    assert fault_of_decision(date(2025, 3, 31)) == "Choose a Sunday: weeks are paid whole"


def test_operational_staff_are_told_in_the_week_of_admission_only() -> None:
    told = [number for number in range(1, 8) if "operational_notice" in bradford(SHARED, "hospital", number).raises]
    assert told == [1]


def test_three_non_engagements_in_a_row_raise_a_package_review() -> None:
    raised = [number for number in range(6) if bradford(PERSONAL, "not_engaged", in_a_row=number).raises]
    assert raised == [3, 4, 5]
    assert bradford(PERSONAL, "not_engaged", in_a_row=3).raises == {"package_review"}
    assert bradford(PERSONAL, "planned", in_a_row=9).raises == frozenset()


@pytest.mark.parametrize("kind", [SHARED, PERSONAL])
def test_bradford_takes_no_extras(kind: str) -> None:
    said = refused_box(actuals("bradford"), kind, "extra")
    assert said is not None
    assert said.sentence.startswith("Extras should not be claimed for Supported Living.")
    assert refused_box(actuals("bradford"), kind, "missed") is None


@pytest.mark.parametrize("kind", ["home_care", "day_services"])
@pytest.mark.parametrize("box", ["frustrated", "unplanned", "extra", "missed"])
def test_suffolk_uses_the_actual_box_only(kind: str, box: str) -> None:
    said = refused_box(actuals("suffolk"), kind, box)  # type: ignore[arg-type]
    assert said is not None
    assert not said.taken
    assert said.why
    assert refused_box(actuals("suffolk"), kind, "actual") is None


@pytest.mark.parametrize("kind", ["home_care", "day_services"])
def test_suffolk_does_not_pay_what_was_not_delivered_and_wants_a_comment(kind: str) -> None:
    said = answer(actuals("suffolk"), Asked(kind, "not_delivered", date(2018, 7, 16)))
    assert (said.box, said.paid, said.charged, said.comment) == ("actual", False, False, "yes")
    assert said.assumed == {"paid", "charged"}


@pytest.mark.parametrize(
    ("cause", "box", "paid", "charged"),
    [("not_delivered", "actual", False, False), ("could_not_provide", "frustrated", True, True)],
)
def test_bedfords_table(cause: str, box: str, paid: bool, charged: bool) -> None:
    said = answer(actuals("bedford"), Asked("home_care", cause, date(2018, 4, 9)))
    assert (said.box, said.paid, said.charged, said.comment) == (box, paid, charged, "no")
    assert ("The client is not charged." in said.why) is not charged


def test_bedford_takes_no_extra_hours() -> None:
    said = refused_box(actuals("bedford"), "home_care", "extra")
    assert said is not None
    assert "new care plan" in said.why


def test_frustrated_means_another_thing_in_each_council() -> None:
    assert bradford(SHARED, "hospital").box == "frustrated"
    assert answer(actuals("bedford"), Asked("home_care", "could_not_provide", MONDAY)).box == "frustrated"
    assert refused_box(actuals("suffolk"), "home_care", "frustrated") is not None


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("number", range(1, 11))
def test_every_kind_and_cause_has_an_answer_in_every_week(name: str, number: int) -> None:
    profile = actuals(name)
    for kind in profile.kinds:
        for cause in profile.causes:
            said = answer(profile, Asked(kind.key, cause.key, MONDAY, number))
            assert said.why
            assert said.source is not None
            assert said.source.words
            assert said.paid <= said.taken
            assert not (said.paid and said.waits)


def test_a_rule_holds_from_its_first_week_to_its_last() -> None:
    data = actuals("bradford").model_dump()
    old = next(each for each in data["rules"] if each["cause"] == "hospital" and SHARED in each["kinds"])
    old["end"] = date(2025, 3, 30)
    data["rules"] = [*data["rules"], old | {"start": date(2025, 3, 31), "end": None, "paid_weeks": 8}]
    changed = Actuals.model_validate(data)
    before = answer(changed, Asked(SHARED, "hospital", date(2025, 3, 24), 7))
    after = answer(changed, Asked(SHARED, "hospital", date(2025, 3, 31), 7))
    assert (before.paid, after.paid) == (False, True)


def test_what_no_rule_speaks_of_in_a_week_cannot_be_recorded_and_is_not_paid() -> None:
    data = actuals("bedford").model_dump()
    data["rules"] = [each | {"start": date(2025, 4, 7)} for each in data["rules"]]
    said = answer(Actuals.model_validate(data), Asked("home_care", "could_not_provide", date(2025, 3, 31)))
    assert (said.taken, said.paid, said.source) == (False, False, None)
    assert "in the week of 31/03/2025" in said.sentence


def test_a_kind_or_a_cause_that_is_not_there_is_a_mistake_of_whoever_asks() -> None:
    with pytest.raises(KeyError):
        answer(actuals("bedford"), Asked("residential", "not_delivered", MONDAY))
    with pytest.raises(KeyError):
        answer(actuals("bedford"), Asked("home_care", "hospital", MONDAY))


def test_a_decision_inside_the_limit_changes_nothing_before_it() -> None:
    early = Decision(sunday_of(MONDAY + WEEK))  # week 2 of 6
    said = [bradford(SHARED, "hospital", number, decision=early) for number in range(1, 8)]
    assert [each.paid for each in said] == [True] * 6 + [False]
    assert ["funding_decision" in each.raises for each in said] == [False] * 4 + [True] * 3
