"""The commands of running lists: add, reword, retire, bring back, move; and taking a profile's new entries over.

An administrator's only. Each is one transaction under one lock and tells one event with who, when and what was there
before. A key is never given away again: what is retired stays for the cases that keep it.
"""

from collections.abc import Mapping

from workflows.council.running import CLOSURES, Editable, editable, entries, key_of, slug
from workflows.council.schema import Council
from workflows.engine import moment
from workflows.engine.atomic import command
from workflows.engine.errors import Invalid, NotFound, Refused, Stale
from workflows.engine.records import refuse, tell
from workflows.parties.actor import Actor
from workflows.parties.selectors import system_actor

from . import rules, writing
from .models import Entry


@command
def add_entry(*, actor: Actor, path: str, words: Mapping[str, str]) -> Entry:
    """Add an entry at the end of a list; Invalid with what is wrong by field. Its key is made of its words."""
    each, rows = _begin(actor, path)
    tidy = _tidied(each, words, rows)
    key = slug(tidy[each.parts[0].name], {row.key for row in rows})
    made = writing.new(path, key, tidy, actor)
    tell(f"list:{path}", "list.entry_added", actor, {"key": key, "words": tidy})
    return made


@command
def reword_entry(*, actor: Actor, path: str, key: str, words: Mapping[str, str], seen: str) -> None:
    """Say an entry otherwise; its key stays, and so old cases are told with the new words.

    `seen` is when an administrator changed it last, as the form knew it (empty: nobody has): Stale when somebody was
    faster.
    """
    each, rows = _begin(actor, path)
    entry = _entry(rows, key)
    if (entry.changed_at.isoformat() if entry.own else "") != seen:
        raise Stale(entry.changed_by.name, "changed this entry", entry.changed_at)
    tidy = _tidied(each, words, [row for row in rows if row.key != key])
    if tidy == entry.words:
        raise Refused("Nothing is different from what is recorded already.", "unchanged")
    facts = {"key": key, "words": [entry.words, tidy]}
    writing.keep(entry, actor, words=tidy)
    tell(f"list:{path}", "list.entry_reworded", actor, facts)


@command
def retire_entry(*, actor: Actor, path: str, key: str) -> None:
    """Offer an entry no longer; Refused for the last one of a list that people choose from."""
    each, rows = _begin(actor, path)
    entry = _entry(rows, key)
    refuse(rules.refusal_of_retiring(each, writing.row_of(entry), [writing.row_of(row) for row in rows]))
    writing.keep(entry, actor, retired_at=moment.now())
    tell(f"list:{path}", "list.entry_retired", actor, {"key": key})


@command
def bring_back_entry(*, actor: Actor, path: str, key: str) -> None:
    """Offer a retired entry again; Invalid when another one says the same by now."""
    each, rows = _begin(actor, path)
    entry = _entry(rows, key)
    if entry.retired_at is None:
        raise Refused("It is offered already.", "offered")
    _tidied(each, entry.words, [row for row in rows if row.key != key])
    writing.keep(entry, actor, retired_at=None)
    tell(f"list:{path}", "list.entry_brought_back", actor, {"key": key})


@command
def move_entry(*, actor: Actor, path: str, key: str, up: bool) -> None:
    """Change places with the entry before or after; the first stays first, and the last last."""
    _, rows = _begin(actor, path)
    at = rows.index(_entry(rows, key))
    other = at - 1 if up else at + 1
    if not 0 <= other < len(rows):
        return
    rows[at], rows[other] = rows[other], rows[at]
    for place, row in enumerate(rows, start=1):
        if row.place != place:
            Entry.objects.filter(pk=row.pk).update(place=place)
    tell(f"list:{path}", "list.entry_moved", actor, {"key": key, "up": up})


@command
def take_over(council: Council) -> list[str]:
    """Take what a loaded profile has new into the running lists, and retire what came from an earlier file, was
    touched by nobody, and is in this one no longer. Whoever loads has asked what that would strand. Says what it did.
    """
    writing.changed()
    told = _days_taken_over(council)
    for each in editable(council):
        filed = {key_of(entry) for entry in entries(council, each.path)}
        have = {row.key: row for row in writing.rows(each.path)}
        new = [row for row in writing.filed_rows(each.path, council) if row.key not in have]
        writing.add(each.path, new)
        told += [f"{each.title}: new, {row.key}" for row in new if have]
        for row in have.values():
            if row.key not in filed and not row.own and row.retired_at is None:
                Entry.objects.filter(pk=row.pk).update(retired_at=moment.now())
                tell(f"list:{each.path}", "list.entry_retired", system_actor(), {"key": row.key})
                told.append(f"{each.title}: retired, {row.key}")
    return told


def _days_taken_over(council: Council) -> list[str]:
    """Closure days of the file that the calendar does not know; none is ever taken out by a file."""
    have = {row.key for row in writing.rows(CLOSURES)}
    new = [row for row in writing.filed_rows(CLOSURES, council) if row.key not in have]
    writing.add(CLOSURES, new)
    return [f"Closure days: new, {row.key}" for row in new if have]


def _begin(actor: Actor, path: str) -> tuple[Editable, list[Entry]]:
    """The list and its entries, under the lock; it begins with the file's when it has none."""
    writing.may(actor)
    each = writing.known(path)
    writing.changed()
    writing.seed(path)
    return each, writing.rows(path)


def _entry(rows: list[Entry], key: str) -> Entry:
    found = next((row for row in rows if row.key == key), None)
    if found is None:
        raise NotFound
    return found


def _tidied(each: Editable, words: Mapping[str, str], others: list[Entry]) -> dict[str, str]:
    tidy = {part.name: " ".join(words.get(part.name, "").split()) for part in each.parts}
    if faults := rules.faults_of_entry(each, tidy, [writing.row_of(row) for row in others]):
        raise Invalid(faults)
    return tidy
