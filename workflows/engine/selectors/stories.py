"""What happened, as events tell it, with the names and words that they refer to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, CharField, JSONField, OuterRef, QuerySet, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import JSONObject

from workflows.engine.events import facts_of
from workflows.engine.models import Content, Event
from workflows.parties.models import Team, User

#: Facts that hold the id of a person, and of a team.
PEOPLE = ("from_user", "to_user", "for_user", "on_behalf_of")
TEAMS = ("from_team", "to_team", "keeper", "outside")
#: The fact that holds the ids of whom an inside note mentions.
MENTIONS = "mentions"


@dataclass(frozen=True, slots=True)
class Chapter:
    """One event of a story. `actor` reads "Tom Bullard for Priya Raman" where one stood in for the other."""

    seq: int
    at: datetime
    kind: str
    verb: str
    actor: str
    actor_id: int
    facts: dict[str, Any]
    words: dict[str, str]  # by label; an erased text reads "(erased)"
    names: dict[str, str]  # of the people and teams that facts name by id, by fact; several with a comma


def story(stream: str, leave_out: Iterable[str] = ()) -> list[Chapter]:
    """Everything that happened in a stream, oldest first. The caller has checked that the person may read it.

    Chapters whose verb is in `rules.INSIDE` are not for providers: `leave_out` names the verbs that are not told.
    One query, and one more where a person or a team is named.
    """
    events = list(_events(stream))
    texts = {row["id"]: row for row in events[0].texts} if events else {}  # type: ignore[attr-defined]
    hidden = set(leave_out)
    told = [(event, facts_of(event)) for event in events if event.kind.rpartition(".")[2] not in hidden]
    names = _names([facts for _, facts in told])
    return [_chapter(event, each, texts, names) for event, each in told]


#: The words of an event, by the id of their row, read with the event itself.
TEXTS = RawSQL(
    """(SELECT jsonb_object_agg(c.id, jsonb_build_object('text', c.text, 'erased_at', c.erased_at))
    FROM jsonb_each("engine_event"."body"::jsonb -> 'facts' -> 'contents') AS each
    JOIN engine_content c ON c.id = (each.value ->> 'id')::uuid)""",
    [],
    output_field=JSONField(),
)


def events_of(stream: str, kinds: Iterable[str]) -> QuerySet[Event]:
    """The events of these kinds in a stream, for `page_by_key` with `("-seq",)`; `chapters` tells a page of them.

    So a long story costs by the page, and not whole.
    """
    found = Event.objects.filter(stream=stream, kind__in=list(kinds)).select_related("actor")
    return found.annotate(texts=TEXTS)


def chapters(events: Sequence[Event]) -> list[Chapter]:
    """A page of `events_of` with words and names; one query, where a person or a team is named."""
    told = [(event, facts_of(event)) for event in events]
    names = _names([facts for _, facts in told])
    return [_chapter(event, facts, event.texts or {}, names) for event, facts in told]  # type: ignore[attr-defined]


def _events(stream: str) -> QuerySet[Event]:
    """The events in order; the first one brings all the words of the stream."""
    words = Content.objects.filter(stream=OuterRef("stream"))
    texts = ArraySubquery(words.values(told=JSONObject(id="pk", text="text", erased_at="erased_at")))
    events = Event.objects.filter(stream=stream).select_related("actor").order_by("seq")
    return events.annotate(texts=Case(When(seq=1, then=texts), default=None))


def _chapter(event: Event, facts: dict[str, Any], texts: dict[str, Any], known: dict[tuple[str, int], str]) -> Chapter:
    names = {fact: known.get(("user", facts[fact]), "") for fact in PEOPLE if facts.get(fact)}
    names |= {fact: known.get(("team", facts[fact]), "") for fact in TEAMS if facts.get(fact)}
    if facts.get(MENTIONS):
        names[MENTIONS] = ", ".join(known.get(("user", pk), "") for pk in facts[MENTIONS])
    stood_in_for = names.get("on_behalf_of")
    return Chapter(
        seq=event.seq,
        at=event.at,
        kind=event.kind,
        verb=event.kind.rpartition(".")[2],
        actor=f"{event.actor.name} for {stood_in_for}" if stood_in_for else event.actor.name,
        actor_id=event.actor_id,
        facts=facts,
        words={label: _text(texts.get(each["id"])) for label, each in facts.get("contents", {}).items()},
        names=names,
    )


def _names(facts: Iterable[dict[str, Any]]) -> dict[tuple[str, int], str]:
    """The names of the people and teams that facts name by id, in one query."""
    told = list(facts)
    mentioned = {pk for each in told for pk in each.get(MENTIONS) or []}
    people, teams = _wanted(told, PEOPLE) | mentioned, _wanted(told, TEAMS)
    if not people and not teams:
        return {}
    found = _named("user", User, people).union(_named("team", Team, teams), all=True)
    return {(what, pk): name for what, pk, name in found}


def _named(what: str, model: Any, ids: set[int]) -> Any:
    rows = model.objects.filter(pk__in=ids).order_by()
    return rows.values_list(Value(what, output_field=CharField()), "pk", "name")


def _wanted(facts: Iterable[dict[str, Any]], keys: Iterable[str]) -> set[int]:
    return {each[key] for each in facts for key in keys if isinstance(each.get(key), int)}


def _text(content: dict[str, Any] | None) -> str:
    return "(erased)" if content is None or content["erased_at"] is not None else str(content["text"])
