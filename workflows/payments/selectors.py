"""The readers of scheduled payments, already scoped to who asks."""

from django.db.models import QuerySet

from workflows.engine import selectors as engine
from workflows.engine.models import Case
from workflows.parties.actor import Actor

from .acting import profile
from .flow import ScheduledPaymentFlow
from .models import PaymentMethod

FUNCTION = ScheduledPaymentFlow.function


def cases(actor: Actor) -> QuerySet[Case]:
    """The scheduled payments that this person may read; NotFound where the council has none."""
    profile()
    return engine.cases(actor, FUNCTION).filter(kind=ScheduledPaymentFlow.kind)


def method_words(method: PaymentMethod) -> str:
    """`Scheduled (Pay on actuals: Never) 09/04/2018 Four-weekly Net` (norfolk-handbook §8)."""
    calendar = profile().calendar(method.calendar)
    on_actuals = "Always" if method.on_actuals else "Never"
    net = "Net" if method.net else "Gross"
    return f"Scheduled (Pay on actuals: {on_actuals}) {method.start:%d/%m/%Y} {calendar.name} {net}"
