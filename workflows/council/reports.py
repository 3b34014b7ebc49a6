"""What a profile says about reports: which there are, and what the council calls each."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field, model_validator

from .tables import Table, Text, unique


class BankRate(Table):
    """A change of the Bank of England's Bank Rate that is later than those shipped in fixtures/bank-rate.toml."""

    start: date
    """The day from which it holds."""
    percent: Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2)]
    """The rate."""


class Reports(Table):
    """The council's names of its reports (suffolk-user-guide §5, bedford-actuals-guide "Reports"); one that has no name
    is not offered. Those about money need scheduled payments."""

    commissioned_v_actuals: Text | None = None
    """What the council calls the report that compares what was planned with what was delivered."""
    pending_payments_exceptions: Text | None = None
    """What it calls the report of the adjustments that are due in the next payment run."""
    pending_scheduled_payments: Text | None = None
    """What it calls the report of scheduled payments that are not finalised yet."""
    remittance: Text = "Remittance Advice Provider Payments"
    """What it calls the report of what was paid; it is there wherever there are scheduled payments."""
    purchase_orders: Text | None = None
    """What it calls what is ordered, paid and left of each line in a financial year."""
    late_payments: Text | None = None
    """What it calls its own report of payments after their day, and of statutory interest on them."""
    contributions: Text | None = None
    """What it calls its own extract of clients' contributions."""
    bank_rates: tuple[BankRate, ...] = ()
    """Changes of Bank Rate since those that are shipped: statutory interest on late payments is 8 % above it."""

    @model_validator(mode="after")
    def _once(self) -> "Reports":
        unique([str(each.start) for each in self.bank_rates], "[[reports.bank_rates]]")
        return self
