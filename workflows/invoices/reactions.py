"""What invoices do when their payments move on: a run has made one final, or finance has paid it."""

from collections.abc import Callable, Mapping
from typing import Any

from workflows.council.profile import current
from workflows.engine.door import Outcome
from workflows.engine.models import Task
from workflows.engine.reactions import reacts_to
from workflows.parties.selectors import system_actor
from workflows.payments import topics

from . import commands
from .flow import InvoiceFlow
from .models import Invoice


@reacts_to(topics.FINALISED, name="invoices.process")
def process(payload: Mapping[str, Any], key: str) -> None:
    """A run has made the payment final: its invoice is processed."""
    _follow(payload["payment"], InvoiceFlow.accepted.name, commands.process, key)


@reacts_to(topics.PAID, name="invoices.pay")
def pay(payload: Mapping[str, Any], key: str) -> None:
    """Finance has paid it; what was finalised a moment ago is processed first."""
    _follow(payload["payment"], InvoiceFlow.accepted.name, commands.process, f"{key}:processed")
    _follow(payload["payment"], InvoiceFlow.processed.name, commands.pay, key)


def _follow(payment_id: int, node: str, verb: Callable[..., Outcome], key: str) -> None:
    """Let the invoice of a payment follow it, where it stands at a node; else there is nothing to do."""
    if current().invoices is None:
        return
    invoice = Invoice.objects.filter(payment=payment_id).values_list("pk", flat=True).first()
    turn = Task.objects.filter(process=invoice, node=node, finished=None).first() if invoice is not None else None
    if invoice is not None and turn is not None:
        verb(actor=system_actor(), case_id=invoice, task_id=turn.pk, key=key)
