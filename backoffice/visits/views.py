"""Visits from electronic call monitoring, as the council sees them: a file in, and the visits behind a figure."""

from functools import partial

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from backoffice.actuals.entering import entered
from backoffice.actuals.present import KIND, WeekView
from backoffice.casework.asking import actor_of
from backoffice.casework.commanding import carried
from backoffice.web import importing, monitored
from backoffice.web.gate import staff
from workflows.actuals import selectors as actuals
from workflows.actuals.module import module
from workflows.actuals.visits import selectors as visits
from workflows.actuals.visits.columns import VISITS
from workflows.engine import selectors as engine
from workflows.engine.errors import NotFound
from workflows.register.imports import commands, selectors
from workflows.register.imports.rooms import room_of
from workflows.register.models import ImportRun

LATEST = 20


@staff()
@require_GET
def line(request: HttpRequest, case_id: int, line_week_id: int) -> HttpResponse:
    """The visits of one line in one week, planned beside recorded."""
    actor, profile = entered(request, KIND)
    page = actuals.page(actor, case_id, only=[line_week_id])
    if profile.monitoring is None or not page.lines:
        raise NotFound
    (found,) = page.lines
    engine.viewed(actor, "actuals.visits", line_week_id, found.week.line.client_id)
    seen = visits.of_lines(profile, page.lines).get(line_week_id)
    context = monitored.context(profile, found, seen) | {"view": WeekView(page, actor), "case": page.case}
    return render(request, "backoffice/visits/line.html", context)


@staff()
@require_GET
def one(request: HttpRequest, visit_id: int) -> HttpResponse:
    """One visit that was found: among the visits of its line in its week."""
    actor, _ = entered(request, KIND)
    return redirect("council:actuals_visits", *visits.place_of(actor, visit_id))


@staff()
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Choose a file and import it; below, what was imported for the council."""
    actor = actor_of(request)
    module()
    room_of(VISITS.name).require(actor)
    form = monitored.VisitFileForm.of(request, cancel=reverse("council:actuals"))
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        command = partial(commands.start, actor=actor, kind=VISITS.name, file_name=file.name, content=file.read())
        run = carried(form, command, {"unreadable": "file", "too_large": "file"})
        if run is not None:
            return redirect("council:visits_import", run.pk)
    runs = selectors.of_kind(actor, VISITS.name, limit=LATEST)
    shown = [{"run": each, "state": importing.state_of(each), "href": reverse("council:visits_import", args=[each.pk])}
             for each in runs]  # fmt: skip
    return render(request, "backoffice/visits/upload.html", {"form": form, "runs": shown, "name": module().name})


@staff()
@require_GET
def show(request: HttpRequest, run_id: int) -> HttpResponse:
    """One import, as far as it is."""
    actor = actor_of(request)
    run = _run(request, run_id)
    found = {name: reverse(f"council:visits_import_{name}", args=[run.pk]) for name in ("update", "cancel", "errors")}
    links = {**found, "all": reverse("council:visits_import_new")}
    may = "auditor" not in actor.duties
    return render(request, "backoffice/visits/run.html", importing.context(request, actor, run, may=may, links=links))


@staff()
@require_POST
def update_system(request: HttpRequest, run_id: int) -> HttpResponse:
    """Keep the visits, and fill their weeks."""
    commands.update_system(actor=actor_of(request), run_id=_run(request, run_id).pk)
    return redirect("council:visits_import", run_id)


@staff()
@require_POST
def cancel(request: HttpRequest, run_id: int) -> HttpResponse:
    """Give the import up."""
    commands.cancel(actor=actor_of(request), run_id=_run(request, run_id).pk)
    return redirect("council:visits_import", run_id)


@staff()
@require_GET
def errors(request: HttpRequest, run_id: int) -> StreamingHttpResponse:
    """The records that have an error, as a file to put right and import again."""
    return importing.errors(_run(request, run_id), actor_of(request))


def _run(request: HttpRequest, run_id: int) -> ImportRun:
    """An import of visits by the council; NotFound, also for a file of another kind or without the module."""
    module()
    run = selectors.run(actor_of(request), run_id)
    if run.kind != VISITS.name:
        raise NotFound
    return run
