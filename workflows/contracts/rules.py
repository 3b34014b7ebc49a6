"""The rules of contract documents: pure functions over plain values, tried whole in tests/unit.

Source of the words: norfolk-handbook §4, suffolk-user-guide §1; of the table: design, workflows §1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from workflows.council.contract_documents import ContractDocuments
from workflows.council.tables import offered
from workflows.engine.table import Transition
from workflows.engine.typed import faults_of_choice, faults_of_text
from workflows.register.rules import LineTerms

WEEKS_A_YEAR = 52


class State(StrEnum):
    """The states of a document, as providers see them."""

    PUBLISHED = "published"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    TERMINATED = "terminated"
    SUPERSEDED = "superseded"


class Occasion(StrEnum):
    """Why a document is published: norfolk-handbook §4 "when they start and when an end date is recorded"."""

    START = "start"
    VARIATION = "variation"
    END = "end"


S = State
TRANSITIONS = (
    Transition("", "publish", "publish", "brokerage", S.PUBLISHED, "respond"),
    Transition("", "publish", "publish", "system", S.PUBLISHED, "respond"),
    Transition(S.PUBLISHED, "respond", "agree", "provider", S.ACCEPTED, "end"),
    Transition(S.PUBLISHED, "respond", "reject", "provider", S.REJECTED, "amend"),
    Transition(S.PUBLISHED, "respond", "attach", "provider", S.PUBLISHED, "respond"),
    Transition(S.PUBLISHED, "respond", "terminate", "brokerage", S.TERMINATED, "end"),
    Transition(S.PUBLISHED, "respond", "supersede", "brokerage", S.SUPERSEDED, "end"),
    Transition(S.PUBLISHED, "respond", "supersede", "system", S.SUPERSEDED, "end"),
    Transition(S.PUBLISHED, "respond", "deem", "system", S.ACCEPTED, "end"),
    Transition(S.REJECTED, "amend", "republish", "brokerage", S.PUBLISHED, "respond"),
    Transition(S.REJECTED, "amend", "republish", "system", S.PUBLISHED, "respond"),
    Transition(S.REJECTED, "amend", "withdraw", "brokerage", S.TERMINATED, "end"),
    Transition(S.REJECTED, "amend", "terminate", "brokerage", S.TERMINATED, "end"),
    Transition(S.REJECTED, "amend", "supersede", "brokerage", S.SUPERSEDED, "end"),
    Transition(S.REJECTED, "amend", "supersede", "system", S.SUPERSEDED, "end"),
    Transition(S.ACCEPTED, None, "terminate", "brokerage", S.TERMINATED, None),
    Transition(S.ACCEPTED, None, "attach", "provider", S.ACCEPTED, None),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a document: its label, the value as it is read, and what it stands for as data."""

    key: str
    label: str
    text: str


def occasion(*, first: bool, end: date | None, last_end: date | None) -> Occasion:
    """Why a line needs a document now: its first; an end date that the last one did not have; or another change."""
    if first:
        return Occasion.START
    return Occasion.END if end is not None and end != last_end else Occasion.VARIATION


def figures(terms: LineTerms) -> list[Figure]:
    """The lines of the document, in the handbook's words and order (norfolk-handbook §4, §5)."""
    end = date_words(terms.end) if terms.end else "None (open)"
    rows = [
        ("client", "Client", f"{terms.client_name} (SSRef {terms.ss_ref})"),
        ("service", "Service", terms.service_name),
        ("service_level", "Service level", terms.service_level),
        ("start", "Start date", date_words(terms.start)),
        ("end", "End date", end),
        ("cost", "Cost", f"£{terms.weekly_cost:,.2f} weekly"),
        ("pricing", "Pricing", terms.pricing),
        ("review", "Review date", date_words(terms.review_date) if terms.review_date else "None (not temporary)"),
        ("care_package_ref", "Care Pkg Ref", terms.care_package_ref),
        ("contract", "Contract", terms.contract_reference),
    ]
    return [Figure(*row) for row in rows]


def date_words(day: date) -> str:
    """A date as people read it: 9 April 2018."""
    return f"{day.day} {day:%B %Y}"


@dataclass(frozen=True, slots=True)
class Change:
    """What differs in one figure between two versions, in words."""

    label: str
    old: str
    new: str
    difference: str
    yearly: str = ""


def changes(old: Sequence[Figure], new: Sequence[Figure], old_weekly: Decimal, new_weekly: Decimal) -> list[Change]:
    """The figures that differ, in the order of the new document; the cost with its weekly and yearly difference."""
    before = {figure.key: figure for figure in old}
    found = []
    for figure in new:
        was = before.get(figure.key)
        if was is None or was.text == figure.text:
            continue
        if figure.key == "cost":
            found.append(Change(figure.label, was.text, figure.text, *money_moved(old_weekly, new_weekly)))
        else:
            found.append(Change(figure.label, was.text, figure.text, "Changed"))
    return found


def money_moved(old_weekly: Decimal, new_weekly: Decimal) -> tuple[str, str]:
    """The weekly and the yearly difference of two weekly costs, in words; both empty when nothing moved."""
    moved = new_weekly - old_weekly
    if moved == 0:
        return "", ""
    word = "more" if moved > 0 else "less"
    return (
        f"£{abs(moved):,.2f} {word} a week",
        f"£{yearly(abs(moved)):,.2f} {word} a year ({WEEKS_A_YEAR} weeks)",
    )


def yearly(weekly: Decimal) -> Decimal:
    """A weekly cost over 52 weeks."""
    return weekly * WEEKS_A_YEAR


def faults_of_rejection(profile: ContractDocuments, reason: str, text: str) -> Mapping[str, str]:
    """What is wrong with a rejection, by field; empty when it is in order.

    A reason is required (norfolk-handbook §4 "You must specify a reason"), and a clear one (suffolk-user-guide §1.6).
    """
    keys = [each.key for each in offered(profile.reasons)]
    chosen = faults_of_choice(reason, keys, "Choose what is wrong with the document", field="reason")
    return {**chosen, **faults_of_text(text, "Say what is wrong, and what it should say")}


def reason_label(profile: ContractDocuments, key: str) -> str:
    """The council's words for a reason; the key itself once the profile no longer has it."""
    return next((reason.label for reason in profile.reasons if reason.key == key), key)


def frozen(figures: Sequence[Figure]) -> list[list[str]]:
    """Figures as they are kept in a published version."""
    return [[figure.key, figure.label, figure.text] for figure in figures]


def thawed(rows: Sequence[Sequence[Any]]) -> list[Figure]:
    """Figures of a published version."""
    return [Figure(*row) for row in rows]
