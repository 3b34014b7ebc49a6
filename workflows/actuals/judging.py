"""What of a line's week is payable, how it differs from the plan, and whether that is disputed. Pure.

What somebody enters is turned into what happened before anything is paid: delivered units and, by cause, units that
were not. A council that leaves the Actual column at the plan for a paid absence and one that lowers it mean the same,
and both are paid once (domain.md §3: "Test both for double payment").
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from workflows.council.actuals import Actuals, Kind
from workflows.register.rules import plain

from .policy import Answer, Asked, answer
from .rules import NOTHING, fault_of_units
from .week import cost


@dataclass(frozen=True, slots=True)
class Absent:
    """Units of a row that were not delivered, and what the policy says of their cause."""

    cause: str
    units: Decimal
    answer: Answer


@dataclass(frozen=True, slots=True)
class Claim:
    """A row as it was entered: `actual` is the figure of the Actual column. An added row has nothing planned."""

    planned: Decimal
    actual: Decimal
    price: Decimal | None
    absent: tuple[Absent, ...] = ()
    undecided: Decimal = NOTHING  # not delivered, and nobody has chosen a cause yet: not paid as long as that is so

    missing: Decimal = field(init=False, repr=False, compare=False)  # units that a cause explains
    delivered: Decimal = field(init=False, repr=False, compare=False)  # what was missing is not

    def __post_init__(self) -> None:
        """Work out once what everything else asks again and again.

        What was missing was not delivered, whether or not the Actual column still counts it.
        """
        missing = sum((each.units for each in self.absent), NOTHING) if self.absent else NOTHING
        gone = missing + self.undecided
        left = self.actual - gone if self.actual > self.planned else min(self.actual, self.planned - gone)
        object.__setattr__(self, "missing", missing)
        object.__setattr__(self, "delivered", max(left, NOTHING))

    @property
    def paid_absence(self) -> Decimal:
        """Units that were not delivered and are paid: never more than was planned."""
        if not self.absent:
            return NOTHING
        return min(sum((each.units for each in self.absent if each.answer.paid), NOTHING), self.planned)

    @property
    def unexplained(self) -> Decimal:
        """Planned units that were neither delivered nor explained."""
        return max(self.planned - self.delivered - self.missing - self.undecided, NOTHING)

    @property
    def expected_actual(self) -> Decimal:
        """What the Actual column should say beside these absences: the plan, less what its causes take off."""
        return self.planned - sum((each.units for each in self.absent if each.answer.lowers_actual), NOTHING)

    @property
    def is_ambiguous(self) -> bool:
        """Whether the Actual column counts some of what was not delivered, and not as its causes say."""
        return self.planned - self.missing < self.actual != self.expected_actual and bool(self.absent)

    @property
    def colour(self) -> Literal["more", "less", "same"]:
        """Green, red or neither: the Actual column beside the plan (suffolk-user-guide §2, bedford-actuals-guide)."""
        if self.actual == self.planned:
            return "same"
        return "more" if self.actual > self.planned else "less"


@dataclass(frozen=True, slots=True)
class Payable:
    """What is paid of a row: delivered units within what is allowed, and absences that are paid. `cut` is the rest."""

    delivered: Decimal
    absent: Decimal
    cut: Decimal
    cost: Decimal | None
    charged: Decimal
    not_charged: Decimal

    @property
    def units(self) -> Decimal:
        """Units that are paid."""
        return self.delivered + self.absent


@dataclass(frozen=True, slots=True)
class Verdict:
    """A line's week beside its plan: what can be paid at once, what is too much, and whether it is disputed.

    `refused`: why it cannot be submitted. `at_stake`: the money between what is claimed and what was planned.
    """

    planned: Decimal
    delivered: Decimal
    payable: tuple[Payable, ...]
    over: Decimal
    unauthorised: Decimal
    refused: str | None
    disputed: bool
    at_stake: Decimal

    @property
    def difference(self) -> Decimal:
        """Delivered less planned."""
        return self.delivered - self.planned

    @property
    def pay(self) -> Decimal:
        """Money that is payable whatever becomes of a dispute."""
        return sum((each.cost or NOTHING for each in self.payable), NOTHING)


def explained(actuals: Actuals, kind: str, week: date, claim: Claim) -> Claim:
    """The claim with what is missing without a cause put down to the council's own cause for that, if it has one."""
    if not claim.unexplained or actuals.unexplained is None:
        return claim
    said = answer(actuals, Asked(kind, actuals.unexplained, week))
    return replace(claim, absent=(*claim.absent, Absent(actuals.unexplained, claim.unexplained, said)))


def faults_of_claim(actuals: Actuals, kind: Kind, claim: Claim) -> list[str]:
    """Why a row cannot stand as it was entered, one sentence each.

    Only figures that somebody changed must be in steps: what was commissioned need not be.
    """
    entered = [each.units for each in claim.absent] + ([claim.actual] if claim.actual != claim.planned else [])
    faults = list(dict.fromkeys(filter(None, (fault_of_units(units, kind.step, kind.unit) for units in entered))))
    faults += [each.answer.why for each in claim.absent if not each.answer.taken]
    if claim.missing > claim.planned:
        faults.append("More is recorded as not delivered than was planned")
    elif claim.is_ambiguous:
        faults.append(f"Beside what was not delivered, Actual should be {plain(claim.expected_actual)}")
    if claim.unexplained and actuals.unexplained is None:
        faults.append("Choose why something planned was not delivered")
    return faults


def payable(claims: Sequence[Claim], authorised: Decimal = NOTHING) -> tuple[Payable, ...]:
    """What is paid of the rows of one line in one week, in their order.

    Care moved from one row to another is no increase: the line's week is compared as a whole. What is above it, beyond
    `authorised` (by brokerage, or by the decision on a dispute), is cut from the last row backwards.
    """
    cuts = _cuts(claims, max(over_plan(claims) - authorised, NOTHING))
    return tuple(_pay(claim, cut) for claim, cut in zip(claims, cuts, strict=True))


def over_plan(claims: Sequence[Claim]) -> Decimal:
    """Delivered units above the plan, in which paid absences have their place already."""
    room = sum((each.planned - each.paid_absence for each in claims), NOTHING)
    return max(sum((each.delivered for each in claims), NOTHING) - room, NOTHING)


def judge(
    actuals: Actuals, claims: Sequence[Claim], authorised: Decimal = NOTHING, settled: Decimal = NOTHING
) -> Verdict:
    """A line's week beside its plan, by the council's rules for what is above it and for disputes.

    `authorised` is read where the profile allows more when it is authorised; elsewhere nothing is. `settled` is what a
    decision on a dispute allows, everywhere.
    """
    allowed = max(settled, authorised if actuals.over_plan == "allow_if_authorised" else NOTHING)
    planned, over = sum((each.planned for each in claims), NOTHING), over_plan(claims)
    delivered = sum((each.delivered for each in claims), NOTHING)
    unauthorised = max(over - allowed, NOTHING)
    paid = payable(claims, allowed)
    return Verdict(
        planned=planned,
        delivered=delivered,
        payable=paid,
        over=over,
        unauthorised=unauthorised,
        refused=actuals.over_plan_advice if actuals.over_plan == "refuse" and over else None,
        disputed=_is_disputed(actuals, delivered - planned, unauthorised, any(each.missing for each in claims)),
        at_stake=abs(_claimed(claims, paid) - _planned_cost(claims)),
    )


def left_to_pay(now: Decimal, paid: Iterable[Decimal]) -> Decimal:
    """What a locked week still has to be paid, or (below zero) was paid too much: never the whole once more."""
    return now - sum(paid, NOTHING)


def _is_disputed(actuals: Actuals, difference: Decimal, unauthorised: Decimal, missing: bool) -> bool:
    if actuals.over_plan == "dispute" and unauthorised:
        return True
    if actuals.dispute_when == "differs":
        return bool(difference) or missing
    if actuals.dispute_when == "more":
        return bool(unauthorised)
    return abs(difference) > (actuals.tolerance or NOTHING)


def _cuts(claims: Sequence[Claim], too_much: Decimal) -> list[Decimal]:
    cuts: list[Decimal] = []
    for claim in reversed(claims):
        cuts.append(min(claim.delivered, too_much))
        too_much -= cuts[-1]
    return cuts[::-1]


def _pay(claim: Claim, cut: Decimal) -> Payable:
    delivered = claim.delivered - cut
    paid = claim.paid_absence
    charged = sum((each.units for each in claim.absent if each.answer.charged), NOTHING)
    return Payable(
        delivered=delivered,
        absent=paid,
        cut=cut,
        cost=cost(delivered + paid, claim.price),
        charged=delivered + charged,
        not_charged=claim.missing - charged + claim.unexplained + claim.undecided,
    )


def _claimed(claims: Sequence[Claim], paid: Sequence[Payable]) -> Decimal:
    """What all of it would cost, without anything cut."""
    whole = (each if not each.cut else _pay(claim, NOTHING) for claim, each in zip(claims, paid, strict=True))
    return sum((each.cost or NOTHING for each in whole), NOTHING)


def _planned_cost(claims: Sequence[Claim]) -> Decimal:
    return sum((cost(each.planned, each.price) or NOTHING for each in claims), NOTHING)
