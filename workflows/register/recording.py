"""How a change of a line is told: one event on its stream and one outbox row that other rooms react to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from workflows.engine import events, moment, outbox
from workflows.engine.errors import NotFound, Stale
from workflows.engine.models import Event
from workflows.parties.actor import Actor

from .models import CarePackageLine

What = Literal[
    "started",
    "varied",
    "ended",
    "suspended",
    "resumed",
    "contribution",
    "held",
    "released",
    "planned",
    "authorised",
    "authorisation_withdrawn",
]
LINE_CHANGED = "line.changed"

SAID = {
    "line.started": "added the line",
    "line.varied": "changed the line",
    "line.ended": "recorded an end date",
    "line.suspended": "suspended the line",
    "line.resumed": "resumed the line",
    "line.contribution": "set the client's contribution",
    "line.held": "held its payments",
    "line.released": "released its payments",
    "line.planned": "planned its visits",
    "line.authorised": "authorised more care",
    "line.authorisation_withdrawn": "withdrew an authorisation",
}


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
    event = events.record(f"line:{line.pk}", f"line.{what}", actor.user_id, told, at=moment.now(), words=words)
    outbox.put(
        LINE_CHANGED, f"line:{line.pk}:{event.seq}", changed_payload(line.pk, event.pk, event.seq, what, publish)
    )
    return event


def changed_payload(line_id: int, event_id: int, seq: int, what: What, publish: bool) -> dict[str, Any]:
    """What a `line.changed` row says; `publish` asks for a contract document at once (an import's option)."""
    return {"line": line_id, "event": event_id, "seq": seq, "what": what, "publish": publish}


def _stale(line: CarePackageLine) -> Stale:
    last = Event.objects.filter(stream=f"line:{line.pk}").select_related("actor").order_by("-seq").first()
    who, kind, when = ("Somebody", "line.varied", None) if last is None else _told(last)
    return Stale(who, SAID.get(kind, "changed the line"), when)


def _told(event: Event) -> tuple[str, str, datetime]:
    return event.actor.name, event.kind, event.at
