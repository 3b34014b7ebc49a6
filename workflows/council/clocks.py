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
    bank_holidays: Literal["england"]
    cut_off: time
    closure_days: frozenset[date] = frozenset()

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
    at_risk_left: ClockTarget = Target(1, "day")


class CaseClock(Table):
    """A promise about a whole kind of case: how long its `party` may hold it in all. It pauses while others hold it,
    so its target is a number of working hours.
    """

    key: Key
    name: Text
    kind: CaseKind
    party: Literal["provider", "team"]
    target: ClockTarget

    @model_validator(mode="after")
    def _in_hours(self) -> "CaseClock":
        if self.target.unit != "hour":
            raise ValueError(f"target must be in working hours, such as '40 working hours', not {self.target}")
        return self


def _when(value: object) -> object:
    match = re.fullmatch(r"breached \+ (.+)", str(value).strip())
    if value not in {"at_risk", "breached"} and (match is None or parse(match[1]).count == 0):
        raise ValueError(f"write at_risk, breached, or such as 'breached + 1 working day', not {value!r}")
    return value


class Rung(Table):
    """A rung of the escalation ladder: who is told, when a turn is at risk, past target, or so much past it."""

    at: Annotated[str, BeforeValidator(_when)]
    tell: Literal["owner", "lead", "manager"]

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
