"""Import a file: upload, look at the pending records, update the system or cancel (suffolk-user-guide §2)."""

from functools import partial

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from backoffice.casework.asking import actor_of, number_in
from backoffice.casework.commanding import carried
from backoffice.queues.navigation import imports
from backoffice.web import importing
from backoffice.web.gate import staff
from workflows.register.imports import commands, selectors

from .forms import UploadForm
from .tables import Runs


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
    links = {
        "all": reverse("council:imports"),
        "update": reverse("council:import_update", args=[run_id]),
        "cancel": reverse("council:import_cancel", args=[run_id]),
        "errors": reverse("council:import_errors", args=[run_id]),
    }
    context = importing.context(request, actor, run, may=imports(actor), links=links)
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
    return importing.errors(selectors.run(actor, run_id), actor)
