"""What a manager asks to see, and the queue that a number opens: plain values, as they stand in an address."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from workflows.engine.tally import week_of

MOST_DAYS = 26 * 7
MOST_SINGLE_DAYS = 31
WEEKS = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """Which team, kind, service group and provider (None: all), and the days whose arrivals and completions are told,
    by week or by day."""

    first: date
    last: date
    team_id: int | None = None
    kind: str | None = None
    by_day: bool = False
    group: str | None = None
    provider: int | None = None

    @property
    def days(self) -> int:
        """How many days are told."""
        return (self.last - self.first).days + 1

    @property
    def weeks(self) -> tuple[date, date]:
        """The first and last day of the weeks that these days are of: some figures are kept by week."""
        return week_of(self.first), week_of(self.last) + timedelta(days=6)

    @property
    def before(self) -> "Asked":
        """The same number of days just before, to compare with."""
        length = timedelta(days=self.days)
        return replace(self, first=self.first - length, last=self.first - timedelta(days=1))

    def periods(self) -> list[tuple[date, date]]:
        """The weeks (from Monday) or days that are told, each with its first and last day."""
        step = timedelta(days=1 if self.by_day else 7)
        day = self.first if self.by_day else self.first - timedelta(days=self.first.weekday())
        found = []
        while day <= self.last:
            found.append((max(day, self.first), min(day + step - timedelta(days=1), self.last)))
            day += step
        return found


def asked(
    today: date,
    *,
    first: date | None = None,
    last: date | None = None,
    team_id: int | None = None,
    kind: str | None = None,
    by_day: bool = False,
    group: str | None = None,
    provider: int | None = None,
) -> Asked:
    """The question, put right: the last weeks unless other days are named, and no day after today.

    What is longer than half a year, or by day than a month, keeps its last part.
    """
    until = min(last or today, today)
    usual = until - timedelta(days=13) if by_day else until - timedelta(days=until.weekday(), weeks=WEEKS - 1)
    begin = first if first is not None and first <= until else usual
    most = MOST_SINGLE_DAYS if by_day else MOST_DAYS
    return Asked(max(begin, until - timedelta(days=most - 1)), until, team_id, kind, by_day, group, provider)


@dataclass(frozen=True, slots=True)
class Opens:
    """The part of a team's queue that a number counts, as filters of the queue's address; team None: providers'."""

    team_id: int | None
    view: str = ""  # "", unclaimed, at_risk, breached
    kind: str = ""
    node: str = ""
    opened_from: date | None = None
    opened_to: date | None = None
    owner: int | None = None
    group: str = ""
    provider: int | None = None

    def query(self) -> list[tuple[str, str]]:
        """The filters, in the order of the address."""
        values = {
            "view": self.view,
            "kind": self.kind,
            "provider": str(self.provider or ""),
            "node": self.node,
            "group": self.group,
            "opened_from": self.opened_from.isoformat() if self.opened_from else "",
            "opened_to": self.opened_to.isoformat() if self.opened_to else "",
            "owner": str(self.owner or ""),
            "waiting": "show",  # what has a follow-up date is open too, and a queue hides it until then
        }
        return [(name, value) for name, value in values.items() if value]


@dataclass(frozen=True, slots=True)
class Number:
    """A count that knows which queue it opens (None: it is a sum over several queues)."""

    count: int
    opens: Opens | None = None
