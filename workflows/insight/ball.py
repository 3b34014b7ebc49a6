"""Who had the ball: how long each side, team, process and provider held cases, in shares that add up to the whole.

Pure. What counts for a time shown: every stretch of holding that ENDED on one of its London days, with all of its
working minutes, on that day. So each minute of a case is in one stretch, one day and one row, and the rows of any table
add up to the minute. What is held now belongs to no time yet; it stands beside (docs/adr/0027).
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

#: Sides in the order of every table, by the holders that they are.
COUNCIL, PROVIDER, NEITHER = "council", "provider", "neither"
SIDES = (COUNCIL, PROVIDER, NEITHER)
SIDE_OF = {"team": COUNCIL, "provider": PROVIDER, "system": NEITHER, "nobody": NEITHER}
#: Rows of providers on the page; the rest of them is one row. The files have all.
MOST_PROVIDERS = 20


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the days, and what the cases are narrowed by (None: nothing). Plain values of an address."""

    first: date
    last: date
    team_id: int | None = None
    kind: str | None = None
    provider_id: int | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Of:
    """Whose stretches a row counts, beside what the page is narrowed by: what it opens."""

    side: str = ""
    team_id: int | None = None
    kind: str = ""
    provider_id: int | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Stretches of holding that are alike, added up."""

    kind: str
    holder: str
    team_id: int  # 0: no team
    provider_id: int  # 0: not asked
    times: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Row:
    """One line: whose, how often, how long, and of that at each side. `of` None: it opens nothing of its own."""

    name: str
    times: int
    minutes: int
    by_side: tuple[int, ...]
    of: Of | None


def by_side(found: Sequence[Stretch], names: Sequence[str]) -> list[Row]:
    """A row for each side, also for one that held nothing."""
    return [
        _row(name, [each for each in found if SIDE_OF[each.holder] == side], Of(side=side))
        for side, name in zip(SIDES, names, strict=True)
    ]


def by_team(
    found: Sequence[Stretch], names: Sequence[tuple[int, str]], others: str, holding: Collection[int] = ()
) -> list[Row]:
    """A row for each of these teams that held something, or is `holding` something now; what other teams hold or held
    is one row, and opens nothing.
    """
    council = [each for each in found if SIDE_OF[each.holder] == COUNCIL]
    known = dict(names)
    rows = _grouped(council, lambda each: each.team_id if each.team_id in known else None)
    told = [_row(name, rows.get(pk, []), Of(COUNCIL, team_id=pk)) for pk, name in names if pk in rows or pk in holding]
    rest = None in rows or any(pk not in known for pk in holding)
    return [*told, *([_row(others, rows.get(None, []), None)] if rest else [])]


def by_kind(found: Sequence[Stretch], words: Callable[[str], str]) -> list[Row]:
    """A row for each process, by name."""
    rows = [_row(words(kind), each, Of(kind=kind)) for kind, each in _grouped(found, lambda each: each.kind).items()]
    return sorted(rows, key=lambda row: row.name)


def by_provider(found: Sequence[Stretch], names: dict[int, str], council: str) -> list[Row]:
    """A row for each provider, whose cases took most first. What is about no provider stands under `council`, and opens
    nothing: no filter by provider asks for it.
    """
    groups = _grouped(found, lambda each: each.provider_id if each.provider_id in names else 0)
    rows = [_row(names.get(pk, council), each, Of(provider_id=pk) if pk else None) for pk, each in groups.items()]
    return sorted(rows, key=lambda row: (-row.minutes, row.name))


def shortened(rows: Sequence[Row], words: Callable[[int], str], most: int = MOST_PROVIDERS) -> list[Row]:
    """The first rows, and the rest of them as one, so that nothing is lost from the sum."""
    if len(rows) <= most + 1:
        return list(rows)
    rest = rows[most:]
    return [*rows[:most], replace(together(rest, words(len(rest))), of=None)]


def together(rows: Iterable[Row], name: str) -> Row:
    """Rows added up; it opens everything that they are of."""
    each = list(rows)
    sides = tuple(sum(row.by_side[place] for row in each) for place in range(len(SIDES)))
    return Row(name, sum(row.times for row in each), sum(row.minutes for row in each), sides, Of())


def apportioned(parts: Sequence[int], whole: int) -> list[int]:
    """Whole numbers in proportion to `parts` that add up to exactly `whole`: each rounded down, and what is missing
    given one by one to those that lost most, the first of equals first (the largest remainder). Nothing held gives
    nothing to anybody.
    """
    total = sum(parts)
    if not total:
        return [0] * len(parts)
    shares = [part * whole // total for part in parts]
    lost = sorted(range(len(parts)), key=lambda place: (-(parts[place] * whole % total), place))
    for place in lost[: whole - sum(shares)]:
        shares[place] += 1
    return shares


def tenths(minutes: int, day: int) -> int:
    """Tenths of a working day, halves up."""
    return (minutes * 20 + day) // (day * 2)


def column(minutes: Sequence[int], day: int) -> list[int]:
    """Tenths of working days of a column's rows, that add up to those of its sum."""
    return apportioned(minutes, tenths(sum(minutes), day))


def _grouped(found: Iterable[Stretch], key: Callable[[Stretch], Any]) -> dict[Any, list[Stretch]]:
    groups: dict[Any, list[Stretch]] = {}
    for each in found:
        groups.setdefault(key(each), []).append(each)
    return groups


def _row(name: str, own: Sequence[Stretch], of: Of | None) -> Row:
    sides = tuple(sum(each.minutes for each in own if SIDE_OF[each.holder] == side) for side in SIDES)
    return Row(name, sum(each.times for each in own), sum(sides), sides, of)
