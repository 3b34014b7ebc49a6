"""What of change requests can be searched: references, and what was asked for and answered."""

from django.db.models import QuerySet

from workflows.engine import selectors as engine
from workflows.engine.models import Case
from workflows.engine.searching import cases
from workflows.parties.actor import Actor

from .flow import ChangeRequestFlow

#: What a provider reads on the request's own page.
READ_BY_PROVIDERS = frozenset({"wanted", "answer"})


@cases(ChangeRequestFlow.kind, labels=READ_BY_PROVIDERS)
def requests(actor: Actor) -> QuerySet[Case]:
    """The requests that this person may read."""
    return engine.cases(actor, ChangeRequestFlow.function).filter(kind=ChangeRequestFlow.kind)
