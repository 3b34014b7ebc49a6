"""The council's list of change requests, and the page of one with the decision on it."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from backoffice.cases.frame import frame, held_of, path_of
from backoffice.cases.view import CaseView
from backoffice.casework.asking import actor_of
from backoffice.web import changing
from backoffice.web.gate import staff, teams_of_desk
from backoffice.web.paging import page_by_key
from backoffice.web.pieces import Tab
from workflows.changes import selectors
from workflows.changes.selectors import KIND, Page
from workflows.council.profile import current
from workflows.engine import selectors as engine
from workflows.parties.actor import Actor

from .forms import DecisionForm
from .present import View
from .tables import Requests

ORDER = ("-case_id",)
LATEST = 4
TABS = {"open": "Awaiting a decision", "decided": "Decided", "all": "All"}


@staff(reads=KIND)
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """All requests, the newest first; the queue says what is due when."""
    actor = actor_of(request)
    tab = request.GET.get("status", "open")
    tab = tab if tab in TABS else "open"
    page = page_by_key(selectors.listed(actor, archived=True, tab=tab), ORDER, request.GET)
    awaiting = Count("case_id", filter=Q(open=True))
    found = selectors.requests(actor, archived=True).aggregate(number=Count("case_id"), awaiting=awaiting)
    counts = {"open": found["awaiting"], "decided": found["number"] - found["awaiting"], "all": found["number"]}
    tabs = [Tab(words, f"?{urlencode({'status': key})}", f"{counts[key]:,}", key == tab) for key, words in TABS.items()]
    context = {"table": Requests(page.items), "pages": page, "tabs": tabs, "words": current().change_requests}
    context["helps"] = bool(teams_of_desk("helpline") & set(actor_of(request).teams))
    return render(request, "backoffice/change_requests/list.html", context)


def view_of_id(actor: Actor, case_id: int) -> View:
    """One request as somebody sees it now; NotFound."""
    return View(selectors.page(actor, case_id), actor)


def overview(request: HttpRequest, view: CaseView) -> HttpResponse:
    """One request: what is asked for, side by side with what is recorded, and the decision."""
    assert isinstance(view, View)  # noqa: S101 (kinds.py gives a kind its own views)
    return show(request, view, DecisionForm.of(request, page=view.page))


def show(request: HttpRequest, view: View, form: DecisionForm) -> HttpResponse:
    """The page with its form, where the person may decide."""
    page = view.page
    chapters = engine.story(f"case:{page.case.pk}")
    context = frame(view, "case", len(chapters)) | {
        "it": page,
        "table": changing.Fields(page.lines, decided=not page.request.open),
        "entries": view.entries(chapters)[:LATEST],
        "events": len(chapters),
        "held": held_of(view),
        "path": path_of(view, chapters),
        "form": form if page.request.open and view.may("accept") else None,
        "given": page.turn is not None and page.turn.node == "first_password" and view.may("password_given"),
        "can_undo": not page.request.open and page.undoable and view.may("undo"),
        "can_link": _has_no_password(page) and view.may("send_link"),
    }
    return render(request, "backoffice/change_requests/one.html", context)


def heading(page: Page) -> dict[str, Any]:
    """What each further page about a request says above its content."""
    return {"it": page, "about": changing.record_words(page), "name": changing.name_of(page.what)}


def _has_no_password(page: Page) -> bool:
    contact = page.request.contact
    mailed = current().change_requests.new_user == "mail"
    return mailed and contact is not None and contact.user is not None and contact.user.password_set_at is None
