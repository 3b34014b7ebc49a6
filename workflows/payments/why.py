"""Why an amount is what it is, and why days are not paid: plain values and sentences that pages show. Pure.

The issue of every complaint: "payment lines that do not clear" without anybody saying why (domain.md §6). Each rate
segment is told as the sum that it is; each part that is not paid says what it waits for, who holds that, since when.
Names of people stand in none of the sentences.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from workflows.register.rules import money as words_of_money
from workflows.register.rules import plain

from .adjustments import Adjustment, Item
from .entitlement import Entitlement, Part, Segment
from .facts import WEEK, Actual, Cause
from .money import Money, pounds

#: Why days are not paid, as a whole sentence about a line.
NOT_PAID = {
    Cause.START: "The line had not begun.",
    Cause.END: "The line had ended.",
    Cause.DEATH: "The person had died.",
    Cause.SUSPENSION: "The line was suspended.",
    Cause.ABSENCE: "The person was away, and these days are not paid.",
    Cause.NO_PRICE: "There is no price for these days.",
    Cause.NO_METHOD: "The contract has no payment method for these days.",
    Cause.HOLD: "Payment is held.",
    Cause.DOCUMENT: "The contract document is not agreed.",
    Cause.DISPUTE: "What was provided is disputed.",
    Cause.ACTUALS: "What was provided is not known yet.",
}
#: What days wait for, by cause and by what more is known of it.
WAITS_FOR = {
    (Cause.NO_PRICE, ""): "a price for the line",
    (Cause.NO_METHOD, ""): "a payment method for the contract",
    (Cause.HOLD, "death"): "the notice of death to be checked",
    (Cause.HOLD, "away"): "the notice of a stay away to be checked",
    (Cause.HOLD, "move"): "the notice of a move to be checked",
    (Cause.HOLD, "held_out"): "the line to be released into a payment run",
    (Cause.DOCUMENT, "published"): "an answer to the contract document",
    (Cause.DOCUMENT, "rejected"): "the contract document to be put right",
    (Cause.DISPUTE, ""): "a decision on the dispute",
    (Cause.ACTUALS, ""): "the actuals of these days",
}
#: What an amount of an adjustment is because of.
BECAUSE_OF = {
    Cause.START: "The start date changed, or the line was not known",
    Cause.END: "The end date changed",
    Cause.DEATH: "The person died",
    Cause.SUSPENSION: "A suspension changed",
    Cause.ABSENCE: "An absence changed",
    Cause.NO_PRICE: "There was no price, or there is none any more",
    Cause.NO_METHOD: "There was no payment method, or there is none any more",
    Cause.HOLD: "Payment was held, or the hold was lifted",
    Cause.DOCUMENT: "The contract document was not agreed",
    Cause.DISPUTE: "A dispute was raised or decided",
    Cause.ACTUALS: "What was provided changed",
    Cause.RATE: "The rate changed",
    Cause.QUANTITY: "The quantity changed",
    Cause.CONTRIBUTION: "The client's contribution changed",
    Cause.BASIS: "The contract changed between net and gross",
    Cause.VAT: "VAT changed",
    Cause.ROUNDING: "A penny of rounding moved",
}


@dataclass(frozen=True, slots=True)
class Sum:
    """How one rate segment came to its amount."""

    first: date
    last: date
    days: int  # of the segment
    paid_days: int
    quantity: Fraction  # units a week
    unit_cost: Decimal
    taken_off: Decimal  # the client's contribution a week, where it is taken off
    weekly: Fraction
    percent_vat: Decimal
    actual: Actual | None
    money: Money

    @property
    def words(self) -> str:
        """`1 x £536.49 − £39.88 = £496.61 a week; £496.61 x 12 of 28 days / 7 = £851.33`."""
        price = f"{_number(self.quantity)} x {words_of_money(self.unit_cost)}"
        price += f" − {words_of_money(self.taken_off)}" if self.taken_off else ""
        days = f"{self.days} days" if self.paid_days == self.days else f"{self.paid_days} of {self.days} days"
        paid = words_of_money(self.money.excl)
        vat = f"; VAT at {plain(self.percent_vat)}% {words_of_money(self.money.vat)}" if self.percent_vat else ""
        return f"{price} = {_amount(self.weekly)} a week; {_amount(self.weekly)} x {days} / {WEEK} = {paid}{vat}"


@dataclass(frozen=True, slots=True)
class NotPaid:
    """Days, or units of days, that are not paid: why, what they come to, and who can do something about it.

    Without `waits_for` it is decided, and nothing is waited for.
    """

    first: date
    last: date
    days: int
    cause: Cause
    worth: Decimal
    waits_for: str = ""
    holder: str = ""
    since: date | None = None
    reference: str = ""

    @property
    def words(self) -> str:
        """Why, in one or two sentences."""
        if not self.waits_for:
            return NOT_PAID[self.cause]
        who = f" with {self.holder}" if self.holder else ""
        since = f" since {self.since:%d/%m/%Y}" if self.since else ""
        about = f" ({self.reference})" if self.reference else ""
        return f"{NOT_PAID[self.cause]} It waits for {self.waits_for}{about}{who}{since}."


@dataclass(frozen=True, slots=True)
class Moved:
    """What one cause moved in an adjustment."""

    item: Item

    @property
    def words(self) -> str:
        """`The person died: 21/04/2018 to 06/05/2018, −£1,135.11`."""
        item = self.item
        days = f"{item.first:%d/%m/%Y} to {item.last:%d/%m/%Y}"
        return f"{BECAUSE_OF[item.cause]}: {days}, {words_of_money(item.money.total)}"


def sums(worth: Entitlement) -> tuple[Sum, ...]:
    """How each rate segment came to its amount; their amounts add up to the entitlement."""
    return tuple(_sum(segment) for segment in worth.segments)


def not_paid(worth: Entitlement) -> tuple[NotPaid, ...]:
    """All days and units that are not paid, in the order of their days."""
    days = (_not_paid(part) for part in worth.parts if part.cause)
    units = (_disputed(part) for part in worth.parts if part.paid and part.actual and part.actual.disputed)
    return tuple(sorted((*days, *units), key=lambda each: (each.first, each.cause)))


def moved(adjustment: Adjustment) -> tuple[Moved, ...]:
    """What each cause moved; their amounts add up to the adjustment."""
    return tuple(Moved(item) for item in adjustment.items)


def _sum(segment: Segment) -> Sum:
    part = segment.parts[0]
    return Sum(
        first=segment.first,
        last=segment.last,
        days=segment.days,
        paid_days=segment.paid_days,
        quantity=part.quantity,
        unit_cost=part.unit_cost or Decimal(0),
        taken_off=part.taken_off,
        weekly=part.weekly,
        percent_vat=part.vat,
        actual=part.actual,
        money=segment.money,
    )


def _not_paid(part: Part) -> NotPaid:
    cause, wait = part.cause or Cause.HOLD, part.wait
    worth = pounds(part.worth) if part.unit_cost is not None else Decimal("0.00")
    told = NotPaid(part.first, part.last, part.days, cause, worth, _waits_for(cause, ""))
    if wait is None:
        return told
    return NotPaid(
        *(part.first, part.last, part.days, cause, worth, _waits_for(cause, wait.what)),
        *(wait.holder, wait.since, wait.reference),
    )


def _disputed(part: Part) -> NotPaid:
    """The disputed units of days whose other units are paid."""
    row, unit_cost = part.actual, part.unit_cost
    if row is None or unit_cost is None:
        raise ValueError("Only priced actuals have units in dispute")
    worth = pounds(Fraction(row.disputed) * Fraction(unit_cost) * part.days / row.days)
    wait = row.wait
    who = (wait.holder, wait.since, wait.reference) if wait else ()
    return NotPaid(part.first, part.last, part.days, Cause.DISPUTE, worth, _waits_for(Cause.DISPUTE, ""), *who)


def _waits_for(cause: Cause, what: str) -> str:
    return WAITS_FOR.get((cause, what)) or WAITS_FOR.get((cause, ""), "")


def _amount(exact: Fraction) -> str:
    """An amount of pounds with what it has beyond pennies: `£496.61`, `£23.2725`, `about £12.333333`."""
    if (exact * 100).denominator == 1:
        return words_of_money(pounds(exact))
    return f"{'−' if exact < 0 else ''}£{_number(abs(exact))}"


def _number(exact: Fraction) -> str:
    """A number as people write it, to at most six decimals."""
    return plain(Decimal(exact.numerator * 1_000_000 // exact.denominator).scaleb(-6))
