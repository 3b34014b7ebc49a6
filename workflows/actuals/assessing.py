"""What the council's rules make of a line's week: whether it is paid and why, what it lacks, what it sets going. Pure.

`assess` is the one place for pages, commands, imports and the decisions of disputes alike (docs/adr/0014).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from workflows.council.actuals import Actuals, Box, Kind, Raise
from workflows.register.rules import Span

from .entry import COMMENT_LIMIT, Absence, Row
from .judging import Absent, Claim, Payable, Verdict, explained, faults_of_claim, judge
from .policy import Answer, Asked, Decision, answer, refused_box
from .rules import (
    DAY,
    NOTHING,
    Occasion,
    Run,
    days_of,
    fault_of_comment,
    fault_of_units,
    monday_of,
    run_of,
    sunday_of,
    weeks_of_stay,
)

#: What a row still lacks before its week can be submitted.
Lack = Literal["cause", "comment", "plan", "correction", "visits"]


@dataclass(frozen=True, slots=True)
class Before:
    """What went before a line's week, as far as rules ask: stays by cause, and occasions in their order."""

    stays: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    occasions: tuple[Occasion, ...] = ()
    decided: tuple["Decided", ...] = ()  # the last one last
    authorised: Decimal = NOTHING
    settled: Decimal = NOTHING  # above the plan, by a decision on a dispute of this very week


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided about paying for a stay (its cause and the Monday it is counted from) beyond a limit."""

    cause: str
    since: date
    decision: Decision


@dataclass(frozen=True, slots=True)
class Raised:
    """What an absence sets going. `since`: the Monday from which on it counts, so that one stay raises it once."""

    what: Raise
    cause: str
    since: date


@dataclass(frozen=True, slots=True)
class Judged:
    """An absence with what the policy says of it."""

    row: int
    absence: Absence
    answer: Answer | None  # None: no cause was chosen
    number: int = 0  # which week of the absence this is
    in_a_row: int = 0
    raised: tuple[Raised, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the council's rules make of a line's week.

    `faults` say by row number why it cannot be submitted as it is; `lacks` name what only has to be added.
    """

    verdict: Verdict
    judged: tuple[Judged, ...]
    faults: Mapping[int, tuple[str, ...]]
    lacks: frozenset[Lack]
    raises: tuple[Raised, ...]
    unpriced: bool

    @property
    def pay(self) -> Decimal:
        """Money that is payable, whatever becomes of a dispute."""
        return self.verdict.pay

    @property
    def paid_units(self) -> Decimal:
        """Units that are payable."""
        return sum((each.units for each in self.verdict.payable), NOTHING)

    @property
    def not_charged(self) -> Decimal:
        """Units that the client is not charged for."""
        return sum((each.not_charged for each in self.verdict.payable), NOTHING)

    @property
    def ready(self) -> bool:
        """Whether it can be submitted."""
        return not self.faults and not self.lacks

    def payable(self) -> Iterable[Payable]:
        """What is paid of each row."""
        return self.verdict.payable


def assess(actuals: Actuals, kind: Kind, week: date, rows: Sequence[Row], before: Before) -> Assessment:
    """Judge a line's week by the council's rules: one place, for pages, commands and imports alike."""
    judged = [*_judged(actuals, kind, week, rows, before)]
    claims = [_claim(actuals, kind, week, row, judged) for row in rows]
    verdict = judge(actuals, claims, before.authorised, before.settled)
    faults = {row.number: found for row, claim in zip(rows, claims, strict=True)
              if (found := _faults(actuals, kind, row, claim))}  # fmt: skip
    if verdict.refused and rows:
        last = rows[-1].number
        faults[last] = (*faults.get(last, ()), verdict.refused)
    return Assessment(
        verdict=verdict,
        judged=tuple(judged),
        faults=faults,
        lacks=_lacks(actuals, rows, claims, judged) | _lacks_of_visits(actuals, kind, rows),
        raises=_raises(judged),
        unpriced=any(row.price is None for row in rows),
    )


def faults_of_figures(kind: Kind, row: Row) -> list[str]:
    """Why figures cannot even be saved: below zero, not in steps, or in a box that the kind does not have."""
    changed = [new for new, old in zip(row.actual, row.planned, strict=True) if new != old]
    entered = [*changed, *(each.units for each in row.absent)]
    faults = dict.fromkeys(filter(None, (fault_of_units(units, kind.step, kind.unit) for units in entered)))
    too_long = any(len(each.comment) > COMMENT_LIMIT for each in row.absent) or len(row.comment) > COMMENT_LIMIT
    return [*faults, *([f"A comment can have {COMMENT_LIMIT:,} characters at most"] if too_long else [])]


def stays_after(stays: Mapping[str, tuple[Span, ...]], week: date, rows: Iterable[Row]) -> dict[str, tuple[Span, ...]]:
    """The stays with this week's own: a week with an absence counts whole (bradford-supported-living: "The week of
    admission is week 1")."""
    found = dict(stays)
    for cause in {each.cause for row in rows for each in row.absent if each.cause}:
        found[cause] = (*found.get(cause, ()), Span(week, sunday_of(week)))
    return found


def occasions_of(week: date, rows: Iterable[Row]) -> list[Occasion]:
    """The planned occasions of a week in their order; a row without days is one occasion, on its first day."""
    found: list[Occasion] = []
    for row in rows:
        if not row.by_day:
            cause = next((each.cause for each in row.absent if each.cause), "")
            found += [Occasion(row.first, cause)] if row.planned[0] else []
            continue
        causes = {each.day: each.cause for each in row.absent}
        days = days_of(week)
        found += [Occasion(days[day], causes.get(day, "")) for day, units in enumerate(row.planned) if units]
    return sorted(found, key=lambda each: each.day)


def _judged(actuals: Actuals, kind: Kind, week: date, rows: Sequence[Row], before: Before) -> Iterable[Judged]:
    if not any(row.absent for row in rows):
        return
    stays = stays_after(before.stays, week, rows)
    occasions = [*before.occasions, *occasions_of(week, rows)]
    for row in rows:
        for absence in row.absent:
            if not absence.cause:
                yield Judged(row.number, absence, None)
                continue
            stay = weeks_of_stay(stays[absence.cause], week, actuals.new_stay_after_weeks)
            run = run_of(occasions, absence.cause)
            decision = _decision(before.decided, absence.cause, stay[0])
            in_a_row = run.count if run else 0
            said = answer(actuals, Asked(kind.key, absence.cause, week, len(stay), in_a_row, decision))
            raised = tuple(
                Raised(each, absence.cause, _since(each, stay, run, decision)) for each in sorted(said.raises)
            )
            yield Judged(row.number, absence, said, len(stay), in_a_row, raised)


def _decision(decided: Iterable[Decided], cause: str, began: date) -> Decision | None:
    """The last decision about this stay; one about an earlier stay says nothing of it."""
    return next((each.decision for each in reversed([*decided]) if each.cause == cause and each.since >= began), None)


def _since(raised: Raise, stay: Sequence[date], run: Run | None, decision: Decision | None) -> date:
    """From when on something counts: a run's first week; a stay's, or the week after what was decided last."""
    if raised == "package_review" and run is not None:
        return monday_of(run.since)
    if raised == "funding_decision" and decision is not None and decision.until is not None:
        return decision.until + DAY
    return stay[0]


def _claim(actuals: Actuals, kind: Kind, week: date, row: Row, judged: Iterable[Judged]) -> Claim:
    absent = tuple(
        Absent(each.absence.cause, each.absence.units, each.answer)
        for each in judged
        if each.row == row.number and each.answer is not None
    )
    planned, actual = sum(row.planned, NOTHING), sum(row.actual, NOTHING)
    undecided = sum((each.units for each in row.absent if not each.cause), NOTHING)
    return explained(actuals, kind.key, week, Claim(planned, actual, row.price, absent, undecided))


def _faults(actuals: Actuals, kind: Kind, row: Row, claim: Claim) -> tuple[str, ...]:
    """What is wrong with a row; a cause that is missing is a lack, not a fault."""
    without_cause = [each for each in row.absent if not each.cause]
    found = faults_of_figures(kind, row)
    told = replace(claim, actual=claim.planned) if without_cause and not claim.absent else claim
    found += [each for each in faults_of_claim(actuals, kind, told) if each not in found and each != CHOOSE]
    boxes = {each.box for each in row.absent}
    found += [refusal.why for box in sorted(boxes) if (refusal := refused_box(actuals, kind.key, box))]
    # Where an increase can be authorised, another row is how it is given (suffolk-user-guide §2).
    if row.added and actuals.over_plan == "refuse" and kind.key in _never(actuals, "extra"):
        found += [each.why for each in [refused_box(actuals, kind.key, "extra")] if each]
    return tuple(dict.fromkeys(found))


CHOOSE = "Choose why something planned was not delivered"


def _never(actuals: Actuals, box: Box) -> set[str]:
    return {kind for each in actuals.never if each.box == box for kind in each.kinds}


def _lacks(actuals: Actuals, rows: Sequence[Row], claims: Sequence[Claim], judged: Sequence[Judged]) -> frozenset[Lack]:
    found: set[Lack] = set()
    if any(each.answer is None for each in judged):
        found.add("cause")
    if actuals.unexplained is None and any(each.unexplained for each in claims):
        found.add("cause")
    for each in judged:
        said = f"{each.absence.comment} {_row(rows, each.row).comment}"
        if each.answer is not None and fault_of_comment(said, each.answer.comment, each.number):
            found.add("comment")
    if actuals.comment_for_change:
        silent = [row for row in rows if _is_changed(row) and not row.comment.strip()]
        if any(not any(each.comment.strip() for each in row.absent) for row in silent):
            found.add("comment")
    if any(row.stale for row in rows):
        found.add("plan")
    return frozenset(found)


def _is_changed(row: Row) -> bool:
    """Whether a person changed a row: what only stands as its visits were recorded was changed by nobody."""
    return row.corrects if row.monitored is not None and not row.absent else row.differs


def _lacks_of_visits(actuals: Actuals, kind: Kind, rows: Sequence[Row]) -> frozenset[Lack]:
    """The number of visits where care was delivered and the council wants it (domain.md §5, Oxfordshire: "for
    safeguarding purposes"), and the cause of a correction of what visits said."""
    found: set[Lack] = set()
    if kind.visits == "required" and any(row.visits is None and any(row.actual) for row in rows):
        found.add("visits")
    monitoring = actuals.monitoring
    if monitoring is not None and monitoring.corrections:
        known = {each.key for each in monitoring.corrections}
        if any(row.corrects and row.corrected not in known for row in rows):
            found.add("correction")
    return frozenset(found)


def _row(rows: Sequence[Row], number: int) -> Row:
    return next(each for each in rows if each.number == number)


def _raises(judged: Iterable[Judged]) -> tuple[Raised, ...]:
    return tuple(dict.fromkeys(raised for each in judged for raised in each.raised))
