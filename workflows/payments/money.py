"""Money, and the one rule by which it is rounded.

Amounts are exact fractions until they are rounded, once, to whole pennies, half a penny away from zero: so that what
is taken back is to the penny what was paid.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount without VAT and the VAT on it, in whole pennies; either may be below zero."""

    excl: Decimal = ZERO
    vat: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """With VAT."""
        return self.excl + self.vat

    def __add__(self, other: "Money") -> "Money":
        return Money(self.excl + other.excl, self.vat + other.vat)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.excl - other.excl, self.vat - other.vat)

    def __neg__(self) -> "Money":
        return Money(-self.excl, -self.vat)

    def __bool__(self) -> bool:
        return bool(self.excl or self.vat)


NOTHING = Money()


def total(amounts: Iterable[Money]) -> Money:
    """The sum of amounts; nothing is rounded again."""
    return sum(amounts, NOTHING)


def pounds(exact: Fraction) -> Decimal:
    """Round an exact amount of pounds to pennies, half a penny away from zero."""
    pennies = int(abs(exact) * 100 + Fraction(1, 2))
    return Decimal(-pennies if exact < 0 else pennies).scaleb(-2)


def with_vat(exact: Fraction, percent: Decimal) -> Money:
    """Round an exact amount; its VAT is the percentage of what that gives, so that what is printed multiplies out."""
    excl = pounds(exact)
    return Money(excl, pounds(Fraction(excl) * Fraction(percent) / 100))
