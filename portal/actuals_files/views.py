"""Actuals Bulk Export and Actuals Bulk Import: a file out, a file in, and nothing before Update System."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from backoffice.web import importing
from backoffice.web.gate import needs
from workflows.actuals.files import exporting
from workflows.actuals.files.columns import ACTUALS
from workflows.actuals.module import module, with_files
from workflows.actuals.selectors import FUNCTION
from workflows.engine.errors import Busy, Refused
from workflows.register.imports import commands, selectors
from workflows.register.models import ImportRun

from ..asking import actor_of
from .forms import ExportForm, ImportForm

MODULE = "actuals"
LATEST = 20


@needs(FUNCTION, module=MODULE)
@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """The form of the export; with two days in the address, the file."""
    actor = actor_of(request)
    with_files()
    asked = any(name.startswith(("first", "last")) for name in request.GET)
    form = ExportForm(request.GET if asked else None)
    if asked and form.is_valid():
        first, last = form.cleaned_data["first"], form.cleaned_data["last"]
        name = f"actuals-{first.isoformat()}-{last.isoformat()}.csv"
        return importing.download(name, exporting.records(actor, first, last))
    return render(request, "portal/actuals_files/export.html", {"form": form, "name": module().name})


@needs(FUNCTION, "edit", module=MODULE)
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Choose a file and import it; below, what this person has imported."""
    actor = actor_of(request)
    with_files()
    form = ImportForm.of(request)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        command = partial(commands.start, actor=actor, kind=ACTUALS.name)
        try:
            run = command(file_name=file.name, content=file.read())
        except Busy:
            raise
        except Refused as refusal:
            form.add_error("file", refusal.reason)
        else:
            return redirect("portal:actuals_import", run.pk)
    found = selectors.of_kind(actor, ACTUALS.name, limit=LATEST)
    runs = [{"run": each, "state": importing.state_of(each)} for each in found]
    return render(request, "portal/actuals_files/upload.html", {"form": form, "runs": runs, "name": module().name})


@needs(FUNCTION, "edit", module=MODULE)
@require_GET
def show(request: HttpRequest, run_id: int) -> HttpResponse:
    """One import, as far as it is: Confirm Import, then Import Complete."""
    actor = actor_of(request)
    run = selectors.run(actor, run_id)
    context = importing.context(request, actor, run, may=True, links=_links(run))
    return render(request, "portal/actuals_files/run.html", context)


@needs(FUNCTION, "edit", module=MODULE)
@require_POST
def update_system(request: HttpRequest, run_id: int) -> HttpResponse:
    """Update System: take the pending records over."""
    commands.update_system(actor=actor_of(request), run_id=run_id)
    return redirect("portal:actuals_import", run_id)


@needs(FUNCTION, "edit", module=MODULE)
@require_POST
def cancel(request: HttpRequest, run_id: int) -> HttpResponse:
    """Give the import up."""
    commands.cancel(actor=actor_of(request), run_id=run_id)
    return redirect("portal:actuals_import", run_id)


@needs(FUNCTION, "edit", module=MODULE)
@require_GET
def errors(request: HttpRequest, run_id: int) -> StreamingHttpResponse:
    """The records that have an error, as a file to put right and import again."""
    actor = actor_of(request)
    return importing.errors(selectors.run(actor, run_id), actor)


def _links(run: ImportRun) -> dict[str, Any]:
    found = {name: reverse(f"portal:actuals_import_{name}", args=[run.pk]) for name in ("update", "cancel", "errors")}
    return {**found, "all": reverse("portal:actuals_import_new")}
