"""What of contract documents can be searched: references, by client too, and what both sides wrote to each other."""

from django.db.models import QuerySet

from workflows.engine import selectors as engine
from workflows.engine.models import Case
from workflows.engine.searching import cases
from workflows.parties.actor import Actor

from .flow import ContractDocumentFlow

#: What a provider reads on the document's own page. A "reason" may be one of a hand-over, which stays inside.
READ_BY_PROVIDERS = frozenset({"rejection", "explanation"})


@cases(ContractDocumentFlow.kind, labels=READ_BY_PROVIDERS)
def documents(actor: Actor) -> QuerySet[Case]:
    """The documents that this person may read."""
    return engine.cases(actor, ContractDocumentFlow.function).filter(kind=ContractDocumentFlow.kind)
