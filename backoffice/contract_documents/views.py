"""A contract document's case: overview, story, versions, the line; and the list of all documents."""

from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from backoffice.cases.frame import frame, held_of, path_of
from backoffice.cases.rooms import rooms
from backoffice.cases.view import CaseView
from backoffice.casework.asking import actor_of
from backoffice.web.files import given_out
from backoffice.web.gate import staff
from backoffice.web.paging import page_by_key
from backoffice.web.pieces import Fact, Row, Tab
from backoffice.web.words import file_size, fingerprint, moment
from workflows.contracts import selectors as contracts
from workflows.contracts.models import DocumentVersion
from workflows.contracts.rules import State, figures, reason_label, thawed
from workflows.council.profile import current
from workflows.engine import moment as clock_of
from workflows.engine import selectors as engine
from workflows.engine.errors import NotFound, Refused
from workflows.parties.actor import Actor
from workflows.register.selectors import line_terms

from .present import View, view_of
from .tables import Documents

KIND = "contract_document"
TAB_WORDS = {"awaiting": "Published"}
LATEST = 4


@staff(reads=KIND)
@require_GET
def documents(request: HttpRequest) -> HttpResponse:
    """All contract documents by status; a reference that is typed whole opens its document."""
    actor = actor_of(request)
    asked = request.GET.get("reference", "").strip()
    if asked:
        found = engine.cases(actor).filter(kind=KIND, reference__iexact=asked[:30]).first()
        if found is not None:
            return redirect("council:case", found.pk)
    tab = request.GET.get("status", "all")
    tab = tab if tab in contracts.TABS else "all"
    counts = contracts.counts(actor, contracts.Filters())
    rows = contracts.listed(actor, tab, contracts.Filters())
    page = page_by_key(rows, ("-document_id",), request.GET)
    for row in page.items:
        row["href"] = reverse("council:case", args=[row["document_id"]])
    order = ("all", *(each for each in contracts.TABS if each != "all"))
    tabs = [
        Tab(TAB_WORDS.get(each, each.title()), f"?{urlencode({'status': each})}", f"{counts[each]:,}", each == tab)
        for each in order
    ]
    context = {"table": Documents(page.items), "pages": page, "tabs": tabs, "asked": asked, "rooms": rooms(actor)}
    return render(request, "backoffice/contract_documents/list.html", context)


def view_of_id(actor: Actor, case_id: int) -> View:
    """One document as somebody sees it now; NotFound."""
    return view_of(contracts.page(actor, case_id), actor)


def overview(request: HttpRequest, view: CaseView) -> HttpResponse:
    """What to do now, what changed last, the newest of the story."""
    assert isinstance(view, View)  # noqa: S101 (kinds.py gives a kind its own views)
    page = view.page
    chapters = engine.story(f"case:{page.case.pk}")
    context = frame(view, "case", len(chapters)) | {
        "entries": view.entries(chapters)[:LATEST],
        "events": len(chapters),
        "changes": page.changed(page.latest.number),
        "rows": [Row(each.label, each.text) for each in thawed(page.latest.figures)],
        "held": held_of(view),
        "terminates": page.case.state in {State.PUBLISHED, State.ACCEPTED} and view.may("terminate"),
        "path": path_of(view, chapters),
    }
    return render(request, "backoffice/contract_documents/overview.html", context)


@staff(reads=KIND)
@require_GET
def versions(request: HttpRequest, case_id: int) -> HttpResponse:
    """Every version with what it changed, its answer, its PDF and fingerprint."""
    view = _view(request, case_id)
    context = frame(view, "versions") | {"versions": [_version(view, each) for each in view.page.versions]}
    return render(request, "backoffice/contract_documents/versions.html", context)


@staff(reads=KIND)
@require_GET
def line(request: HttpRequest, case_id: int) -> HttpResponse:
    """What the line says today, and whether the document still says it."""
    view = _view(request, case_id)
    fault, rows = "", []
    try:
        terms = line_terms(view.page.document.line_id, clock_of.today())
        rows = [Row(each.label, each.text) for each in figures(terms)]
    except Refused as refusal:
        fault = refusal.reason
    return render(
        request, "backoffice/contract_documents/line.html", frame(view, "case_line") | {"rows": rows, "fault": fault}
    )


@staff(reads=KIND)
@require_GET
def pdf(request: HttpRequest, case_id: int, number: int) -> FileResponse:
    """A version as it was frozen; that it was taken is recorded."""
    page = contracts.page(actor_of(request), case_id)
    version = page.version(number)
    return _file(request, page, version.pdf, f"{page.case.reference}-version-{number}.pdf", "document.pdf")


def _view(request: HttpRequest, case_id: int) -> View:
    return view_of_id(actor_of(request), case_id)


def _version(view: View, version: DocumentVersion) -> dict[str, Any]:
    """One version as its part of the page shows it."""
    page = view.page
    return {
        "number": version.number,
        "rows": [Row(each.label, each.text) for each in thawed(version.figures)],
        "changes": page.changed(version.number),
        "facts": _version_facts(version),
        "words": _words(version.words),
        "explanation": _words(version.explanation),
        "pdf": reverse("council:pdf", args=[page.case.pk, version.number]) if version.pdf else "",
        "size": file_size(version.pdf_size),
        "signed": [each for each in [page.signed_copy(version.number)] if each is not None],
        "sha256": version.sha256,
    }


def _version_facts(version: DocumentVersion) -> list[Fact]:
    answer = version.get_answer_display() or "No answer yet"
    if version.reason:
        answer = f"{answer}: {reason_label(current().contract_documents, version.reason)}"
    by = f"by {version.answered_by.name}, {moment(version.answered_at)}" if version.answered_by else ""
    return [
        Fact("Published", moment(version.published_at), f"by {version.published_by.name}"),
        Fact("Answer", answer, by),
        Fact("Fingerprint (SHA-256)", fingerprint(version.sha256)),
    ]


def _words(content: Any) -> str:
    """What was written with a version, in quotation marks; erased words say so."""
    if content is None:
        return ""
    return "The words were erased." if content.erased_at else f"“{content.text}”"


def _file(request: HttpRequest, page: contracts.Page, file: Any, name: str, what: str) -> FileResponse:
    if not file:
        raise NotFound
    engine.viewed(actor_of(request), what, page.case.pk, page.case.client_id)
    return given_out(file, name=name, content_type="application/pdf")
