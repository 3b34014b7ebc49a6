"""How the work of a team is spread over its people: for who leads or manages the team, and for each person their own.

It is there to see whether work is shared and taken as it comes, and who may need help. So it has no score, no order but
the alphabet, and says beside each line what would make a low number mean something else: absences and standing in
(docs/adr/0027).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from workflows.engine.calendar import LONDON, Calendar

#: What is told of a person and a team, beside what they hold now: the metrics of `folding.persons`.
COMPLETED, BACK, OVER, NEXT, CHOSEN = "completed", "handed_back", "handed_over", "next_taken", "chosen"
TOLD = (COMPLETED, BACK, OVER, NEXT, CHOSEN)
#: A share of fewer turns than this says nothing about anybody.
ENOUGH = 5


@dataclass(frozen=True, slots=True)
class Held:
    """What a person has claimed and not ended, and since when they have had the oldest of it."""

    count: int = 0
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """One person in one team. `user_id` None: those who are no longer in it, together."""

    user_id: int | None
    name: str
    held: Held
    did: Mapping[str, int]
    away: int = 0
    stood_in: int = 0

    @property
    def taken(self) -> int:
        """Turns that they took, in whichever way."""
        return self.did.get(NEXT, 0) + self.did.get(CHOSEN, 0)


@dataclass(frozen=True, slots=True)
class Spread:
    """By choice, in percent of what was taken: of all together, and the lowest, middle and highest of its people."""

    taken: int
    chosen: int
    low: int | None = None
    middle: int | None = None
    high: int | None = None

    @property
    def share(self) -> int | None:
        """Of all together."""
        return percent(self.chosen, self.taken)


@dataclass(frozen=True, slots=True)
class TeamOf:
    """A team's people by name, what they did together, and how they take work."""

    team_id: int
    team: str
    people: tuple[Person, ...]
    together: Person
    spread: Spread
    whole: bool  # everybody is shown; else only who asks


@dataclass(frozen=True, slots=True)
class Away:
    """A time in which one person was away and another stood in; `ended`: it was taken back on that day."""

    user_id: int
    substitute_id: int
    first: date
    last: date
    ended: datetime | None = None

    def days(self, first: date, last: date) -> list[date]:
        """Its days among those from `first` to `last`; the day on which it was taken back is worked again."""
        until = min(self.last, last)
        if self.ended is not None:
            until = min(until, self.ended.astimezone(LONDON).date() - timedelta(days=1))
        begin = max(self.first, first)
        return [begin + timedelta(days=place) for place in range((until - begin).days + 1)]


@dataclass(slots=True)
class _Days:
    away: dict[int, set[date]] = field(default_factory=dict)
    stood_in: dict[int, set[date]] = field(default_factory=dict)


def team_of(
    team_id: int,
    team: str,
    *,
    members: Sequence[tuple[int, str]],
    held: Mapping[int, Held],
    did: Mapping[int, Mapping[str, int]],
    away: Mapping[int, int],
    stood_in: Mapping[int, int],
) -> TeamOf:
    """Everybody who is in the team, by name; who did something and is not in it any more is one line at the end."""
    names = dict(members)
    people = [
        Person(pk, name, held.get(pk, Held()), did.get(pk, {}), away.get(pk, 0), stood_in.get(pk, 0))
        for pk, name in sorted(members, key=lambda each: (each[1].casefold(), each[0]))
    ]
    gone = _added([Person(None, "", held.get(pk, Held()), did.get(pk, {})) for pk in {*held, *did} - names.keys()])
    if gone.held.count or any(gone.did.values()):
        people.append(gone)
    return TeamOf(team_id, team, tuple(people), _added(people), spread(people), whole=True)


def own(of: TeamOf, user_id: int) -> TeamOf:
    """What somebody who does not lead the team reads of it: their own line, and nothing that tells another's."""
    mine = tuple(person for person in of.people if person.user_id == user_id)
    return TeamOf(of.team_id, of.team, mine, _added(mine), spread(mine), whole=False)


def spread(people: Iterable[Person]) -> Spread:
    """How much is taken by choice; of single people only where enough was taken to tell, and of three or more."""
    everybody = list(people)
    taken, chosen = sum(each.taken for each in everybody), sum(each.did.get(CHOSEN, 0) for each in everybody)
    shares = sorted(
        share
        for each in everybody
        if each.user_id is not None and each.taken >= ENOUGH
        for share in [percent(each.did.get(CHOSEN, 0), each.taken)]
        if share is not None
    )
    if len(shares) < 3:
        return Spread(taken, chosen)
    return Spread(taken, chosen, shares[0], shares[(len(shares) - 1) // 2], shares[-1])


def percent(part: int, whole: int) -> int | None:
    """Whole percent, halves up; None of nothing."""
    return None if not whole else (200 * part + whole) // (2 * whole)


def absences(
    found: Iterable[Away], calendar: Calendar, first: date, last: date
) -> tuple[dict[int, int], dict[int, int]]:
    """Working days on which each person was away, and on which they stood in for somebody; each day once."""
    told = _Days()
    for each in found:
        worked = {day for day in each.days(first, last) if calendar.works_on(day)}
        told.away.setdefault(each.user_id, set()).update(worked)
        told.stood_in.setdefault(each.substitute_id, set()).update(worked)
    return _counted(told.away), _counted(told.stood_in)


def _counted(days: Mapping[int, Collection[date]]) -> dict[int, int]:
    return {who: len(each) for who, each in days.items()}


def _added(people: Iterable[Person]) -> Person:
    each = list(people)
    held = Held(
        sum(person.held.count for person in each),
        min((person.held.oldest for person in each if person.held.oldest), default=None),
    )
    did = {metric: sum(person.did.get(metric, 0) for person in each) for metric in TOLD}
    return Person(None, "", held, did)
