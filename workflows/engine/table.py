"""The transition table that the `rules.py` of a process is: what its tests try whole, and what its flow is held to.

    TRANSITIONS = (
        Transition(S.REJECTED, "amend", "republish", "brokerage", S.PUBLISHED, "respond"),
        ...
    )

`engine.checks.compare` stops the start when a flow says anything else.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Transition:
    """One line: in `state` at `node`, `by` may use `verb`, and the case is then `to` at `next_node`.

    `node` None: the case is closed.
    """

    state: str
    node: str | None
    verb: str
    by: str
    to: str
    next_node: str | None


def outcome(table: Iterable[Transition], state: str, verb: str) -> str | None:
    """The state that a verb leads to from `state`; None when it is not allowed there."""
    return next((each.to for each in table if each.state == state and each.verb == verb), None)


def moves(table: Iterable[Transition]) -> set[tuple[str | None, str, str, str | None]]:
    """The table without its states, as a flow declares it."""
    return {(each.node, each.verb, each.by, each.next_node) for each in table}
