"""The council's list of care package lines, on a page and as a file (norfolk-handbook §5: the same filters)."""

from collections.abc import Iterator, Sequence

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.casework.asking import actor_of
from backoffice.web.gate import staff
from backoffice.web.line_cells import HEADINGS, values
from backoffice.web.paging import capped, page_by_key
from backoffice.web.spreadsheet import Value, spreadsheet
from workflows.engine import moment
from workflows.engine import selectors as engine
from workflows.engine.tabular import write_csv
from workflows.parties.actor import Actor
from workflows.register import line_lists, selectors
from workflows.register.line_lists import ORDER, Narrow

from .asking import Asked
from .forms import FindForm
from .tables import Lines
from .views import may_change

MOST = 20_000
BATCH = 1000
FORMS = ("csv", "xlsx")
MORE = f"Only the first {MOST:,} are in this file. Narrow the list to have the rest."


@staff(reads="contract_document")
@require_http_methods(["GET", "POST"])
def lines(request: HttpRequest) -> HttpResponse:
    """The lines by name; a reference that is typed leads to its line or client, and never stands in an address."""
    actor = actor_of(request)
    find = FindForm(request.POST) if request.method == "POST" else FindForm()
    if request.method == "POST" and find.is_valid():
        found = _found(actor, find.cleaned_data["text"])
        if found:
            return redirect(found)
        find.add_error("text", f"There is no line and no client with {find.cleaned_data['text']}")
    asked = Asked(request.GET, actor)
    page = page_by_key(line_lists.listed(actor, asked.by), ORDER, request.GET, by_id=True)
    today = moment.today()
    for row in page.items:
        row.href, row.today = reverse("council:register_line", args=[row.pk]), today
    if asked.client:
        engine.viewed(actor, "client_lines", asked.client.pk, asked.client.pk)
    context = {
        "form": find,
        "asked": asked,
        "total": capped(line_lists.counted(actor, asked.by)),
        "table": Lines(page.items),
        "pages": page,
        "files": [(form.upper(), reverse(f"council:lines_{form}") + asked.kept) for form in FORMS],
        "brokerage": may_change(actor),
    }
    return render(request, "backoffice/lines/list.html", context)


@staff(reads="contract_document")
@require_GET
def file(request: HttpRequest, form: str) -> HttpResponse | FileResponse:
    """The list as it is filtered, as XLSX or CSV; that it was taken is recorded."""
    actor = actor_of(request)
    by = Asked(request.GET, actor).by
    engine.viewed(actor, f"lines.{form}", None, by.client_id)
    name = f"care-package-lines-{moment.today().isoformat()}.{form}"
    heads, rows = (*HEADINGS, "Provider", "Contract"), _rows(actor, by)
    if form == "xlsx":
        return spreadsheet(name, "Care package lines", heads, rows)
    answer = HttpResponse(write_csv([heads, *rows]), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _rows(actor: Actor, by: Narrow) -> Iterator[Sequence[Value]]:
    """The rows of the file; a list too long for one says so at its end."""
    today = moment.today()
    found = line_lists.listed(actor, by).order_by(*ORDER)[: MOST + 1]
    for place, line in enumerate(found.iterator(BATCH)):
        if place == MOST:
            yield [MORE]
            return
        yield (*values(line, today), line.service.organisation.name, line.contract.reference)


def _found(actor: Actor, text: str) -> str:
    """The address of the line, or of the client's lines, that a typed reference means; empty: none."""
    line_id = line_lists.line_called(actor, text)
    if line_id is not None:
        return reverse("council:register_line", args=[line_id])
    client = selectors.client_by_ss_ref(text)
    return f"{reverse('council:lines')}?client={client.pk}&historical=on" if client else ""
