"""An answer from the form to the command, and what the person is told.

The order: what is wrong with the form, all of it at once and without trying the password; then the password, which
counts as a try; then the command. When the turn is over already no password is asked of anybody: the command then
either recognises the same form sent twice, or refuses.
"""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from backoffice.access.confirm import is_oneself
from backoffice.web import drafts
from workflows.contracts import commands, rules, selectors
from workflows.contracts.selectors import FUNCTION, Page
from workflows.council.profile import current
from workflows.engine.errors import Forbidden, Invalid, KeyReused, Refused, Stale

from ..asking import actor_of
from ..council import brokerage
from .forms import REJECT, AnswerForm
from .showing import Shown

TOO_LATE = {"superseded_version", "answered"}
INCOMPLETE = "The form was not complete. Open the document again and send your answer from there."


def form_for(request: HttpRequest, page: Page, cancel: str = "") -> AnswerForm:
    """The answer form of this page; it holds which turn and version are on the screen."""
    return AnswerForm.of(request, shown=on_screen(page), cancel=cancel)


def on_screen(page: Page) -> dict[str, Any]:
    """Which turn and version an answer is about."""
    turn = page.turn.pk if page.turn else ""
    return {"task": turn, "number": page.latest.number, "sha256": page.latest.sha256}


def receive(request: HttpRequest, page: Page, form: AnswerForm) -> HttpResponse | None:
    """Carry out a posted answer; None when the form is to be shown again with what is wrong."""
    actor = actor_of(request)
    if not actor.may(FUNCTION, "edit", page.case.service_id):
        raise Forbidden("Your role lets you read this document, not answer it.")
    right = form.is_valid()
    if form.broken:
        raise Refused(INCOMPLETE, "incomplete")
    over = _is_over(page, form.cleaned_data["task"])
    if not over and not (right and is_oneself(request, form)):
        return None
    if not right:
        return too_late(request, page.case.pk, form)
    return _send(request, page, form)


def _send(request: HttpRequest, page: Page, form: AnswerForm) -> HttpResponse | None:
    try:
        outcome = _command(request, page.case.pk, form)
    except Invalid as invalid:
        for name, fault in invalid.faults.items():
            form.add_error(name, fault)
        return None
    except (Stale, KeyReused):
        return too_late(request, page.case.pk, form)
    except Refused as refusal:
        if refusal.code not in TOO_LATE:
            raise
        return too_late(request, page.case.pk, form)
    drafts.finish(request)
    messages.success(request, _told(page, form.cleaned_data["number"], outcome.state))
    return redirect("portal:document", page.case.pk)


def _command(request: HttpRequest, case_id: int, form: AnswerForm) -> Any:
    data = form.cleaned_data
    shown = {each: data[each] for each in ("number", "sha256")}
    common: dict[str, Any] = {
        "actor": actor_of(request),
        "case_id": case_id,
        "task_id": data["task"],
        "key": str(data["client_key"]),
        **shown,
    }
    if data["answer"] == REJECT:
        return commands.reject(**common, reason=data["reason"], text=data["text"])
    return commands.agree(**common)


def _is_over(page: Page, task_id: int) -> bool:
    """Whether the turn that the form was about has ended: turns never open again, so this stays true."""
    return page.turn is None or page.turn.pk != task_id or page.turn.node != "respond"


def _told(page: Page, number: int, state: str) -> str:
    """What was done, and what happens next."""
    what = f"version {number} of {current().contract_documents.type_label} {page.case.reference}"
    if state != rules.State.REJECTED:
        return f"You agreed to {what}. It is accepted, and there is nothing more to do."
    service = page.case.service
    team = brokerage(service.group if service else None)
    return f"You rejected {what}. It is with {team}, who will publish a new version or withdraw it."


def too_late(request: HttpRequest, case_id: int, form: AnswerForm) -> HttpResponse:
    """Say what happened to the version that was on the screen; what was typed stays.

    Where a newer version awaits an answer, its form stands there with what was typed, below what changed.
    """
    actor = actor_of(request)
    page = selectors.page(actor, case_id)
    number = form.cleaned_data["number"]
    known = number if any(each.number == number for each in page.versions) else page.latest.number
    shown = Shown(page, actor, timezone.now(), known)
    context: dict[str, Any] = {"shown": shown, "typed": _typed(form)}
    if not shown.is_latest and Shown(page, actor, timezone.now(), page.latest.number).asks:
        context |= {"changes": page.between(known, page.latest.number), "form": _for_the_newer(page, form)}
    return render(request, "portal/contract_documents/too_late.html", context, status=409)


def _for_the_newer(page: Page, form: AnswerForm) -> AnswerForm:
    """The form about the version in force with what was typed. Agreeing binds: it is chosen anew for every version."""
    data = cast("QueryDict", form.data).copy()
    if data.get("answer") != REJECT:
        data.pop("answer", None)
    return AnswerForm(data, shown=on_screen(page), quiet=True, cancel=reverse("portal:document", args=[page.case.pk]))


def _typed(form: AnswerForm) -> dict[str, str]:
    """What the person had chosen and written, in the words of the form."""
    data = form.data
    choices = dict(form.fields["answer"].choices)  # type: ignore[attr-defined]
    if data.get("answer") not in choices:
        return {}
    typed = {"answer": str(choices[data["answer"]])}
    if data["answer"] == REJECT:
        typed["reason"] = rules.reason_label(current().contract_documents, data.get("reason", ""))
        typed["text"] = data.get("text", "")
    return typed
