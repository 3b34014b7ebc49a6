"""What is done with a line: change, end, suspend, resume, the client's contribution. One page each, one way through."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from backoffice.casework.asking import actor_of, day_in
from backoffice.casework.commanding import carried
from backoffice.casework.terms import standing
from backoffice.web.forms import ConcordForm
from backoffice.web.gate import staff
from backoffice.web.stale import Told, again, told
from workflows.engine.errors import Stale
from workflows.parties.actor import Actor
from workflows.register import commands, selectors
from workflows.register.models import CarePackageLine

from .forms import ChangeForm, ContributionForm, EndForm, LineForm, ResumeForm, SuspendForm

FIELDS = {"reason_missing": "reason", "no_rate": "service_level", "price_outside": "price_from", "outside": "start",
          "suspended": "start", "not_suspended": "start"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Act:
    """One act: its title, its form, the command, and what is said afterwards."""

    title: str
    form: type[LineForm]
    command: Callable[..., CarePackageLine]
    done: str
    note: str = ""


ACTS: Mapping[str, Act] = {
    "end": Act("Record an end date", EndForm, commands.end_line, "The end date is recorded.",
               "A contract document about the end is published by itself."),
    "suspend": Act("Suspend the line", SuspendForm, commands.suspend_line, "The line is suspended."),
    "resume": Act("Resume the line", ResumeForm, commands.resume_line, "The line is resumed."),
    "contribution": Act("Client's contribution", ContributionForm, commands.set_contribution,
                        "The contribution is saved.", "The home collects it from the client."),
}  # fmt: skip


@staff(desk="brokerage")
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, line_id: int, verb: str) -> HttpResponse:
    """End, suspend, resume, or set the contribution."""
    actor, what = actor_of(request), ACTS[verb]
    line = selectors.line(actor, line_id)
    form = what.form.of(request, line=line, cancel=_line(line), initial={"end": day_in(request, "end")})
    stale = None
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        version = data.pop("line_version")
        try:
            done = carried(form, lambda: what.command(actor=actor, line_id=line_id, version=version, **data), FIELDS)
        except Stale as refusal:
            line = selectors.line(actor, line_id)
            stale = told(refusal, what.form(line=line), request.POST)
            form = again(what.form(stale.data, line=line, cancel=_line(line), quiet=True))
        else:
            if done is not None:
                messages.success(request, what.done)
                return redirect(_line(line))
    return _page(request, line, form, stale, what.title, what.note)


@staff(desk="brokerage")
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, line_id: int) -> HttpResponse:
    """Change what a line says."""
    actor = actor_of(request)
    line = selectors.line(actor, line_id)
    now = standing(line)
    form = ChangeForm.of(request, now=now, cancel=_line(line))
    stale = None
    if request.method == "POST" and form.is_valid():
        try:
            done = carried(form, lambda: _change(actor, line_id, form), FIELDS)
        except Stale as refusal:
            now = standing(selectors.line(actor, line_id))
            stale = told(refusal, ChangeForm(now=now), request.POST)
            form = again(ChangeForm(stale.data, now=now, cancel=_line(line), quiet=True))
        else:
            if done is not None:
                messages.success(request, "The line is changed.")
                return redirect(_line(line))
    return _page(request, line, form, stale, "Change the line", "")


def _change(actor: Actor, line_id: int, form: ChangeForm) -> CarePackageLine:
    data = form.cleaned_data
    return commands.change_line(
        actor=actor,
        line_id=line_id,
        version=data["line_version"],
        reason=data["reason"],
        publish=data["publish"],
        **form.changed,
    )


def _page(
    request: HttpRequest, line: CarePackageLine, form: ConcordForm, stale: Told | None, title: str, note: str
) -> HttpResponse:
    context = {"form": form, "line": line, "title": title, "note": note, "stale": stale,
               "caption": f"Care package line {line.reference}", "back_href": _line(line),
               "back_text": line.reference}  # fmt: skip
    return render(request, "backoffice/lines/form.html", context, status=409 if stale else 200)


def _line(line: CarePackageLine) -> str:
    return reverse("council:register_line", args=[line.pk])
