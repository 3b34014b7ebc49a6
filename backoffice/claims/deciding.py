"""One claim: its first page, and what Payments does with it: accept, query, reject, go on without an answer."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from backoffice.cases.frame import frame, held_of, path_of
from backoffice.cases.view import CaseView
from backoffice.casework.asking import actor_of
from backoffice.casework.commanding import carried
from backoffice.web import claimed
from backoffice.web.gate import staff
from backoffice.web.stale import read_as
from backoffice.web.words import money
from workflows.claims import about, commands, selectors
from workflows.engine import door, reading
from workflows.engine import selectors as engine
from workflows.engine.errors import Forbidden
from workflows.parties.actor import Actor

from .forms import AcceptForm, QueryForm, RejectForm, TakeForm, TurnForm
from .present import KIND, View

LATEST = 6
OVER = "That cannot be done with the claim as it stands now."


def view_of_id(actor: Actor, case_id: int) -> View:
    """One claim as somebody sees it now; NotFound."""
    return View(selectors.page(actor, case_id), actor)


def overview(request: HttpRequest, view: CaseView) -> HttpResponse:
    """What to do now, what is claimed with its evidence, where it is paid, what was said."""
    assert isinstance(view, View)  # noqa: S101 (kinds.py gives a kind its own views)
    chapters = engine.story(f"case:{view.case.pk}")
    context = frame(view, "case", len(chapters)) | {
        "rows": claimed.rows(view.page),
        "alike": selectors.alike(view.actor, view.page),
        "entries": view.entries(chapters)[:LATEST],
        "events": len(chapters),
        "held": held_of(view),
        "path": path_of(view, chapters),
        "may_reject": view.may("reject"),
    }
    return render(request, "backoffice/claims/overview.html", context)


@staff(reads=KIND)
@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Accept what is claimed: the amount is shown once more; of a service the line is chosen under which it is paid."""
    view = view_of_id(actor_of(request), claim_id)
    claim = view.page.claim
    lines = about.lines_of_service(view.case.service_id or 0) if claim.line_id is None else None
    form = _form(request, view, AcceptForm, lines=lines, more={"seen": claim.amount})
    text = (f"{money(claim.amount)} for {claimed.about(view.page)} is paid with the contract's next scheduled payment,"
            " or the first one that is opened later. This cannot be undone here.")  # fmt: skip
    return _act(request, view, "accept", form, _accept, "Accept the claim", text, "Accepted. The provider is told.")


@staff(reads=KIND)
@require_http_methods(["GET", "POST"])
def query(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Ask the provider about the claim."""
    view = view_of_id(actor_of(request), claim_id)
    form = _form(request, view, QueryForm)
    text = "The claim goes back to the provider, who can add files and put the amount right."
    return _act(request, view, "query", form, _query, "Query the claim", text, "The query is sent.")


@staff(reads=KIND)
@require_http_methods(["GET", "POST"])
def reject(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Reject the claim for a reason."""
    view = view_of_id(actor_of(request), claim_id)
    form = _form(request, view, RejectForm, claims=commands.module())
    text = "Nothing is paid. The provider reads the reason, and can send another claim."
    return _act(request, view, "reject", form, _reject, "Reject the claim", text, "Rejected. The provider is told.")


@staff(reads=KIND)
@require_http_methods(["GET", "POST"])
def take(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Go on without the provider's answer, once its time is over."""
    view = view_of_id(actor_of(request), claim_id)
    form = _form(request, view, TakeForm)
    text = f"{view.provider} has not answered in time. You can decide now; the provider is told."
    told = "You decide without the provider's answer. The provider is told."
    return _act(request, view, "take", form, _take, "Go on without an answer", text, told)


def _form(
    request: HttpRequest, view: View, made_by: type[TurnForm], more: dict[str, Any] | None = None, **options: Any
) -> TurnForm:
    initial = {"task": view.turn.pk if view.turn else "", **(more or {})}
    return made_by.of(request, initial=initial, cancel=view.address("case"), **options)


def _act(
    request: HttpRequest, view: View, verb: str, form: TurnForm, sends: Callable[[View, TurnForm], Any], heading: str,
    text: str, told: str,
) -> HttpResponse:  # fmt: skip
    """A page with one form about the turn that is open; whoever may not is refused, whoever is too late is told."""
    case, actor = view.case, view.actor
    if sent_already(request, actor, case.pk):
        return redirect("council:case", case.pk)
    read_as(request, form)
    refusal = door.may(actor, verb, case, view.turn, view.group)
    if isinstance(refusal, Forbidden):
        raise refusal
    if refusal is not None and request.method == "POST":
        raise door.noted(reading.stale(case, case.flow_class, actor), actor, verb, case.pk)
    if refusal is not None:
        messages.info(request, OVER)
        return redirect("council:case", case.pk)
    if request.method == "POST" and form.is_valid() and carried(form, lambda: sends(view, form)) is not None:
        messages.success(request, told)
        return redirect("council:case", case.pk)
    context = {"form": form, "case": case, "heading": heading, "text": text, "rows": claimed.rows(view.page)}
    return render(request, "backoffice/claims/act.html", context)


def sent_already(request: HttpRequest, actor: Actor, case_id: int) -> bool:
    """Whether this very form has had its effect: the second of two clicks."""
    found = door.answered(actor, request.POST.get("client_key", "")) if request.method == "POST" else None
    return found is not None and found.case_id == case_id


def _common(view: View, form: TurnForm) -> dict[str, Any]:
    data = form.cleaned_data
    own = {"actor": view.actor, "case_id": view.case.pk, "task_id": data["task"] or 0, "key": str(data["client_key"])}
    return own | ({"text": data["text"]} if "text" in data else {})


def _accept(view: View, form: TurnForm) -> door.Outcome:
    data = form.cleaned_data
    line = int(data["line"]) if data.get("line") else None
    return commands.accept(**_common(view, form), seen=data["seen"] or view.page.claim.amount, line_id=line)


def _query(view: View, form: TurnForm) -> door.Outcome:
    return commands.query(**_common(view, form))


def _reject(view: View, form: TurnForm) -> door.Outcome:
    return commands.reject(**_common(view, form), reason=form.cleaned_data["reason"])


def _take(view: View, form: TurnForm) -> door.Outcome:
    return commands.take(**_common(view, form))
