"""What every change of a running list, a calendar or a notice shares: one lock, one number, and who may."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from workflows.council import profile
from workflows.council.running import CLOSURES, EDITABLE, Editable, Row, closures_of, rows_of
from workflows.council.schema import Council
from workflows.engine import moment
from workflows.engine.errors import Forbidden, NotFound
from workflows.engine.records import tell
from workflows.parties.actor import Actor
from workflows.parties.selectors import system_actor

from . import reading
from .models import Entry, Version

ADMINISTRATOR = "administrator"


def may(actor: Actor) -> None:
    """Raise Forbidden unless an administrator asks."""
    if ADMINISTRATOR not in actor.duties:
        raise Forbidden("Only an administrator changes this.")


def changed() -> None:
    """Take the lock of all that is edited, and count the change; this process reads it after the commit."""
    Version.objects.get_or_create(pk=1)
    version = Version.objects.select_for_update().get(pk=1)
    version.number += 1
    version.save(update_fields=["number"])
    transaction.on_commit(lambda: reading.refresh(now=True))


def seed(path: str) -> None:
    """Begin a running list with what the profile's file says, when it has none yet."""
    if not Entry.objects.filter(path=path).exists():
        add(path, filed_rows(path))


def filed_rows(path: str, council: Council | None = None) -> list[Row]:
    """What a file has in a list: the one that is served, or another."""
    council = council or profile.filed()
    return closures_of(council) if path == CLOSURES else rows_of(council, known(path))


def add(path: str, rows: list[Row]) -> None:
    """Write rows of the file at the end of a list, by nobody in particular."""
    place, now, actor = _next_place(path), moment.now(), system_actor()
    made = [
        Entry(
            path=path, key=row.key, words=dict(row.words), place=place + number,
            retired_at=now if row.retired else None, changed_by_id=actor.user_id, changed_at=now,
        )
        for number, row in enumerate(rows)
    ]  # fmt: skip
    Entry.objects.bulk_create(made)
    if rows:
        tell(f"list:{path}", "list.seeded", actor, {"keys": [row.key for row in rows]})


def new(path: str, key: str, words: Mapping[str, str], actor: Actor) -> Entry:
    """Write an entry of an administrator's at the end of a list."""
    return Entry.objects.create(
        path=path, key=key, words=dict(words), place=_next_place(path), own=True,
        changed_by_id=actor.user_id, changed_at=moment.now(),
    )  # fmt: skip


def keep(entry: Entry, actor: Actor, **values: Any) -> None:
    """Write an entry as an administrator has changed it."""
    for name, value in values.items():
        setattr(entry, name, value)
    entry.own, entry.changed_by_id, entry.changed_at = True, actor.user_id, moment.now()
    entry.save()


def rows(path: str) -> list[Entry]:
    """The entries of a list in their order."""
    return list(Entry.objects.filter(path=path).order_by("place", "pk"))


def row_of(entry: Entry) -> Row:
    """An entry as the rules take it."""
    return Row(entry.key, entry.words, entry.retired_at is not None, entry.own)


def known(path: str) -> Editable:
    """A list by where it stands; NotFound when none stands there."""
    found = next((each for each in EDITABLE if each.path == path), None)
    if found is None:
        raise NotFound
    return found


def _next_place(path: str) -> int:
    last = Entry.objects.filter(path=path).order_by("-place").values_list("place", flat=True).first()
    return (last or 0) + 1
