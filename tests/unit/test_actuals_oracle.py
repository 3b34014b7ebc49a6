"""What is payable of a line's week, and not charged, and what it sets going: beside a slow oracle that has all of the
councils' tables in its own hand and counts each step of care by itself (tests.policies.oracle).

Every council's kinds of service, rows of several prices, earlier weeks of an absence, and decisions to pay for longer.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.councils import POLICIES
from tests.policies import actuals, oracle
from workflows.actuals.assessing import Assessment, Before, Decided, assess
from workflows.actuals.entry import Absence, Row
from workflows.actuals.policy import Decision
from workflows.actuals.rules import Occasion
from workflows.council.actuals import Actuals, Kind
from workflows.council.profile import load
from workflows.register.rules import Span

MONDAY = date(2025, 6, 16)
WEEK, DAY = timedelta(weeks=1), timedelta(days=1)
MORE = "more"


def of(council: str) -> Actuals:
    """The actuals of a council, the invented one among them."""
    found = load(POLICIES / "westmere.toml").actuals if council == "westmere" else actuals(council)
    assert found is not None
    return found


@dataclass(frozen=True)
class Place:
    """A day of a row (or its whole week): steps that were delivered, and steps that were not, for one cause or none."""

    delivered: int
    missing: int
    cause: str


@dataclass(frozen=True)
class Said:
    """A line's week as somebody would say it aloud."""

    rows: tuple[tuple[Place, ...], ...]
    prices: tuple[Decimal, ...]
    more: int  # steps on an added row
    authorised: int
    away: tuple[tuple[str, frozenset[int]], ...]  # for a cause: in which of the weeks before this one, 1 is the last
    failed: tuple[str, ...]  # the causes of the occasions before this week ("" for what took place)
    until: int | None  # somebody decided to pay so many weeks from this one on; below 0: it ended before
    lowered: bool  # Actual without what was not delivered, whatever the cause


def weeks_said(council: str, kind: Kind) -> st.SearchStrategy[Said]:
    causes = [*oracle.ABSENCES[council, kind.key], *([] if of(council).unexplained else [""])]
    place = st.builds(Place, st.integers(0, 3), st.integers(0, 3), st.sampled_from(causes))
    days = 7 if kind.days else 1
    away = st.lists(st.tuples(st.sampled_from(causes), st.frozensets(st.integers(1, 9))), max_size=2, unique_by=_first)
    return st.integers(1, 2).flatmap(
        lambda rows: st.builds(
            Said,
            rows=st.tuples(*[st.tuples(*[place] * days)] * rows),
            prices=st.tuples(*[st.decimals("0.01", 60, places=2)] * rows),
            more=st.integers(0, 4),
            authorised=st.integers(0, 3),
            away=away.map(tuple),
            failed=st.lists(st.sampled_from([*causes, ""]), max_size=4).map(tuple),
            until=st.none() | st.integers(-1, 1),
            lowered=st.booleans(),
        )
    )


def _first(pair: tuple[str, frozenset[int]]) -> str:
    return pair[0]


# --- as the product is told of it ---------------------------------------------------------------------------------


def entered(council: Actuals, kind: Kind, said: Said) -> list[Row]:
    rows = [
        _row(council, kind, number, places, price, lowered=said.lowered)
        for number, (places, price) in enumerate(zip(said.rows, said.prices, strict=True), 1)
    ]
    if said.more:
        nothing = (Decimal(0),) * (7 if kind.days else 1)
        last = rows[-1]
        rows.append(Row(last.number + 1, last.first, last.last, nothing, (said.more * kind.step, *nothing[1:]),
                        said.prices[-1], added=True))  # fmt: skip
    return rows


def _row(council: Actuals, kind: Kind, number: int, places: Sequence[Place], price: Decimal, *, lowered: bool) -> Row:
    unsaid = {"", council.unexplained}  # nobody says a cause: the figure is lower
    stays = {each.cause for each in council.rules if kind.key in each.kinds and not each.lowers_actual}
    left = stays if not lowered and not any(each.cause in unsaid and each.missing for each in places) else set()
    actual = tuple((each.delivered + (each.missing if each.cause in left else 0)) * kind.step for each in places)
    box = {each.cause: each.box for each in council.rules if kind.key in each.kinds}
    absent = tuple(
        Absence(box[each.cause], each.missing * kind.step, each.cause, day if kind.days else None, "Week 1")
        for day, each in enumerate(places)
        if each.missing and each.cause not in unsaid
    )
    planned = tuple((each.delivered + each.missing) * kind.step for each in places)
    return Row(number, MONDAY, MONDAY + 6 * DAY, planned, actual, price, absent, "Said.")


def earlier(council: Actuals, kind: Kind, said: Said) -> Before:
    stays = {cause: tuple(Span(*_span(each)) for each in sorted(weeks, reverse=True)) for cause, weeks in said.away}
    occasions = tuple(Occasion(MONDAY - (len(said.failed) - n) * DAY, each) for n, each in enumerate(said.failed))
    decided = tuple(
        Decided(cause, oracle.stay_begins(_stays(said, cause), MONDAY, council.new_stay_after_weeks), Decision(until))
        for cause in _named(said)
        if (until := _until(said)) is not None
    )
    return Before(stays, occasions, decided, said.authorised * kind.step)


def _span(weeks_ago: int) -> oracle.Days:
    return MONDAY - weeks_ago * WEEK, MONDAY - weeks_ago * WEEK + 6 * DAY


def _stays(said: Said, cause: str) -> list[oracle.Days]:
    """The absences for a cause, this week's own among them."""
    return [_span(each) for each in dict(said.away).get(cause, ())] + [_span(0)]


def _named(said: Said) -> set[str]:
    return {place.cause for row in said.rows for place in row if place.missing and place.cause}


def _until(said: Said) -> date | None:
    return None if said.until is None else MONDAY + said.until * WEEK + 6 * DAY


# --- as the oracle counts it --------------------------------------------------------------------------------------


def expected(name: str, council: Actuals, kind: Kind, said: Said) -> tuple[list[int], int]:
    """The steps that are paid of each row, and those that the client is not charged for, one by one."""
    table, paid, free = oracle.ABSENCES[name, kind.key], [], 0
    room = said.authorised if council.over_plan == "allow_if_authorised" else 0
    for row in said.rows:
        paid.append(0)
        for place in row:
            paid[-1] += place.delivered
            for _ in range(place.missing):
                is_paid = place.cause != "" and _is_paid(council, table, place.cause, said)
                paid[-1] += is_paid
                room += not is_paid
                free += place.cause == "" or not table[place.cause][1]
    if said.more:
        paid.append(min(said.more, room))
    return paid, free


def _is_paid(council: Actuals, table: Mapping[str, tuple[int | None, bool]], cause: str, said: Said) -> bool:
    number = oracle.week_number(_stays(said, cause), MONDAY, council.new_stay_after_weeks)
    return oracle.absence_is_paid(table[cause], number, MONDAY, _until(said))


def runs(kind: Kind, said: Said) -> list[str]:
    """The causes of all occasions in their order: each planned day of each row is one, or the row where it has none."""
    places = 7 if kind.days else 1
    now = [
        row[place].cause if row[place].missing else ""
        for place in range(places)
        for row in said.rows
        if row[place].delivered + row[place].missing
    ]
    return [*said.failed, *now]


def agrees(found: Assessment, paid: list[int], free: int, said: Said, kind: Kind) -> None:
    prices = [*said.prices, *([said.prices[-1]] if said.more else [])]
    step = Fraction(kind.step)
    costs = [oracle.pence(step * count * Fraction(price)) for count, price in zip(paid, prices, strict=True)]
    assert [each.units for each in found.payable()] == [steps * kind.step for steps in paid]
    assert [each.cost for each in found.payable()] == costs
    assert (found.pay, found.paid_units) == (sum(costs), sum(paid) * kind.step)
    assert found.not_charged == free * kind.step


@pytest.mark.parametrize(("name", "key"), oracle.ABSENCES)
@given(data=st.data())
def test_each_step_of_care_is_paid_and_charged_as_its_councils_document_says(
    name: str, key: str, data: st.DataObject
) -> None:
    council = of(name)
    kind = council.kind(key)
    said = data.draw(weeks_said(name, kind))
    found = assess(council, kind, MONDAY, entered(council, kind, said), earlier(council, kind, said))
    agrees(found, *expected(name, council, kind, said), said, kind)


@given(data=st.data())
def test_three_non_engagements_in_a_row_ask_for_a_package_review(data: st.DataObject) -> None:
    council = of("bradford")
    kind = council.kind("community_personal")
    said = data.draw(weeks_said("bradford", kind))
    found = assess(council, kind, MONDAY, entered(council, kind, said), earlier(council, kind, said))
    asked = Counter(each.what for each in found.raises)
    wanted = "not_engaged" in _named(said) and oracle.longest_run(runs(kind, said), "not_engaged") >= 3
    assert asked["package_review"] == wanted


def test_the_oracle_has_every_row_of_every_councils_table_and_no_other() -> None:
    for name in {council for council, _ in oracle.ABSENCES}:
        council = of(name)
        rules = [each for each in council.rules if each.taken and each.holds(MONDAY)]
        taken = {(kind, each.cause) for each in rules for kind in each.kinds}
        mine = {(kind, cause) for (where, kind), causes in oracle.ABSENCES.items() if where == name for cause in causes}
        assert mine == taken, name
