"""What a period pays once its lines and adjustments are added up. Pure (design, workflows §5).

A period below zero pays nothing and carries forward what is too little; with no later period that is to be recovered.
An agreed plan takes a debt out of one period and puts it into later ones in instalments. No penny is made or lost:
due + brought + put off - instalments = pays + carried - recover.
"""

from dataclasses import dataclass
from decimal import Decimal

from .money import NOTHING, Money, total

PENNY = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Balance:
    """What a period pays, carries to the next one (zero or below) and leaves to be recovered (zero or above)."""

    pays: Money
    carried: Money
    recover: Money


def settle(due: Money, *, brought: Money = NOTHING, later: bool = True, moved: Money = NOTHING) -> Balance:
    """What a period pays.

    `due` is the sum of its lines and adjustments, `brought` what the one before it carried. `moved` is by what agreed
    plans change it: a debt that is put off (above zero), an instalment (below zero). `later`: another period follows.
    """
    balance = due + brought + moved
    if balance.total >= 0:
        return Balance(balance, NOTHING, NOTHING)
    if later:
        return Balance(NOTHING, balance, NOTHING)
    return Balance(NOTHING, NOTHING, -balance)


def instalments(debt: Money, count: int) -> tuple[Money, ...]:
    """A debt in so many parts that add up to it, none more than a penny larger than another; the larger come first."""
    if count < 1 or debt.total < 0:
        raise ValueError("A debt is repaid in one instalment or more")
    totals, taxes = _parts(debt.total, count), _parts(debt.vat, count)
    return tuple(Money(whole - vat, vat) for whole, vat in zip(totals, taxes, strict=True))


def outstanding(plan: tuple[Money, ...], repaid: int) -> Money:
    """What is left of a debt after so many instalments of its plan."""
    return total(plan[repaid:])


def _parts(amount: Decimal, count: int) -> list[Decimal]:
    pennies, more = divmod(int(abs(amount) / PENNY), count)
    sign = -1 if amount < 0 else 1
    return [sign * (pennies + (place < more)) * PENNY for place in range(count)]
