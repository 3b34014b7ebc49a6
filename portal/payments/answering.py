"""Confirm or Reject, from the form to the command, and what the person is told (norfolk-handbook §10)."""

from collections.abc import Sequence
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from backoffice.web import drafts
from backoffice.web.words import money, plural
from workflows.council.profile import current
from workflows.engine.errors import Forbidden, Invalid, Stale
from workflows.payments import commands, selectors
from workflows.payments.models import ScheduledPayment
from workflows.payments.selectors import Page, Whose
from workflows.payments.whatif import WouldBe, would_be

from ..asking import actor_of
from ..council import team_name
from .forms import ADD, CONFIRM, MOST_LINES, REJECT, TRY, AnswerForm
from .showing import READ_ONLY

GOES_AHEAD = "It will not stop the payment."


def form_for(request: HttpRequest, page: Page, people: Sequence[Whose]) -> AnswerForm:
    """The form of this page; it holds which turn it is about, and what amount was on the screen."""
    shown = on_screen(page.payment, page.turn)
    return AnswerForm.of(request, lines=selectors.names(people), shown=shown, says=_says())


def on_screen(payment: ScheduledPayment, turn: int | None) -> dict[str, Any]:
    """What an answer is about."""
    return {"task": turn or "", "seen": str(payment.payable)}


def receive(request: HttpRequest, page: Page, people: Sequence[Whose], form: AnswerForm) -> HttpResponse | AnswerForm:
    """Carry out what was posted; a form that is to be shown (again), when there is nothing to carry out yet."""
    if not selectors.may_answer(actor_of(request)):
        raise Forbidden(READ_ONLY)
    if ADD in request.POST:
        return _again(request, page, people, rows=min(form.count + 1, MOST_LINES))
    if TRY in request.POST and "answer" not in request.POST:
        return _again(request, page, people, answer=REJECT)
    if not form.is_valid():
        return form
    if TRY in request.POST:
        form.told = tried(page.payment, form)
        return form
    try:
        _send(request, page, form)
    except Invalid as invalid:
        for fault, words in invalid.faults.items():
            form.add_error(form.place_of(fault), words)
        form.looked_at(str(page.payment.payable))
        return form
    drafts.finish(request)
    messages.success(request, _told(form))
    return redirect("portal:payment", page.payment.pk)


def renewed(request: HttpRequest, page: Page, people: Sequence[Whose], stale: Stale) -> AnswerForm:
    """Somebody was faster: the form about the payment as it is now, with what was typed; raises it when it is over."""
    if page.turn is None or page.payment.finalised_at is not None:
        raise stale
    return _again(request, page, people)


def tried(payment: ScheduledPayment, form: AnswerForm) -> Sequence[str]:
    """What the lines would come to if the council accepts this (picture 04)."""
    found = would_be(payment, form.wrong())
    if not found:
        return ["Give a date for a line, then what it would come to stands here."]
    names = dict(cast("Any", form.fields["line-0"]).choices)
    return [_would_be(each, str(names.get(str(each.line_id), ""))) for each in found]


def _would_be(found: WouldBe, name: str) -> str:
    days = f"{found.days} of {plural(found.of, 'day')}"
    if not found.less:
        return f"{name}: nothing changes, it stays {money(found.before)} for {days}."
    over = f"and {money(found.less)} is not overpaid" if found.less > 0 else f"which is {money(-found.less)} more"
    return f"{name}: if this is accepted, the line becomes {money(found.after)} for {days}, {over}."


def _send(request: HttpRequest, page: Page, form: AnswerForm) -> None:
    data = form.cleaned_data
    common: dict[str, Any] = {
        "actor": actor_of(request),
        "case_id": page.payment.pk,
        "task_id": data["task"] or 0,
        "comments": data["comments"],
        "key": str(data["client_key"]),
    }
    if data["answer"] == REJECT:
        commands.reject(**common, wrong=form.wrong())
        return
    commands.confirm(**common, seen=data["seen"])


def _again(request: HttpRequest, page: Page, people: Sequence[Whose], **changed: Any) -> AnswerForm:
    """The form with all that was typed, judged by nobody yet, about the payment as it is now."""
    data = cast("QueryDict", request.POST).copy()
    for name, value in {**on_screen(page.payment, page.turn), **changed}.items():
        data[name] = str(value)
    shown = on_screen(page.payment, page.turn)
    return AnswerForm(data, lines=selectors.names(people), shown=shown, says=_says(), quiet=True)


def _says() -> str:
    """What rejecting means, in the council's words."""
    module = current().payments
    note = module.reject_note if module else ""
    return f"Somebody has died or moved out, or a line is wrong. {note or _tells()}"


def _tells() -> str:
    return f"Rejecting tells {team()} what to put right. {GOES_AHEAD}"


def team() -> str:
    """Who is told what was rejected."""
    return team_name(current().team_for("payments", None))


def _told(form: AnswerForm) -> str:
    """What was done, and what happens next."""
    if form.cleaned_data["answer"] == CONFIRM:
        return "You confirmed this payment. There is nothing more to do."
    died = any(each.died for each in form.wrong())
    notice = " The notice of death is still needed: send it from below." if died else ""
    return f"You rejected this payment. {team()} is told what is wrong. {GOES_AHEAD}{notice}"
