"""The states of a contract document as tags: the words that providers see too."""

from backoffice.web.pieces import Tag
from workflows.contracts.rules import State

COLOURS = {
    State.PUBLISHED: "blue",
    State.ACCEPTED: "green",
    State.REJECTED: "red",
    State.TERMINATED: "grey",
    State.SUPERSEDED: "grey",
}


def state_tag(state: str) -> Tag:
    """The tag of a state."""
    return Tag(state.title(), COLOURS.get(State(state), "grey"))
