"""In which payment period a week of actuals falls, in words, for both sides (suffolk-user-guide §2, step 4)."""

from collections.abc import Sequence

from workflows.payments.falling import Falls

from .words import NOTHING, date_range, date_words


def period(falls: Sequence[Falls]) -> str:
    """`9 April to 6 May 2018`; of several, each with the name of its calendar."""
    if not falls:
        return NOTHING
    named = len({each.calendar for each in falls}) > 1
    return "; ".join(
        f"{f'{each.calendar}: ' if named else ''}{date_range(each.period.first, each.period.last)}" for each in falls
    )


def paid_on(falls: Sequence[Falls]) -> str:
    """`paid on 16 April 2018`; "" without a payment period."""
    days = dict.fromkeys(each.period.pay for each in falls)
    return f"paid on {', '.join(date_words(day) for day in days)}" if days else ""


def sentence(falls: Sequence[Falls]) -> str:
    """`Payment period: 9 April to 6 May 2018, paid on 16 April 2018.`; "" without one."""
    return f"Payment period: {period(falls)}, {paid_on(falls)}." if falls else ""
