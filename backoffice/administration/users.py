"""Portal users from a template: download it, send it back, see line by line what would happen, then apply it in one go.

(Bradford, Supported Living, "What do you need to do?": "Complete the Portal User Template as soon as possible in order
that you have the right people able to access the Provider Portal.")
"""

from functools import partial
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from backoffice.casework.asking import actor_of, number_in
from backoffice.casework.commanding import carried
from backoffice.web import importing
from backoffice.web.forms import ConcordForm
from backoffice.web.gate import staff
from backoffice.web.spreadsheet import workbook
from backoffice.web.tables import Cell, ListTable
from backoffice.web.tag_cell import TagCell
from workflows.changes.users import columns
from workflows.changes.users.importing import start
from workflows.council.profile import current
from workflows.people import roll
from workflows.people.locking import require_helpline
from workflows.register.imports import commands, selectors
from workflows.register.models import ImportRow, ImportRun

KIND = columns.USERS.name
LATEST = 20
MOST_BYTES = 5 * 1024 * 1024


class UsersFileForm(ConcordForm):
    """The filled-in template."""

    what_failed: ClassVar[str] = "Nothing was read"
    button: ClassVar[str] = "Check the file"
    file = forms.FileField(
        label="The template, filled in", help_text="An Excel workbook (.xlsx) or a CSV file of at most 5 MB.",
        allow_empty_file=True, error_messages={"required": "Choose a file", "invalid": "Choose a file"},
    )  # fmt: skip

    def clean_file(self) -> Any:
        """An empty or enormous file is refused before it is read."""
        file = self.cleaned_data["file"]
        if not file.size:
            raise forms.ValidationError(f"{file.name} is empty: choose another file")
        if file.size > MOST_BYTES:
            raise forms.ValidationError(f"{file.name} is larger than 5 MB: cut it into parts")
        return file


def _who(row: ImportRow) -> str:
    data = row.data
    return " ".join(filter(None, (data.get("forename"), data.get("surname")))) or row.raw.strip()


class Lines(ListTable):
    """The lines of a template, each with what happens."""

    number = Cell("Line", lambda row: f"Line {row.number:,}", name=True)
    status = TagCell("What", lambda row: importing.VERDICTS.get(row.verdict))
    who = Cell("Who", _who, second=lambda row: row.data.get("email") or "")
    says = Cell("What happens, or what is wrong", lambda row: row.message, late=lambda row: row.verdict == "rejected",
                second=lambda row: f"Look at this: {row.issue}" if row.issue else "")  # fmt: skip

    class Meta(ListTable.Meta):
        caption = "Lines of the file"
        empty = "There is none of these."


@staff()
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """The template to download, a filled-in one to send, and what was imported before."""
    actor = actor_of(request)
    require_helpline(actor)
    form = UsersFileForm.of(request, cancel=f"{reverse('council:people')}?side=provider")
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        run = carried(form, partial(start, actor=actor, file_name=file.name, content=file.read()),
                      {"unreadable": "file", "too_large": "file"})  # fmt: skip
        if run is not None:
            return redirect("council:users_run", run.pk)
    runs = selectors.of_kind(actor, KIND, limit=LATEST)
    shown = [{"run": each, "state": importing.state_of(each), "href": reverse("council:users_run", args=[each.pk])}
             for each in runs]  # fmt: skip
    context = {"form": form, "runs": shown, "organisation": number_in(request, "organisation"),
               "roles": current().roles}  # fmt: skip
    return render(request, "backoffice/administration/users.html", context)


@staff()
@require_GET
def template(request: HttpRequest, form: str) -> HttpResponse | StreamingHttpResponse:
    """The empty template; with a provider chosen, the workbook names its services."""
    require_helpline(actor_of(request))
    if form == "csv":
        return importing.download("portal-users.csv", iter([columns.header()]))
    organisation = number_in(request, "organisation")
    services = roll.services_with_references(organisation) if organisation is not None else []
    return workbook("portal-users.xlsx", columns.sheets(current(), services))


@staff()
@require_GET
def show(request: HttpRequest, run_id: int) -> HttpResponse:
    """One file, as far as it is: line by line what would happen, or what happened."""
    actor, run = actor_of(request), _run(request, run_id)
    found = {name: reverse(f"council:users_{name}", args=[run.pk]) for name in ("update", "cancel", "errors")}
    links = {**found, "all": reverse("council:users")}
    context = importing.context(request, actor, run, may="auditor" not in actor.duties, links=links)
    if "table" in context:
        context["table"] = Lines(context["table"].shown)
    return render(request, "backoffice/administration/users_run.html", context)


@staff()
@require_POST
def update_system(request: HttpRequest, run_id: int) -> HttpResponse:
    """Take all lines over that can be."""
    commands.update_system(actor=actor_of(request), run_id=_run(request, run_id).pk)
    return redirect("council:users_run", run_id)


@staff()
@require_POST
def cancel(request: HttpRequest, run_id: int) -> HttpResponse:
    """Give the file up."""
    commands.cancel(actor=actor_of(request), run_id=_run(request, run_id).pk)
    return redirect("council:users_run", run_id)


@staff()
@require_GET
def errors(request: HttpRequest, run_id: int) -> StreamingHttpResponse:
    """The lines with something wrong, as a file to put right and send again."""
    return importing.errors(_run(request, run_id), actor_of(request))


def _run(request: HttpRequest, run_id: int) -> ImportRun:
    """An import of portal users; NotFound, also for a file of another kind."""
    actor = actor_of(request)
    if "auditor" not in actor.duties:
        require_helpline(actor)
    return selectors.run(actor, run_id, only=KIND)
