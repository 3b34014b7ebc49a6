"""What is held about one client, as each room declares it: tables that tell of clients, and those that do not.

    tells(CarePackageLine, "client", "lines")          # rows, by the way from the table to the client
    silent(Rate, "Prices are of services, not of people")

A test compares this with all tables there are: a new one is in the bundle, or somebody has said why not.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet

from workflows.parties.models import Absence, Client, Membership, Organisation, Service, Team, TeamMember, User

from . import models as own
from .models import Content

#: Columns that say nothing to a person: seals, salts and what the machinery counts by.
LEFT_OUT = frozenset({"hash", "head", "salt", "data", "flow_class", "open_tasks", "version", "urgency", "priority"})
REVIEW = "may name somebody else: check before it is given out"

Find = Callable[[Client], Q]


@dataclass(frozen=True, slots=True)
class Told:
    """A table that tells of clients: which rows, what it is called in a bundle, and which columns tell of others."""

    model: type[models.Model]
    find: Find
    name: str
    others: frozenset[str] = frozenset()

    def rows(self, client: Client) -> QuerySet[Any]:
        """The rows about a client. Every way to the client goes from a row to one other, so each row comes once."""
        there = self.model._default_manager.filter(self.find(client)).order_by("pk")
        return there.select_related(*(each.name for each in self.columns() if each.is_relation))

    def columns(self) -> list[Any]:
        """What is given of each row."""
        fields = self.model._meta.concrete_fields
        kept = [each for each in fields if each.name not in LEFT_OUT and not isinstance(each, models.BinaryField)]
        return [each for each in kept if not isinstance(each, models.FileField)]

    def names_others(self, column: Any) -> bool:
        """Whether what stands there may be about somebody else: people, and whatever somebody wrote."""
        told = column.related_model in {User, Content} if column.is_relation else isinstance(column, models.TextField)
        return told or column.name in self.others or isinstance(column, models.JSONField)


_told: list[Told] = []
_silent: dict[type[models.Model], str] = {}


def tells(model: type[models.Model], find: str | Find, name: str, *, others: Iterable[str] = ()) -> None:
    """Declare a table that tells of clients; `find` is the lookup of the client from it, or a function."""
    looks = find if callable(find) else (lambda client: Q(**{find: client}))
    _told.append(Told(model, looks, name, frozenset(others)))


def silent(why: str, *tables: type[models.Model]) -> None:
    """Declare tables that tell nothing of clients, or nothing that is not told elsewhere, and why."""
    _silent.update(dict.fromkeys(tables, why))


def parts() -> Sequence[Told]:
    """Every table of a bundle, by name."""
    return sorted(_told, key=lambda each: each.name)


def silences() -> Mapping[type[models.Model], str]:
    """The tables that are in no bundle."""
    return dict(_silent)


@dataclass(slots=True)
class Sheet:
    """One table of a bundle being written: cells as text, and which are to be read before they are given out."""

    told: Told
    client: Client
    review: list[tuple[int, str]] = field(default_factory=list)
    count: int = 0

    def headings(self) -> list[str]:
        """The names of the columns; one that may tell of others says so."""
        return [f"{each.name} (check)" if self.told.names_others(each) else each.name for each in self.told.columns()]

    def lines(self) -> Iterator[list[str]]:
        """The rows as text; what is to be read is noted by the row's number in the file."""
        columns = [(each, self.told.names_others(each)) for each in self.told.columns()]
        for row in self.told.rows(self.client).iterator(chunk_size=500):
            self.count += 1
            cells = [text_of(getattr(row, each.name)) for each, _ in columns]
            for (each, others), cell in zip(columns, cells, strict=True):
                if others and cell and cell not in {"{}", "[]", "null"}:
                    self.review.append((self.count + 1, each.name))
            yield cells


def text_of(value: Any) -> str:
    """A value as a person reads it: words for content rows, a reference or a name for other records."""
    if value is None:
        return ""
    if isinstance(value, Content):
        return value.text or "(erased)"
    if isinstance(value, models.Model):
        called = [getattr(value, name, "") for name in ("reference", "name")]
        return str(next((each for each in called if each), value.pk))
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else str(value)


tells(Client, lambda client: Q(pk=client.pk), "client")
tells(own.Case, "client", "cases")
tells(own.Task, "process__client", "turns")
tells(own.HolderSpan, "case__client", "who-held-a-case")
tells(own.Access, lambda client: Q(client_id=client.pk), "who-looked")
tells(own.Notice, "case__client", "notices")
tells(own.LegalHold, lambda client: Q(about="client", subject_id=client.pk), "legal-holds")

silent("Events and words are in the bundle stream by stream (story.csv, words.csv).", own.Event, Content)
silent("Files are in the bundle as they are (files.csv).", own.Attachment, own.StoredFile, own.FileChunk)
silent("What the machinery noted so that nothing is done twice; it names cases by number only.",
       own.Receipt, own.Anchor, own.Outbox, own.Slot, own.Batch, own.BatchItem, own.Rung)  # fmt: skip
silent("About teams, people who sign in and providers, none of whom is the client.",
       User, Team, TeamMember, Absence, Organisation, Service, Membership)  # fmt: skip
silent("What the council promises, in general.", own.CalendarVersion, own.ClockDefinition)
