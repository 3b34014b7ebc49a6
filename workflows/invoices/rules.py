"""The rules of invoices and credit notes: pure functions over plain values, tried whole in tests/unit.

Source of the words: bedford-actuals-guide "Invoice/Credit Notes"; of the tables: design, workflows §7, domain.md §2f.
"""

import re
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from workflows.engine.table import Transition
from workflows.engine.typed import faults_of_text
from workflows.register.rules import rounded


class State(StrEnum):
    """Where an invoice stands. The profile says what each is called (bedford: Unsubmitted, Pending)."""

    UNSUBMITTED = "unsubmitted"
    PENDING = "pending"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    PROCESSED = "processed"
    PAID = "paid"


class NoteState(StrEnum):
    """Where a credit note stands."""

    SUBMITTED = "submitted"
    QUERIED = "queried"
    ACCEPTED = "accepted"
    CREDITED = "credited"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


S = State
TRANSITIONS = (
    Transition("", "begin", "open", "system", S.UNSUBMITTED, "draft"),
    Transition(S.UNSUBMITTED, "draft", "create", "provider", S.PENDING, "pending"),
    Transition(S.UNSUBMITTED, "draft", "close_empty", "payments", S.ACCEPTED, "accepted"),
    Transition(S.PENDING, "pending", "attach", "provider", S.PENDING, "pending"),
    Transition(S.PENDING, "pending", "submit", "provider", S.SUBMITTED, "check"),
    Transition(S.PENDING, "pending", "close_empty", "payments", S.ACCEPTED, "accepted"),
    Transition(S.SUBMITTED, "check", "query", "payments", S.PENDING, "pending"),
    Transition(S.SUBMITTED, "check", "accept", "payments", S.ACCEPTED, "accepted"),
    Transition(S.ACCEPTED, "accepted", "query", "payments", S.PENDING, "pending"),
    Transition(S.ACCEPTED, "accepted", "process", "system", S.PROCESSED, "processed"),
    Transition(S.PROCESSED, "processed", "pay", "system", S.PAID, "end"),
)
N = NoteState
NOTES = (
    Transition("", "begin", "raise", "provider", N.SUBMITTED, "check"),
    Transition(N.SUBMITTED, "check", "accept", "payments", N.ACCEPTED, "waiting"),
    Transition(N.SUBMITTED, "check", "query", "payments", N.QUERIED, "answer"),
    Transition(N.SUBMITTED, "check", "refuse", "payments", N.REFUSED, "end"),
    Transition(N.QUERIED, "answer", "resend", "provider", N.SUBMITTED, "check"),
    Transition(N.QUERIED, "answer", "withdraw", "provider", N.WITHDRAWN, "end"),
    Transition(N.ACCEPTED, "waiting", "credit", "system", N.CREDITED, "end"),
)

#: With the provider: what it is worth follows what it is worked out from.
WITH_PROVIDER = frozenset({State.UNSUBMITTED, State.PENDING})
#: Credit notes that count against what a line was worth.
STANDING = frozenset({NoteState.SUBMITTED, NoteState.QUERIED, NoteState.ACCEPTED, NoteState.CREDITED})

#: A United Kingdom VAT registration number: nine digits, twelve for a branch, with GB before them or not.
VAT_NUMBER = re.compile(r"^(?:GB)?(\d{9})(?:\d{3})?$")
#: How HMRC checks one: the first seven digits times 8 to 2, then 97 is taken off until the result is not above zero;
#: numbers since 2009 add 55 first. What is left, without its sign, is the last two digits.
WEIGHTS = (8, 7, 6, 5, 4, 3, 2)
SINCE_2009 = 55


def vat_number(text: str) -> str:
    """A VAT registration number as it is kept, `GB123456782`; ValueError when it cannot be one."""
    typed = re.sub(r"[\s.-]", "", text.upper())
    found = VAT_NUMBER.match(typed)
    if found is None or not _adds_up(found[1]):
        raise ValueError(text)
    return typed if typed.startswith("GB") else f"GB{typed}"


def _adds_up(digits: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS, strict=False))
    return any((total + more + int(digits[7:])) % 97 == 0 for more in (0, SINCE_2009))


def vat_number_words(kept: str) -> str:
    """`GB 123 4567 82`, as it stands on an invoice."""
    digits = kept.removeprefix("GB")
    return " ".join(part for part in ("GB", digits[:3], digits[3:7], digits[7:9], digits[9:]) if part)


def faults_of_vat(vat: Decimal, number: str, *, attached: bool, required: bool) -> dict[str, str]:
    """What is missing of an invoice that claims VAT (bedford: "attach a VAT supporting invoice including the VAT
    registration number"); nothing is where it claims none."""
    if not vat:
        return {}
    faults = {}
    if not number:
        faults["vat_number"] = "Enter your VAT registration number: this invoice claims VAT"
    if required and not attached:
        faults["files"] = "Attach your VAT invoice: this invoice claims VAT"
    return faults


def faults_of_number(text: str) -> dict[str, str]:
    """What is wrong with a VAT registration number that was typed; none is not wrong by itself."""
    if not text.strip():
        return {}
    try:
        vat_number(text)
    except ValueError:
        return {"vat_number": "Enter a VAT registration number, such as GB 123 4567 82"}
    return {}


def faults_of_credit(amount: Decimal | None, left: Decimal, reason: str) -> dict[str, str]:
    """What is wrong with a credit note: an amount above zero and not above what is `left` of the line, and a reason."""
    faults = dict(faults_of_text(reason, "Say why you credit this", field="reason"))
    if amount is None or amount <= 0 or rounded(amount) != amount:
        faults["amount"] = "Enter an amount in pounds and pence, such as 34.50"
    elif left <= 0:
        faults["amount"] = "All of this line was credited already"
    elif amount > left:
        faults["amount"] = f"Enter £{left:,.2f} or less: that is what is left of this line"
    return faults


def vat_within(amount: Decimal, line_total: Decimal, line_vat: Decimal) -> Decimal:
    """The VAT in a part of a line: its share of the line's own, in whole pennies."""
    if not line_total:
        return Decimal("0.00")
    return rounded(Decimal(0) + _exact(Fraction(amount) * Fraction(line_vat) / Fraction(line_total)))


def _exact(amount: Fraction) -> Decimal:
    return Decimal(amount.numerator) / Decimal(amount.denominator)
