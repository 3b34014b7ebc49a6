"""The promises that clocks keep, as rows that never change: a profile or a calendar that changed makes new versions.

Written by `load` (from `manage load_council`, daily, and when a turn opens and nothing is there yet). A process keeps
the present ones for an hour, so that a command asks nothing.
"""

import hashlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from workflows.council.profile import current
from workflows.council.schema import Council
from workflows.council.targets import Target, parse

from . import registry
from .calendar import Calendar, from_profile, read, shipped_until, written
from .events import canonical
from .models import CalendarVersion, ClockDefinition
from .timing import Definition

#: For how many seconds a process takes what it has read for the present.
KEPT_FOR = 3600.0


@dataclass(frozen=True, slots=True)
class Present:
    """What holds for clocks that begin now: a definition by key, and the calendar by which holders are measured."""

    profile: Council
    calendar_id: int
    calendar: Calendar
    by_key: Mapping[str, Definition]
    read_at: float

    def case_clocks(self, kind: str) -> dict[str, int]:
        """The definitions of a kind's case clocks, by key."""
        return {each.key: self.by_key[each.key].id for each in self.profile.case_clocks if each.kind == kind}


_kept: Present | None = None
_known: dict[int, Definition] = {}


def present() -> Present:
    """What holds now; from the tables once an hour."""
    profile = current()
    if _kept is not None and _kept.profile is profile and time.monotonic() - _kept.read_at < KEPT_FOR:
        return _kept
    return load(profile)


def load(profile: Council) -> Present:
    """Write what the profile has new, and return what holds now. What did not change stays the row it is.

    Kept once the transaction is committed: a row that is rolled back must not be referred to.
    """
    forget()
    with transaction.atomic():
        calendar = _calendar(profile)
        rows = {key: _definition(key, calendar, **values) for key, values in _wanted(profile)}
    made = Present(
        profile, calendar.pk, read(calendar.content), {key: of_row(row) for key, row in rows.items()}, time.monotonic()
    )
    transaction.on_commit(lambda: keep(made))
    return made


def keep(made: Present) -> None:
    """Take this for the present until it is old."""
    global _kept  # noqa: PLW0603
    _kept = made
    if not connection.in_atomic_block:
        _known.update({each.id: each for each in made.by_key.values()})


def forget() -> None:
    """Read the tables again the next time."""
    global _kept  # noqa: PLW0603
    _kept = None
    _known.clear()


def by_id(ids: set[int]) -> dict[int, Definition]:
    """Definitions of any age, by id; rows never change, so each is read once."""
    missing = ids - _known.keys()
    if not missing:
        return {each: _known[each] for each in ids}
    rows = ClockDefinition.objects.select_related("calendar").filter(pk__in=missing)
    found = {row.pk: of_row(row) for row in rows}
    if not connection.in_atomic_block:
        _known.update(found)
    return {each: _known.get(each) or found[each] for each in ids}


def with_present_calendar(definition: Definition) -> Definition:
    """The same promise by the calendar that holds now; its row is made when there is none."""
    calendar = CalendarVersion.objects.get(pk=present().calendar_id)
    values = {
        "party": definition.party,
        "target": str(definition.target),
        "at_risk_share": definition.at_risk_share,
        "at_risk_left": str(definition.at_risk_left),
    }
    with transaction.atomic():
        return of_row(_definition(definition.key, calendar, **values))


def known_until() -> date:
    """The last day whose bank holidays new clocks know: those written down, or those that the package can tell."""
    return min(present().calendar.known_until() or shipped_until(), shipped_until())


def refresh() -> None:
    """Write down the bank holidays of the years that come, as the installed package knows them; new clocks use them."""
    load(current())


def of_row(row: ClockDefinition) -> Definition:
    """A definition as the pure functions take it."""
    return Definition(
        id=row.pk,
        key=row.key,
        version=row.version,
        party=row.party,
        target=parse(row.target),
        at_risk_share=row.at_risk_share,
        at_risk_left=parse(row.at_risk_left),
        calendar_id=row.calendar_id,
        calendar=read(row.calendar.content),
    )


def _wanted(profile: Council) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every promise of the profile: of turns by the path that a flow declares, of cases by their key."""
    risk = {"at_risk_share": profile.clocks.at_risk_share, "at_risk_left": str(profile.clocks.at_risk_left)}
    for path, party in sorted(_declared().items()):
        target = _target_at(profile, path)
        if target is not None:
            yield path, {"party": party, "target": str(target), **risk}
    for clock in profile.case_clocks:
        yield clock.key, {"party": clock.party, "target": str(clock.target), **risk}


def _target_at(profile: Council, path: str) -> Target | None:
    """The target at a path into the profile; None where the council has none, or lacks the module that it is of."""
    found: Any = profile
    for name in path.split("."):
        found = getattr(found, name) if found is not None else None
    return found  # type: ignore[no-any-return]  # flows name paths of targets


def _declared() -> dict[str, str]:
    """The clock paths that flows declare, with who owes the answer."""
    nodes: list[Any] = [registry.node(name) for name in registry.names()]
    return {
        clock: "provider" if hasattr(node, "function") else "team"
        for node in nodes
        for clock in (getattr(node, "clock", ""), *getattr(node, "clocks", ()))
        if clock
    }


def _calendar(profile: Council) -> CalendarVersion:
    """The calendar's version: with the bank holidays of last year, this year, and the two that come."""
    year = timezone.now().year
    content = written(from_profile(profile.calendar), range(year - 1, year + 3))
    sha256 = hashlib.sha256(canonical(content).encode()).hexdigest()
    found = CalendarVersion.objects.filter(sha256=sha256).first()
    if found is not None:
        return found
    _one_at_a_time()
    number = (CalendarVersion.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    made, _ = CalendarVersion.objects.get_or_create(sha256=sha256, defaults={"number": number, "content": content})
    return made


def _definition(key: str, calendar: CalendarVersion, **values: Any) -> ClockDefinition:
    same = {"key": key, "calendar": calendar, **values}
    found = ClockDefinition.objects.select_related("calendar").filter(**same).order_by("-version").first()
    if found is not None:
        return found
    _one_at_a_time()
    last = ClockDefinition.objects.filter(key=key).aggregate(last=Max("version"))["last"] or 0
    made, _ = ClockDefinition.objects.select_related("calendar").get_or_create(**same, defaults={"version": last + 1})
    return made


def _one_at_a_time() -> None:
    """Let whoever else loads wait until this transaction is over: versions are numbered one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('clock definitions'))")
