"""The way into these rooms: what somebody may not read does not exist; what they may not do is refused in words."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from backoffice.cases.view import CaseView
from backoffice.casework.asking import actor_of, works_for
from backoffice.web.gate import teams_of_desk
from backoffice.web.words import listing
from workflows.council.profile import current
from workflows.engine import door, reading
from workflows.engine.errors import Forbidden, NotFound
from workflows.parties.actor import Actor
from workflows.payments.acting import profile
from workflows.payments.flow import PaymentDebtFlow, PaymentStopFlow
from workflows.payments.selectors import KIND

STOP, DEBT = PaymentStopFlow.kind, PaymentDebtFlow.kind


def entered(request: HttpRequest, kind: str = KIND) -> Actor:
    """Who asks; NotFound where the council pays nothing here, and for whoever does not read this kind of case."""
    profile()
    actor = actor_of(request)
    if kind not in actor.reads:
        raise NotFound
    return actor


def pays(actor: Actor) -> bool:
    """Whether one of the person's teams does the work of the payments desk."""
    return bool(teams_of_desk("payments") & set(actor.teams))


def let_in(request: HttpRequest, view: CaseView, verb: str, gone: str) -> HttpResponse | None:
    """Open a form only for whoever may send it: None, or where they are led with the words `gone`.

    Raises Forbidden for whoever may not; and where something was sent that is too late, who was faster (Stale): a page
    is read in several moments, and what is over by then is over for everybody.
    """
    actor, case = view.actor, view.case
    refusal = door.may(actor, verb, case, view.turn, view.group)
    if refusal is None:
        return None
    if isinstance(refusal, Forbidden):
        raise refusal
    if not works_for(actor, "payments", view.group, view.turn):
        names = [each.name for each in current().teams if each.key in teams_of_desk("payments")]
        raise Forbidden(f"Only {listing(names, 'or')} can do this.")
    if request.method == "POST":
        raise door.noted(reading.stale(case, case.flow_class, actor), actor, verb, case.pk)
    messages.info(request, gone)
    return redirect("council:case", case.pk)


def sent_already(request: HttpRequest, actor: Actor, case_id: int) -> bool:
    """Whether this very form has had its effect: the second of two clicks."""
    found = door.answered(actor, request.POST.get("client_key", "")) if request.method == "POST" else None
    return found is not None and found.case_id == case_id
