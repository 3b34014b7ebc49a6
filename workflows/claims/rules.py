"""The rules of one-off claims: pure functions over plain values, tried whole in tests/unit.

Source of the function: norfolk-handbook §2 (roles 1 to 3 edit "One-Off Claims"); of the table: design, workflows §7.
The handbook shows no page of it: what is asked in a claim is assumed, and the profile's to say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from workflows.council.claims import Claims
from workflows.council.tables import offered
from workflows.engine.table import Transition
from workflows.engine.typed import faults_of_choice, faults_of_text
from workflows.register.rules import rounded

#: No claim is larger: it is a slip of the keyboard (the column holds ten times as much).
MOST = Decimal("999999.99")


class State(StrEnum):
    """How far a claim has come."""

    SUBMITTED = "submitted"
    QUERIED = "queried"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


S = State
TRANSITIONS = (
    Transition("", "begin", "submit", "provider", S.SUBMITTED, "check"),
    Transition(S.SUBMITTED, "check", "accept", "payments", S.ACCEPTED, "end"),
    Transition(S.SUBMITTED, "check", "query", "payments", S.QUERIED, "respond"),
    Transition(S.SUBMITTED, "check", "reject", "payments", S.REJECTED, "end"),
    Transition(S.QUERIED, "respond", "answer", "provider", S.SUBMITTED, "check"),
    Transition(S.QUERIED, "respond", "take", "payments", S.SUBMITTED, "check"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a provider claims. About a line, or (`line_id` None) about a whole service."""

    kind: str
    on: date | None
    amount: Decimal | None
    text: str
    line_id: int | None = None
    service_id: int | None = None

    @property
    def about(self) -> str:
        """What it is about, as the profile says it."""
        return "line" if self.line_id is not None else "service" if self.service_id is not None else ""


def faults(asked: Asked, claims: Claims, today: date, *, files: int) -> dict[str, str]:
    """What is wrong with a claim, by field; `files` is how many come with it."""
    kind = claims.kind(asked.kind)
    found = dict(
        faults_of_choice(asked.kind, [each.key for each in offered(claims.kinds)], "Choose a kind", field="kind")
    )
    if not asked.about:
        found["about"] = "Choose what it is about"
    elif kind is not None and asked.about not in kind.about:
        other = "a service as a whole" if asked.about == "line" else "one care package line"
        found["about"] = f"{kind.label} is claimed for {other}"
    if said := fault_of_day(asked.on, claims, today):
        found["on"] = said
    if said := fault_of_amount(asked.amount):
        found["amount"] = said
    found |= faults_of_text(asked.text, "Say what it is for")
    if kind is not None and kind.evidence and not files:
        found["files"] = f"Add the evidence: {kind.label} is not paid without"
    return found


def fault_of_day(on: date | None, claims: Claims, today: date) -> str:
    """What is wrong with the day that something is claimed for; empty when nothing is."""
    if on is None:
        return "Enter the date that it is for"
    if on > today:
        return "The date must not be later than today"
    if claims.within_days is not None and on < today - timedelta(days=claims.within_days):
        return f"This is claimed within {claims.within_days} days. Write to the council about an earlier one"
    return ""


def fault_of_amount(amount: Decimal | None) -> str:
    """What is wrong with an amount; empty when nothing is."""
    if amount is None or amount <= 0:
        return "Enter the amount, above zero"
    if rounded(amount) != amount:
        return "Enter pounds and pence"
    return f"Enter £{MOST:,.2f} or less" if amount > MOST else ""


def faults_of_answer(text: str, amount: Decimal | None, *, files: int) -> dict[str, str]:
    """What is wrong with an answer: words, or at least a file; and the amount, which may be put right with it."""
    found = {} if files and not text.strip() else dict(faults_of_text(text, "Answer the query, or add a file"))
    if said := fault_of_amount(amount):
        found["amount"] = said
    return found


def faults_of_rejection(reason: str, text: str, claims: Claims) -> Mapping[str, str]:
    """What is wrong with a rejection: a reason of the profile, and words if somebody wrote some."""
    found = dict(
        faults_of_choice(reason, [each.key for each in offered(claims.reasons)], "Choose a reason", field="reason")
    )
    return found | (dict(faults_of_text(text, "")) if text.strip() else {})


def words(reference: str, label: str, on: date) -> str:
    """What stands in the payment: `One-off claim CLM-2026-000012: Extra staffing, 03/05/2026`."""
    return f"One-off claim {reference}: {label[:200]}, {on:%d/%m/%Y}"
