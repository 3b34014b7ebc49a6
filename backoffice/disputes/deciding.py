"""One dispute: its first page with the decisions row by row, and going on without an answer."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from backoffice.cases.frame import frame, held_of, path_of
from backoffice.cases.view import CaseView
from backoffice.casework.asking import actor_of
from backoffice.casework.commanding import FLYING, carried
from backoffice.web import disputed
from backoffice.web.gate import staff
from backoffice.web.stale import Told, again
from workflows.disputes import commands, selectors
from workflows.disputes.rules import Awaits
from workflows.engine import door
from workflows.engine import selectors as engine
from workflows.engine.errors import Forbidden, Invalid, Refused, Stale
from workflows.parties.actor import Actor

from .forms import DecideForm, TakeForm
from .present import KIND, View

LATEST = 6
DONE = {
    "decided": "The dispute is decided. What is payable stands in the week.",
    "answered": "The decisions are recorded. The other rows still await one.",
    "raised": "It is asked again. The provider is told.",
}


def view_of_id(actor: Actor, case_id: int) -> View:
    """One dispute as somebody sees it now; NotFound."""
    return View(selectors.page(actor, case_id), actor)


def overview(request: HttpRequest, view: CaseView) -> HttpResponse:
    """What to do now, the rows side by side, the decisions, what was said."""
    assert isinstance(view, View)  # noqa: S101 (kinds.py gives a kind its own views)
    clients = {each.line_week.line.client_id for each in view.page.rows}
    engine.viewed_clients(view.actor, "dispute", view.case.pk, clients)
    return _show(request, view, form_of(request, view))


@staff(reads=KIND)
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """Decide rows, or ask again; what was sent is carried out, or comes back with what to put right."""
    actor = actor_of(request)
    view = view_of_id(actor, dispute_id)
    if request.method != "POST":
        return redirect("council:case", dispute_id)
    earlier = door.answered(actor, request.POST.get("client_key", ""))
    if earlier is not None and earlier.case_id == dispute_id:  # the second of two clicks: its rows have no field now
        return _done(request, earlier)
    form = form_of(request, view)
    if form is None:
        raise _why_not(view)
    if not form.is_valid():
        return _show(request, view, form)
    try:
        outcome = commands.decide(
            actor=actor,
            case_id=dispute_id,
            task_id=form.cleaned_data["task"] or 0,
            choices=form.choices(),
            key=str(form.cleaned_data["client_key"]),
        )
    except Stale as stale:
        return _meanwhile(request, dispute_id, stale)
    except Invalid as invalid:
        for fault, words in invalid.faults.items():
            form.add_error(form.place_of(fault), words)
        return _show(request, view, form)
    except FLYING:
        raise
    except Refused as refusal:
        form.add_error(None, refusal.reason)
        return _show(request, view, form)
    return _done(request, outcome)


@staff(reads=KIND)
@require_http_methods(["GET", "POST"])
def take(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """Go on without the provider's answer, once its time is over."""
    actor = actor_of(request)
    view = view_of_id(actor, dispute_id)
    if not view.may("take"):
        raise Forbidden(f"{view.team()} cannot take it now.")
    back = reverse("council:case", args=[dispute_id])
    form = TakeForm.of(request, initial={"task": view.turn.pk if view.turn else ""}, cancel=back)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        said: dict[str, Any] = {"actor": actor, "case_id": dispute_id, "task_id": data["task"] or 0}
        if carried(form, lambda: commands.take(**said, key=str(data["client_key"]))) is not None:
            messages.success(request, "You decide without the provider's answer. The provider is told.")
            return redirect(back)
    return render(request, "backoffice/disputes/take.html", {"form": form, "view": view, "case": view.case})


def form_of(request: HttpRequest, view: View, typed: Any = None) -> DecideForm | None:
    """The form of the decisions; None where this person decides nothing here now."""
    rows = [each for each in view.page.rows if each.awaits == Awaits.COUNCIL]
    if not rows or not view.may("resolve"):
        return None
    address = reverse("council:dispute_decide", args=[view.case.pk])
    options: dict[str, Any] = {"rows": rows, "address": address}
    if typed is not None:
        return DecideForm(typed, quiet=True, **options)
    return DecideForm.of(request, initial={"task": view.turn.pk if view.turn else ""}, **options)


def _done(request: HttpRequest, outcome: door.Outcome) -> HttpResponse:
    messages.success(request, DONE[outcome.state])
    return redirect("council:case", outcome.case_id)


def _why_not(view: View) -> Refused:
    if view.turn is None:
        return Refused("It is decided already.", "over")
    return Forbidden(f"Only the team that has it decides it: {view.holder()}.")


def _meanwhile(request: HttpRequest, dispute_id: int, stale: Stale) -> HttpResponse:
    """Somebody was faster: the dispute as it is now, with what was typed where it can still be sent."""
    view = view_of_id(actor_of(request), dispute_id)
    data = request.POST.copy()
    data["task"] = str(view.turn.pk if view.turn else "")
    renewed = form_of(request, view, typed=data)
    if renewed is None:
        raise stale
    return _show(request, view, again(renewed), Told(stale.who, stale.what, stale.when, [], data))


def _show(request: HttpRequest, view: View, form: DecideForm | None, stale: Told | None = None) -> HttpResponse:
    chapters = engine.story(f"case:{view.case.pk}")
    context = frame(view, "case", len(chapters)) | {
        "form": form,
        "stale": stale,
        "table": disputed.Rows(view.page.rows),
        "entries": view.entries(chapters)[:LATEST],
        "events": len(chapters),
        "held": held_of(view),
        "path": path_of(view, chapters),
        "week_href": "",
    }
    return render(request, "backoffice/disputes/overview.html", context, status=409 if stale else 200)
