"""What of actuals can be searched: references, and what the council asked about a week. Comments on lines are not
searched: a week has many clients, and is found by none of their names; nor are recorded visits, whose carers are
references of another system."""

from django.db.models import QuerySet

from workflows.engine import selectors as engine
from workflows.engine.models import Case
from workflows.engine.searching import cases
from workflows.parties.actor import Actor

from .flow import ActualsFlow, CareDecisionFlow

#: What both sides read in the story of a week.
READ_BY_PROVIDERS = frozenset({"question"})


@cases(ActualsFlow.kind, labels=READ_BY_PROVIDERS)
def weeks(actor: Actor) -> QuerySet[Case]:
    """The weeks that this person may read."""
    return engine.cases(actor, ActualsFlow.function).filter(kind=ActualsFlow.kind)


@cases(CareDecisionFlow.kind, labels=frozenset())
def decisions(actor: Actor) -> QuerySet[Case]:
    """The decisions on care that this person of the council may read; a provider has no page of them."""
    found = engine.cases(actor, CareDecisionFlow.function).filter(kind=CareDecisionFlow.kind)
    return found.none() if actor.is_provider else found
