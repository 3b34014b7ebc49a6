"""What the desks do with a request: decide, undo, give a first password, send a link again."""

from typing import Any, cast
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from backoffice.casework.asking import actor_of, key_of
from backoffice.casework.commanding import FLYING, carried, onto
from backoffice.web import drafts
from backoffice.web.forms import ConcordForm
from backoffice.web.gate import staff
from workflows.changes import commands, selectors
from workflows.changes.selectors import KIND, Page
from workflows.engine import door
from workflows.engine.errors import Refused
from workflows.people.first_access import first_password

from . import forms, views
from .forms import DecisionForm, OnceForm, UndoForm

TOLD = {
    "accepted": "It is accepted, and what was asked for is recorded.",
    "accepted_in_part": "It is accepted in part. The accepted fields are recorded.",
    "rejected": "It is rejected. Nothing that is recorded has changed.",
    "closed": "It is closed.",
    "undone": "The access is given back.",
}


@staff(reads=KIND)
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, request_id: int) -> HttpResponse:
    """Take the decision that a request's page sends; opened by hand, it leads to that page."""
    if request.method == "POST":
        return _decide(request, request_id)
    page = reverse("council:case", args=[selectors.page(actor_of(request), request_id).case.pk])
    return redirect(f"{page}?{request.GET.urlencode()}" if request.GET else page)


def _decide(request: HttpRequest, request_id: int) -> HttpResponse:
    view = views.view_of_id(actor_of(request), request_id)
    page = view.page
    form = DecisionForm.of(request, page=page)
    done = _decided(request, page, form) if form.is_valid() else None
    if done is None:
        return views.show(request, view, form)
    drafts.finish(request)
    messages.success(request, f"{page.case.reference}: {TOLD[done.state]}")
    return redirect("council:case", request_id)


def _decided(request: HttpRequest, page: Page, form: DecisionForm) -> door.Outcome | None:
    """Run the command; None when it was refused, with the reason on the form and what is recorded now beside it."""
    try:
        return _command(request, page, form)
    except FLYING:
        raise
    except Refused as refusal:
        places = {line.field: forms.place(line.field) for line in page.lines}
        faults = getattr(refusal, "faults", {"": refusal.reason})
        for field, fault in faults.items():
            name = places.get(field, field)
            form.add_error(name if name in form.fields else None, fault)
        if refusal.code == "moved":
            _replace(form, "seen", page.seen)  # the page shows what is recorded now: the next sending has seen it
        return None


def _command(request: HttpRequest, page: Page, form: DecisionForm) -> door.Outcome:
    data = form.cleaned_data
    task = data["task"]
    common: dict[str, Any] = {
        "actor": actor_of(request), "case_id": page.case.pk, "key": str(data["client_key"]),
        "task_id": int(task) if task.isdecimal() else 0,
    }  # fmt: skip
    if data["decision"] == forms.REJECT:
        return commands.reject(**common, reason=data["reason"], text=data["text"])
    if data["decision"] == forms.CLOSE:
        return commands.close(**common, text=data["text"])
    if data["decision"] == forms.UNDO:
        return commands.undo(**common, text=data["text"])
    if data["decision"] == forms.PART:
        if not form.refused:
            raise Refused("In part means that some fields are accepted and some are rejected.", "part")
        return commands.accept_in_part(**common, refused=form.refused, seen=data["seen"], text=data["text"])
    return commands.accept(**common, seen=data["seen"], text=data["text"])


@staff(reads=KIND)
@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, request_id: int) -> HttpResponse:
    """Undo a removal that was confirmed."""
    page = selectors.page(actor_of(request), request_id)
    if elsewhere := _elsewhere(request, page, "undo"):
        return elsewhere
    form = UndoForm.of(request, cancel=reverse("council:case", args=[request_id]))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        turn = page.turn.pk if page.turn else None

        def command() -> door.Outcome:
            return commands.undo(
                actor=actor_of(request),
                case_id=request_id,
                task_id=turn,
                text=data["text"],
                key=str(data["client_key"]),
            )

        if carried(form, command):
            drafts.finish(request)
            messages.success(request, f"{page.case.reference}: {TOLD['undone']}")
            return redirect("council:case", request_id)
    return render(request, "backoffice/change_requests/undo.html", views.heading(page) | {"form": form})


@staff(reads=KIND)
@require_http_methods(["GET", "POST"])
@never_cache
def password(request: HttpRequest, request_id: int) -> HttpResponse:
    """Make a first password and show it, once: it is kept nowhere but as a hash (norfolk-handbook §1)."""
    page = selectors.page(actor_of(request), request_id)
    if elsewhere := _elsewhere(request, page, "issue_password"):
        return elsewhere
    contact = page.request.contact
    if request.method != "POST" and contact and contact.user and contact.user.password_set_at is not None:
        messages.info(request, f"{contact.user.name} has chosen a password already.")
        return redirect("council:case", request_id)
    form = OnceForm.of(request, button="Make a first password", cancel=reverse("council:case", args=[request_id]))
    made = ""
    if request.method == "POST" and form.is_valid():
        made = _made(request, page, form)
    context = views.heading(page) | {"form": form, "made": made, "contact": contact}
    return render(request, "backoffice/change_requests/password.html", context)


def _made(request: HttpRequest, page: Page, form: OnceForm) -> str:
    """The password; empty when it was refused, or when this very form was sent before (then it is lost, on purpose)."""
    secret = first_password()
    try:
        done = commands.issue_password(
            actor=actor_of(request), case_id=page.case.pk, task_id=page.turn.pk if page.turn else 0, password=secret,
            key=str(form.cleaned_data["client_key"]),
        )  # fmt: skip
    except FLYING:
        raise
    except Refused as refusal:
        onto(form, refusal, {})
        return ""
    if done.repeated:
        form.add_error(None, "This form was sent before, and its password is not shown again. Make a new one.")
        _replace(form, "client_key", str(uuid4()))
        return ""
    return secret


@staff(reads=KIND)
@require_POST
def given(request: HttpRequest, request_id: int) -> HttpResponse:
    """The first password was given by telephone."""
    page = selectors.page(actor_of(request), request_id)
    task_id = page.turn.pk if page.turn else 0
    commands.password_given(
        actor=actor_of(request), case_id=request_id, task_id=task_id, key=f"given:{key_of(request)}"
    )
    messages.success(request, f"{page.case.reference}: the first password was given.")
    return redirect("council:case", request_id)


@staff(reads=KIND)
@require_POST
def link(request: HttpRequest, request_id: int) -> HttpResponse:
    """Mail a new link to somebody who has not signed in yet."""
    page = selectors.page(actor_of(request), request_id)
    commands.send_link(actor=actor_of(request), case_id=request_id, key=f"link:{key_of(request)}")
    messages.success(request, f"{page.case.reference}: a new link is on its way.")
    return redirect("council:case", request_id)


def _replace(form: ConcordForm, name: str, value: str) -> None:
    """Change a hidden part of a form that is shown again."""
    data = cast("QueryDict", form.data).copy()
    data[name] = value
    form.data = data


def _elsewhere(request: HttpRequest, page: Page, verb: str) -> HttpResponse | None:
    """Where an old link leads, when the door would refuse its verb; a form that was sent goes to the door itself."""
    group = page.case.service.group if page.case.service else None
    refusal = door.may(actor_of(request), verb, page.case, page.turn, group)
    if request.method == "POST" or refusal is None:
        return None
    messages.info(request, refusal.reason)
    return redirect("council:case", page.case.pk)
