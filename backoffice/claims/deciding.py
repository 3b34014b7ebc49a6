"""One claim: its first page, and what Payments does with it: accept, query, reject, go on without an answer."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from backoffice.cases.acting import Act, act, form_of, of_turn
from backoffice.cases.frame import frame, held_of, path_of
from backoffice.cases.view import CaseView
from backoffice.casework.asking import actor_of
from backoffice.web import claimed
from backoffice.web.gate import staff
from backoffice.web.words import money
from workflows.claims import about, commands, selectors
from workflows.engine import selectors as engine
from workflows.engine.errors import Refused
from workflows.parties.actor import Actor

from .forms import AcceptForm, QueryForm, RejectForm, TakeForm
from .present import KIND, View

LATEST = 6


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
    form = form_of(request, view, AcceptForm, lines=lines, initial={"seen": claim.amount})
    text = (f"{money(claim.amount)} for {claimed.about(view.page)} is paid with the contract's next scheduled payment,"
            " or the first one that is opened later. This cannot be undone here.")  # fmt: skip
    said = Act("accept", "Accept the claim", text, "Accepted. The provider is told.", claimed.rows(view.page))

    def send() -> object:
        data = form.cleaned_data
        if data["seen"] is None:
            raise Refused("Open this page again, and look at the amount first.", "seen")
        line = int(data["paid_under"]) if data.get("paid_under") else None
        return commands.accept(**of_turn(view, form), seen=data["seen"], line_id=line)

    return act(request, view, form, send, said)


@staff(reads=KIND)
@require_http_methods(["GET", "POST"])
def query(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Ask the provider about the claim."""
    view = view_of_id(actor_of(request), claim_id)
    form = form_of(request, view, QueryForm)
    text = "The claim goes back to the provider, who can add files and put the amount right."
    said = Act("query", "Query the claim", text, "The query is sent.", claimed.rows(view.page))
    return act(request, view, form, lambda: commands.query(**of_turn(view, form)), said)


@staff(reads=KIND)
@require_http_methods(["GET", "POST"])
def reject(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Reject the claim for a reason."""
    view = view_of_id(actor_of(request), claim_id)
    form = form_of(request, view, RejectForm, claims=commands.module())
    text = "Nothing is paid. The provider reads the reason, and can send another claim."
    said = Act("reject", "Reject the claim", text, "Rejected. The provider is told.", claimed.rows(view.page))
    return act(
        request, view, form, lambda: commands.reject(**of_turn(view, form), reason=form.cleaned_data["reason"]), said
    )


@staff(reads=KIND)
@require_http_methods(["GET", "POST"])
def take(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Go on without the provider's answer, once its time is over."""
    view = view_of_id(actor_of(request), claim_id)
    form = form_of(request, view, TakeForm)
    text = f"{view.provider} has not answered in time. You can decide now; the provider is told."
    told = "You decide without the provider's answer. The provider is told."
    said = Act("take", "Go on without an answer", text, told, claimed.rows(view.page))
    return act(request, view, form, lambda: commands.take(**of_turn(view, form)), said)
