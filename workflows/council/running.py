"""The lists of a profile that a council edits while it runs: which they are, and a profile with its running lists.

The file gives what each list begins with. From then on it belongs to an administrator (workflows/lists): what runs is
the file's profile with the running lists in place of its own. Pure: the tables are read elsewhere.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel

from .actuals import Correction
from .claims import ClaimKind
from .help import Contact
from .pages import Term
from .schema import Council
from .tables import Reason, Table

CLOSURES = "calendar.closure_days"


@dataclass(frozen=True, slots=True)
class Part:
    """A text of an entry: the field of the profile, what it is called on the page, and how long it may be."""

    name: str
    label: str
    hint: str = ""
    most: int = 200
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Editable:
    """A list that is edited while it runs: where it stands in the profile, and what of each entry may be written.

    `note` says what follows for a new entry from the rest of the profile.
    """

    path: str
    slug: str
    title: str
    about: str
    of: type[Table]
    parts: tuple[Part, ...]
    note: str = ""

    @property
    def kept(self) -> bool:
        """Whether cases keep its keys, so that an entry that is retired stays for them."""
        return "retired" in self.of.model_fields


@dataclass(frozen=True, slots=True)
class Row:
    """An entry of a running list. `own`: an administrator has made or changed it, so that no file speaks for it."""

    key: str
    words: Mapping[str, str]
    retired: bool = False
    own: bool = False


Lists = Mapping[str, tuple[Row, ...]]

LABEL = Part("label", "What people choose", "A few words.")
EDITABLE = (
    Editable(
        "contract_documents.reasons", "rejecting-documents", "Reasons for rejecting a contract document",
        "A provider chooses one of them to reject a document.", Reason, (LABEL,),
    ),
    Editable(
        "change_requests.reasons", "rejecting-changes", "Reasons for rejecting a change request",
        "Whoever decides on a change request chooses one of them.", Reason, (LABEL,),
    ),
    Editable(
        "claims.kinds", "claims", "What can be claimed once", "A provider chooses one of them to begin a claim.",
        ClaimKind, (LABEL, Part("hint", "A line beneath it", "Such as what to attach.", 300, needed=False)),
        "A new kind can be claimed for a care package line or for a service, and needs evidence.",
    ),
    Editable(
        "claims.reasons", "rejecting-claims", "Reasons for rejecting a claim", "Whoever checks a claim chooses one.",
        Reason, (LABEL,),
    ),
    Editable(
        "actuals.monitoring.corrections", "correcting-visits", "Why recorded visits are corrected",
        "A provider chooses one of them where a figure differs from the visits.", Correction,
        (LABEL, Part("hint", "A line beneath it", "Such as an example.", 300, needed=False)),
    ),
    Editable(
        "help.contacts", "contacts", "Whom to ask", "They stand on the pages of help.", Contact,
        (
            Part("name", "Who they are"), Part("about", "What to ask them about", "", 300, needed=False),
            Part("telephone", "Telephone", "", 60, needed=False),
            Part("email", "E-mail address", "", 254, needed=False),
        ),
    ),
    Editable(
        "glossary", "words", "Words that are explained", "They stand on the page of help.", Term,
        (Part("word", "The word", "", 100), Part("meaning", "What it means here", "", 1000)),
    ),
)  # fmt: skip


def editable(council: Council) -> list[Editable]:
    """The lists that this council has."""
    return [each for each in EDITABLE if _holder(council, each.path) is not None]


def entries(council: Council, path: str) -> tuple[Any, ...]:
    """What a profile has in a list; nothing where it lacks the module."""
    holder = _holder(council, path)
    return tuple(getattr(holder, path.rpartition(".")[2])) if holder is not None else ()


def rows_of(council: Council, each: Editable) -> list[Row]:
    """The entries of a profile as a running list begins with them."""
    names = [part.name for part in each.parts]
    return [
        Row(key_of(entry), {name: getattr(entry, name) or "" for name in names}, getattr(entry, "retired", False))
        for entry in entries(council, each.path)
    ]


def closures_of(council: Council) -> list[Row]:
    """The closure days of a profile, as the running list begins with them."""
    return [Row(day.isoformat(), {"why": ""}) for day in sorted(council.calendar.closure_days)]


def key_of(entry: Any) -> str:
    """What an entry is known by: its key, or its first words."""
    return getattr(entry, "key", "") or slug(getattr(entry, "word", "") or getattr(entry, "name", ""))


def slug(words: str, taken: Collection[str] = ()) -> str:
    """A short name that is made of words: `Service Level` is service_level; another one when it is taken."""
    found = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")[:36].strip("_")
    found = found if found[:1].isalpha() else f"a_{found}".strip("_")
    names = [found, *(f"{found}_{number}" for number in range(2, 100))]
    return next(each for each in names if each not in taken)


def overlaid(council: Council, lists: Lists) -> Council:
    """A profile with its running lists; a list that no administrator's table has yet is the file's."""
    for each in EDITABLE:
        rows = lists.get(each.path)
        if rows is not None and _holder(council, each.path) is not None:
            council = _with(council, each.path, _merged(council, each, rows))
    if CLOSURES in lists:
        days = frozenset(date.fromisoformat(row.key) for row in lists[CLOSURES] if not row.retired)
        known = {row.key for row in lists[CLOSURES]}
        new = {day for day in council.calendar.closure_days if day.isoformat() not in known}
        council = _with(council, CLOSURES, days | new)
    return council


def to_load(lists: Lists, council: Council) -> Lists:
    """The running lists as loading a profile would leave them: without what came from an earlier file, was touched by
    no administrator, and is in this file no longer."""
    kept = {}
    for each in EDITABLE:
        filed = {key_of(entry) for entry in entries(council, each.path)}
        if each.path in lists:
            kept[each.path] = tuple(row for row in lists[each.path] if row.own or row.key in filed)
    return {**lists, **kept}


def _merged(council: Council, each: Editable, rows: Iterable[Row]) -> tuple[Table, ...]:
    """The running entries in their order, then what the file has besides."""
    filed = {key_of(entry): entry for entry in entries(council, each.path)}
    made = [_entry(each, row, filed.pop(row.key, None)) for row in rows]
    return (*(entry for entry in made if entry is not None), *filed.values())


def _entry(each: Editable, row: Row, filed: Table | None) -> Table | None:
    """One entry: its words are the running list's, the rest is the file's."""
    if row.retired and not each.kept:
        return None
    fields = each.of.model_fields
    said = {name: words or fields[name].get_default() for name, words in row.words.items() if name in fields}
    said |= {"key": row.key} if "key" in fields else {}
    said |= {"retired": row.retired} if each.kept else {}
    return filed.model_copy(update=said) if filed is not None else each.of.model_validate(said)


def _holder(council: Council, path: str) -> BaseModel | None:
    """The table in which a list stands; None where the council lacks it."""
    found: Any = council
    for name in path.split(".")[:-1]:
        found = getattr(found, name, None)
    return found  # type: ignore[no-any-return]  # tables of the profile


def _with(table: Any, path: str, value: Any) -> Any:
    """A copy of a table with one value, however deep, put in place of its own."""
    name, _, rest = path.partition(".")
    return table.model_copy(update={name: _with(getattr(table, name), rest, value) if rest else value})
