"""What a changed profile would strand. Each room says in a module `stranding.py` of its own, which is found at the
start, what of its rows hangs on a key of the profile:

    @strands
    def reasons(council: Council) -> Iterator[str]:
        yield from gone("the reason", Answer.objects.all(), "reason", keys, "{count} answers give it; keep it")

A profile that would strand something is refused with the list (architecture §6).
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from django.db.models import Count, QuerySet

from workflows.council.schema import Council

from .models import Case, Task

Strands = Callable[[Council], Iterable[str]]
_rooms: list[Strands] = []


def strands(function: Strands) -> Strands:
    """Declare what a room has that a profile may strand."""
    _rooms.append(function)
    return function


def stranded(council: Council) -> list[str]:
    """What this profile would strand, as lines; empty when it can be loaded."""
    return [line for room in _rooms for line in room(council)]


def count(rows: QuerySet[Any], column: str) -> Mapping[str, int]:
    """How many rows there are of each value of a column."""
    return dict(rows.values_list(column).annotate(count=Count("pk")).order_by(column))


def gone(what: str, rows: QuerySet[Any], column: str, kept: Collection[str], but: str) -> Iterator[str]:
    """A line for each key that rows have and the profile has not; `but` says what there is and what to do first."""
    for key, number in count(rows.exclude(**{f"{column}__in": kept}), column).items():
        yield f"- {what} {key} is gone, but {but.format(count=number)}"


@strands
def kinds(council: Council) -> Iterator[str]:
    """Open cases of a module that the council no longer has."""
    rows = Case.objects.filter(status="NEW")
    but = "{count} cases of it are open; keep the module until they are finished"
    yield from gone("the module of", rows, "kind", council.kinds_it_has(), but)


@strands
def readers(council: Council) -> Iterator[str]:
    """Open turns of a team that may no longer read their kind."""
    for team in council.teams:
        turns = count(Task.objects.filter(team__key=team.key, finished=None).exclude(kind__in=team.reads), "kind")
        for kind, number in () if team.outside else turns.items():
            yield (
                f"- {team.key} no longer reads {kind}, but has {number} open turns of it; let it read them, or hand"
                " them over first"
            )
