"""Credit notes: against an item of an invoice that was processed, answered where the council asks, taken back."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from backoffice.web import invoice_words
from backoffice.web.gate import needs
from workflows.engine import door, moment, news
from workflows.engine import selectors as engine
from workflows.engine.errors import Forbidden, Invalid, NotFound
from workflows.engine.models import Task
from workflows.invoices import crediting, selectors
from workflows.invoices.models import CreditNote
from workflows.invoices.selectors import FUNCTION
from workflows.parties.actor import Actor
from workflows.payments.selectors import text_of

from ..asking import actor_of
from .forms import CreditForm, ResendForm
from .showing import READ_ONLY, Shown

WITHDRAW = "withdraw"


@needs(FUNCTION, module="invoices")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """A credit note against an item of a processed invoice."""
    actor = actor_of(request)
    page = selectors.page(actor, invoice_id)
    lines = selectors.creditable(page.invoice)
    if not actor.may(FUNCTION, "edit"):
        raise Forbidden(READ_ONLY)
    if not lines and request.method != "POST":
        raise NotFound
    form = CreditForm.of(request, lines=lines, cancel=reverse("portal:invoice", args=[invoice_id]))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            outcome = crediting.raise_note(
                actor=actor, invoice_id=invoice_id, line_id=int(data["item"]), amount=data["amount"],
                reason=data["reason"], key=str(data["client_key"]),
            )  # fmt: skip
        except Invalid as invalid:
            for name, fault in invalid.faults.items():
                form.add_error(name, fault)
        else:
            messages.success(request, "Your credit note was sent. The council checks it.")
            return redirect("portal:credit_note", outcome.case_id)
    engine.viewed_clients(actor, "invoice.credit", invoice_id, {row.line.client_id for row, _ in lines})
    context = {"form": form, "shown": Shown(page, actor, moment.now()), "chapter": invoice_words.name()}
    return render(request, "portal/invoices/credit.html", context)


@needs(FUNCTION, module="invoices")
@require_http_methods(["GET", "POST"])
def note(request: HttpRequest, note_id: int) -> HttpResponse:
    """One credit note, with the answer where the council asks about it."""
    actor = actor_of(request)
    found, turn = selectors.note(actor, note_id)
    form = _form(request, actor, found, turn)
    if request.method == "POST":
        if form is None:
            raise Forbidden(READ_ONLY if turn is not None else "This credit note does not await your answer.")
        if request.POST.get("step") == WITHDRAW:
            crediting.withdraw(actor=actor, **_on(found, turn, request.POST.get("client_key", "")))
            messages.success(request, f"{found.case.reference} was taken back.")
            return redirect("portal:credit_note", note_id)
        if form.is_valid() and _sent(actor, found, turn, form):
            messages.success(request, f"{found.case.reference} was sent again.")
            return redirect("portal:credit_note", note_id)
    news.opened(actor, "credit_note", note_id)
    engine.viewed_clients(actor, "credit_note", note_id, {found.line.line.client_id})
    context = {
        "note": found,
        "tag": invoice_words.note_tag(found.case.state),
        "reason": text_of(found.reason),
        "question": text_of(found.question),
        "form": form,
        "entries": invoice_words.entries(found.case, inside=False),
        "withdraw_key": uuid4(),
        "chapter": invoice_words.name(),
    }
    return render(request, "portal/invoices/credit_note.html", context)


def _form(request: HttpRequest, actor: Actor, found: CreditNote, turn: Task | None) -> ResendForm | None:
    """What is sent again; None where this person sends nothing."""
    if turn is None or door.may(actor, "resend", found.case, turn, None) is not None:
        return None
    lines = [(found.line, crediting.left_of(found.line) + found.amount)]
    own = {"item": str(found.line_id), "amount": str(found.amount), "reason": text_of(found.reason), "task": turn.pk}
    return ResendForm.of(request, initial=own, lines=lines)


def _sent(actor: Actor, found: CreditNote, turn: Task | None, form: ResendForm) -> bool:
    data = form.cleaned_data
    try:
        crediting.resend(
            actor=actor, amount=data["amount"], reason=data["reason"], **_on(found, turn, str(data["client_key"]))
        )
    except Invalid as invalid:
        for name, fault in invalid.faults.items():
            form.add_error(name, fault)
        return False
    return True


def _on(found: CreditNote, turn: Task | None, key: str) -> dict[str, Any]:
    return {"case_id": found.pk, "task_id": turn.pk if turn else 0, "key": key}
