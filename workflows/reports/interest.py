"""Statutory interest on late payments: from which day, at which rate, how much, and the fixed sum beside it. Pure.

Source: Late Payment of Commercial Debts (Interest) Act 1998 as amended (SI 2002/1674, 2013/395, 2015/1336), and the
rate of SI 2002/1675; the purchaser is a public authority.

- s.1(1), s.4(2): simple interest from the day after the relevant day, at the rate that prevails at its end.
- s.4(2A)(a), (2D): the relevant day is the agreed payment day, but no later than the last day of the relevant 30-day
  period; (2A)(b): without an agreed day it is that last day.
- s.4(2H): the 30 days begin with the day on which the supplier's obligation is performed, or on which the purchaser has
  notice of the amount, whichever is later: that day is the first of them.
- s.4(2G), s.11(3) to (5): what is to be paid in advance counts as a debt of the day on which the supply is performed,
  and that day is the relevant day.
- SI 2002/1675 art. 4: 8 % a year over the official dealing rate that was in force on 30 June where interest begins to
  run from 1 July to 31 December, and on 31 December where it begins from 1 January to 30 June: for good.
- s.5A(2): once interest runs, £40 for a debt below £1,000, £70 below £10,000, else £100.

A year has 365 days here: the Act does not say, and courts reckon so. What the council might owe is an exposure: whether
the Act applies to a contract (s.2, s.8: another substantial remedy may take its place) is not decided by this.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from workflows.payments.money import ZERO, pounds

OVER = Decimal(8)
PERIOD = 30
YEAR = 365
#: Debts below so much carry so much (s.5A(2)); the last is for all others.
SUMS = ((Decimal(1_000), Decimal(40)), (Decimal(10_000), Decimal(70)))
HIGHEST = Decimal(100)
DAY = timedelta(days=1)
JULY = 7
#: Bank Rate on a day; None where it is not known.
RateOn = Callable[[date], Decimal | None]


@dataclass(frozen=True, slots=True)
class Debt:
    """What was owed for a supply, with VAT. `agreed`: the agreed payment day; `notice`: when the amount was known."""

    amount: Decimal
    performed: date
    agreed: date | None = None
    notice: date | None = None


@dataclass(frozen=True, slots=True)
class Exposure:
    """What a late payment may cost. Without `percent` nothing is owed, or Bank Rate was not known."""

    relevant: date
    days: int
    base: Decimal | None
    interest: Decimal
    fixed: Decimal

    @property
    def percent(self) -> Decimal | None:
        """The whole rate of a year."""
        return None if self.base is None else self.base + OVER

    @property
    def total(self) -> Decimal:
        """Interest and the fixed sum."""
        return self.interest + self.fixed


def last_of_30_days(performed: date, notice: date | None = None) -> date:
    """The last day of the relevant 30-day period (s.4(2H))."""
    return max(performed, notice or performed) + (PERIOD - 1) * DAY


def relevant_day(debt: Debt) -> date:
    """The day after which interest runs (s.4(2A), (2D), (2G))."""
    if debt.agreed is not None and debt.agreed < debt.performed:
        return debt.performed
    last = last_of_30_days(debt.performed, debt.notice)
    return last if debt.agreed is None else min(debt.agreed, last)


def reference_day(relevant: date) -> date:
    """The day whose Bank Rate counts for interest that begins to run after the relevant day (SI 2002/1675 art. 4)."""
    begins = relevant + DAY
    return date(begins.year, 6, 30) if begins.month >= JULY else date(begins.year - 1, 12, 31)


def fixed_sum(amount: Decimal) -> Decimal:
    """The fixed sum beside interest (s.5A(2))."""
    return next((fixed for below, fixed in SUMS if amount < below), HIGHEST)


def exposure(debt: Debt, paid: date, rate_on: RateOn) -> Exposure:
    """What a debt costs that is paid on a day (or is not paid until then)."""
    relevant = relevant_day(debt)
    days = max((paid - relevant).days, 0)
    if not days or debt.amount <= 0:
        return Exposure(relevant, days, None, ZERO, ZERO)
    base = rate_on(reference_day(relevant))
    percent = Fraction(base + OVER) if base is not None else Fraction(0)
    interest = pounds(Fraction(debt.amount) * percent / 100 * days / YEAR)
    return Exposure(relevant, days, base, interest, fixed_sum(debt.amount))
