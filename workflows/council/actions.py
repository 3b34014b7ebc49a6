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
    """Its short name; conversations keep their type by it."""
    label: Text
    """What people choose."""
    related: tuple[Literal["contract", "client", "service", "contact", "provider"], ...]
    """What a conversation of this type can be about."""
    begun_by: frozenset[Literal["provider", "council"]] = frozenset({"provider", "council"})
    """Who may begin one."""
    teams: tuple[Key, ...] = ()  # all that actions can be given to, unless it says fewer
    """The teams to which it can be given; left out, all those of `[actions] teams`."""
    sensitivity: Sensitivity = "general"
    """Whether only some people read it: `care` or `finance`; `general` is for everybody."""
    notice: Literal["death", "away", "move"] | None = None
    """Makes it a notice that holds payments from a date: of a death, a stay away or a move."""
    per_provider: bool = False
    """Whether it is switched on for single providers by an administrator."""
    hint: Annotated[str, Field(max_length=300)] = ""
    """A line beneath the choice: who gets it, what to attach."""

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
    """The name under which the council writes."""
    answers_to: Key
    """The team that an answer goes to, because nobody reads that name's post."""


class Actions(Table):
    """Conversations between providers and the council's teams: names, types, teams, texts and clocks.

    `closing_desk` closes what somebody asks to be closed; without it the same team does. `reopen_days` are calendar
    days in which a closed action can be reopened.
    """

    name: Text
    """What the chapter is called."""
    new_button: Text
    """The button that begins one."""
    types: tuple[ActionType, ...]
    """The types of action."""
    teams: tuple[Key, ...]
    """The teams to which providers can write."""
    senders: tuple[Sender, ...] = ()
    """Names under which the council writes and nobody can write to."""
    safeguarding: Text
    """What must not be written here, and where it goes instead."""
    closing_desk: Desk | None = None
    """The desk that closes what somebody asks to be closed; left out, the same team closes."""
    reopen_days: Annotated[int, Field(ge=0, le=366)]
    """For how many days a closed action can be opened again."""
    first_response_within: ClockTarget
    """The team's time to the first answer."""
    answer_within: ClockTarget
    """The team's time to each answer."""
    provider_within: ClockTarget
    """The provider's time to answer."""
    close_within: ClockTarget
    """The time to close after somebody asked."""

    @model_validator(mode="after")
    def _once(self) -> "Actions":
        unique([each.key for each in self.types], "[[actions.types]]")
        if not self.types or not self.teams:
            raise ValueError("[actions] needs at least one type and one team")
        return self
