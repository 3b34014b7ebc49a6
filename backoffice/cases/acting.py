"""A page with one short form about the turn of a case: who may not is refused, who is too late is told by whom."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from backoffice.casework.commanding import carried
from backoffice.web.forms import ClientKeyMixin, ConcordForm
from backoffice.web.pieces import Row
from backoffice.web.stale import read_as
from workflows.engine import door, reading
from workflows.engine.errors import Forbidden
from workflows.parties.actor import Actor

from .view import CaseView

OVER = "That cannot be done as it stands now."


class TurnForm(ClientKeyMixin, ConcordForm):
    """A form about the turn that was on the screen."""

    task = forms.IntegerField(widget=forms.HiddenInput, required=False)


@dataclass(frozen=True, slots=True)
class Act:
    """What such a page says: its heading, what will happen, what it is about, and what is said once it is done."""

    verb: str
    heading: str
    text: str
    told: str
    rows: Sequence[Row] = ()


def form_of(request: HttpRequest, view: CaseView, made_by: type[TurnForm], **options: Any) -> TurnForm:
    """The form, about the turn that is open now; `initial` adds to what it begins with."""
    initial = {"task": view.turn.pk if view.turn else "", **options.pop("initial", {})}
    return made_by.of(request, initial=initial, cancel=view.address("case"), **options)


def act(
    request: HttpRequest, view: CaseView, form: TurnForm, sends: Callable[[], Any], said: Act
) -> HttpResponse:  # fmt: skip
    """Show the form, or carry out what was sent; `sends` runs the command."""
    case, actor = view.case, view.actor
    if sent_already(request, actor, case.pk):
        return redirect("council:case", case.pk)
    read_as(request, form)
    refusal = door.may(actor, said.verb, case, view.turn, view.group)
    if isinstance(refusal, Forbidden):
        raise refusal
    if refusal is not None and request.method == "POST":
        raise door.noted(reading.stale(case, case.flow_class, actor), actor, said.verb, case.pk)
    if refusal is not None:
        messages.info(request, OVER)
        return redirect("council:case", case.pk)
    if request.method == "POST" and form.is_valid() and carried(form, sends) is not None:
        messages.success(request, said.told)
        return redirect("council:case", case.pk)
    context = {"form": form, "view": view, "case": case, "said": said}
    return render(request, "backoffice/cases/short.html", context)


def sent_already(request: HttpRequest, actor: Actor, case_id: int) -> bool:
    """Whether this very form has had its effect: the second of two clicks."""
    found = door.answered(actor, request.POST.get("client_key", "")) if request.method == "POST" else None
    return found is not None and found.case_id == case_id


def of_turn(view: CaseView, form: TurnForm) -> dict[str, Any]:
    """What every command about a turn is given, with the words where the form asks for some."""
    data = form.cleaned_data
    own = {"actor": view.actor, "case_id": view.case.pk, "task_id": data["task"] or 0, "key": str(data["client_key"])}
    return own | ({"text": data["text"]} if "text" in data else {})
