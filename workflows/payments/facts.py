"""What must be known about a line to say what it is worth, and the causes by which that is told. Pure.

Selectors fill these from the register, the contract, the actuals and the notices; no rule is in here.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Literal

from workflows.register.rules import Price, Span, Standing

WEEK = 7


class Cause(StrEnum):
    """Why days are not paid, and by what an amount moved."""

    START = "start"  # the line has not begun, or was not known
    END = "end"
    DEATH = "death"
    SUSPENSION = "suspension"
    ABSENCE = "absence"
    NO_PRICE = "no_price"
    NO_METHOD = "no_method"  # the contract has no payment method yet
    HOLD = "hold"  # a notice that the council has not checked, or somebody held the line out
    DOCUMENT = "document"
    DISPUTE = "dispute"
    ACTUALS = "actuals"
    RATE = "rate"
    QUANTITY = "quantity"
    CONTRIBUTION = "contribution"
    BASIS = "basis"  # from net to gross or back
    VAT = "vat"
    ROUNDING = "rounding"


@dataclass(frozen=True, slots=True)
class Absence:
    """Days on which the client is away, and whether the council's policy pays for them."""

    span: Span
    reason: str  # a key of the policy, such as "hospital"
    paid: bool


@dataclass(frozen=True, slots=True)
class Wait:
    """Days whose payment waits: for what, who has to act, since when, and the case that is about it.

    `what` says more about the cause: of a hold "death", "away", "move" or "held_out"; of a document "published" or
    "rejected". The span of a notice begins on the day that it names.
    """

    span: Span
    cause: Literal[Cause.HOLD, Cause.DOCUMENT, Cause.DISPUTE, Cause.ACTUALS]
    what: str
    holder: str
    since: date
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Actual:
    """What was provided from one day to another, in units: `payable` now; `disputed` more of it `wait` for somebody.

    `cost` is what the payable units come to where the actuals say so: a week may have rows of several prices.
    """

    first: date
    last: date
    payable: Decimal
    disputed: Decimal = Decimal(0)
    wait: Wait | None = None
    cost: Decimal | None = None

    @property
    def a_week(self) -> Fraction:
        """The payable units as a weekly quantity; a row may be shorter than a week."""
        return Fraction(self.payable) * WEEK / self.days

    @property
    def days(self) -> int:
        """How many days it is about."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Method:
    """How a contract pays from a day on: less the clients' contributions (net) or not, by plan or by actuals."""

    start: date
    net: bool
    on_actuals: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """All that is known now about one care package line and what bears on its payment.

    `prices` are those that hold for the line (register.selectors.prices_of), `vat` percentages by days. Spans of one
    kind share no day; `methods` come in the order of their start.
    """

    line_id: int
    start: date
    end: date | None
    quantity: Decimal
    prices: tuple[Standing | Price, ...]
    methods: tuple[Method, ...]
    contributions: tuple[Price, ...] = ()
    vat: tuple[Price, ...] = ()
    died: date | None = None  # as the council knows it; a notice alone is a wait
    suspensions: tuple[Span, ...] = ()
    absences: tuple[Absence, ...] = ()
    waits: tuple[Wait, ...] = ()
    actuals: tuple[Actual, ...] = ()
