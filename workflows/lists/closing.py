"""Closure days: an administrator says on which days the council is closed, and what open clocks do about it.

A closure day is an entry of the running list `calendar.closure_days`; the engine makes a new version of the calendar
of it (definitions.load), which clocks that begin later use. Open clocks keep theirs unless the administrator moves
them: then a worker re-bases each turn whose dates are others, with the reason (architecture §4).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from workflows.council.running import CLOSURES
from workflows.engine import batches, definitions, moment, rebasing
from workflows.engine.atomic import command
from workflows.engine.calendar import LONDON, council_calendar, shipped_holidays
from workflows.engine.models import Batch, Task
from workflows.engine.records import checked_words, refuse, tell
from workflows.parties.actor import Actor

from . import rules, writing
from .batches import REBASE
from .models import Entry

STREAM = f"list:{CLOSURES}"


@dataclass(frozen=True, slots=True)
class Moves:
    """What open clocks would do: how many turns of whom are due on another day, and the earliest of those days."""

    number: int
    by_holder: Sequence[tuple[str, int, datetime]]
    task_ids: tuple[int, ...]


def moves(day: date, *, closed: bool) -> Moves:
    """What would move if the council were closed on a day, or were not: shown before anything is done."""
    calendar = council_calendar()
    days = calendar.closed | {day} if closed else calendar.closed - {day}
    since = datetime.combine(day, time(), LONDON).astimezone(UTC)
    found = rebasing.to_calendar(replace(calendar, closed=frozenset(days)), since)
    names = _holders([each.task_id for each in found if each.task_id is not None])
    count = Counter(names[each.task_id or 0] for each in found)
    first = {name: min(each.due_after for each in found if names[each.task_id or 0] == name and each.due_after)
             for name in count}  # fmt: skip
    rows = [(name, number, first[name]) for name, number in sorted(count.items())]
    return Moves(len(found), rows, tuple(names))


@command
def close(*, actor: Actor, day: date, why: str, move: bool, key: str) -> Batch | None:
    """The council is closed on a day that comes. `move`: open clocks move with it; the batch that does so is answered.

    Refused for a day up to today, a bank holiday, a day that is not worked, and one that is a closure day already.
    """
    words = _begin(actor, why)
    refuse(refusal(day))
    entry = _of(day)
    if entry is not None and entry.retired_at is None:
        refuse("The council is closed on that day already.")
    if entry is None:
        writing.new(CLOSURES, day.isoformat(), {"why": words}, actor)
    else:
        writing.keep(entry, actor, words={"why": words}, retired_at=None)
    tell(STREAM, "calendar.day_closed", actor, {"day": day, "moved": move}, {"reason": words})
    return _move(actor, day, words, key, closed=True) if move else None


@command
def reopen(*, actor: Actor, day: date, why: str, move: bool, key: str) -> Batch | None:
    """The council works on a day that was to be a closure day; the rest is as in `close`."""
    words = _begin(actor, why)
    if day <= moment.today():
        refuse("Days up to today cannot be changed: clocks have counted them.")
    entry = _of(day)
    if entry is None or entry.retired_at is not None:
        refuse("The council is not closed on that day.")
        return None
    writing.keep(entry, actor, retired_at=moment.now())
    tell(STREAM, "calendar.day_opened", actor, {"day": day, "moved": move}, {"reason": words})
    return _move(actor, day, words, key, closed=False) if move else None


def refusal(day: date) -> str | None:
    """Why a day cannot become a closure day; None when it can."""
    return rules.refusal_of_day(day, moment.today(), shipped_holidays(day.year), council_calendar().hours)


def why(day: date) -> str:
    """What the list says of a closure day."""
    entry = _of(day)
    return str(entry.words.get("why", "")) if entry is not None else ""


def _move(actor: Actor, day: date, words: str, key: str, *, closed: bool) -> Batch | None:
    """Let a worker move what moves; None when nothing does."""
    ids = moves(day, closed=closed).task_ids
    if not ids:
        return None
    what = "Closed" if closed else "Not closed after all"
    reason = f"{what} on {day.day} {day:%B %Y}: {words}"
    return batches.create(REBASE, actor, ids, {"reason": reason, "day": day.isoformat(), "closed": closed}, key=key)


def _begin(actor: Actor, why: str) -> str:
    writing.may(actor)
    words = checked_words("reason", why, required=True)
    writing.changed()
    writing.seed(CLOSURES)
    return words


def _of(day: date) -> Entry | None:
    return Entry.objects.filter(path=CLOSURES, key=day.isoformat()).first()


def _holders(ids: list[int]) -> dict[int, str]:
    """Who has each turn, by name."""
    rows = Task.objects.filter(pk__in=ids).values_list("pk", "team__name", "organisation__name")
    return {pk: team or ("Providers" if organisation else "The system") for pk, team, organisation in rows}


def known_until() -> date:
    """The last day whose bank holidays clocks know."""
    return definitions.known_until()
