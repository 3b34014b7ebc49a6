"""What one process does when another's event happens: declared here, carried by the outbox, never by signals.

A room declares in its `reactions.py`:

    @reacts_to("line.changed", name="contracts.open_document")
    def open_document(payload, key): ...

and whoever changes a line puts the topic "line.changed" into the outbox, in the transaction of the change. Each
reaction then has a row of its own under the key `<event key>:<name>`, is tried again by itself, and is parked where a
person sees it. The function runs in one transaction with the mark "done"; it calls its own room's
commands, with its key as the client's key.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Function = Callable[[Mapping[str, Any], str], None]


@dataclass(frozen=True, slots=True)
class Reaction:
    """One declaration: on this topic, do this."""

    topic: str
    name: str
    function: Function


_reactions: dict[str, Reaction] = {}


def reacts_to(topic: str, *, name: str) -> Callable[[Function], Function]:
    """Declare a reaction; `name` is the room and the verb, and is the same for ever, since it is part of a key."""

    def declare(function: Function) -> Function:
        if name in _reactions:
            raise ValueError(f"two reactions are called {name!r}")
        _reactions[name] = Reaction(topic, name, function)
        return function

    return declare


def of(topic: str) -> list[Reaction]:
    """The reactions to a topic, by name."""
    return sorted((each for each in _reactions.values() if each.topic == topic), key=lambda each: each.name)


def named(name: str) -> Reaction:
    """The reaction of that name; KeyError when the code no longer has it."""
    return _reactions[name]


def every() -> list[Reaction]:
    """All reactions, by topic and name."""
    return sorted(_reactions.values(), key=lambda each: (each.topic, each.name))
