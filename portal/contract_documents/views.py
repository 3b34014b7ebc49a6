"""The pages of contract documents. Each first fetches through a selector, which knows whose the document is."""

from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.web import drafts
from backoffice.web.clock import deadline
from backoffice.web.files import given_out
from backoffice.web.gate import needs
from backoffice.web.paging import page_by_key
from backoffice.web.pieces import Tab
from backoffice.web.spreadsheet import spreadsheet
from workflows.contracts import commands, selectors
from workflows.contracts.models import DocumentVersion
from workflows.contracts.selectors import AWAITING, FUNCTION, TABS, Filters, Page
from workflows.council.profile import current
from workflows.council.tables import offered
from workflows.engine import news
from workflows.engine.errors import Forbidden, NotFound, Refused
from workflows.engine.selectors import viewed
from workflows.parties.actor import Actor

from ..asking import actor_of, awaiting
from ..council import brokerage
from . import answering
from .forms import AnswerForm, FilterForm, SignedCopyForm
from .showing import Shown
from .tables import HEADINGS, NAMES, Documents, Row, order, prepared, sheet

FOLDED_UP_TO = 20
BATCH = 500


@needs(FUNCTION)
@require_GET
def documents(request: HttpRequest) -> HttpResponse:
    """The list, which opens on what awaits the person (picture 02a)."""
    actor, tab = actor_of(request), _tab(request)
    form = _filter_form(request, actor, tab)
    filters = form.filters()
    counts = selectors.counts(actor, filters)
    page = page_by_key(_rows(actor, tab, filters), order(tab), request.GET)
    filtered = filters != Filters()
    summary = awaiting(request)
    context = {
        "form": form,
        "tabs": _tabs(actor, tab, counts, form),
        "table": Documents(prepared(actor, page.items), tab=tab, filtered=filtered),
        "page_of_list": page,
        "count": len(page.items),
        "total": counts[tab],
        "filtered": filtered,
        "unfold": filtered or bool(form.errors) or counts[tab] > FOLDED_UP_TO,
        "clear": f"?{urlencode({'tab': tab})}",
        "spreadsheet": f"{reverse('portal:documents_spreadsheet')}?{_query(tab, form)}",
        "summary": summary,
        "due": deadline(summary.due_at, timezone.now()),
        "one_day": tab == AWAITING and summary.count == len(page.items) and _same_day(page.items),
        "team": brokerage(),
        "reasons": offered(current().contract_documents.reasons),
        "may_answer": actor.may(FUNCTION, "edit"),
    }
    return render(request, "portal/contract_documents/list.html", context)


@needs(FUNCTION)
@require_GET
def download_list(request: HttpRequest) -> FileResponse:
    """The whole tab, as filtered, as a spreadsheet; that it was taken is recorded."""
    actor, tab = actor_of(request), _tab(request)
    rows = _rows(actor, tab, _filter_form(request, actor, tab).filters()).order_by("document_id")
    viewed(actor, "contract_documents.spreadsheet", None)
    name = f"contract-documents-{tab}-{timezone.localdate():%Y-%m-%d}.xlsx"
    return spreadsheet(name, "Contract documents", HEADINGS, sheet(rows.iterator(BATCH)))


@needs(FUNCTION)
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password")
def document(request: HttpRequest, case_id: int) -> HttpResponse:
    """The latest version of a document, with the form to answer it (picture 02b)."""
    actor = actor_of(request)
    page = selectors.page(actor, case_id)
    form = answering.form_for(request, page, cancel=reverse("portal:documents"))
    if request.method == "POST":
        answer = answering.receive(request, page, form)
        if answer is not None:
            return answer
    return _show(request, page, page.latest.number, form)


@needs(FUNCTION)
@require_GET
def version(request: HttpRequest, case_id: int, number: int) -> HttpResponse:
    """One version to read; the latest has its own page."""
    page = selectors.page(actor_of(request), case_id)
    if page.version(number).number == page.latest.number:
        return redirect("portal:document", case_id)
    return _show(request, page, number, None)


@needs(FUNCTION)
@require_GET
def download_pdf(request: HttpRequest, case_id: int, number: int) -> FileResponse:
    """The frozen PDF of a version."""
    page, found = _version(request, case_id, number)
    viewed(actor_of(request), "contract_document.pdf", case_id, page.case.client_id)
    if not found.pdf:
        raise NotFound
    name = f"{page.case.reference}-v{number}.pdf"
    return given_out(found.pdf, name=name, content_type="application/pdf")


@needs(FUNCTION, "edit")
@require_http_methods(["GET", "POST"])
def signed_copy(request: HttpRequest, case_id: int) -> HttpResponse:
    """Attach a signed copy to the latest version."""
    actor = actor_of(request)
    page = selectors.page(actor, case_id)
    shown = Shown(page, actor, timezone.now(), page.latest.number)
    if not shown.may_answer:
        raise Forbidden("Your role lets you read this document, not attach anything to it.")
    if not shown.may_attach:
        raise Refused("A signed copy can be attached while a document is published or accepted.", "not_possible")
    form = SignedCopyForm.of(request, cancel=reverse("portal:document", args=[case_id]))
    if request.method == "POST" and form.is_valid():
        return _attach(request, page, form)
    return render(request, "portal/contract_documents/signed_copy.html", {"shown": shown, "form": form})


def _attach(request: HttpRequest, page: Page, form: SignedCopyForm) -> HttpResponse:
    file = form.cleaned_data["file"][0]
    commands.attach_signed_copy(
        actor=actor_of(request),
        case_id=page.case.pk,
        task_id=page.turn.pk if page.turn else None,
        file_id=file.pk,
        key=str(form.cleaned_data["client_key"]),
    )
    drafts.finish(request)
    messages.success(request, f"The signed copy is attached to version {page.latest.number}.")
    return redirect("portal:document", page.case.pk)


def _show(request: HttpRequest, page: Page, number: int, form: AnswerForm | None) -> HttpResponse:
    actor = actor_of(request)
    shown = Shown(page, actor, timezone.now(), number)
    if request.method == "GET":
        news.opened(actor, "contract_document", page.case.pk, page.case.client_id)
    context = {"shown": shown, "form": form if shown.asks else None, "council": current()}
    return render(request, "portal/contract_documents/document.html", context)


def _version(request: HttpRequest, case_id: int, number: int) -> tuple[Page, DocumentVersion]:
    page = selectors.page(actor_of(request), case_id)
    return page, page.version(number)


def _tab(request: HttpRequest) -> str:
    """The tab that is asked for; what awaits the person when it is none that we know."""
    tab = request.GET.get("tab", AWAITING)
    return tab if tab in TABS else AWAITING


def _same_day(rows: list[Row]) -> bool:
    return len({row["due_at"] for row in rows}) == 1


def _rows(actor: Actor, tab: str, filters: Filters) -> QuerySet[DocumentVersion, Row]:
    rows: QuerySet[DocumentVersion, Row] = selectors.listed(actor, tab, filters)
    return rows.annotate(service_id=F("document__case__service_id"))


def _filter_form(request: HttpRequest, actor: Actor, tab: str) -> FilterForm:
    return FilterForm(request.GET, services=selectors.services(actor), clients=selectors.clients(actor), tab=tab)


def _query(tab: str, form: FilterForm) -> str:
    """A query string for another view of the list: the filter stays, the page does not."""
    kept = {name: value for name, value in form.data.items() if name not in {"tab", "after", "before"} and value}
    return urlencode({"tab": tab, **kept})


def _tabs(actor: Actor, tab: str, counts: dict[str, int], form: FilterForm) -> list[Tab]:
    names = NAMES if actor.may(FUNCTION, "edit") else NAMES | {AWAITING: "Awaiting an answer"}
    return [Tab(names[each], f"?{_query(each, form)}", f"{counts[each]:,}", each == tab) for each in TABS]
