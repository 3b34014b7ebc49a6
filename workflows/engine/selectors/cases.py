"""Cases that somebody may read, and their open turns."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from workflows.engine.errors import NotFound
from workflows.engine.models import Access, Case, Task
from workflows.parties.actor import Actor


def cases(actor: Actor, function: str = "") -> QuerySet[Case]:
    """The cases that this person may read; for a provider, with the function that shows them."""
    every: QuerySet[Case] = Case.objects.all()
    if not actor.reads_all():
        every = every.filter(sensitivity__in=["", *actor.sensitivities])
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
    """The open turns of a case, with who has them, for whom, and for which outside team."""
    turns = Task.objects.filter(process_id=case_id, finished__isnull=True)
    return list(turns.select_related("team", "organisation", "owner", "standing_in_for", "outside").order_by("id"))


def turns_of(case: Case) -> list[Task]:
    """Every turn of a case, open or over, the newest first, with who had it. The caller has scoped the case."""
    return list(Task.objects.filter(process_id=case.pk).select_related("team", "organisation").order_by("-id"))


def is_turn_of(case_id: int, task_id: int) -> bool:
    """Whether a turn, open or over, is one of this case."""
    found: bool = Task.objects.filter(pk=task_id, process_id=case_id).exists()
    return found


def viewed(actor: Actor, what: str, object_id: int | None, client_id: int | None = None) -> None:
    """Record that a person looked at a sensitive page or took a file."""
    Access.objects.create(
        user_id=actor.user_id,
        organisation_id=actor.organisation_id,
        what=what,
        object_id=object_id,
        client_id=client_id,
    )


def viewed_clients(actor: Actor, what: str, object_id: int | None, client_ids: Iterable[int]) -> None:
    """Record that a person looked at a page on which these clients are named: one row each, in one statement."""
    who: dict[str, Any] = {
        "user_id": actor.user_id,
        "organisation_id": actor.organisation_id,
        "what": what,
        "object_id": object_id,
    }
    Access.objects.bulk_create([Access(**who, client_id=each) for each in sorted(client_ids)])
