"""A case by the reference that a mail names."""

from workflows.engine import registry
from workflows.engine.errors import NotFound
from workflows.engine.models import Case
from workflows.parties.actor import Actor

from .cases import case


def case_of(actor: Actor, reference: str) -> Case:
    """The case of that reference; NotFound when it does not exist for this person."""
    found = Case.objects.filter(reference=reference).values_list("pk", "kind").first()
    if found is None:
        raise NotFound
    return case(actor, found[0], registry.latest(found[1]).function)
