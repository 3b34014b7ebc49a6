"""Credit notes: their list, the page of one, and what Payments does with it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.cases.acting import Act, act, form_of, of_turn
from backoffice.cases.frame import frame, held_of, path_of
from backoffice.cases.rooms import rooms
from backoffice.cases.view import CaseView
from backoffice.casework.asking import actor_of, number_in
from backoffice.web import invoice_words
from backoffice.web.gate import staff
from backoffice.web.paging import page_by_key
from backoffice.web.words import money
from workflows.engine import selectors as engine
from workflows.invoices import crediting, selectors
from workflows.invoices.rules import NoteState
from workflows.invoices.selectors import NOTE_ORDER
from workflows.parties.actor import Actor

from .forms import AcceptNoteForm, QueryForm, RefuseForm
from .present import NOTE_KIND, NoteView
from .tables import Notes

LATEST = 6


@staff(reads=NOTE_KIND)
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """All credit notes, those raised last first."""
    actor, provider = actor_of(request), number_in(request, "provider")
    state = request.GET.get("status", "")
    state = state if state in set(NoteState) else ""
    page = page_by_key(selectors.notes(actor, state=state, organisation_id=provider), NOTE_ORDER, request.GET)
    engine.viewed_clients(actor, "credit_notes", None, {each.line.line.client_id for each in page.items})
    states = [("", "Any status"), *((str(each), invoice_words.note_tag(each).text) for each in NoteState)]
    providers = [("", "Any provider"), *((str(pk), name) for pk, name in selectors.organisations(actor))]
    context = {
        "table": Notes(page.items),
        "pages": page,
        "rooms": rooms(actor),
        "selects": [("status", "Status", states, state), ("provider", "Provider", providers, str(provider or ""))],
    }
    return render(request, "backoffice/invoices/notes.html", context)


def view_of_id(actor: Actor, case_id: int) -> NoteView:
    """One credit note as somebody sees it now; NotFound."""
    return NoteView(*selectors.note(actor, case_id), actor)


def overview(request: HttpRequest, view: CaseView) -> HttpResponse:
    """What to do now, what it gives back and why, the story."""
    assert isinstance(view, NoteView)  # noqa: S101 (kinds.py gives a kind its own views)
    chapters = engine.story(f"case:{view.case.pk}")
    engine.viewed(view.actor, "credit_note", view.case.pk, view.note.line.line.client_id)
    context = frame(view, "case", len(chapters)) | {
        "rows": view.rows(),
        "may_refuse": view.may("refuse"),
        "entries": view.entries(chapters)[:LATEST],
        "events": len(chapters),
        "held": held_of(view),
        "path": path_of(view, chapters),
    }
    return render(request, "backoffice/invoices/note.html", context)


@staff(reads=NOTE_KIND)
@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, note_id: int) -> HttpResponse:
    """Accept it: it is taken off the contract's next open period."""
    view = view_of_id(actor_of(request), note_id)
    form = form_of(request, view, AcceptNoteForm)
    text = (
        f"{money(view.note.amount)} is taken off the next period of the contract that is open. {view.provider} is told."
    )
    said = Act("accept", "Accept the credit note", text, "Accepted. The provider is told.", view.rows())
    return act(request, view, form, lambda: crediting.accept(**of_turn(view, form)), said)


@staff(reads=NOTE_KIND)
@require_http_methods(["GET", "POST"])
def query(request: HttpRequest, note_id: int) -> HttpResponse:
    """Ask about it."""
    view = view_of_id(actor_of(request), note_id)
    form = form_of(request, view, QueryForm)
    text = "The credit note goes back to the provider, who sends it again or takes it back."
    said = Act("query", "Query the credit note", text, "The query is sent.", view.rows())
    return act(request, view, form, lambda: crediting.query(**of_turn(view, form)), said)


@staff(reads=NOTE_KIND)
@require_http_methods(["GET", "POST"])
def refuse(request: HttpRequest, note_id: int) -> HttpResponse:
    """Refuse it, for a reason."""
    view = view_of_id(actor_of(request), note_id)
    form = form_of(request, view, RefuseForm)
    text = "Nothing is taken off. What the line is worth can be credited by another note."
    said = Act("refuse", "Refuse the credit note", text, "Refused. The provider is told.", view.rows())
    return act(request, view, form, lambda: crediting.refuse(**of_turn(view, form)), said)
