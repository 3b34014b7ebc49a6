"""The pages of change requests. Each first fetches through a selector, which knows whose the request is."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.web import changing
from backoffice.web.gate import needs
from backoffice.web.paging import Page as Paged
from backoffice.web.paging import page_by_key
from workflows.changes import commands, records, selectors
from workflows.changes.rules import What
from workflows.changes.selectors import FUNCTION, Page
from workflows.council.profile import current
from workflows.engine import news
from workflows.engine.errors import Refused

from ..actions import chapter
from ..asking import actor_of
from .asking import FLYING, onto
from .forms import SureForm
from .tables import Requests

ORDER = ("-responded_at", "-case_id")


@needs(FUNCTION)
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """One chronological list (norfolk-handbook §9, suffolk-user-guide §4): opens on its end, where the latest is."""
    archived = request.GET.get("historical") == "on"
    page = page_by_key(selectors.listed(actor_of(request), archived=archived), ORDER, request.GET)
    # Read backwards, shown forwards: what the pages call next is what came before.
    shown = Paged(page.items[::-1], previous=page.next, next=page.previous)
    context = {
        "table": Requests(shown.items),
        "pages": shown,
        "archived": archived,
        "words": current().change_requests,
        "tabs": chapter.tabs("changes"),
        "chapter": chapter.name(),
    }
    return render(request, "portal/change_requests/list.html", context)


@needs(FUNCTION)
@require_GET
def one(request: HttpRequest, request_id: int) -> HttpResponse:
    """A request with its fields and its answers."""
    actor = actor_of(request)
    page = selectors.page(actor, request_id)
    news.opened(actor, "change_request", request_id)
    context = {
        "it": page,
        "about": changing.record_words(page),
        "name": changing.name_of(page.what),
        "facts": changing.facts(page),
        "table": changing.Fields(page.lines, decided=not page.request.open),
        "entries": changing.entries(page),
        "back": _can_take_back(request, page),
        "telephone": page.turn is not None and page.turn.node == "first_password",
    }
    return render(request, "portal/change_requests/one.html", context)


@needs(FUNCTION, "edit")
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, request_id: int) -> HttpResponse:
    """Take back what was not decided yet."""
    return _take_back(request, request_id, "withdraw")


@needs(FUNCTION, "edit")
@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, request_id: int) -> HttpResponse:
    """Give back the access that a removal took, while it is not confirmed."""
    return _take_back(request, request_id, "undo")


def _take_back(request: HttpRequest, request_id: int, verb: str) -> HttpResponse:
    page = selectors.page(actor_of(request), request_id)
    may = _can_take_back(request, page)
    if not records.may_ask(actor_of(request), page.what, page.case.service_id):
        raise Refused("Your role lets you read this, not take it back.", "not_possible")
    if request.method == "GET" and may != verb:
        messages.info(request, f"{page.case.reference} cannot be taken back this way any more.")
        return redirect("portal:change_request", request_id)
    button = "Undo the removal" if verb == "undo" else "Withdraw the request"
    turn = page.turn.pk if page.turn else None
    form = SureForm.of(request, task=turn, button=button, cancel=reverse("portal:change_request", args=[request_id]))
    if request.method == "POST" and form.is_valid():
        task = form.cleaned_data["task"]
        shown = int(task) if task.isdecimal() else turn or 0
        try:
            _carry_out(request, request_id, verb, shown, str(form.cleaned_data["client_key"]))
        except FLYING:
            raise
        except Refused as refusal:
            onto(form, refusal)
        else:
            told = "The access is given back." if verb == "undo" else "It is withdrawn."
            messages.success(request, f"{page.case.reference}: {told}")
            return redirect("portal:change_request", request_id)
    context = {"form": form, "it": page, "verb": verb, "about": changing.record_words(page)}
    return render(request, "portal/change_requests/back.html", context)


def _carry_out(request: HttpRequest, case_id: int, verb: str, task_id: int, key: str) -> None:
    if verb == "undo":
        commands.undo(actor=actor_of(request), case_id=case_id, task_id=task_id, text="", key=key)
    else:
        commands.withdraw(actor=actor_of(request), case_id=case_id, task_id=task_id, key=key)


def _can_take_back(request: HttpRequest, page: Page) -> str:
    """The verb that the provider has now: withdraw, undo, or none."""
    actor = actor_of(request)
    if not page.request.open or not records.may_ask(actor, page.what, page.case.service_id):
        return ""
    if not actor.may(FUNCTION, "edit", page.case.service_id):
        return ""
    if page.what is What.ROLE_REMOVAL:
        return "undo" if page.undoable else ""
    return "withdraw"
