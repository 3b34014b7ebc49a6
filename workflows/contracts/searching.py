"""What of contract documents can be searched: references, by client too, and what both sides wrote to each other."""

from django.db.models import Q, QuerySet

from workflows.engine import selectors as engine
from workflows.engine.models import Case
from workflows.engine.searching import Asked, cases
from workflows.parties.actor import Actor

from .flow import ContractDocumentFlow

#: What a provider reads on the document's own page. A "reason" may be one of a hand-over, which stays inside.
READ_BY_PROVIDERS = frozenset({"rejection", "explanation"})


def of_line(asked: Asked) -> Q:
    """The documents of a line whose reference begins with what was typed."""
    return Q(asked.begins_reference("document__line__reference"))


@cases(ContractDocumentFlow.kind, labels=READ_BY_PROVIDERS, also=of_line)
def documents(actor: Actor) -> QuerySet[Case]:
    """The documents that this person may read."""
    return engine.cases(actor, ContractDocumentFlow.function).filter(kind=ContractDocumentFlow.kind)
