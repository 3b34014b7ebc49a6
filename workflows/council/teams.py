"""What a profile says about the council's teams, and which of them has the work of which desk."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from .kinds import CaseKind
from .roles import EVERY_SENSITIVITY, Sensitivity
from .tables import Key, Table, Text
from .targets import ClockTarget

Desk = Literal["brokerage", "procurement", "payments", "fes_admin", "helpline"]


class Team(Table):
    """A council team in its own words; `reads` lists the kinds of case that its members may read, `sensitivities`
    what of those that are not for everybody (all, unless it says fewer).

    An `outside` team does not work in Concord: its `keeper` holds its tasks, with `letter` prepared (it may name
    {reference}, {title}, {amount} and {council}) and a follow-up date `follow_up_after` later.
    """

    key: Key
    name: Text
    reads: frozenset[CaseKind] = frozenset()
    sensitivities: frozenset[Sensitivity] = EVERY_SENSITIVITY
    outside: bool = False
    keeper: Key | None = None
    letter: Annotated[str, Field(max_length=4000)] = ""
    follow_up_after: ClockTarget | None = None

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
    service_group: Key
    team: Key
