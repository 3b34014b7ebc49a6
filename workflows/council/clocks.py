"""What a profile says about time: when the council works, what is promised, and who is told when it is late."""

import re
from datetime import date, time
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from .kinds import CaseKind
from .tables import Key, Table, Text, Weekday
from .targets import ClockTarget, Target, parse


class Calendar(Table):
    """The council's working time. `hours` per weekday as `09:00-17:00`; a weekday that is left out is not worked."""

    hours: dict[Weekday, Annotated[str, Field(pattern=r"^\d\d:\d\d-\d\d:\d\d$")]]
    """The hours of each day that is worked."""
    bank_holidays: Literal["england"]
    """Whose bank holidays are not worked."""
    cut_off: time
    """What comes in after this hour counts as the next working day's."""
    closure_days: frozenset[date] = frozenset()
    """Further days on which the council is closed."""

    @model_validator(mode="after")
    def _some_hours(self) -> "Calendar":
        if not self.hours:
            raise ValueError("give the hours of at least one weekday")
        for day, hours in self.hours.items():
            start, end = (time.fromisoformat(part) for part in hours.split("-"))
            if start >= end:
                raise ValueError(f"{day} must end after it starts, not {hours}")
        return self


class Clocks(Table):
    """When a turn is at risk: at a share of its target, or when no more than so much is left, whichever is first."""

    at_risk_share: Annotated[Decimal, Field(gt=0, le=1, max_digits=3, decimal_places=2)] = Decimal("0.75")
    """A turn is at risk when this share of its time has gone: 0.75 is three quarters."""
    at_risk_left: ClockTarget = Target(1, "day")
    """Or when no more than this is left, whichever is first."""


class CaseClock(Table):
    """A promise about a whole kind of case: how long its `party` may hold it in all. It pauses while others hold it,
    so its target is a number of working hours.
    """

    key: Key
    """Its short name."""
    name: Text
    """What it is called where it is measured."""
    kind: CaseKind
    """The kind of case that it is about."""
    party: Literal["provider", "team"]
    """Whose time it counts; it pauses while the other side holds the case."""
    target: ClockTarget
    """How long that side may hold it in all, in working hours."""

    @model_validator(mode="after")
    def _in_hours(self) -> "CaseClock":
        if self.target.unit != "hour":
            raise ValueError(f"target must be in working hours, such as '40 working hours', not {self.target}")
        return self


def _when(value: object) -> object:
    match = re.fullmatch(r"breached \+ (.+)", str(value).strip())
    if value not in ("at_risk", "breached") and (match is None or parse(match[1]).count == 0):
        raise ValueError(f"write at_risk, breached, or such as 'breached + 1 working day', not {value!r}")
    return value


class Rung(Table):
    """A rung of the escalation ladder: who is told, when a turn is at risk, past target, or so much past it."""

    at: Annotated[str, BeforeValidator(_when)]
    """When: `at_risk`, `breached`, or so much later, such as 'breached + 1 working day'."""
    tell: Literal["owner", "lead", "manager"]
    """Who is told: whoever has the turn, the team's lead, or its manager."""

    @property
    def key(self) -> str:
        """What the rung is called where it is noted that it was climbed."""
        return f"{self.at}: {self.tell}"

    @property
    def later(self) -> Target | None:
        """How long after the target was missed; None: at once."""
        return parse(self.at.removeprefix("breached + ")) if self.at.startswith("breached + ") else None


class Managers(Table):
    """What managers measure their teams by; `within_target_goal` is percent."""

    within_target_goal: Annotated[int, Field(ge=1, le=100)]
    """How many turns of a hundred should be done within their time."""
