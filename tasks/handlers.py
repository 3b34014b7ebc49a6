"""Which function carries out which topic of the outbox."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from workflows.engine import reactions

Handler = Callable[[Mapping[str, Any], str], None]


@dataclass(frozen=True, slots=True)
class Handling:
    """How a topic is carried out: `database` when the effect is in our database alone, so that it happens exactly
    once, in one transaction with the mark "done"; otherwise at least once, and the function is idempotent by key.
    """

    handler: Handler
    database: bool


_handlings: dict[str, Handling] = {}
FAN_OUT = "*"


class UnknownTopic(Exception):
    """No handler and no reaction is declared for a topic."""


def handles(topic: str, *, database: bool = False) -> Callable[[Handler], Handler]:
    """Declare the function that carries out a topic; it is given the payload and the key."""

    def declare(handler: Handler) -> Handler:
        if topic in _handlings:
            raise ValueError(f"two handlers for the topic {topic!r}")
        _handlings[topic] = Handling(handler, database)
        return handler

    return declare


def handling(topic: str) -> Handling:
    """How to carry out a topic; a topic that only has reactions is fanned out to them."""
    if topic in _handlings:
        return _handlings[topic]
    if reactions.of(topic):
        fan_out = _handlings[FAN_OUT]
        return Handling(lambda payload, key: fan_out.handler({"topic": topic, "payload": payload}, key), database=True)
    raise UnknownTopic(topic)
