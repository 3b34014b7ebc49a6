"""How a change of the register is told: one event on the record's stream, and for a line one outbox row."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone
from psycopg.errors import UniqueViolation

from workflows.engine import events, outbox
from workflows.engine.errors import NotFound, Refused, Stale
from workflows.engine.models import Event
from workflows.parties.actor import Actor

from .models import CarePackageLine

M = TypeVar("M", bound=Model)
What = Literal["started", "varied", "ended", "suspended", "resumed", "contribution"]
LINE_CHANGED = "line.changed"
MOST_WORDS = 2000

SAID = {
    "line.started": "added the line",
    "line.varied": "changed the line",
    "line.ended": "recorded an end date",
    "line.suspended": "suspended the line",
    "line.resumed": "resumed the line",
    "line.contribution": "set the client's contribution",
}


def changes(record: Model, values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Set the values on a record (not saved) and return what differs: {column: (old, new)}."""
    differing = {}
    for name, value in values.items():
        old = getattr(record, name)
        if old != value:
            differing[name] = (old, value)
            setattr(record, name, value)
    return differing


def require_changes(differing: Mapping[str, Any]) -> None:
    """Refuse a change that changes nothing: somebody meant something else."""
    if not differing:
        raise Refused("Nothing is different from what is recorded already.", "unchanged")


def checked_words(label: str, text: str, *, required: bool = False) -> str:
    """Return what a person wrote, tidied; Refused when it is missing or too long."""
    words = text.strip()
    if required and not words:
        raise Refused(f"Enter the {label}.", f"{label}_missing")
    if len(words) > MOST_WORDS:
        raise Refused(f"The {label} can have {MOST_WORDS:,} characters at most; yours has {len(words):,}.", "too_long")
    return words


def checked_name(label: str, text: str, *, most: int) -> str:
    """Return a reference or a name, tidied; Refused when it is empty or too long."""
    name = " ".join(text.split())
    if not name or len(name) > most:
        raise Refused(f"The {label} must have 1 to {most} characters.", "name")
    return name


def refuse(reason: str | None) -> None:
    """Refuse with the sentence that a rule gave, if it gave one."""
    if reason is not None:
        raise Refused(reason, "not_possible")


def found(model: type[M], pk: int) -> M:
    """Return a record that a form named; NotFound when there is none."""
    record = model._default_manager.filter(pk=pk).first()
    if record is None:
        raise NotFound
    return record


def insert(record: Model, taken: str) -> None:
    """Write a new record; Refused with the sentence `taken` when its key is in use (also by a faster person)."""
    try:
        with transaction.atomic():
            record.save(force_insert=True)
    except IntegrityError as error:
        if isinstance(error.__cause__, UniqueViolation):
            raise Refused(taken, "taken") from error
        raise


def locked_line(line_id: int, version: int | None) -> CarePackageLine:
    """Lock a line and return it; NotFound, or Stale when `version` is no longer the line's (None does not ask)."""
    lines = CarePackageLine.objects.select_for_update(of=("self",), no_key=True)
    line = lines.select_related("service", "service_level", "contract").filter(pk=line_id).first()
    if line is None:
        raise NotFound
    if version is not None and version != line.version:
        raise _stale(line)
    return line


def tell_line(
    line: CarePackageLine,
    what: What,
    actor: Actor,
    facts: Mapping[str, Any],
    *,
    words: Mapping[str, str] | None = None,
    publish: bool = False,
) -> Event:
    """Record what happened to a line and let the other rooms know: topic `line.changed`, once an event."""
    told = {**facts, "version": line.version}
    event = events.record(f"line:{line.pk}", f"line.{what}", actor.user_id, told, at=timezone.now(), words=words)
    outbox.put(
        LINE_CHANGED, f"line:{line.pk}:{event.seq}", changed_payload(line.pk, event.pk, event.seq, what, publish)
    )
    return event


def changed_payload(line_id: int, event_id: int, seq: int, what: What, publish: bool) -> dict[str, Any]:
    """What a `line.changed` row says; `publish` asks for a contract document at once (an import's option)."""
    return {"line": line_id, "event": event_id, "seq": seq, "what": what, "publish": publish}


def tell(
    stream: str, kind: str, actor: Actor, facts: Mapping[str, Any], words: Mapping[str, str] | None = None
) -> Event:
    """Record what happened to another record of the register."""
    return events.record(stream, kind, actor.user_id, facts, at=timezone.now(), words=words)


def _stale(line: CarePackageLine) -> Stale:
    last = Event.objects.filter(stream=f"line:{line.pk}").select_related("actor").order_by("-seq").first()
    who, kind, when = ("Somebody", "line.varied", None) if last is None else _told(last)
    return Stale(who, SAID.get(kind, "changed the line"), when)


def _told(event: Event) -> tuple[str, str, datetime]:
    return event.actor.name, event.kind, event.at
