"""Which price of a line held when (rules.standing_prices)."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from workflows.register.rules import (
    CONTRACT,
    GENERAL,
    ORGANISATION,
    OWN,
    Price,
    Span,
    amount_on,
    standing_prices,
)

FIRST = date(2018, 4, 2)
days = st.integers(0, 40).map(lambda number: FIRST + timedelta(days=number))
amounts = st.sampled_from([Decimal("496.61"), Decimal("536.49"), Decimal("612.30")])


@st.composite
def prices(draw: st.DrawFn) -> list[Price]:
    """Prices of one scope: no two share a day."""
    starts = sorted(draw(st.sets(days, max_size=4)))
    made = []
    for place, start in enumerate(starts):
        latest = starts[place + 1] - timedelta(days=1) if place + 1 < len(starts) else None
        end = draw(st.none() | days) if latest is None else draw(st.just(latest) | days)
        fits = end is None or (end >= start and (latest is None or end <= latest))
        made.append(Price(Span(start, end if fits else latest), draw(amounts)))
    return made


owns = st.dictionaries(days, st.none() | amounts, max_size=4).map(lambda found: sorted(found.items()))


@given(begin=days, length=st.none() | st.integers(0, 40), own=owns, contract=prices(), ours=prices(), every=prices())
def test_every_day_has_the_price_that_the_narrowest_in_force_sets(
    begin: date, length: int | None, own: list[tuple[date, Decimal | None]], contract: list[Price], ours: list[Price],
    every: list[Price],
) -> None:  # fmt: skip
    within = Span(begin, None if length is None else begin + timedelta(days=length))
    found = standing_prices(within, own, {CONTRACT: contract, ORGANISATION: ours, GENERAL: every})
    for number in range(-1, 90):
        day = FIRST + timedelta(days=number)
        covering = [each for each in found if each.span.covers(day)]
        assert len(covering) == (1 if within.covers(day) else 0)
        for each in covering:
            alone = [amount for start, amount in own if start <= day]
            scoped = [amount_on(scope, day) for scope in (contract, ours, every)]
            wanted = [*(alone[-1:]), *scoped]
            assert each.amount == next((amount for amount in wanted if amount is not None), None)
    assert all((one.amount, one.source) != (two.amount, two.source) for one, two in pairwise(found))


def test_an_uplift_and_a_price_of_its_own_that_ends() -> None:
    general = [
        Price(Span(FIRST, date(2019, 3, 31)), Decimal("496.61")),
        Price(Span(date(2019, 4, 1)), Decimal("536.49")),
    ]
    own = [(date(2018, 6, 1), Decimal("600.00")), (date(2019, 1, 1), None)]
    found = standing_prices(Span(date(2018, 4, 9)), own, {CONTRACT: [], ORGANISATION: [], GENERAL: general})
    assert [(each.span.start, each.span.end, str(each.amount), each.source) for each in found] == [
        (date(2018, 4, 9), date(2018, 5, 31), "496.61", GENERAL),
        (date(2018, 6, 1), date(2018, 12, 31), "600.00", OWN),
        (date(2019, 1, 1), date(2019, 3, 31), "496.61", GENERAL),
        (date(2019, 4, 1), None, "536.49", GENERAL),
    ]
