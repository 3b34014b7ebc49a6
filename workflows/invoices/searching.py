"""What of invoices and credit notes can be searched: references, a contract's too, and the words of their stories.

Lines of many clients are in one invoice: it is found by none of their names. A credit note is about one line, and is
found by its reference.
"""

from django.db.models import Q, QuerySet

from workflows.council.profile import current
from workflows.engine.models import Case
from workflows.engine.searching import Asked, cases
from workflows.parties.actor import Actor

from . import selectors
from .flow import CreditNoteFlow, InvoiceFlow

#: What both sides read on the pages of both.
READ_BY_PROVIDERS = frozenset({"question", "reason"})


def _of_contract(asked: Asked) -> Q:
    return Q(asked.begins_reference("invoice__payment__contract__reference"))


def _of_line(asked: Asked) -> Q:
    return Q(asked.begins_reference("credit_note__line__line__reference"))


@cases(InvoiceFlow.kind, labels=READ_BY_PROVIDERS, also=_of_contract)
def invoices(actor: Actor) -> QuerySet[Case]:
    """The invoices that this person may read."""
    return selectors.cases(actor) if current().invoices is not None else Case.objects.none()


@cases(CreditNoteFlow.kind, labels=READ_BY_PROVIDERS, also=_of_line)
def credit_notes(actor: Actor) -> QuerySet[Case]:
    """The credit notes that this person may read."""
    return selectors.note_cases(actor) if current().invoices is not None else Case.objects.none()
