"""What happened, as events tell it, with the names and words that they refer to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflows.engine.events import facts_of
from workflows.engine.models import Content, Event
from workflows.parties.models import Team, User

#: Facts that hold the id of a person, and of a team.
PEOPLE = ("from_user", "to_user", "for_user", "on_behalf_of")
TEAMS = ("from_team", "to_team", "keeper", "outside")


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
    names: dict[str, str]  # of the people and teams that facts name by id, by fact


def story(stream: str) -> list[Chapter]:
    """Everything that happened in a stream, oldest first. The caller has checked that the person may read it.

    Chapters whose verb is in `rules.INSIDE` are not for providers.
    """
    events = list(Event.objects.filter(stream=stream).select_related("actor").order_by("seq"))
    texts = {str(row.pk): row for row in Content.objects.filter(stream=stream)}
    told = [(event, facts_of(event)) for event in events]
    facts = [each for _, each in told]
    people = _names(User, facts, PEOPLE)
    teams = _names(Team, facts, TEAMS)
    return [_chapter(event, each, texts, people, teams) for event, each in told]


def _chapter(
    event: Event, facts: dict[str, Any], texts: dict[str, Content], people: dict[int, str], teams: dict[int, str]
) -> Chapter:
    names = {fact: people.get(facts[fact], "") for fact in PEOPLE if facts.get(fact)}
    names |= {fact: teams.get(facts[fact], "") for fact in TEAMS if facts.get(fact)}
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


def _names(model: Any, facts: Iterable[dict[str, Any]], keys: Iterable[str]) -> dict[int, str]:
    wanted = {each[key] for each in facts for key in keys if isinstance(each.get(key), int)}
    return dict(model.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}


def _text(content: Content | None) -> str:
    return "(erased)" if content is None or content.erased_at is not None else content.text
