"""The readers of cases, turns and stories, already scoped to who asks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from workflows.parties.actor import Actor
from workflows.parties.models import Team, User

from .errors import NotFound
from .events import facts_of
from .models import Access, Case, Content, Event, Notice, Task


@dataclass(frozen=True, slots=True)
class Chapter:
    """One event of a story, with the names and words that it refers to."""

    seq: int
    at: datetime
    kind: str
    verb: str
    actor: str
    actor_id: int
    facts: dict[str, Any]
    words: dict[str, str]  # by label; an erased text reads "(erased)"


def cases(actor: Actor, function: str = "") -> QuerySet[Case]:
    """The cases that this person may read; for a provider, with the function that shows them."""
    every: QuerySet[Case] = Case.objects.all()
    if actor.is_staff:
        return every.filter(kind__in=actor.reads)
    if not actor.is_provider:
        return every
    own = every.filter(organisation_id=actor.organisation_id)
    reach = actor.services_for(function)
    return own if reach is None else own.filter(service_id__in=reach)


def case(actor: Actor, case_id: int, function: str = "") -> Case:
    """One case with its parties; NotFound when it does not exist for this person."""
    related = ("organisation", "service", "client", "holder_team")
    found = cases(actor, function).select_related(*related).filter(pk=case_id).first()
    if found is None:
        raise NotFound
    return found


def open_turns(case_id: int) -> list[Task]:
    """The open turns of a case, with who has them."""
    return list(
        Task.objects.filter(process_id=case_id, finished__isnull=True).select_related("team", "owner").order_by("id")
    )


def story(stream: str) -> list[Chapter]:
    """Everything that happened in a stream, oldest first. The caller has checked that the person may read it."""
    events = list(Event.objects.filter(stream=stream).select_related("actor").order_by("seq"))
    texts = {str(row.pk): row for row in Content.objects.filter(stream=stream)}
    return [_chapter(event, texts) for event in events]


def _chapter(event: Event, texts: dict[str, Content]) -> Chapter:
    facts = facts_of(event)
    words = {label: _text(texts.get(each["id"])) for label, each in facts.get("contents", {}).items()}
    return Chapter(
        seq=event.seq,
        at=event.at,
        kind=event.kind,
        verb=event.kind.rpartition(".")[2],
        actor=event.actor.name,
        actor_id=event.actor_id,
        facts=facts,
        words=words,
    )


def _text(content: Content | None) -> str:
    return "(erased)" if content is None or content.erased_at is not None else content.text


def queue(actor: Actor, team_ids: Iterable[int]) -> QuerySet[Task]:
    """The open turns of some of the person's own teams (an auditor reads every team's), first due first."""
    every = "auditor" in actor.duties
    allowed = [team for team in team_ids if every or team in actor.team_ids]
    return _open().filter(team_id__in=allowed) if len(allowed) != 1 else _open().filter(team_id=allowed[0])


def my_work(actor: Actor) -> QuerySet[Task]:
    """The open turns that the person has claimed, first due first."""
    return _open().filter(owner_id=actor.user_id)


def provider_turns(actor: Actor, functions: Iterable[str]) -> QuerySet[Task]:
    """The open turns of the person's organisation, where their role lets them answer, first due first."""
    reach = Q(pk__in=[])
    for function in functions:
        services = actor.services_for(function, "edit")
        # An empty Q would vanish in the disjunction and leave nothing.
        everywhere = Q(organisation_id=actor.organisation_id)
        reach |= everywhere if services is None else Q(service_id__in=services)
    return _open().filter(reach, organisation_id=actor.organisation_id)


def _open() -> QuerySet[Task]:
    turns: QuerySet[Task] = Task.objects.filter(finished__isnull=True)
    return turns.order_by("due_at", "id")


def teams(actor: Actor) -> list[Team]:
    """The person's own teams (for an auditor: every team), by name."""
    every = Team.objects.order_by("name")
    return list(every if "auditor" in actor.duties else every.filter(pk__in=actor.team_ids))


def unread(user_id: int, limit: int = 20) -> list[Notice]:
    """The newest things that a person has not seen yet."""
    return list(
        Notice.objects.filter(user_id=user_id, read_at__isnull=True).select_related("case").order_by("-id")[:limit]
    )


def viewed(actor: Actor, what: str, object_id: int | None, client_id: int | None = None) -> None:
    """Record that a person looked at a sensitive page or took a file."""
    Access.objects.create(
        user_id=actor.user_id,
        organisation_id=actor.organisation_id,
        what=what,
        object_id=object_id,
        client_id=client_id,
    )


def name_of(user_id: int) -> str:
    """A person's name."""
    return User.objects.values_list("name", flat=True).get(pk=user_id)
