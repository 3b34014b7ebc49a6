"""The readers of search: all groups in one statement, each scoped by the room that declared it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import TextField, Value
from django.db.models.functions import Cast

from workflows.engine import moment
from workflows.engine.errors import NotFound
from workflows.engine.searching import COLUMNS, MARKS, Asked, Rows, exact_finders, groups
from workflows.parties.actor import Actor

from .models import KeptSearch

SHOWN = 10
#: How far a group counts what it does not show.
COUNTED = 50


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found."""

    kind: str
    id: int
    title: str
    state: str
    client_id: int | None
    client: str
    place: str
    at: datetime | None
    note: str

    @property
    def excerpt(self) -> list[tuple[str, bool]]:
        """The note in parts, each with whether it is a word that was looked for."""
        first, last = MARKS
        parts = [piece.partition(last) for piece in self.note.split(first)]
        cut = [(parts[0][0], False), *(part for word, _, rest in parts[1:] for part in ((word, True), (rest, False)))]
        return [each for each in cut if each[0]]


@dataclass(frozen=True, slots=True)
class Found:
    """One group of the results: what is shown, and how many more there are (no further than COUNTED)."""

    key: str
    title: str
    hits: list[Hit]
    more: int
    capped: bool


def kept(actor: Actor, token: str) -> KeptSearch:
    """A search of this person, at this provider; NotFound for another's, and for one that is an hour old."""
    mine = KeptSearch.objects.filter(user_id=actor.user_id, organisation_id=actor.organisation_id)
    found = mine.filter(token=token, expires_at__gt=moment.now()).first()
    if found is None:
        raise NotFound
    return found


def results(actor: Actor, text: str) -> list[Found]:
    """What the person may see of what was typed, by group; groups without a hit are left out. One query."""
    asked, declared = Asked.read(text), groups()
    branches = [_branch(each.key, rows) for each in declared for rows in each.find(actor, asked)]
    hits: dict[str, dict[tuple[str, int], Hit]] = {each.key: {} for each in declared}
    for key, *columns in _together(branches):
        hit = _hit(columns)
        hits[key].setdefault((hit.kind, hit.id), hit)
    return [_found(each.key, each.title, list(hits[each.key].values())) for each in declared if hits[each.key]]


def straight(actor: Actor, text: str) -> Hit | None:
    """What a whole reference leads to; None when there is none, or more than one. One query."""
    asked = Asked.read(text)
    branches = [_branch("", rows) for find in exact_finders() for rows in find(actor, asked)]
    found = {(row[1], row[2]): row for row in _together(branches)}
    if len(found) != 1:
        return None
    ((_, *columns),) = found.values()
    return _hit(columns)


_EMPTY = {name: "" for name, field in COLUMNS.items() if isinstance(field, TextField)}


def _hit(columns: Iterable[Any]) -> Hit:
    given: list[Any] = [
        _EMPTY.get(name) if value is None else value for name, value in zip(COLUMNS, columns, strict=True)
    ]
    return Hit(*given)


def _branch(key: str, rows: Rows) -> Rows:
    named = rows.annotate(found_group=Cast(Value(key), TextField()))
    branch: Rows = named.values_list("found_group", *COLUMNS)[: COUNTED + 1]
    return branch


def _together(branches: Iterable[Rows]) -> list[Any]:
    every = list(branches)
    if not every:
        return []
    first, *others = every
    return list(first.union(*others, all=True)) if others else list(first)


def _found(key: str, title: str, hits: list[Hit]) -> Found:
    """Newest first where there is a day, else by title."""
    ordered = sorted(hits, key=lambda hit: (-hit.at.timestamp() if hit.at else 0, hit.title, hit.id))
    counted = ordered[: COUNTED + 1]
    more = max(0, min(len(counted), COUNTED) - SHOWN)
    return Found(key, title, counted[:SHOWN], more, len(counted) > COUNTED)
