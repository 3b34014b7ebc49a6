"""What a clock target may say: `5 working days` or `8 working hours`; or that a turn is due at a moment of its own.

A unit is always named, because "5 days" was the commonest cause of argument between councils and providers.
"""

import re
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BeforeValidator, PlainSerializer

OWN_MOMENT = "a moment of its own"
PATTERN = re.compile(r"(\d{1,4}) working (day|hour)s?")


@dataclass(frozen=True, slots=True)
class Target:
    """A length of working time: `count` working days or working hours. `moment`: each turn says itself when it is due,
    such as a week's cut-off (bradford-supported-living "Key Messages"); no profile writes that.
    """

    count: int
    unit: Literal["day", "hour", "moment"]

    def __str__(self) -> str:
        if self.unit == "moment":
            return OWN_MOMENT
        return f"{self.count} working {self.unit}{'' if self.count == 1 else 's'}"


AT_ITS_MOMENT = Target(0, "moment")


def parse(value: object) -> Target:
    """Read a target as it is written in a profile; ValueError says what would be right."""
    if isinstance(value, Target):
        return value
    if value == OWN_MOMENT:
        return AT_ITS_MOMENT
    match = PATTERN.fullmatch(str(value).strip())
    if match is None:
        raise ValueError(f"write a number and a unit, such as '5 working days' or '8 working hours', not {value!r}")
    return Target(int(match[1]), "day" if match[2] == "day" else "hour")


ClockTarget = Annotated[Target, BeforeValidator(parse), PlainSerializer(str, return_type=str)]
