"""What administrators and auditors read of lists, closure days and notices: as they are, and what happened to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from workflows.council.profile import current, filed
from workflows.council.running import CLOSURES, EDITABLE, Editable, Row, editable
from workflows.council.schema import Council
from workflows.engine import moment
from workflows.engine.errors import Forbidden, NotFound
from workflows.engine.events import facts_of
from workflows.engine.models import Batch, Content, Event
from workflows.parties.actor import Actor

from . import writing
from .batches import REBASE
from .models import Entry, Notice

READERS = {"administrator", "auditor"}


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of a history."""

    at: datetime
    who: str
    kind: str
    facts: dict[str, Any]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """An entry of a list as a page shows it; `changed_at` None: nobody has touched it since the file."""

    row: Row
    who: str
    changed_at: datetime | None

    @property
    def seen(self) -> str:
        """By what a form tells that nobody was faster."""
        return self.changed_at.isoformat() if self.changed_at and self.row.own else ""


def lists(actor: Actor) -> list[Editable]:
    """The lists that the council edits while it runs. Raises Forbidden unless an administrator or auditor asks."""
    _reader(actor)
    return editable(filed())


def one(actor: Actor, slug: str) -> Editable:
    """A list by its address; NotFound when the council has none there."""
    found = next((each for each in lists(actor) if each.slug == slug), None)
    if found is None:
        raise NotFound
    return found


def standing(actor: Actor, each: Editable) -> list[Standing]:
    """The entries of a list in their order: of the table, or of the file as long as nobody has changed it."""
    _reader(actor)
    stored = Entry.objects.filter(path=each.path).select_related("changed_by").order_by("place", "pk")
    rows = [Standing(writing.row_of(row), row.changed_by.name, row.changed_at) for row in stored]
    return rows or [Standing(row, "", None) for row in writing.filed_rows(each.path)]


def entry(actor: Actor, each: Editable, key: str) -> Standing:
    """One entry; NotFound when there is none."""
    found = next((row for row in standing(actor, each) if row.row.key == key), None)
    if found is None:
        raise NotFound
    return found


def closure_days(actor: Actor, first: date, last: date) -> list[tuple[date, str]]:
    """The closure days of a time with why, in order."""
    _reader(actor)
    why = dict(Entry.objects.filter(path=CLOSURES).values_list("key", "words"))
    days = sorted(day for day in current().calendar.closure_days if first <= day <= last)
    return [(day, str(why.get(day.isoformat(), {}).get("why", ""))) for day in days]


def history(actor: Actor, stream: str, most: int = 50) -> list[Happened]:
    """What happened to a list or to the calendar, the latest first, with the reasons that were given."""
    _reader(actor)
    events = list(Event.objects.filter(stream=stream).select_related("actor").order_by("-seq")[:most])
    facts = [facts_of(event) for event in events]
    ids = [each["contents"]["reason"]["id"] for each in facts if "reason" in each.get("contents", {})]
    texts = {str(pk): text for pk, text in Content.objects.filter(pk__in=ids).values_list("pk", "text")}
    return [
        Happened(event.at, event.actor.name, event.kind, each,
                 texts.get(each.get("contents", {}).get("reason", {}).get("id", ""), ""))
        for event, each in zip(events, facts, strict=True)
    ]  # fmt: skip


def rebasings(actor: Actor) -> QuerySet[Batch]:
    """The times that open clocks moved to a changed calendar, the latest first."""
    _reader(actor)
    return Batch.objects.select_related("actor").filter(kind=REBASE).order_by("-pk")


def rebased(batch: Batch) -> QuerySet[Any, dict[str, Any]]:
    """What became of each clock."""
    names = ("id", "target", "result", "message", "case_id", "case__reference", "case__kind")
    found: Any = batch.items.values(*names)
    return found  # type: ignore[no-any-return]  # a dict for each row


def notices(actor: Actor) -> QuerySet[Notice]:
    """Every notice, the latest first."""
    _reader(actor)
    return Notice.objects.select_related("made_by").order_by("-first", "-pk")


def notice(actor: Actor, notice_id: int) -> Notice:
    """One notice; NotFound when there is none."""
    found = notices(actor).filter(pk=notice_id).first()
    if found is None:
        raise NotFound
    return found


def differences(council: Council) -> Sequence[str]:
    """How the running lists differ from those of a file, for `council diff`; lines in the order of the lists."""
    told = []
    for each in EDITABLE:
        names = {row.key: row for row in writing.filed_rows(each.path, council)}
        for entry in writing.rows(each.path):
            told += _difference(each, writing.row_of(entry), names.pop(entry.key, None))
        if Entry.objects.filter(path=each.path).exists():
            told += [f"[[{each.path}]] {key}: the file has it, the running list would get it" for key in names]
    return told


def shown_now(notice: Notice) -> str:
    """Whether a notice is shown, will be, or was."""
    now = moment.now()
    if notice.ended_at is not None or notice.last <= now:
        return "over"
    return "coming" if notice.first > now else "shown"


def _difference(each: Editable, row: Row, filed_row: Row | None) -> list[str]:
    place = f"[[{each.path}]] {row.key}"
    if filed_row is None:
        return [f"{place}: only the running list has it" + (", and it stays" if row.own else "; loading retires it")]
    said = [f"{place}: retired by an administrator, and stays so"] if row.retired and not filed_row.retired else []
    for name, words in row.words.items():
        other = filed_row.words.get(name, "")
        if words != other:
            said.append(f"{place}: {name} is “{words}”; the file says “{other}”, which is not taken")
    return said


def _reader(actor: Actor) -> None:
    if not actor.duties & READERS:
        raise Forbidden("Only administrators and auditors see this.")
