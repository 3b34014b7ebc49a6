"""What of actions can be searched: references, by client and line too, titles and posts. Notes stay inside."""

from django.db.models import Q, QuerySet

from workflows.engine import selectors as engine
from workflows.engine.models import Case
from workflows.engine.searching import Asked, cases
from workflows.parties.actor import Actor

from .flow import ActionFlow

#: What both sides read on the conversation's own page.
READ_BY_PROVIDERS = frozenset({"title", "post"})


def of_line(asked: Asked) -> Q:
    """The actions about a line whose reference begins with what was typed."""
    return Q(asked.begins_reference("action__line__reference"))


@cases(ActionFlow.kind, labels=READ_BY_PROVIDERS, also=of_line)
def actions(actor: Actor) -> QuerySet[Case]:
    """The actions that this person may read."""
    return engine.cases(actor, ActionFlow.function).filter(kind=ActionFlow.kind)
