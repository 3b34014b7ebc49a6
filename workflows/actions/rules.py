"""The rules of actions: pure functions over plain values, tried whole in tests/unit.

Source of the words and of the matrix of types: norfolk-handbook §9, suffolk-user-guide §4, bedford-actuals-guide
"Actions and Change Requests"; of the table: design, workflows §3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from workflows.council.actions import Actions, ActionType
from workflows.engine.table import Transition
from workflows.engine.typed import faults_of_choice, faults_of_text

TITLE_LIMIT = 200


class State(StrEnum):
    """Where a conversation stands: whose turn it is, or that it is being or has been closed."""

    COUNCIL = "council"
    PROVIDER = "provider"
    CLOSING = "closing"
    CLOSED = "closed"


class Related(StrEnum):
    """What an action can be about, in the handbook's order (norfolk-handbook §9)."""

    CONTRACT = "contract"
    CLIENT = "client"
    SERVICE = "service"
    CONTACT = "contact"
    PROVIDER = "provider"


class Side(StrEnum):
    """Who wrote a post."""

    COUNCIL = "council"
    PROVIDER = "provider"


S = State
TRANSITIONS = (
    Transition("", "begin", "open", "provider", S.COUNCIL, "with_team"),
    Transition("", "begin", "send", "staff", S.PROVIDER, "with_provider"),
    Transition(S.COUNCIL, "with_team", "reply", "team", S.PROVIDER, "with_provider"),
    Transition(S.COUNCIL, "with_team", "update", "team", S.COUNCIL, "with_team"),
    Transition(S.COUNCIL, "with_team", "comment", "provider", S.COUNCIL, "with_team"),
    Transition(S.COUNCIL, "with_team", "ask_for_closure", "team", S.CLOSING, "closing"),
    Transition(S.COUNCIL, "with_team", "request_closure", "provider", S.CLOSING, "closing"),
    Transition(S.COUNCIL, "with_team", "take_back", "provider", S.CLOSING, "closing"),
    Transition(S.COUNCIL, "with_team", "take_back", "team", S.CLOSING, "closing"),
    Transition(S.PROVIDER, "with_provider", "comment", "provider", S.COUNCIL, "with_team"),
    Transition(S.PROVIDER, "with_provider", "update", "team", S.PROVIDER, "with_provider"),
    Transition(S.PROVIDER, "with_provider", "ask_for_closure", "team", S.CLOSING, "closing"),
    Transition(S.PROVIDER, "with_provider", "request_closure", "provider", S.CLOSING, "closing"),
    Transition(S.PROVIDER, "with_provider", "take_back", "provider", S.CLOSING, "closing"),
    Transition(S.PROVIDER, "with_provider", "take_back", "team", S.CLOSING, "closing"),
    Transition(S.CLOSING, "closing", "close", "holder", S.CLOSED, "closed"),
    Transition(S.CLOSING, "closing", "keep_open", "holder", S.COUNCIL, "with_team"),
    Transition(S.CLOSING, "closing", "comment", "provider", S.COUNCIL, "with_team"),
    Transition(S.CLOSED, "closed", "reopen", "provider", S.COUNCIL, "with_team"),
    Transition(S.CLOSED, "closed", "reopen", "team", S.COUNCIL, "with_team"),
    Transition(S.CLOSED, "closed", "lapse", "system", S.CLOSED, "end"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody filled in to begin an action, in the seeds' order (suffolk-user-guide §4 steps 3 to 10)."""

    type: str
    related: str
    entity: int | None  # the id of what it is about; None for the provider itself
    wanted_by: date | None
    team: str
    title: str
    text: str
    since: date | None = None  # of a notice: the day of death, the first day away, the day of the move
    until: date | None = None  # of a stay away: the last day, when it is known


def type_of(profile: Actions, key: str) -> ActionType | None:
    """The type of a key; None when the profile does not know it."""
    return next((each for each in profile.types if each.key == key), None)


def types_for(profile: Actions, side: Side, switched: frozenset[str] = frozenset()) -> list[ActionType]:
    """The types that a side may begin; `switched` are those that are on for this provider (gloucestershire-faq 15)."""
    able = [each for each in profile.types if side in each.begun_by]
    return [each for each in able if not each.per_provider or each.key in switched]


def teams_for(profile: Actions, kind: ActionType) -> tuple[str, ...]:
    """The teams that an action of this type may be given to (norfolk-handbook §9)."""
    return kind.teams or profile.teams


def faults(asked: Asked, profile: Actions, side: Side, today: date, switched: frozenset[str]) -> Mapping[str, str]:
    """What is wrong with a new action, by field; empty when it is in order."""
    able = types_for(profile, side, switched)
    kind = next((each for each in able if each.key == asked.type), None)
    if kind is None:
        return {"type": "Choose a type"}
    found = {
        **faults_of_choice(asked.related, kind.related, "Choose what it is related to", field="related"),
        **faults_of_choice(asked.team, teams_for(profile, kind), "Choose who it is assigned to", field="team"),
        **faults_of_text(asked.title, "Enter a title", field="title", most=TITLE_LIMIT),
        **faults_of_text(asked.text, "Enter a description"),
        **_faults_of_days(asked, kind, today),
    }
    if asked.entity is None and asked.related in set(Related) - {Related.PROVIDER}:
        found["entity"] = MISSING[Related(asked.related)]
    return found


MISSING = {
    Related.CONTRACT: "Choose the contract",
    Related.CLIENT: "Choose the service user",
    Related.SERVICE: "Choose the service",
    Related.CONTACT: "Choose the contact",
}
SINCE = {"death": "Enter the date of death", "away": "Enter the first day away", "move": "Enter the day of the move"}


def _faults_of_days(asked: Asked, kind: ActionType, today: date) -> Mapping[str, str]:
    found = {}
    if asked.wanted_by is not None and asked.wanted_by < today:
        found["wanted_by"] = f"The due date must be today or later: you entered {_day(asked.wanted_by)}"
    if kind.notice is None:
        return found
    if asked.since is None:
        found["since"] = SINCE[kind.notice]
    elif kind.notice == "death" and asked.since > today:
        found["since"] = f"The date of death cannot be in the future: you entered {_day(asked.since)}"
    if asked.since is not None and asked.until is not None and asked.until < asked.since:
        found["until"] = f"The last day must not be before the first: you entered {_day(asked.until)}"
    return found


def tells_the_same(asked: Asked, since: date | None, until: date | None, kind: ActionType) -> bool:
    """Whether an open notice of the same client, from `since` to `until`, tells what is asked: one dies or moves away
    once, but stays away again and again."""
    if kind.notice != "away" or asked.since is None or since is None:
        return True
    return (until is None or asked.since <= until) and (asked.until is None or since <= asked.until)


def sooner(wanted_by: date | None, promised: date | None) -> bool:
    """Whether somebody would like the answer before the day that is promised: shown, but only the clock can breach."""
    return wanted_by is not None and promised is not None and wanted_by < promised


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
