"""Import a file: upload, look at the pending records, update the system or cancel (suffolk-user-guide §2)."""

import csv
from collections.abc import Iterator
from functools import partial
from io import StringIO
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from backoffice.casework.asking import actor_of, number_in
from backoffice.casework.commanding import carried
from backoffice.queues.navigation import imports
from backoffice.web.gate import staff
from workflows.engine import selectors as engine
from workflows.engine.tabular import safe
from workflows.register.imports import commands, selectors
from workflows.register.models import ImportRun

from .forms import UploadForm, ViewForm
from .tables import Records, Runs

Status = ImportRun.Status
RUNNING = {Status.READING, Status.UPDATING}


@staff()
@require_GET
def runs(request: HttpRequest) -> HttpResponse:
    """The imports, the latest first."""
    titles = {kind.name: kind.title for kind in selectors.kinds()}
    found = selectors.runs(actor_of(request), before=number_in(request, "before"))
    for run in found:
        run.href = reverse("council:import", args=[run.pk])  # type: ignore[attr-defined]
        run.kind_title = titles.get(run.kind, run.kind)  # type: ignore[attr-defined]
    older = found[-1].pk if len(found) == selectors.PAGE else None
    context = {"table": Runs(found), "older": older, "may": imports(actor_of(request))}
    return render(request, "backoffice/imports/runs.html", context)


@staff()
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Take a file in."""
    actor = actor_of(request)
    commands.require_importer(actor)
    form = UploadForm.of(request, kinds=selectors.kinds(), cancel=reverse("council:imports"))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        command = partial(
            commands.start,
            actor=actor,
            file_name=data["file"].name,
            content=data["file"].read(),
            kind=data["kind"] or None,
            publish=data["publish"],
        )
        run = carried(form, command, {"unreadable": "file", "too_large": "file"})
        if run is not None:
            return redirect("council:import", run.pk)
    return render(request, "backoffice/imports/upload.html", {"form": form, "kinds": selectors.kinds()})


@staff()
@require_GET
def show(request: HttpRequest, run_id: int) -> HttpResponse:
    """One import, as far as it is: reading, pending, updating, complete."""
    actor = actor_of(request)
    run = selectors.run(actor, run_id)
    context = {
        "run": run,
        "running": run.status in RUNNING,
        "may": imports(actor),
        "counters": selectors.counters(run),
        "problems": run.rejected + run.quality_issues,
        "latest": number_in(request, "after") is None,
    }
    if run.status in {Status.PENDING, Status.DONE}:
        engine.viewed(actor, "import", run.pk)
        context |= _records(request, run)
    return render(request, "backoffice/imports/run.html", context)


@staff()
@require_POST
def update_system(request: HttpRequest, run_id: int) -> HttpResponse:
    """Take the pending records over."""
    commands.update_system(actor=actor_of(request), run_id=run_id)
    return redirect("council:import", run_id)


@staff()
@require_POST
def cancel(request: HttpRequest, run_id: int) -> HttpResponse:
    """Give the import up."""
    commands.cancel(actor=actor_of(request), run_id=run_id)
    return redirect("council:import", run_id)


@staff()
@require_GET
def errors(request: HttpRequest, run_id: int) -> StreamingHttpResponse:
    """The records that have an error, as a file to put right and import again."""
    actor = actor_of(request)
    run = selectors.run(actor, run_id)
    engine.viewed(actor, "import.errors", run.pk)
    response = StreamingHttpResponse(_csv(selectors.error_file(run)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{run.pk}-errors.csv"'
    return response


def _records(request: HttpRequest, run: ImportRun) -> dict[str, Any]:
    view = ViewForm(request.GET)
    which = cast("selectors.Which", view.chosen())
    found = selectors.rows(run, which, number_in(request, "after") or 0)
    more = found[-1].number if len(found) == selectors.PAGE else None
    return {"table": Records(found), "which": which, "choices": ViewForm.WHICH, "more": more}


def _csv(rows: Iterator[list[str]]) -> Iterator[str]:
    """Rows as CSV that a spreadsheet may open: nothing in it runs, and a mark lets it read the letters right."""
    yield "\ufeff"
    for row in rows:
        line = StringIO()
        csv.writer(line).writerow([safe(cell) for cell in row])
        yield line.getvalue()
