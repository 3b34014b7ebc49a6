"""What of claims can be searched: references, what was written, their clients, and the line that they are about."""

from django.db.models import Q, QuerySet

from workflows.engine.models import Case
from workflows.engine.searching import Asked, cases
from workflows.parties.actor import Actor

from . import selectors
from .flow import ClaimFlow

#: What both sides read on the claim's own page.
READ_BY_PROVIDERS = frozenset({"claim", "query", "answer", "accepted", "rejected"})


def of_line(asked: Asked) -> Q:
    """The claims about a line whose reference begins with what was typed."""
    return Q(asked.begins_reference("claim__line__reference"))


@cases(ClaimFlow.kind, labels=READ_BY_PROVIDERS, also=of_line)
def claims(actor: Actor) -> QuerySet[Case]:
    """The claims that this person may read; none where the council has no such module."""
    return selectors.cases(actor) if selectors.has_module() else Case.objects.none()
