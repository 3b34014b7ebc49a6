"""Amounts by hand, with a second person; and lines that are held out of a payment, and put back."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from backoffice.casework.asking import number_in
from backoffice.casework.commanding import carried
from backoffice.web.gate import staff
from backoffice.web.pieces import Row
from backoffice.web.stale import read_as
from backoffice.web.words import money
from workflows.engine import door
from workflows.engine import selectors as engine
from workflows.payments import commands, desk, selectors
from workflows.payments.models import PaymentLine

from .entering import entered, let_in, sent_already
from .forms import AdjustForm, DecideForm, HoldForm, HoldOutForm, PutBackForm
from .present import PaymentView
from .views import view_of_id

FINAL = "This payment is finalised. No further changes can be made to it."


@staff()
@require_http_methods(["GET", "POST"])
def adjust(request: HttpRequest, payment_id: int) -> HttpResponse:
    """Propose an amount by hand for a line of the payment."""
    actor = entered(request)
    view = view_of_id(actor, payment_id)
    if sent_already(request, actor, payment_id):
        return redirect("council:case", payment_id)
    lines = desk.lines_of_contract(view.payment.contract_id)
    options: dict[str, Any] = {"lines": lines, "cancel": view.address("case"), "initial": _turn(view) | _again(request)}
    read_as(request, AdjustForm(**options))
    if (away := let_in(request, view, "adjust", FINAL)) is not None:
        return away
    form = AdjustForm.of(request, **options)
    if request.method == "POST" and form.is_valid() and carried(form, lambda: _propose(view, form)) is not None:
        messages.success(request, "It is proposed. It counts once a second person has approved it.")
        return redirect("council:case", payment_id)
    text = (f"The payment comes to {money(view.payment.total)} now. An amount by hand counts once a second person has"
            " approved it.")  # fmt: skip
    return _page(request, view, form, "Pay or take back by hand", text)


@staff()
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, payment_id: int, adjustment_id: int) -> HttpResponse:
    """Approve an amount by hand as a second person, or not; who proposed it can take it back."""
    actor = entered(request)
    view = view_of_id(actor, payment_id)
    if sent_already(request, actor, payment_id):
        return redirect("council:case", payment_id)
    made = desk.by_hand_of(actor, payment_id, adjustment_id)
    if made is None and request.method != "POST":
        messages.info(request, "This amount does not wait for anybody any more.")
        return redirect("council:case", payment_id)
    if made is not None and made.payment.finalised_at is not None and request.method != "POST":
        return redirect(_propose_again(view, made))
    own = made is not None and made.written_by_id == actor.user_id
    if (away := let_in(request, view, "approve_adjustment", FINAL)) is not None:
        return away
    form = DecideForm.of(request, own=own, cancel=view.address("case"), initial=_turn(view))
    if request.method == "POST" and form.is_valid():
        approves = form.cleaned_data.get("way") == "approve"
        if carried(form, lambda: _decide(view, adjustment_id, form, approves=approves)) is not None:
            messages.success(
                request, "It is part of the payment now." if approves else "It is not part of the payment."
            )
            return redirect("council:case", payment_id)
    rows = _rows(view, made) if made is not None else []
    if made is not None:
        engine.viewed(actor, "payments.by_hand", payment_id, made.line.client_id)
    text = "Somebody else must approve what you have proposed; you can take it back." if own else ""
    return _page(request, view, form, "An amount by hand", text, rows=rows)


@staff()
@require_http_methods(["GET", "POST"])
def hold_out(request: HttpRequest, payment_id: int) -> HttpResponse:
    """Hold lines out of a payment, for a reason: it is then finalised without them."""
    text = ("The payment is finalised without the lines that you tick, and is then partly finalised. Once they are put"
            " back, a later payment pays them.")  # fmt: skip
    return _holding(request, payment_id, "hold_out", HoldOutForm, "Hold lines out", text, "The lines are held out.")


@staff()
@require_http_methods(["GET", "POST"])
def put_back(request: HttpRequest, payment_id: int) -> HttpResponse:
    """Put lines back that were held out: into the payment, or, once it is final, into the next one."""
    text = "A line that is put back is paid again: by this payment, or by the next one where this one is finalised."
    return _holding(request, payment_id, "put_back", PutBackForm, "Put lines back", text, "The lines are put back.")


def _holding(
    request: HttpRequest, case_id: int, verb: str, kind: type[HoldForm], title: str, text: str, done: str
) -> HttpResponse:
    actor = entered(request)
    view = view_of_id(actor, case_id)
    if sent_already(request, actor, case_id):
        return redirect("council:case", case_id)
    named = _verb_now(view, verb)
    if (away := let_in(request, view, named, "There is nothing to do that with any more.")) is not None:
        return away
    form = kind.of(request, cancel=view.address("case"), initial=_turn(view))
    chosen = [int(each) for each in request.POST.getlist("lines") if each.isascii() and each.isdigit()]
    rows = desk.to_hold(case_id, out=verb == "hold_out")
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        run: Callable[..., door.Outcome] = getattr(commands, verb)
        words = {"text": data["text"]} if "text" in data else {}
        command = partial(run, actor=actor, case_id=case_id, task_id=data["task"] or 0, lines=chosen, **words)
        if not chosen:
            form.add_error(None, "Tick at least one line")
        elif carried(form, partial(command, key=str(data["client_key"]))) is not None:
            messages.success(request, done)
            return redirect("council:case", case_id)
    engine.viewed_clients(actor, "scheduled_payment.lines", case_id, {each.line.client_id for each in rows})
    context = {"view": view, "case": view.case, "form": form, "title": title, "text": text, "lines": rows,
               "chosen": chosen}  # fmt: skip
    return render(request, "backoffice/payments/hold.html", context)


def _verb_now(view: PaymentView, verb: str) -> str:
    """Putting back the last line of what was paid already ends the case: another verb of the workflow."""
    return "put_back_last" if verb == "put_back" and not view.may(verb) and view.may("put_back_last") else verb


def _propose(view: PaymentView, form: AdjustForm) -> door.Outcome:
    data, (excl, vat) = form.cleaned_data, form.amounts
    return commands.adjust(
        actor=view.actor, case_id=view.case.pk, task_id=data["task"] or 0, line_id=int(data["about_line"]), excl=excl,
        vat=vat, text=data["text"], key=str(data["client_key"]),
    )  # fmt: skip


def _decide(view: PaymentView, adjustment_id: int, form: DecideForm, *, approves: bool) -> door.Outcome:
    data = form.cleaned_data
    said: dict[str, Any] = {
        "actor": view.actor, "case_id": view.case.pk, "task_id": data["task"] or 0, "adjustment_id": adjustment_id,
        "key": str(data["client_key"]),
    }  # fmt: skip
    return commands.approve_adjustment(**said) if approves else commands.refuse_adjustment(**said, text=data["text"])


def _rows(view: PaymentView, made: PaymentLine) -> list[Row]:
    """What is proposed, by whom and why, and what the payment would come to."""
    who = made.written_by.name if made.written_by else ""
    return [
        Row("Line", f"{made.line.client} ({made.line.client.ss_ref}), {made.line.reference}"),
        Row("Amount", money(made.total), [f"{money(made.excl)} without VAT, VAT {money(made.vat)}"]),
        Row("Why", f"“{selectors.text_of(made.note)}”", [f"proposed by {who}"]),
        Row("Payment now", money(view.payment.total)),
        Row("Payment with it", money(view.payment.total + made.total)),
    ]


def _propose_again(view: PaymentView, made: PaymentLine) -> str:
    """The page that proposes it again in the contract's next payment; without one, the payment's own page."""
    for each in reversed(desk.of_contract(view.actor, view.payment.contract_id)):
        if each.finalised_at is None:
            return f"{reverse('council:payment_adjust', args=[each.pk])}?again={made.pk}"
    return view.address("case")


def _again(request: HttpRequest) -> dict[str, Any]:
    """What an amount said that a payment was finalised without."""
    number = number_in(request, "again")
    made = desk.by_hand(entered(request), missed=True).filter(pk=number).first() if number else None
    if made is None:
        line = number_in(request, "line")
        return {"about_line": str(line)} if line else {}
    own = Decimal(abs(made.excl)), Decimal(abs(made.vat))
    return {"about_line": str(made.line_id), "way": "take" if made.total < 0 else "pay", "excl": own[0], "vat": own[1],
            "text": selectors.text_of(made.note)}  # fmt: skip


def _page(request: HttpRequest, view: PaymentView, form: Any, title: str, text: str, *, rows: Any = ()) -> HttpResponse:
    context = {"view": view, "case": view.case, "form": form, "title": title, "text": text, "rows": rows}
    return render(request, "backoffice/payments/act.html", context)


def _turn(view: PaymentView) -> dict[str, Any]:
    return {"task": view.turn.pk if view.turn else None}
