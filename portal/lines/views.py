"""The pages of care package line items. Each reads through selectors, which know whose lines they are."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.web.gate import needs
from backoffice.web.line_cells import HEADINGS, state, values
from backoffice.web.paging import capped, page_by_key
from backoffice.web.planned import planned_visits
from backoffice.web.spreadsheet import spreadsheet
from workflows.council.profile import current
from workflows.engine import moment
from workflows.engine import selectors as engine
from workflows.engine.tabular import write_csv
from workflows.parties.actor import Actor
from workflows.register import line_lists
from workflows.register import selectors as register
from workflows.register.line_lists import ORDER, Narrow
from workflows.register.models import CarePackageLine
from workflows.register.selectors import FUNCTION

from ..asking import actor_of
from . import acting, showing, story
from .forms import FilterForm, FindForm
from .tables import NEWS, Lines, Row

FOLDED_UP_TO = 20
MOST_CLIENTS = 500
BATCH = 1000


@needs(FUNCTION)
@require_http_methods(["GET", "POST"])
def lines(request: HttpRequest) -> HttpResponse:
    """The list (norfolk-handbook §5); a reference that is posted leads to its line or client."""
    actor = actor_of(request)
    find = FindForm(request.POST) if request.method == "POST" else FindForm()
    if request.method == "POST" and find.is_valid():
        found = _found(actor, find.cleaned_data["text"])
        if found:
            return redirect(found)
        find.add_error("text", f"There is no line and no client with {find.cleaned_data['text']} here")
    form = filter_form(request, actor)
    narrow = form.narrow()
    page = page_by_key(line_lists.listed(actor, narrow), ORDER, request.GET, by_id=True)
    total = capped(line_lists.counted(actor, narrow))
    filtered = narrow != Narrow()
    context = {
        "words": current().care_package_lines,
        "form": form,
        "find": find,
        "client": line_lists.client_of_lines(actor, narrow.client_id) if narrow.client_id else None,
        "table": Lines(_shown(actor, page.items), filtered=filtered),
        "page_of_list": page,
        "count": len(page.items),
        "total": total,
        "filtered": filtered,
        "unfold": filtered or bool(form.errors) or bool(find.errors) or total > FOLDED_UP_TO,
        "query": _query(form),
    }
    return render(request, "portal/lines/list.html", context)


@needs(FUNCTION)
@require_GET
def download(request: HttpRequest, form: str) -> HttpResponse | FileResponse:
    """The whole list as filtered, as XLSX or CSV (norfolk-handbook §3); that it was taken is recorded."""
    actor = actor_of(request)
    rows = line_lists.listed(actor, filter_form(request, actor).narrow()).order_by(*ORDER)
    engine.viewed(actor, f"lines.{form}", None)
    today = moment.today()
    name = f"care-package-lines-{today.isoformat()}.{form}"
    found = (values(each, today) for each in rows.iterator(BATCH))
    if form == "xlsx":
        return spreadsheet(name, "Care package lines", HEADINGS, found)
    answer = HttpResponse(write_csv([HEADINGS, *found]), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@needs(FUNCTION)
@require_GET
def line(request: HttpRequest, line_id: int) -> HttpResponse:
    """One line: its terms, its prices with their dates, its documents and its story. That it was read is recorded."""
    actor = actor_of(request)
    found = register.line(actor, line_id)
    engine.viewed(actor, "line", found.pk, found.client_id)
    context = {
        "words": current().care_package_lines,
        "line": found,
        "facts": showing.facts(found, moment.today()),
        "rows": showing.rows(found),
        "prices": showing.Prices(register.prices_of(found)),
        "suspensions": showing.Suspensions(list(found.suspensions.order_by("start"))),
        "contributions": showing.Contributions(list(found.contributions.order_by("start"))),
        "documents": showing.documents(actor, found),
        "planned": planned_visits(found.visits.order_by("start", "pk")),
        "entries": story.entries(engine.story(f"line:{found.pk}")),
        "action": acting.about(found.pk, found.service_id, actor, acting.new_action()),
        "notices": acting.notices(found.pk, found.service_id, actor),
    }
    return render(request, "portal/lines/line.html", context)


def filter_form(request: HttpRequest, actor: Actor) -> FilterForm:
    """The filter with the choices of this person."""
    return FilterForm(
        request.GET,
        services=line_lists.services(actor),
        clients=line_lists.clients(actor, MOST_CLIENTS),
        levels=line_lists.levels(actor),
    )


def _shown(actor: Actor, lines: Sequence[CarePackageLine]) -> list[Row]:
    today, action, news = moment.today(), acting.new_action(), line_lists.news(lines)
    return [
        Row(
            line,
            state(line, today),
            NEWS[news[line.pk]] if line.pk in news else None,
            acting.about(line.pk, line.service_id, actor, action),
        )
        for line in lines
    ]


def _found(actor: Actor, text: str) -> str:
    """The address of the line, or of the client's lines, that a typed reference means; empty: none."""
    line_id = line_lists.line_called(actor, text)
    if line_id is not None:
        return reverse("portal:line", args=[line_id])
    client_id = line_lists.client_called(actor, text)
    return f"{reverse('portal:lines')}?client={client_id}&historical=on" if client_id else ""


def _query(form: FilterForm) -> str:
    """The filter of the list as the end of an address: ids only."""
    kept = {name: form.data[name] for name in form.base_fields if form.data.get(name)}
    return f"?{urlencode(kept)}" if kept else ""
