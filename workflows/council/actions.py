"""What a profile says about actions: their types, who can be written to, and in whose name the council writes."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from .roles import Sensitivity
from .tables import Key, Table, Text, unique
from .targets import ClockTarget
from .teams import Desk


class ActionType(Table):
    """A type of action: what it can be about, who may begin it, which teams it can be given to.

    `notice` makes it a notice that holds payments from a date: a death, a stay away, a move. `per_provider` types are
    switched on for single providers (gloucestershire-faq 15).
    """

    key: Key
    label: Text
    related: tuple[Literal["contract", "client", "service", "contact", "provider"], ...]
    begun_by: frozenset[Literal["provider", "council"]] = frozenset({"provider", "council"})
    teams: tuple[Key, ...] = ()  # all that actions can be given to, unless it says fewer
    sensitivity: Sensitivity = "general"
    notice: Literal["death", "away", "move"] | None = None
    per_provider: bool = False
    hint: Annotated[str, Field(max_length=300)] = ""

    @model_validator(mode="after")
    def _of_a_client(self) -> "ActionType":
        if not self.related:
            raise ValueError(f"{self.key} must say what it can be related to")
        if self.notice and self.related != ("client",):
            raise ValueError(f"{self.key} is a notice, so it is related to a client and to nothing else")
        return self


class Sender(Table):
    """A name under which the council writes and that nobody can write to; answers go to another team."""

    name: Text
    answers_to: Key


class Actions(Table):
    """Conversations between providers and the council's teams: names, types, teams, texts and clocks.

    `closing_desk` closes what somebody asks to be closed; without it the same team does. `reopen_days` are calendar
    days in which a closed action can be reopened.
    """

    name: Text
    new_button: Text
    types: tuple[ActionType, ...]
    teams: tuple[Key, ...]
    senders: tuple[Sender, ...] = ()
    safeguarding: Text
    closing_desk: Desk | None = None
    reopen_days: Annotated[int, Field(ge=0, le=366)]
    first_response_within: ClockTarget
    answer_within: ClockTarget
    provider_within: ClockTarget
    close_within: ClockTarget

    @model_validator(mode="after")
    def _once(self) -> "Actions":
        unique([each.key for each in self.types], "[[actions.types]]")
        if not self.types or not self.teams:
            raise ValueError("[actions] needs at least one type and one team")
        return self
