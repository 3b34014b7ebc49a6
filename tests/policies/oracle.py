"""Slow answers, worked out day by day and quarter hour by quarter hour, independently of workflows.actuals.

Nothing of that package is used here: what the two agree on, they found in different ways.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

DAY = timedelta(days=1)
Days = tuple[date, date | None]


def lies_in(day: date, span: Days) -> bool:
    """Whether a day lies between two, both included."""
    return span[0] <= day and (span[1] is None or day <= span[1])


def provided_on(day: date, span: Days, suspensions: Sequence[Days]) -> bool:
    """Whether a line is provided on a day."""
    return lies_in(day, span) and not any(lies_in(day, each) for each in suspensions)


def price_on(day: date, prices: Sequence[tuple[Days, Decimal]]) -> Decimal | None:
    """The price of a day."""
    for span, amount in prices:
        if lies_in(day, span):
            return amount
    return None


def units_on(day: date, visits: Sequence[tuple[Decimal, frozenset[int], int]]) -> Fraction:
    """Units that visits bring on a day, every carer counted."""
    return sum((Fraction(units) * carers for units, days, carers in visits if day.weekday() in days), Fraction(0))


def week_number(stays: Sequence[Days], monday: date, new_after: int) -> int:
    """Which week of an absence the week of this Monday is, by walking from the first day of all to its Sunday."""
    sunday = monday + 6 * DAY
    begun = [start for start, _ in stays if start <= sunday]
    if not begun:
        return 0
    day = min(begun)
    number, without, away_this_week, seen = 0, 0, False, False
    while day <= sunday:
        if any(lies_in(day, stay) for stay in stays):
            away_this_week = True
        if day.weekday() == 6 or day == sunday:
            if away_this_week:
                number = number + 1 if seen and without < new_after else 1
                seen, without = True, 0
            else:
                without += 1
            if day == sunday:
                return number if away_this_week else 0
            away_this_week = False
        day += DAY
    raise AssertionError("the last Sunday was walked past")


def longest_run(causes: Sequence[str], cause: str) -> int:
    """How often in a row a cause occurs at most: every slice is tried."""
    best = 0
    for first in range(len(causes)):
        for last in range(first, len(causes)):
            if all(each == cause for each in causes[first : last + 1]):
                best = max(best, last - first + 1)
    return best


def tokens_paid(fates: Sequence[str], paid: Mapping[str, bool], room_for_more: int) -> int:
    """How many tokens (a step of care each) are paid: each by its own fate, once.

    Fates: "delivered", "more" (delivered above the plan), "" (missing without a cause), or a cause.
    """
    count = 0
    for fate in fates:
        if fate == "delivered":
            count += 1
        elif fate == "more" and room_for_more:
            count, room_for_more = count + 1, room_for_more - 1
        elif paid.get(fate):
            count += 1
    return count


#: What the councils' documents say of what was not delivered, written down by hand: council, kind of service, cause ->
#: for how many weeks of the absence it is paid (None: always), and whether the client is charged. What is not here
#: cannot be recorded. bradford-supported-living "Shared Support", "Community Support and Personal Hours";
#: suffolk-user-guide §2 "Rules when editing the actuals"; bedford-actuals-guide "Actuals Summary"; westmere.toml.
ABSENCES: Mapping[tuple[str, str], Mapping[str, tuple[int | None, bool]]] = {
    ("bradford", "shared_support"): {"hospital": (6, False), "planned": (None, False)},
    ("bradford", "community_personal"): {
        "hospital": (2, False), "planned": (0, False), "not_engaged": (None, False), "provider": (0, False),
    },
    ("suffolk", "home_care"): {"not_delivered": (0, False)},
    ("suffolk", "day_services"): {"not_delivered": (0, False)},
    ("bedford", "home_care"): {"not_delivered": (0, False), "could_not_provide": (None, True)},
    ("westmere", "day_place"): {"not_given": (0, True)},
    ("westmere", "live_in"): {"family_stay": (3, False)},
}  # fmt: skip


def stay_begins(stays: Sequence[Days], monday: date, new_after: int) -> date:
    """The first week of the absence that this week is in, by going back week by week to the one that is number 1."""
    while week_number(stays, monday, new_after) != 1:
        monday -= 7 * DAY
    return monday


def absence_is_paid(rule: tuple[int | None, bool], number: int, monday: date, paid_until: date | None) -> bool:
    """Whether a week of an absence is paid: within the weeks of the rule, or as long as somebody decided."""
    limit, _ = rule
    if limit is None or number <= limit:
        return True
    return limit > 0 and paid_until is not None and all(monday + day * DAY <= paid_until for day in range(7))


def pence(amount: Fraction) -> Decimal:
    """Pounds to the penny, half a penny up, without any arithmetic of decimals."""
    whole, rest = divmod(amount * 100, 1)
    return Decimal(whole + (1 if rest >= Fraction(1, 2) else 0)) / 100
