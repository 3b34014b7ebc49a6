"""Turns of providers that nobody there may answer: the helpline's to put right."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from workflows.council.profile import current
from workflows.council.roles import EVERY_SENSITIVITY
from workflows.engine import registry
from workflows.engine.models import Task
from workflows.parties.actor import Actor
from workflows.parties.models import Membership, Organisation, Service

#: What is not for everybody.
KEPT = EVERY_SENSITIVITY - {"general"}


def unanswerable(actor: Actor | None = None) -> QuerySet[Task]:
    """Open turns of providers whose function no active person may edit at that organisation or service, or whose
    case none of those may read.

    For the helpline's team and auditors; nothing for anybody else. `actor` None: for the job that tells the helpline.
    """
    turns: QuerySet[Task] = Task.objects.filter(finished__isnull=True, organisation__isnull=False)
    if actor is not None and not _helps(actor):
        return turns.none()
    lonely = Q(pk__in=[])
    for function, nodes in _nodes().items():
        lonely |= nodes & _nobody_may(function)
        for kept in sorted(_kept_from_some(function)):
            lonely |= nodes & Q(process__sensitivity=kept) & _nobody_may(function, kept)
    return turns.filter(lonely).order_by("due_at", "id")


def helpline_teams() -> set[str]:
    """The keys of the teams that are the helpline, for any service group."""
    groups = [None, *(group.key for group in current().service_groups)]
    return {current().team_for("helpline", group) for group in groups}


def _helps(actor: Actor) -> bool:
    return actor.is_staff and bool(helpline_teams() & set(actor.teams) or "auditor" in actor.duties)


def _nodes() -> dict[str, Q]:
    """The provider's nodes, by the function that answers there."""
    found: dict[str, Q] = {}
    for name in registry.names():
        node = registry.node(name)
        if hasattr(node, "function"):
            here = Q(kind=node.flow_class.kind, node=node.name)
            found[node.function] = found[node.function] | here if node.function in found else here
    return found


def _kept_from_some(function: str) -> set[str]:
    """The sensitivities that not every role which edits a function reads."""
    able = [role for role in current().roles if function in role.edit]
    return {each for each in KEPT if any(each not in role.sensitivities for role in able)}


def _nobody_may(function: str, kept: str = "") -> Q:
    """At this service nobody, neither there nor for the whole organisation. The few services are found first."""
    able = [role for role in current().roles if function in role.edit and (not kept or kept in role.sensitivities)]
    roles = [role.key for role in able]
    answering = Membership.objects.filter(role__in=roles, user__is_active=True)
    whole = answering.filter(organisation_id=OuterRef("pk"), service__isnull=True)
    organisations = Organisation.objects.filter(~Exists(whole))
    here = answering.filter(service_id=OuterRef("pk"))
    services = Service.objects.filter(~Exists(here), organisation_id__in=organisations.values("pk"))
    nowhere = Q(service__isnull=True, organisation_id__in=organisations.values("pk"))
    return nowhere | Q(service_id__in=services.values("pk"))
