"""Bank Rate by the day, from which statutory interest is worked out: data that is shipped, and what a council adds."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from .profile import current

FILE = Path(__file__).resolve().parents[2] / "fixtures" / "bank-rate.toml"


@dataclass(frozen=True, slots=True)
class BankRates:
    """Each rate with the day from which it holds, in their order; nobody has looked after `known_until`."""

    rates: tuple[tuple[date, Decimal], ...]
    known_until: date

    def on(self, day: date) -> Decimal | None:
        """The rate in force on a day, the last known one for later days; None before the first."""
        found = [percent for start, percent in self.rates if start <= day]
        return found[-1] if found else None


def bank_rates() -> BankRates:
    """Bank Rate as this installation knows it."""
    own = [(each.start, each.percent) for each in current().reports.bank_rates]
    return together(shipped(), own)


def together(first: BankRates, own: Sequence[tuple[date, Decimal]]) -> BankRates:
    """What is shipped with what a council says; of two rates from the same day, the council's."""
    rates = tuple(sorted((dict(first.rates) | dict(own)).items()))
    return BankRates(rates, max([first.known_until, *(start for start, _ in own)]))


@lru_cache(maxsize=1)
def shipped() -> BankRates:
    """The table of fixtures/bank-rate.toml."""
    said = tomllib.loads(FILE.read_text(encoding="utf-8"), parse_float=Decimal)
    return BankRates(tuple((each["start"], each["percent"]) for each in said["rates"]), said["known_until"])
