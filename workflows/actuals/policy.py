"""Whether what was not delivered is paid and charged, in which box it stands, and why: one function, no other place.

The rules are data of the council's profile, with a first and a last day and the sentence they were read in. Payment is
never worked out by adding boxes (design, workflows §6).
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from workflows.council.actuals import Actuals, Box, Never, Raise, Rule, Source

from .rules import sunday_of, weeks_between


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about paying beyond a limit: until a Sunday, or (None) not at all."""

    until: date | None


@dataclass(frozen=True, slots=True)
class Asked:
    """One cause in one week: `week` is its Monday, `number` which week of the absence it is (rules.week_of_absence),
    `in_a_row` how many occasions in a row failed so (rules.run_of)."""

    kind: str
    cause: str
    week: date
    number: int = 1
    in_a_row: int = 0
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the policy says. `why` is the sentence that stands beside the field, `source` where its rule was read.

    Not `taken`: it cannot be recorded so. `waits`: it is not paid because nobody decided yet. `assumed`: which values
    the source does not give.
    """

    taken: bool
    box: Box | None
    lowers_actual: bool
    paid: bool
    waits: bool
    charged: bool
    comment: Literal["no", "yes", "with_week"]
    raises: frozenset[Raise]
    why: str
    source: Source | None
    assumed: frozenset[str] = frozenset()

    @property
    def sentence(self) -> str:
        """The whole answer, as people read it."""
        return f"{self.why} {sourced(self.source)}".strip()


def answer(actuals: Actuals, asked: Asked) -> Answer:
    """What a cause means in a week for a kind of service. KeyError for a kind or a cause that the profile lacks."""
    actuals.kind(asked.kind)
    label = actuals.cause(asked.cause).label
    rule = rule_for(actuals, asked)
    if rule is None:
        return _nothing_known(actuals, asked)
    if not rule.taken:
        return _refused(f"“{label}” cannot be recorded here. {rule.advice}", rule.source)
    paid = rule.paid and _within(rule, asked)
    waits = rule.paid and not paid and (asked.decision is None or asked.decision.until is not None)
    return Answer(
        taken=True,
        box=rule.box,
        lowers_actual=rule.lowers_actual,
        paid=paid,
        waits=waits,
        charged=rule.charged,
        comment=rule.comment,
        raises=_raised(actuals, rule, asked),
        why=_why(label, rule, asked, paid),
        source=rule.source,
        assumed=rule.assumed,
    )


def rule_for(actuals: Actuals, asked: Asked) -> Rule | None:
    """The rule that holds for what is asked, or None: the profile allows at most one."""
    fitting = (each for each in actuals.rules if each.cause == asked.cause and asked.kind in each.kinds)
    return next((each for each in fitting if each.holds(asked.week)), None)


def causes_of(actuals: Actuals, kind: str, week: date) -> tuple[str, ...]:
    """The causes that can be recorded for a kind of service in a week, in the profile's order."""
    found = {each.cause for each in actuals.rules if each.taken and kind in each.kinds and each.holds(week)}
    return tuple(each.key for each in actuals.causes if each.key in found)


def refused_box(actuals: Actuals, kind: str, box: Box) -> Answer | None:
    """Why a box cannot be used for a kind of service, or None when it can."""
    never: Never | None = next((each for each in actuals.never if each.box == box and kind in each.kinds), None)
    if never is not None:
        return _refused(never.advice, never.source)
    if box not in actuals.kind(kind).boxes:
        return _refused(f"{actuals.kind(kind).name} has no “{box}” box.", None)
    return None


def sourced(source: Source | None) -> str:
    """`Source: bradford-supported-living, “Shared Support”.`"""
    return f"Source: {source.document}, “{source.section}”." if source else ""


def fault_of_decision(until: date) -> str | None:
    """Why a decision cannot extend to a day, or None: weeks are paid whole, so it ends with one."""
    return None if until == sunday_of(until) else "Choose a Sunday: weeks are paid whole"


def _within(rule: Rule, asked: Asked) -> bool:
    return rule.paid_weeks is None or asked.number <= rule.paid_weeks or _extended(asked)


def _extended(asked: Asked) -> bool:
    until = asked.decision.until if asked.decision else None
    return until is not None and sunday_of(asked.week) <= until


def _raised(actuals: Actuals, rule: Rule, asked: Asked) -> frozenset[Raise]:
    """What is set going. Whoever does it keeps one a stay (or run), so that saving twice raises nothing twice."""
    found: set[Raise] = set()
    if rule.tells_operational and asked.number == 1:
        found.add("operational_notice")
    if rule.paid_weeks is not None and _decision_is_near(rule.paid_weeks, asked, actuals.decision_lead_weeks):
        found.add("funding_decision")
    if rule.review_after is not None and asked.in_a_row >= rule.review_after:
        found.add("package_review")
    return frozenset(found)


def _decision_is_near(limit: int, asked: Asked, lead: int) -> bool:
    if asked.decision is None:
        return asked.number >= max(limit - lead, 1)
    if asked.decision.until is None:
        return False
    return asked.number >= limit - lead and weeks_between(asked.week, asked.decision.until) <= lead


def _why(label: str, rule: Rule, asked: Asked, paid: bool) -> str:
    parts = ["Will be paid:" if paid else "Will not be paid:", _reason(label, rule, asked, paid)]
    if not rule.charged:
        parts.append("The client is not charged.")
    if rule.advice:
        parts.append(rule.advice)
    return " ".join(parts)


def _reason(label: str, rule: Rule, asked: Asked, paid: bool) -> str:
    limit = rule.paid_weeks
    if limit is None:
        return f"because of “{label}”."
    this = f"“{label}”, week {asked.number};"
    if asked.number <= limit:
        return f"{this} weeks 1 to {limit} are paid."
    if asked.decision is None:
        return f"{this} only weeks 1 to {limit} are paid, and nobody has decided yet about paying for longer."
    if asked.decision.until is None:
        return f"{this} only weeks 1 to {limit} are paid, and it was decided not to pay for longer."
    if paid:
        return f"{this} it was decided to pay until {asked.decision.until:%d/%m/%Y}."
    return (
        f"{this} it was decided to pay until {asked.decision.until:%d/%m/%Y}, and nobody has decided yet about longer."
    )


def _nothing_known(actuals: Actuals, asked: Asked) -> Answer:
    kind, label = actuals.kind(asked.kind).name, actuals.cause(asked.cause).label
    return _refused(f"“{label}” cannot be recorded for {kind} in the week of {asked.week:%d/%m/%Y}.", None)


def _refused(why: str, source: Source | None) -> Answer:
    return Answer(
        taken=False,
        box=None,
        lowers_actual=False,
        paid=False,
        waits=False,
        charged=False,
        comment="no",
        raises=frozenset(),
        why=why,
        source=source,
    )
