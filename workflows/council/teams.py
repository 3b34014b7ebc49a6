"""What a profile says about the council's teams, and which of them has the work of which desk."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from .kinds import CaseKind
from .roles import EVERY_SENSITIVITY, Sensitivity
from .tables import Key, Table, Text
from .targets import ClockTarget

Desk = Literal["brokerage", "procurement", "payments", "fes_admin", "helpline"]
EVERY_DESK: tuple[Desk, ...] = Desk.__args__  # type: ignore[attr-defined]


class Team(Table):
    """A council team in its own words; `reads` lists the kinds of case that its members may read, `sensitivities`
    what of those that are not for everybody (all, unless it says fewer).

    An `outside` team does not work in Concord: its `keeper` holds its tasks, with `letter` prepared (it may name
    {reference}, {title}, {amount} and {council}) and a follow-up date `follow_up_after` later.
    """

    key: Key
    """Its short name; open work stays with a team by it, so it is never given to another."""
    name: Text
    """What the council calls it; providers read it."""
    reads: frozenset[CaseKind] = frozenset()
    """The kinds of case that its members may read. Whoever is given work must read its kind."""
    sensitivities: frozenset[Sensitivity] = EVERY_SENSITIVITY
    """Of conversations that not everybody reads, which its members do."""
    outside: bool = False
    """A team that does not work in Concord, such as social workers: another team keeps its tasks and writes to it."""
    keeper: Key | None = None
    """Which team keeps an outside team's tasks."""
    letter: Annotated[str, Field(max_length=4000)] = ""
    """The letter that is prepared for an outside team; it may name {reference}, {title}, {amount} and {council}."""
    follow_up_after: ClockTarget | None = None
    """When the keeper is reminded to ask an outside team again."""

    @model_validator(mode="after")
    def _kept(self) -> "Team":
        keeping = (self.keeper, self.letter, self.follow_up_after)
        if self.outside and not all(keeping):
            raise ValueError("an outside team needs keeper, letter and follow_up_after")
        if not self.outside and any(keeping):
            raise ValueError("keeper, letter and follow_up_after are for teams with outside = true")
        try:
            self.letter.format(reference="", title="", amount="", council="")
        except (KeyError, IndexError, ValueError, AttributeError) as error:
            raise ValueError("letter may name {reference}, {title}, {amount} and {council} only") from error
        return self


class Route(Table):
    """An exception to `[desks]`: this desk's work for this service group goes to another team."""

    desk: Desk
    """The desk."""
    service_group: Key
    """The service group whose work goes elsewhere."""
    team: Key
    """The team that it goes to."""
