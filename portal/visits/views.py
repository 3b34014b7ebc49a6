"""Visits from electronic call monitoring, as a provider sees its own: a file in, and the visits behind a figure."""

from functools import partial

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from backoffice.web import importing, monitored
from backoffice.web.gate import needs
from portal.actuals import showing
from workflows.actuals import selectors as actuals
from workflows.actuals.module import module
from workflows.actuals.selectors import FUNCTION
from workflows.actuals.visits import selectors as visits
from workflows.actuals.visits.columns import VISITS
from workflows.engine import selectors as engine
from workflows.engine.errors import Busy, NotFound, Refused
from workflows.register.imports import commands, selectors
from workflows.register.models import ImportRun

from ..asking import actor_of

MODULE = "actuals"
LATEST = 20


@needs(FUNCTION, module=MODULE)
@require_GET
def line(request: HttpRequest, case_id: int, line_week_id: int) -> HttpResponse:
    """The visits of one line in one week, planned beside recorded."""
    actor = actor_of(request)
    page = actuals.page(actor, case_id, only=[line_week_id])
    if page.actuals.monitoring is None or not page.lines:
        raise NotFound
    (found,) = page.lines
    engine.viewed(actor, "actuals.visits", line_week_id, found.week.line.client_id)
    seen = visits.of_lines(page.actuals, page.lines).get(line_week_id)
    context = monitored.context(page.actuals, found, seen)
    context |= {"week": page, "place": showing.place(page.week), "span": showing.span(page.week)}
    return render(request, "portal/visits/line.html", context)


@needs(FUNCTION, module=MODULE)
@require_GET
def one(request: HttpRequest, visit_id: int) -> HttpResponse:
    """One visit that was found: among the visits of its line in its week."""
    return redirect("portal:actuals_visits", *visits.place_of(actor_of(request), visit_id))


@needs(FUNCTION, "edit", module=MODULE)
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Choose a file and import it; below, what this person has imported."""
    actor = actor_of(request)
    runs = selectors.of_kind(actor, VISITS.name, limit=LATEST)
    form = monitored.VisitFileForm.of(request)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        command = partial(commands.start, actor=actor, kind=VISITS.name)
        try:
            run = command(file_name=file.name, content=file.read())
        except Busy:
            raise
        except Refused as refusal:
            form.add_error("file", refusal.reason)
        else:
            return redirect("portal:visits_import", run.pk)
    shown = [{"run": each, "state": importing.state_of(each), "href": reverse("portal:visits_import", args=[each.pk])}
             for each in runs]  # fmt: skip
    return render(request, "portal/visits/upload.html", {"form": form, "runs": shown, "name": module().name})


@needs(FUNCTION, "edit", module=MODULE)
@require_GET
def show(request: HttpRequest, run_id: int) -> HttpResponse:
    """One import, as far as it is: Confirm Import, then Import Complete."""
    actor = actor_of(request)
    run = _run(request, run_id)
    found = {name: reverse(f"portal:visits_import_{name}", args=[run.pk]) for name in ("update", "cancel", "errors")}
    links = {**found, "all": reverse("portal:visits_import_new")}
    context = importing.context(request, actor, run, may=True, links=links)
    return render(request, "portal/visits/run.html", context)


@needs(FUNCTION, "edit", module=MODULE)
@require_POST
def update_system(request: HttpRequest, run_id: int) -> HttpResponse:
    """Update System: keep the visits, and fill their weeks."""
    commands.update_system(actor=actor_of(request), run_id=_run(request, run_id).pk)
    return redirect("portal:visits_import", run_id)


@needs(FUNCTION, "edit", module=MODULE)
@require_POST
def cancel(request: HttpRequest, run_id: int) -> HttpResponse:
    """Give the import up."""
    commands.cancel(actor=actor_of(request), run_id=_run(request, run_id).pk)
    return redirect("portal:visits_import", run_id)


@needs(FUNCTION, "edit", module=MODULE)
@require_GET
def errors(request: HttpRequest, run_id: int) -> StreamingHttpResponse:
    """The records that have an error, as a file to put right and import again."""
    return importing.errors(_run(request, run_id), actor_of(request))


def _run(request: HttpRequest, run_id: int) -> ImportRun:
    """A person's own import of visits; NotFound, also for a file of another kind."""
    run = selectors.run(actor_of(request), run_id)
    if run.kind != VISITS.name:
        raise NotFound
    return run
