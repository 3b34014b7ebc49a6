"""Entitlement and adjustments against an oracle that counts one day after the other (tests/stories.py)."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tests import stories
from tests.stories import Rule, Story, day
from workflows.payments import snapshot, why
from workflows.payments.adjustments import adjustment, shares
from workflows.payments.entitlement import Entitlement, entitlement, in_order
from workflows.payments.facts import Cause
from workflows.payments.money import Money, total

#: Each is a whole story and counts a few hundred days.
EXAMPLES = 50
PENNY = Decimal("0.01")
ranges = st.tuples(stories.numbers, stories.numbers).map(sorted)


def worth(story: Story, said: tuple[Rule, ...], days: list[int]) -> Entitlement:
    return entitlement(stories.facts(story), day(days[0]), day(days[1]), stories.rules(said))


def pennies(money: Money) -> tuple[int, int]:
    return int(money.excl * 100), int(money.vat * 100)


@settings(deadline=None, max_examples=EXAMPLES)
@given(stories.stories(), stories.policies(), ranges)
def test_it_is_what_counting_days_comes_to(story: Story, said: tuple[Rule, ...], days: list[int]) -> None:
    found, counted = worth(story, said, days), stories.count(story, said, *days)
    told = [(part.cause, part.worth / part.days if part.unit_cost is not None else None) for part in found.parts
            for _ in range(part.days)]  # fmt: skip
    assert [cause and cause.value for cause, _ in told] == [each.cause for each in counted]
    assert [each and each * stories.UNIT for _, each in told] == [each.worth for each in counted]
    assert pennies(found.money) == stories.money_of(counted)


@settings(deadline=None, max_examples=EXAMPLES)
@given(stories.stories(), stories.policies(), ranges)
def test_the_parts_cover_each_day_once_and_the_sums_are_the_total(
    story: Story, said: tuple[Rule, ...], days: list[int]
) -> None:
    found = worth(story, said, days)
    assert (found.first, found.last) == (day(days[0]), day(days[1]))
    assert in_order(found.parts)
    assert all(one.price != two.price or one.cause != two.cause or one.wait != two.wait
               or one.contribution != two.contribution or one.net != two.net
               for one, two in pairwise(found.parts))  # fmt: skip
    assert total(each.money for each in why.sums(found)) == found.money
    assert found.money.total == found.money.excl + found.money.vat
    assert sum(each.days for each in why.not_paid(found) if each.cause != Cause.DISPUTE) <= sum(
        part.days for part in found.parts
    )
    assert snapshot.read(snapshot.written(found)) == found


@settings(deadline=None, max_examples=EXAMPLES)
@given(stories.stories(), stories.policies(), ranges, st.data())
def test_a_range_is_the_sum_of_its_parts_where_no_rounding_moves(
    story: Story, said: tuple[Rule, ...], days: list[int], data: st.DataObject
) -> None:
    """Exact amounts always add up. Rounded ones do where the cut is between two rate segments; a cut in the middle of
    one may move a penny, no more."""
    cut = data.draw(st.integers(days[0], days[1]))
    whole = worth(story, said, days)
    pieces = [worth(story, said, each) for each in ([days[0], cut - 1], [cut, days[1]]) if each[0] <= each[1]]
    assert sum(each.exact for each in pieces) == whole.exact
    apart = total(each.money for each in pieces) - whole.money
    if any(segment.first < day(cut) <= segment.last for segment in whole.segments):
        assert abs(apart.excl) <= PENNY and abs(apart.vat) <= PENNY
    else:
        assert apart == Money()


@settings(deadline=None, max_examples=EXAMPLES // 2)
@given(stories.stories(), stories.policies(), ranges, st.data())
def test_any_changes_bring_the_sum_paid_to_what_is_worth_and_twice_is_nothing(
    story: Story, said: tuple[Rule, ...], days: list[int], data: st.DataObject
) -> None:
    rules = stories.rules(said)
    settled = worth(story, said, days) if data.draw(st.booleans()) else None
    paid = settled.money if settled else Money()
    for _ in range(data.draw(st.integers(1, 4))):
        story = data.draw(stories.changed(story))
        now = worth(story, said, days)
        found = adjustment(now, settled, rules)
        assert total(each.money for each in found.items) == found.money
        paid += found.money
        assert paid == found.now.money
        if not any(part.wait and part.cause in (Cause.DOCUMENT, Cause.HOLD) for part in now.parts):
            assert paid == now.money
        settled = found.now
        assert not adjustment(now, settled, rules)
        assert adjustment(now, settled, rules).now == settled


@settings(deadline=None, max_examples=EXAMPLES)
@given(stories.stories(), stories.policies(), ranges, st.data())
def test_what_waits_takes_nothing_back_where_the_rules_say_so(
    story: Story, said: tuple[Rule, ...], days: list[int], data: st.DataObject
) -> None:
    """Day by day: a day that was paid and now waits for a document, or for a notice that takes nothing back, keeps
    what it was; every other day is what it is now."""
    later = data.draw(stories.changed(story))
    before = stories.count(story, said, *days)
    now = [
        old if old.cause is None and old.worth is not None and keeps(later, said, number, new.cause) else new
        for number, old, new in zip(range(days[0], days[1] + 1), before, stories.count(later, said, *days), strict=True)
    ]
    found = adjustment(worth(later, said, days), worth(story, said, days), stories.rules(said))
    assert pennies(found.now.money) == stories.money_of(now)


def keeps(story: Story, said: tuple[Rule, ...], number: int, cause: str | None) -> bool:
    """Whether a paid day stays as it was: the first notice that covers it says whether notices take back."""
    if cause != "hold":
        return cause == "document"
    notice = next(each for each in story.waits if each[2] == "hold" and stories.waits_on(each, said, number))
    return not stories.rule_on(said, notice[0]).recovers


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from(list(Cause)), st.fractions(-9999, 9999, max_denominator=49)),
    st.integers(-300, 300),
)
def test_shares_add_up_to_the_whole_penny(exact: dict, more: int) -> None:
    whole = Decimal(round(sum(exact.values()) * 100) + more) / 100
    found = shares(whole, exact)
    assert sum(found.values()) == whole
    largest = max((abs(each) for each in exact.values()), default=0)
    for cause, amount in found.items():
        alone = exact.get(cause, Fraction(0))
        assert abs(alone) == largest or abs(Fraction(amount) - alone) <= Fraction(1, 200)


#: What may be told of a change, by what was changed; a penny of rounding moves where segments begin elsewhere.
TOLD = {
    "prices": {Cause.RATE, Cause.NO_PRICE},
    "contributions": {Cause.CONTRIBUTION},
    "quantity": {Cause.QUANTITY},
    "died": {Cause.DEATH},
    "suspensions": {Cause.SUSPENSION},
    "absences": {Cause.ABSENCE},
    "waits": {Cause.HOLD, Cause.DOCUMENT, Cause.DISPUTE},
    "actuals": {Cause.ACTUALS, Cause.DISPUTE},
    "methods": {Cause.BASIS, Cause.ACTUALS, Cause.DISPUTE, Cause.NO_METHOD},
    "vat": {Cause.VAT},
}


@settings(deadline=None, max_examples=EXAMPLES)
@given(stories.stories(), stories.stories(), stories.policies(), ranges, st.sampled_from(sorted(TOLD)))
def test_one_change_is_told_by_its_own_cause(
    story: Story, other: Story, said: tuple[Rule, ...], days: list[int], field: str
) -> None:
    later = replace(story, **{field: getattr(other, field)})
    found = adjustment(worth(later, said, days), worth(story, said, days), stories.rules(said))
    assert {each.cause for each in found.items} <= TOLD[field] | {Cause.ROUNDING}
    assert all(found.now.first <= each.first <= each.last <= found.now.last for each in found.items)
