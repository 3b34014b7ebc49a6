"""Why a line of a payment is paid what it is: its sum step by step, as both sides show it (web/payments/why.html).

The steps always add up to what the line is paid. Days that are not paid are steps too: what they would have come to is
taken off again, with what they wait for, who holds that and since when (design, workflows §5 "why this amount?").
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from workflows.payments import snapshot, why
from workflows.payments.entitlement import Entitlement, Part, Segment
from workflows.payments.facts import WEEK, Cause
from workflows.payments.models import PaymentLine
from workflows.payments.money import pounds
from workflows.payments.selectors import Paid, counts, text_of
from workflows.register.models import CarePackageLine
from workflows.register.rules import plain

from .pieces import Tag
from .words import date_range, date_words, money, plural

ZERO = Decimal("0.00")
#: Days on which the line was not there: they are no part of its sum.
NOT_THERE = {Cause.START, Cause.END}
NAMES = {
    Cause.DEATH: "Death",
    Cause.SUSPENSION: "Suspended",
    Cause.ABSENCE: "Absence",
    Cause.NO_PRICE: "No price",
    Cause.NO_METHOD: "No method",
    Cause.HOLD: "Stopped",
    Cause.DOCUMENT: "Document",
    Cause.DISPUTE: "Dispute",
    Cause.ACTUALS: "Actuals",
}
#: What a notice that nobody has checked yet does.
NOTICES = {
    "death": "A notice of death stops the payment.",
    "away": "A notice of a stay away stops the payment.",
    "move": "A notice of a move stops the payment.",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the sum. `waits`: what its days wait for, with whom, since when."""

    name: str
    working: str
    amount: Decimal = ZERO
    waits: str = ""


@dataclass(frozen=True, slots=True)
class Working:
    """The sum of one line of a payment."""

    paid: Paid
    steps: Sequence[Step]

    @property
    def title(self) -> str:
        """`Why £1,986.44 for Kent, Karl?`"""
        return f"Why {money(self.paid.total)} for {self.paid.line.client}?"

    @property
    def waits(self) -> list[Step]:
        """The steps that wait for somebody."""
        return [each for each in self.steps if each.waits]

    @property
    def short(self) -> str:
        """What the list says under the line: what is not paid, and why; empty when all is."""
        found = [each for each in self.steps if each.amount < 0 and each.name in {*NAMES.values(), HELD}]
        if not found:
            return ""
        amount = -sum((each.amount for each in found), ZERO)
        return f"{money(amount)} is not paid. " + " ".join(f"{each.working} {each.waits}".strip() for each in found)

    @property
    def tag(self) -> Tag | None:
        """How the line stands, where it is not simply paid."""
        if any(each.name == HELD for each in self.steps):
            return Tag("Held out", "orange")
        if self.waits:
            return Tag("Waits", "yellow")
        return Tag("Not paid in full", "orange") if self.paid.not_paid else None


HELD = "Held out"
#: What the price is comes first, then what of it is not paid, then what is put right.
ORDER = {"Rate": 0, "Contribution": 0, "Rounding": 2, "Adjustment": 3, "One-off": 4, "By hand": 5, HELD: 6, "VAT": 7}
NOT_PAID_FIRST = 1


def working(paid: Paid, *, inside: bool, held_by: str = "") -> Working:
    """The sum of a line. `inside`: for the council, which also sees what is not approved yet and who wrote it.

    `held_by` is the team that answers for the payment: it can put back what was held out.
    """
    steps: list[Step] = []
    for row in paid.rows:
        steps += _of_row(row, inside=inside, held_by=held_by)
    own = any(row.kind == PaymentLine.Kind.SCHEDULED for row in paid.rows)
    if own and not any(each.name == NAMES[Cause.ABSENCE] for each in steps):
        steps.append(Step(NAMES[Cause.ABSENCE], "No unpaid days away in this period"))
    if not any(row.kind == PaymentLine.Kind.ADJUSTMENT for row in paid.rows):
        steps.append(Step("Adjustment", "None from earlier periods"))
    if paid.vat:
        steps.append(Step("VAT", _vat_words(paid), paid.vat))
    return Working(paid, sorted(steps, key=lambda each: ORDER.get(each.name, NOT_PAID_FIRST)))


def _of_row(row: PaymentLine, *, inside: bool, held_by: str) -> Iterator[Step]:
    if row.kind == PaymentLine.Kind.MANUAL:
        yield from _by_hand(row, inside=inside)
    elif row.kind == PaymentLine.Kind.ADJUSTMENT:
        yield from _adjustment(row)
    elif row.one_off is not None:
        yield Step("One-off", row.one_off.words, row.excl)
    elif row.worth is not None:
        yield from of_entitlement(snapshot.read(row.worth), row.line, inside=inside)
    if row.held_out_at is not None and (inside or row.kind != PaymentLine.Kind.MANUAL):
        yield _held_out(row, held_by)


def of_entitlement(worth: Entitlement, line: CarePackageLine, *, inside: bool) -> Iterator[Step]:
    """The steps of what a period itself is worth; they add up to it without VAT."""
    steps = [step for segment in worth.segments for step in _segment(segment, line, inside=inside)]
    yield from (each for each in steps if each.name in {"Rate", "Contribution"})
    taken = [*_not_paid(worth)]
    yield from taken
    rest = worth.money.excl - sum((each.amount for each in (*steps, *taken)), ZERO)
    if rest:
        yield Step("Rounding", "The sum is rounded to pennies once, not each part of it", rest)


def _segment(segment: Segment, line: CarePackageLine, *, inside: bool) -> Iterator[Step]:
    """What all days of a rate segment come to, and the contribution that is taken off them."""
    part, days = segment.parts[0], sum(each.days for each in segment.parts if each.cause not in NOT_THERE)
    if not days:
        return
    taken_off = Fraction(part.taken_off)
    yield Step("Rate", _rate_words(segment, line, days), pounds((part.weekly + taken_off) * days / WEEK))
    who = "the provider collects" if inside else "you collect"
    if part.taken_off:
        words = f"{_days_at(days, part.taken_off)} that {who} from the client"
        yield Step("Contribution", words, pounds(-taken_off * days / WEEK))
    elif part.contribution:
        words = f"The client's contribution of {money(part.contribution)} a week is not taken off"
        yield Step("Contribution", f"{words}: this contract is paid gross")


def _rate_words(segment: Segment, line: CarePackageLine, days: int) -> str:
    """`4 weeks (28 days) x £536.49, Residential Long Term Standard Rate, Spot, from 9 April 2018`."""
    part, level = segment.parts[0], line.service_level
    about = f"{level.name}, {level.contract_type}"
    price = part.unit_cost or Decimal(0)
    if part.actual is not None:
        units = _units(Fraction(part.actual.payable), level.unit)
        when = date_range(part.actual.first, part.actual.last)
        each = "" if part.actual.cost is not None else f" at {money(price)}"
        return f"{units}{each} payable by the actuals of {when}, {about}"
    first = next(each.first for each in segment.parts if each.cause not in NOT_THERE)
    if part.quantity == 1:
        return f"{_days_at(days, price)}, {about}, from {date_words(first)}"
    weekly = pounds(part.quantity * Fraction(price))
    units = f"{_units(part.quantity, level.unit)} at {money(price)}"
    return f"{_days_at(days, weekly)} ({units}), {about}, from {date_words(first)}"


def _days_at(days: int, weekly: Decimal) -> str:
    """`4 weeks (28 days) x £536.49`, or `12 days at £496.61 a week`."""
    if days % WEEK:
        return f"{plural(days, 'day')} at {money(weekly)} a week"
    return f"{plural(days // WEEK, 'week')} ({plural(days, 'day')}) x {money(weekly)}"


def _units(quantity: Fraction, unit: str) -> str:
    number = plain(Decimal(quantity.numerator) / Decimal(quantity.denominator))
    return f"{number} {unit.lower()}{'' if quantity == 1 else 's'}"


def _not_paid(worth: Entitlement) -> Iterator[Step]:
    """What is taken off again, because its days are not paid; of units in dispute nothing had been counted."""
    for each in why.not_paid(worth):
        if each.cause in NOT_THERE:
            continue
        part = _part(worth, each.first)
        counted = not part.paid and part.unit_cost is not None
        wait = part.wait.what if part.wait else ""
        said = NOTICES.get(wait) if each.cause is Cause.HOLD else None
        sentence = (said or why.NOT_PAID[each.cause]).rstrip(".")
        words = f"{sentence}: {date_range(each.first, each.last)} ({plural(each.days, 'day')})."
        if part.paid:
            words = f"{why.NOT_PAID[each.cause]} {money(each.worth)} more is not paid yet."
        yield Step(NAMES[each.cause], words, -each.worth if counted else ZERO, waits_words(each))


def waits_words(told: why.NotPaid) -> str:
    """`It waits for the notice of death to be checked (ACT-2018-000012), with Payments Team, since 18 April 2018.`"""
    if not told.waits_for:
        return ""
    about = f" ({told.reference})" if told.reference else ""
    who = f", with {told.holder}" if told.holder else ""
    since = f", since {date_words(told.since)}" if told.since else ""
    return f"It waits for {told.waits_for}{about}{who}{since}."


def _part(worth: Entitlement, day: date) -> Part:
    return next(each for each in worth.parts if each.first <= day <= each.last)


def _adjustment(row: PaymentLine) -> Iterator[Step]:
    """By what an earlier payment is put right: a step for each cause, with the payment that it is about."""
    about = date_range(row.first, row.last)
    for each in row.causes:
        days = date_range(date.fromisoformat(each["first"]), date.fromisoformat(each["last"]))
        words = f"{why.BECAUSE_OF[Cause(each['cause'])]}: {days}. Puts right the payment of {about}"
        yield Step("Adjustment", words, Decimal(each["excl"]))


def _by_hand(row: PaymentLine, *, inside: bool) -> Iterator[Step]:
    """An amount that Payments wrote by hand; until a second person approves it, it is no part of the payment."""
    note = f"“{text_of(row.note)}”"
    who = f" Written by {row.written_by.name}." if inside and row.written_by else ""
    if row.approved_by is not None:
        approved = f" Approved by {row.approved_by.name}." if inside else ""
        yield Step("By hand", f"{note}{who}{approved}", row.excl)
    elif inside:
        waits = f"{money(row.total)} waits for a second person to approve it."
        yield Step("By hand", f"{note}{who}", ZERO, waits)


def _held_out(row: PaymentLine, held_by: str) -> Step:
    """What was taken out of the payment, by whom and why."""
    since = date_words(row.held_out_at)
    reason = f" “{text_of(row.held_out_why)}”" if row.held_out_why else ""
    words = f"{money(row.total)} was held out of this payment.{reason}"
    if row.put_back_at is not None:
        return Step(
            HELD, f"{words} It was put back on {date_words(row.put_back_at)}: a later payment pays it.", -row.excl
        )
    who = f", with {held_by}" if held_by else ""
    counted = row.kind != PaymentLine.Kind.MANUAL or row.approved_by_id is not None
    return Step(HELD, words, -row.excl if counted else ZERO, f"It waits to be put back{who}, since {since}.")


def _vat_words(paid: Paid) -> str:
    """The percentages of VAT of a line's period; an adjustment's VAT is told in one sum with it."""
    found = [snapshot.read(row.worth) for row in paid.rows if counts(row) and row.worth is not None]
    percents = sorted({part.vat for worth in found for part in worth.parts if part.vat})
    return " and ".join(f"{plain(each)}%" for each in percents) or "VAT"
