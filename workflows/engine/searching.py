"""What can be searched. Each room declares it in a module `searching.py` of its own, which is found at the start.

    @group("lines", "Care package lines", place=40)
    def lines(actor: Actor, asked: Asked) -> Iterator[Rows]:
        yield listed(own(actor).filter(asked.begins_reference("reference")), kind="line", title="reference", …)

    @cases("contract_document", labels=frozenset({"rejection", "explanation"}))    # words that a provider may find
    def readable(actor: Actor) -> QuerySet[Case]: …

Whoever declares gives rows that are scoped to the actor already: this module adds no scope and takes none away. All
branches of all groups are asked in one statement (workflows.search.selectors). What is compared is made by functions
of the database (workflows/search/migrations), so that what is typed and what is kept are always folded alike.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchQueryField, SearchVectorField
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    DateTimeField,
    Expression,
    F,
    Field,
    Func,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Concat

from workflows.parties.actor import Actor
from workflows.parties.models import Client

Rows = QuerySet[Any, Any]
#: Fewer letters and figures than this would find almost everything.
LEAST = 2
LEAST_OF_REFERENCE = 3
MOST = 200
_NUMBER = re.compile(r"(?P<prefix>[A-Za-z]{2,5})?[\s/-]*(?:20\d\d[\s/-]+)?0*(?P<number>[1-9]\d{0,11})")


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody typed, tidied."""

    text: str

    @classmethod
    def read(cls, typed: str) -> "Asked":
        """Take what was typed, without the spaces and the characters that nobody sees."""
        visible = "".join(letter if letter.isprintable() else " " for letter in typed[:MOST])
        return cls(" ".join(visible.split()))

    @property
    def compact(self) -> str:
        """Its letters and figures only, as references are compared: "iso 2026/000123" is ISO2026000123."""
        return re.sub(r"[\W_]+", "", self.text).upper()

    @property
    def too_short(self) -> bool:
        """Whether it would find almost everything."""
        return len(self.compact) < LEAST

    @property
    def number(self) -> tuple[str, int] | None:
        """The prefix and the number of a case's reference that was typed without its year or its noughts."""
        found = _NUMBER.fullmatch(self.text)
        return ((found["prefix"] or "").upper(), int(found["number"])) if found else None

    def has_names(self, *columns: str) -> Expression:
        """Every typed word begins a word of one of these columns; accents, capitals and apostrophes do not count."""
        return _matches(_Joined(*columns, function="concord_words"), Func(Value(self.text), function="concord_asked"))

    def has_words(self, column: str) -> Expression:
        """The text has every typed word, in whatever form ("rates" finds "rate"), or a word that begins with it."""
        return _matches(Func(F(column), function="concord_story"), self.in_story)

    @property
    def in_story(self) -> Expression:
        """The typed words as a question to a text."""
        return Func(Value(self.text), function="concord_asked_story", output_field=SearchQueryField())

    def is_reference(self, column: str) -> Expression:
        """The reference is what was typed; spaces, hyphens, strokes and capitals do not count."""
        return _compared("=", column, Value(self.text))

    def begins_reference(self, column: str) -> Expression:
        """The reference begins with what was typed."""
        if len(self.compact) < LEAST_OF_REFERENCE:
            return Value(value=False, output_field=BooleanField())
        return _compared("LIKE", column, Value(self.text), "%(expressions)s || '%%%%'")


#: The columns of every branch, in this order: what is found, and what a page says of it.
COLUMNS: dict[str, "Field[Any, Any]"] = {
    "found_kind": TextField(),  # where it leads: a page of each side knows the address of a kind
    "found_id": BigIntegerField(),
    "found_title": TextField(),
    "found_state": TextField(),
    "found_client_id": BigIntegerField(),
    "found_client": TextField(),
    "found_place": TextField(),  # a home, or a provider
    "found_at": DateTimeField(),
    "found_note": TextField(),
}
#: Around a word that was found: characters that nobody types.
MARKS = ("\ue000", "\ue001")
Part = str | Expression | Subquery
Find = Callable[[Actor, Asked], Iterable[Rows]]
Readable = Callable[[Actor], Rows]


@dataclass(frozen=True, slots=True)
class Group:
    """A part of the results: its key, its heading, where it stands, and who finds it."""

    key: str
    title: str
    place: int
    find: Find


@dataclass(frozen=True, slots=True)
class Stories:
    """Records whose stories can be searched: where they lead, the stream's first part, who reads which, which words.

    `labels` are those that a provider may find (none: no word of it); `inside` those that staff may find (None: all).
    The records have a reference and are about a client.
    """

    kind: str
    stream: str
    readable: Readable
    labels: frozenset[str]
    inside: frozenset[str] | None


_groups: dict[str, Group] = {}
_exact: list[Find] = []
_cases: dict[str, tuple[Readable, Callable[[Asked], Q] | None]] = {}
_stories: list[Stories] = []


def group(key: str, title: str, *, place: int) -> Callable[[Find], Find]:
    """Declare a part of the results; `place` orders the parts (10 cases, 20 clients, 30 providers, 40 lines)."""

    def declare(function: Find) -> Find:
        if key in _groups:
            raise ValueError(f"{key} is declared twice: by {_groups[key].find.__module__} and {function.__module__}")
        _groups[key] = Group(key, title, place, function)
        return function

    return declare


def exact(function: Find) -> Find:
    """Declare what a whole reference leads straight to."""
    _exact.append(function)
    return function


def cases(
    kind: str, *, labels: frozenset[str], also: Callable[[Asked], Q] | None = None
) -> Callable[[Readable], Readable]:
    """Declare a kind of case: its references are found, by its clients too, and the words of its story.

    `also` is what else finds a case of this kind, such as the reference of what it is about.
    """

    def declare(function: Readable) -> Readable:
        _cases[kind] = (function, also)
        return stories(kind, stream="case", labels=labels)(function)

    return declare


def stories(
    kind: str, *, stream: str, labels: frozenset[str] = frozenset(), inside: frozenset[str] | None = None
) -> Callable[[Readable], Readable]:
    """Declare records whose stories' words can be found."""

    def declare(function: Readable) -> Readable:
        _stories.append(Stories(kind, stream, function, labels, inside))
        return function

    return declare


def groups() -> list[Group]:
    """The parts of the results in their order."""
    return sorted(_groups.values(), key=lambda each: each.place)


def exact_finders() -> Iterator[Find]:
    """Whoever knows whole references."""
    return iter(_exact)


def declared_cases() -> dict[str, tuple[Readable, Callable[[Asked], Q] | None]]:
    """Who reads which cases, and what else finds them, by kind."""
    return dict(_cases)


def declared_stories() -> list[Stories]:
    """The records whose stories can be searched."""
    return list(_stories)


def listed(
    rows: Rows,
    *,
    order: tuple[str, ...],
    title: Part,
    kind: str = "",
    kind_column: str = "",
    id: str = "pk",
    state: Part = "",
    client_id: Part = "",
    client: Part = "",
    place: Part = "",
    at: Part = "",
    note: Part = "",
) -> Rows:
    """The rows with the columns of every branch. Words name columns (save `kind`), and what is empty stays empty."""
    given: dict[str, Part] = {
        "found_kind": kind_column or Value(kind),
        "found_id": id,
        "found_title": title,
        "found_state": state,
        "found_client_id": client_id,
        "found_client": client,
        "found_place": place,
        "found_at": at,
        "found_note": note,
    }
    parts = {name: Cast(_part(each), COLUMNS[name]) for name, each in given.items()}
    made: Rows = rows.order_by(*order).annotate(**parts)
    return made


def client_name(path: str = "") -> Expression:
    """`Brock, Arthur (4102277)`, of the client at the end of a path (`client__`)."""
    parts = (f"{path}surname", Value(", "), f"{path}forename", Value(" ("), f"{path}ss_ref", Value(")"))
    named = Concat(*parts, output_field=TextField())
    return Case(When(**{f"{path}ss_ref__isnull": False, f"{path}erased_at__isnull": True}, then=named))


def clients_named(asked: Asked) -> QuerySet[Client]:
    """The clients whose names or SSRef have the typed words, never an erased one. Whoever asks adds who may see."""
    return Client.objects.filter(asked.has_names("surname", "forename", "ss_ref"), erased_at__isnull=True)


def excerpt(column: str, asked: Asked) -> Expression:
    """The part of a text around the words that were found, each between MARKS."""
    first, last = MARKS
    options = f"StartSel={first}, StopSel={last}, MaxWords=30, MinWords=15, MaxFragments=1"
    return Func(
        Value("english"), F(column), asked.in_story, Value(options), function="ts_headline",
        template="%(function)s(%(expressions)s)", output_field=TextField(),
    )  # fmt: skip


class _Joined(Func):
    """Columns as one text, with the very expression of the index."""

    arg_joiner = " || ' ' || "
    output_field = SearchVectorField()


def _matches(left: Expression, right: Expression) -> Expression:
    return Func(left, right, template="(%(expressions)s)", arg_joiner=" @@ ", output_field=BooleanField())


def _compared(operator: str, column: str, typed: Expression, template: str = "%(expressions)s") -> Expression:
    left = Func(F(column), function="concord_compact", output_field=TextField())
    right = Func(
        Func(typed, function="concord_compact", output_field=TextField()), template=template, output_field=TextField()
    )
    return Func(left, right, template="(%(expressions)s)", arg_joiner=f" {operator} ", output_field=BooleanField())


def _part(given: Part) -> Expression | F | Subquery:
    if given == "":
        return Value(None)
    return F(given) if isinstance(given, str) else given
