"""What may be done with any turn, whatever its process, and by whom: pure functions over one table.

Grounds: design, workflows "What every task has": claim, release, hand over to a person or a team with a reason,
follow-up date, inside note, priority with a reason; council staff act only on their teams' tasks.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from typing import Literal

Verb = Literal["claim", "release", "hand_over", "follow_up", "prioritise"]
#: Who asks, as this turn sees them. A lead or manager of the turn's team is a `lead`.
Standing = Literal["stranger", "member", "lead"]
#: Who has claimed it.
Owner = Literal["nobody", "oneself", "another"]

VERBS: tuple[Verb, ...] = ("claim", "release", "hand_over", "follow_up", "prioritise")
#: Which of them a person must give a reason for.
NEEDS_REASON: frozenset[Verb] = frozenset({"hand_over", "prioritise"})
#: Verb -> the (standing, owner) pairs that may. Whatever is not here is refused.
MAY: dict[Verb, frozenset[tuple[Standing, Owner]]] = {
    "claim": frozenset({("member", "nobody"), ("lead", "nobody")}),
    "release": frozenset({("member", "oneself"), ("lead", "oneself"), ("lead", "another")}),
    **dict.fromkeys(
        ("hand_over", "follow_up", "prioritise"),
        frozenset(
            {("member", "nobody"), ("member", "oneself"), ("lead", "nobody"), ("lead", "oneself"), ("lead", "another")}
        ),
    ),
}
ACTION: dict[Verb, str] = {
    "claim": "claim this",
    "release": "release this",
    "hand_over": "hand this over",
    "follow_up": "set the follow-up date of this",
    "prioritise": "change the priority of this",
}
#: What whoever was slower is told, on every kind of case; a flow's own `said` comes first.
SAID = {
    "claim": "claimed it",
    "release": "released it to the team",
    "hand_over": "handed it over",
    "follow_up": "set its follow-up date",
    "prioritise": "changed its priority",
    "note": "wrote an inside note",
    "stand_in": "gave it to whoever stands in",
    "give_back": "gave it back to whoever was away",
    "let_go": "gave it back to the team",
    "rebase": "changed when it is due",
}
#: What a provider is never shown in a story: who of the council did what with a turn, and what they wrote about it.
INSIDE = frozenset(SAID) - {"rebase"}
#: How far ahead a follow-up date may be.
LONGEST_WAIT = timedelta(days=366)


class Priority(IntEnum):
    """How pressing somebody has said that a turn is."""

    USUAL = 0
    HIGH = 1
    AT_ONCE = 2

    @property
    def words(self) -> str:
        """What people read."""
        return {0: "Usual", 1: "High", 2: "At once"}[self.value]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not: a code for tests, and a sentence for the person."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Situation:
    """A turn as a rule sees it. `team` is None where a provider or the system has the turn."""

    open: bool
    team: int | None
    owner: Owner
    standing: Standing
    owner_name: str = ""
    away: str = ""  # the person who asks is recorded as absent until that day, in words


def standing(team: int | None, team_key: str, *, teams: Iterable[int], leads: Iterable[str]) -> Standing:
    """How somebody stands to the team of a turn: `teams` are the ids of theirs, `leads` the keys that they lead."""
    if team is None or team not in teams:
        return "stranger"
    return "lead" if team_key in leads else "member"


def owner(owner_id: int | None, asking: int) -> Owner:
    """Who has claimed the turn, as the person who asks sees it."""
    if owner_id is None:
        return "nobody"
    return "oneself" if owner_id == asking else "another"


def refusal(verb: Verb, at: Situation) -> Refusal | None:
    """Why the verb is refused, or None: the one answer that the door, a page and a bulk preview give."""
    if not at.open:
        return Refusal("over", "This was done meanwhile.")
    if at.team is None or at.standing == "stranger":
        return Refusal("forbidden", f"Only the team whose task this is can {ACTION[verb]}.")
    if (at.standing, at.owner) not in MAY[verb]:
        return _not_so(verb, at)
    if verb == "claim" and at.away:
        return Refusal("away", f"You are recorded as away until {at.away}. End your absence first.")
    return None


def refusal_of_reason(verb: Verb, reason: str) -> Refusal | None:
    """Why the words given are not enough, or None."""
    if verb in NEEDS_REASON and not reason.strip():
        return Refusal("reason_missing", "Say why: whoever opens this next reads it.")
    return None


def refusal_of_priority(old: int, new: int) -> Refusal | None:
    """Why a priority cannot be set, or None."""
    if new not in {each.value for each in Priority}:
        return Refusal("priority", "Choose a priority from the list.")
    if new == old:
        return Refusal("unchanged", f"The priority is {Priority(new).words.lower()} already.")
    return None


def refusal_of_follow_up(old: date | None, new: date | None, today: date) -> Refusal | None:
    """Why a follow-up date cannot be set (None takes it away), or None. The clock runs on in any case."""
    if new == old:
        return Refusal("unchanged", "That is the follow-up date already." if new else "There is no follow-up date.")
    if new is not None and new <= today:
        return Refusal("follow_up", "The follow-up date must be after today.")
    if new is not None and new > today + LONGEST_WAIT:
        return Refusal("follow_up", "The follow-up date must be within a year.")
    return None


def refusal_of_team(
    kind: str, old: int, new: int, new_name: str, reads: Iterable[str], *, sees: bool = True
) -> Refusal | None:
    """Why a turn cannot go to a team, or None; `reads` are the kinds of case that the team may open, `sees` whether
    it may read what this one is about."""
    if new == old:
        return Refusal("unchanged", f"It is with {new_name} already.")
    if kind not in reads:
        return Refusal("cannot_read", f"{new_name} may not open cases of this kind.")
    if not sees:
        return Refusal("cannot_read", f"{new_name} does not read what this is about.")
    return None


def refusal_of_person(name: str, *, active: bool, member: bool, has_it: bool) -> Refusal | None:
    """Why a turn cannot go to a person, or None: they must be in the team that has it."""
    if not active:
        return Refusal("not_here", f"{name} does not work here any more.")
    if not member:
        return Refusal("not_in_team", f"{name} is not in the team whose task this is. Hand it over to their team.")
    if has_it:
        return Refusal("unchanged", f"{name} has it already.")
    return None


def _not_so(verb: Verb, at: Situation) -> Refusal:
    """Why a member may not: somebody has it, or nobody has."""
    if verb == "claim":
        who = "You have" if at.owner == "oneself" else f"{at.owner_name or 'Somebody'} has"
        return Refusal("already_claimed", f"{who} claimed this already.")
    if verb == "release" and at.owner == "nobody":
        return Refusal("not_claimed", "Nobody has claimed this: it is with the team already.")
    if verb == "release":
        return Refusal("forbidden", "Only the person who claimed it, or who leads the team, can release it.")
    who = at.owner_name or "A colleague"
    return Refusal("forbidden", f"{who} has claimed this. Only {who}, or who leads the team, can {ACTION[verb]}.")
