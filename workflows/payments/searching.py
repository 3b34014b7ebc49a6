"""What of payments can be searched: references, a payment also by its contract's, and the words of their stories.

Lines of many clients are in one payment: it is found by none of their names. Runs, stops and debts are the
council's.
"""

from django.db.models import Q, QuerySet

from workflows.council.profile import current
from workflows.engine import selectors as engine
from workflows.engine.models import Case
from workflows.engine.searching import Asked, cases
from workflows.parties.actor import Actor

from . import selectors
from .flow import PaymentDebtFlow, PaymentRunFlow, PaymentStopFlow, ScheduledPaymentFlow

#: What both sides read in the story of a payment.
READ_BY_PROVIDERS = frozenset({"comments", "answer"})


def _of_contract(asked: Asked) -> Q:
    return Q(asked.begins_reference("scheduled_payment__contract__reference"))


@cases(ScheduledPaymentFlow.kind, labels=READ_BY_PROVIDERS, also=_of_contract)
def payments(actor: Actor) -> QuerySet[Case]:
    """The payments that this person may read as a whole."""
    return selectors.cases(actor) if current().payments is not None else Case.objects.none()


@cases(PaymentRunFlow.kind, labels=frozenset())
def runs(actor: Actor) -> QuerySet[Case]:
    """The runs that this person of the council may read."""
    return _of_the_council(actor, PaymentRunFlow.function, PaymentRunFlow.kind)


@cases(PaymentStopFlow.kind, labels=frozenset())
def stops(actor: Actor) -> QuerySet[Case]:
    """The stops that this person of the council may read; a provider has no page of them."""
    return _of_the_council(actor, PaymentStopFlow.function, PaymentStopFlow.kind)


@cases(PaymentDebtFlow.kind, labels=frozenset())
def debts(actor: Actor) -> QuerySet[Case]:
    """The debts that this person of the council may read; a provider reads of them on the payment."""
    return _of_the_council(actor, PaymentDebtFlow.function, PaymentDebtFlow.kind)


def _of_the_council(actor: Actor, function: str, kind: str) -> QuerySet[Case]:
    found = engine.cases(actor, function).filter(kind=kind)
    return found.none() if actor.is_provider or current().payments is None else found
