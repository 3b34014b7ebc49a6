"""What `fixtures/demo/<council>/actuals.toml` says: places, plans, and what became of their weeks."""

from datetime import time
from decimal import Decimal
from typing import Literal

from workflows.council.tables import Table

#: What became of a week: `open` nobody sent it (late, once its cut-off has passed); `partly` is accepted in part.
Fate = Literal["open", "submitted", "queried", "partly", "accepted"]


class Visits(Table):
    """Planned days of a line: `days` 0 is Monday."""

    line: str
    units: Decimal
    days: tuple[int, ...]
    carers: int = 1


class Suspended(Table):
    """A line that is suspended from some weeks ago on."""

    line: str
    ago: int
    reason: str


class Authorised(Table):
    """More care than planned, authorised by brokerage for some weeks."""

    line: str
    ago: int
    weeks: int
    units: Decimal
    reference: str
    given_by: str


class Place(Table):
    """A service (or one of its lots) whose weeks there are; `who` records them."""

    service: str
    who: str
    lot: str = ""
    weeks: int = 6


class Became(Table):
    """What became of one week; the others were accepted, and the one that is due next is open."""

    service: str
    ago: int
    fate: Fate
    lot: str = ""
    text: str = ""


class Absent(Table):
    """What was not delivered, on one day or (without one) in the week."""

    box: Literal["actual", "frustrated", "missed"]
    units: Decimal
    cause: str = ""
    day: int | None = None
    comment: str = ""


class Saved(Table):
    """A difference that somebody saved in one row of a line's week; row 0 is one that they added."""

    line: str
    ago: int
    row: int = 1
    actual: tuple[Decimal, ...] = ()  # none: as planned
    absent: tuple[Absent, ...] = ()
    comment: str = ""
    corrected: str = ""  # why it differs from the recorded visits


class Recorded(Table):
    """Visits of a line that were recorded in one week, one on each of these days: `took` minutes each, 0 for one that
    did not take place."""

    line: str
    ago: int
    carer: str
    start: time
    planned: int
    took: tuple[int, ...]  # by day, 0 is Monday


class Decided(Table):
    """What brokerage recorded of a decision: so many weeks after the one in which it was asked; without: no longer."""

    line: str
    cause: str
    who: str
    text: str
    weeks: int | None = None


class Demo(Table):
    """The weeks of a demonstration. `ago` counts back from the week that is due next."""

    places: tuple[Place, ...] = ()
    visits: tuple[Visits, ...] = ()
    suspended: tuple[Suspended, ...] = ()
    authorised: tuple[Authorised, ...] = ()
    weeks: tuple[Became, ...] = ()
    saved: tuple[Saved, ...] = ()
    recorded: tuple[Recorded, ...] = ()
    decided: tuple[Decided, ...] = ()
