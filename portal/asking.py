"""Who asks, and what awaits them: read once a request, as the menu and the page both say it."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any, cast

from django.db.models import Count, DateTimeField, F, Min, Sum
from django.db.models.functions import Cast
from django.http import HttpRequest

from workflows.actions import selectors as actions
from workflows.actuals.flow import ActualsFlow
from workflows.claims.flow import ClaimFlow
from workflows.contracts import selectors
from workflows.contracts.flow import ContractDocumentFlow
from workflows.contracts.selectors import Summary
from workflows.disputes import selectors as disputes
from workflows.engine import selectors as engine
from workflows.invoices import selectors as invoices
from workflows.invoices.flow import InvoiceFlow
from workflows.parties.actor import Actor
from workflows.payments import selectors as payments

FUNCTION = selectors.FUNCTION
#: The kinds of case of which the menu says how many await the person, with the function that shows them.
COUNTED: Mapping[str, str] = {
    ContractDocumentFlow.kind: FUNCTION,
    actions.KIND: actions.FUNCTION,
    disputes.KIND: disputes.FUNCTION,
    ActualsFlow.kind: ActualsFlow.function,
    ClaimFlow.kind: ClaimFlow.function,
}
NOTHING = Summary(0, Decimal(0), None)


def actor_of(request: HttpRequest) -> Actor:
    """Who asks. Every page of the portal is for signed-in people of a provider, so there is somebody."""
    return cast("Actor", cast("Any", request).actor)


def awaiting(request: HttpRequest) -> Summary:
    """The contract documents that await this person's answer."""
    return waiting(request).get(ContractDocumentFlow.kind, NOTHING)


def awaiting_actions(request: HttpRequest) -> Summary:
    """The actions that await this person's answer."""
    return waiting(request).get(actions.KIND, NOTHING)


def awaiting_disputes(request: HttpRequest) -> Summary:
    """The disputes that await this person's response."""
    return waiting(request).get(disputes.KIND, NOTHING)


def awaiting_weeks(request: HttpRequest) -> Summary:
    """The weeks of actuals that await this person."""
    return waiting(request).get(ActualsFlow.kind, NOTHING)


def awaiting_claims(request: HttpRequest) -> Summary:
    """The claims about which the council asks this person."""
    return waiting(request).get(ClaimFlow.kind, NOTHING)


def awaiting_payments(request: HttpRequest) -> Summary:
    """The scheduled payments that this person can still confirm or reject."""
    return waiting(request).get(payments.KIND, NOTHING)


def awaiting_invoices(request: HttpRequest) -> Summary:
    """The invoices that this person can create or submit."""
    found = waiting(request).get(InvoiceFlow.kind, NOTHING)
    # A day is read as its midnight; it ends with the hour of a cut-off.
    return replace(found, due_at=payments.cut_off_at(found.due_at.date())) if found.due_at else found


def waiting(request: HttpRequest) -> Mapping[str, Summary]:
    """By kind, what awaits this person: one query for all kinds, once a request."""
    kept = cast("Any", request)
    if not hasattr(kept, "_waiting"):
        kept._waiting = _waiting(actor_of(request))
    return cast("Mapping[str, Summary]", kept._waiting)


def _waiting(actor: Actor) -> dict[str, Summary]:
    turns = [engine.provider_turns(actor, [function]).filter(kind=kind) for kind, function in COUNTED.items()]
    rows = reduce(or_, turns).order_by().values("kind")
    found = rows.annotate(number=Count("id"), weekly=Sum("amount"), first=Min("due_at"))
    if (to_answer := payments.to_answer(actor)) is not None:
        kept = to_answer.order_by().values(kind=F("case__kind"))
        found = found.union(kept.annotate(number=Count("pk"), weekly=Sum("payable"), first=Min("case__created")))
    if (to_send := invoices.to_send(actor)) is not None:
        sent = to_send.order_by().values(kind=F("case__kind"))
        day = Cast(Min("payment__cut_off"), DateTimeField())
        found = found.union(sent.annotate(number=Count("pk"), weekly=Sum("payment__payable"), first=day))
    return {row["kind"]: Summary(row["number"], row["weekly"] or Decimal(0), row["first"]) for row in found}
