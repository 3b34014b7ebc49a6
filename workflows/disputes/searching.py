"""What of disputes can be searched: references, what was written, and the lines and clients of their rows."""

from django.db.models import Q, QuerySet

from workflows.engine import selectors as engine
from workflows.engine.models import Case
from workflows.engine.searching import Asked, cases
from workflows.parties.actor import Actor

from .flow import DisputeFlow

#: What both sides read on the dispute's own page.
READ_BY_PROVIDERS = frozenset({"reason", "response"})


def of_line(asked: Asked) -> Q:
    """The disputes about a line whose reference begins with what was typed."""
    return Q(asked.begins_reference("dispute__rows__line_week__line__reference"))


@cases(DisputeFlow.kind, labels=READ_BY_PROVIDERS, also=of_line)
def disputes(actor: Actor) -> QuerySet[Case]:
    """The disputes that this person may read."""
    return engine.cases(actor, DisputeFlow.function).filter(kind=DisputeFlow.kind)
