"""The rules of disputes: pure functions over plain values, tried whole in tests/unit.

Source of the words: bedford-actuals-guide "Disputes"; of the table: design, workflows §4.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from workflows.actuals.entry import Row
from workflows.council.actuals import Actuals
from workflows.engine.table import Transition
from workflows.engine.typed import TEXT_LIMIT, faults_of_text


class State(StrEnum):
    """Where a dispute stands: whose turn it is, or that its last row was decided."""

    RAISED = "raised"
    ANSWERED = "answered"
    DECIDED = "decided"


class Awaits(StrEnum):
    """What a disputed row waits for: the provider's answer, the council's decision, or nothing any more."""

    PROVIDER = "provider"
    COUNCIL = "council"
    NOTHING = "decided"


class Decision(StrEnum):
    """What can be decided about a row. The values are what people choose, and what the row keeps."""

    AS_CLAIMED = "pay_as_claimed"
    AS_PLANNED = "pay_as_planned"
    AS_AMENDED = "pay_as_amended"


ASK_AGAIN = "ask_again"
#: What the council can do with a row, in the order of design, workflows §4.
WAYS = (*Decision, ASK_AGAIN)
WORDS: Mapping[str, str] = MappingProxyType(
    {
        Decision.AS_CLAIMED: "Pay as claimed",
        Decision.AS_PLANNED: "Pay as planned",
        Decision.AS_AMENDED: "Pay as amended",
        ASK_AGAIN: "Ask again",
    }
)
#: What the provider does not get as it asked for needs a reason that the provider reads.
NEEDS_REASON = frozenset({Decision.AS_PLANNED, ASK_AGAIN})

S = State
TRANSITIONS = (
    Transition("", "begin", "raise", "payments", S.RAISED, "respond"),
    Transition("", "begin", "raise", "system", S.RAISED, "respond"),
    Transition(S.RAISED, "respond", "amend", "provider", S.RAISED, "respond"),
    Transition(S.RAISED, "respond", "answer", "provider", S.ANSWERED, "decide"),
    Transition(S.RAISED, "respond", "take", "payments", S.ANSWERED, "decide"),
    Transition(S.ANSWERED, "decide", "decide_some", "payments", S.ANSWERED, "decide"),
    Transition(S.ANSWERED, "decide", "ask_again", "payments", S.RAISED, "respond"),
    Transition(S.ANSWERED, "decide", "resolve", "payments", S.DECIDED, "end"),
)
#: The engine's own sentence, by the council's rule for what is disputed.
BY_ITSELF: Mapping[str, str] = MappingProxyType(
    {
        "differs": "What was recorded differs from what was planned.",
        "more": "More was recorded than was planned.",
        "outside_tolerance": "What was recorded differs from what was planned by more than is tolerated.",
    }
)


@dataclass(frozen=True, slots=True)
class Choice:
    """What the council chose for a row: one of `WAYS`, with its reason."""

    row: int
    way: str
    reason: str = ""


def verb_of(choices: Collection[Choice], open_rows: Collection[int]) -> str:
    """The verb that carries out these choices: whoever asks again gives it back, the last decision ends it."""
    if any(each.way == ASK_AGAIN for each in choices):
        return "ask_again"
    return "decide_some" if set(open_rows) - {each.row for each in choices} else "resolve"


def faults_of_choices(choices: Iterable[Choice], awaits: Mapping[int, str], amended: Collection[int]) -> dict[str, str]:
    """What is wrong with the council's choices, by row (as text), or by "" when there are none.

    `awaits` says by row what it waits for; `amended` are the rows for which the provider gave other actuals.
    """
    chosen = list(choices)
    if not chosen:
        return {"": "Choose what is paid for at least one row"}
    return {str(each.row): fault for each in chosen if (fault := _fault(each, awaits.get(each.row), amended))}


def _fault(choice: Choice, awaits: str | None, amended: Collection[int]) -> str:
    if choice.way not in WAYS:
        return "Choose what is paid"
    if awaits is None:
        return "This is not a row of this dispute"
    if awaits != Awaits.COUNCIL:
        return "This row was decided already" if awaits == Awaits.NOTHING else "This row awaits the provider's answer"
    if choice.way == Decision.AS_AMENDED and choice.row not in amended:
        return "The provider did not amend this row"
    if choice.way in NEEDS_REASON:
        return faults_of_text(choice.reason, "Say why: the provider reads this").get("text", "")
    return "" if len(choice.reason) <= TEXT_LIMIT else faults_of_text(choice.reason, "")["text"]


def faults_of_many(way: str, reason: str) -> Mapping[str, str]:
    """What is wrong with one decision for many rows, by field."""
    if way not in WAYS:
        return {"way": "Choose what is paid"}
    if way in NEEDS_REASON or reason.strip():
        return faults_of_text(reason, "Say why: the providers read this", field="reason")
    return {}


def faults_of_answer(text: str, *, files: bool, amended: bool) -> Mapping[str, str]:
    """What is wrong with a provider's response: words, evidence or other actuals, but something (bedford-actuals-guide
    "provide evidence for the difference in the Response free text box and Add/Edit the Actuals")."""
    if not text.strip() and (files or amended):
        return {}
    return faults_of_text(text, "Say why it differs from what was planned, add evidence, or amend the actuals")


def refusal_of_taking(due: datetime | None, now: datetime) -> str | None:
    """Why the council cannot go on without the provider's answer, or None: its time must be over."""
    if due is not None and now < due:
        return "The provider still has time to answer."
    return None


def as_planned(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows as they were planned: nothing missed, nothing more. What somebody added has nothing planned."""
    return tuple(replace(row, actual=row.planned, absent=()) for row in rows)


def without_words(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows without what people wrote in them, for a client who is erased."""
    return tuple(
        replace(row, comment="", absent=tuple(replace(each, comment="") for each in row.absent)) for row in rows
    )


def settled(way: str, claimed: Sequence[Row], amended: Sequence[Row]) -> tuple[Row, ...]:
    """The rows of a line's week as a decision leaves them."""
    if way == Decision.AS_PLANNED:
        return as_planned(claimed)
    return tuple(amended if way == Decision.AS_AMENDED else claimed)


def reason_by_itself(actuals: Actuals) -> str:
    """Why the engine raises a dispute."""
    return BY_ITSELF[actuals.dispute_when]
