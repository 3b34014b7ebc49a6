"""What Payments does with a run: count, propose, finalise, approve, send back, cancel; hold lines out and back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from backoffice.access.confirm import is_oneself
from backoffice.casework.asking import actor_of, works_for
from backoffice.casework.commanding import carried
from backoffice.web.gate import staff
from backoffice.web.paging import page_by_key
from backoffice.web.pieces import Row
from backoffice.web.words import money, plural
from workflows.engine import door
from workflows.engine import selectors as engine
from workflows.engine.errors import Forbidden, NotFound, Refused
from workflows.payments import run_selectors, running
from workflows.payments.rules import RunState

from .forms import FinalForm, HoldOutForm, PutBackForm, ReasonForm, RunForm
from .looking import Shown, shown
from .present import KIND, View
from .showing import view_of_id
from .tables import HeldOut, Lines

SIZE = 50


@dataclass(frozen=True, slots=True)
class Act:
    """Something that is done with a run, and what its page says."""

    run: Callable[..., door.Outcome]
    title: str
    text: str
    button: str
    done: str
    form: type[RunForm] = RunForm
    seen: bool = False
    goes_on: bool = False  # in a worker: then its progress is shown


ACTS: Mapping[str, Act] = {
    "recount": Act(running.recount, "Count the run again", "Its control totals become what its payments come to now.",
                   "Count it again", "The run is counted again."),
    "propose": Act(running.propose, "Propose the run for approval",
                   "A second person of the team approves it. Until then nothing is finalised.",
                   "Propose it for approval", "The run waits for a second person. Your team is told.", seen=True),
    "finalise": Act(running.finalise, "Finalise the run",
                    "Each payment of it is finalised, one by one. Finalised payments never change.", "Finalise it",
                    "The run is being finalised.", form=FinalForm, seen=True, goes_on=True),
    "approve": Act(running.approve, "Approve the run as a second person",
                   "Each payment of it is finalised, one by one. Finalised payments never change.",
                   "Approve and finalise it", "You approved the run. It is being finalised.", form=FinalForm, seen=True,
                   goes_on=True),
    "send_back": Act(running.send_back, "Send the run back", "It is checked and proposed again.", "Send it back",
                     "The run was sent back.", form=ReasonForm),
    "cancel": Act(running.cancel, "Cancel the run", "Nothing of it is finalised. Its payments wait for another run.",
                  "Cancel the run", "The run is cancelled.", form=ReasonForm),
    "make_file": Act(running.make_file, "Make the payment file", "It is the same file whenever it is made.",
                     "Make the payment file", "The payment file is made."),
    "sent": Act(running.sent, "The payment file was sent", "Say so only once finance has the file.",
                "Yes, it was sent", "The run waits for what finance has paid."),
}  # fmt: skip


@staff(reads=KIND)
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, payment_run_id: int, act: str) -> HttpResponse:
    """Check what will be done with the run, and do it."""
    wanted = ACTS.get(act)
    if wanted is None:
        raise NotFound
    actor = actor_of(request)
    view = view_of_id(actor, payment_run_id)
    back = reverse("council:case", args=[payment_run_id])
    initial = {"task": view.turn.pk if view.turn else "", "seen": view.run.total}
    _refuse(request, view, act)
    form = wanted.form.of(request, initial=initial, cancel=back)
    form.button = wanted.button  # type: ignore[misc]
    if request.method == "POST" and form.is_valid() and is_oneself(request, form):
        outcome = carried(form, partial(_run, wanted, view, form.cleaned_data))
        if outcome is not None:
            messages.success(request, wanted.done)
            batches = run_selectors.batches_of(payment_run_id) if wanted.goes_on else []
            return redirect("council:run_batch", batches[0].pk) if batches else redirect(back)
    context = {"view": view, "case": view.case, "form": form, "title": wanted.title, "text": wanted.text,
               "rows": _totals(view)}  # fmt: skip
    return render(request, "backoffice/payment_runs/act.html", context)


@staff(reads=KIND)
@require_http_methods(["GET", "POST"])
def payment(request: HttpRequest, payment_run_id: int, paid_id: int) -> HttpResponse:
    """One payment of a run, line by line: hold lines out with a reason, and put them back."""
    actor = actor_of(request)
    view = view_of_id(actor, payment_run_id)
    found = run_selectors.payment_of(payment_run_id, paid_id)
    open_ = view.state == RunState.PREPARED and view.may("recount")
    if request.method == "POST":
        _refuse(request, view, "recount")
    putting = "put_back" in request.POST
    initial = {"task": view.turn.pk if view.turn else ""}
    hold = HoldOutForm.of(request, initial=initial) if not putting else HoldOutForm(initial=initial)
    own: dict[str, Any] = {"initial": initial, "auto_id": "put_%s"}
    back = PutBackForm.of(request, **own) if putting else PutBackForm(**own)
    form = back if putting else hold
    if request.method == "POST" and _ticked(request, form) and form.is_valid():
        lines = _ids(request)
        command = partial(_hold, view, paid_id, lines, form.cleaned_data, putting=putting)
        if carried(form, command) is not None:
            done = f"{plural(len(lines), 'line')} {'put back' if putting else 'held out'}. The run is counted again."
            messages.success(request, done)
            return redirect("council:run_payment", payment_run_id, paid_id)
    rows = run_selectors.lines_of(paid_id)
    page = page_by_key(rows.filter(held_out_at=None), run_selectors.LINE_ORDER, request.GET, size=SIZE, by_id=True)
    held = [shown(each) for each in rows.filter(held_out_at__isnull=False).order_by("pk")[:SIZE]]
    ticked = set(_ids(request))
    lines_shown = [shown(each, ticked=each.pk in ticked) for each in page.items]
    _seen(view, paid_id, [*lines_shown, *held])
    hidden = () if open_ else ("tick",)
    context = {
        "view": view, "payment": found, "form": form if request.method == "POST" else None, "open": open_,
        "hold": hold, "put": back, "lines": Lines(lines_shown, exclude=hidden), "held": HeldOut(held, exclude=hidden),
        "some_held": bool(held), "pages": page, "final": found.finalised_at is not None,
    }  # fmt: skip
    return render(request, "backoffice/payment_runs/payment.html", context)


def _on(view: View, data: Mapping[str, Any]) -> dict[str, Any]:
    """What every command is given: the turn that the form was opened with."""
    turn = data["task"] or (view.turn.pk if view.turn else 0)
    return {"actor": view.actor, "case_id": view.case.pk, "task_id": turn, "key": str(data["client_key"])}


def _run(wanted: Act, view: View, data: Mapping[str, Any]) -> door.Outcome:
    said = _on(view, data)
    if wanted.seen and data["seen"] is None:
        raise Refused("Open this page again, and look at the totals first.", "seen")
    if wanted.seen:
        said["seen"] = data["seen"]
    if "text" in data:
        said["text"] = data["text"]
    return wanted.run(**said)


def _hold(view: View, payment_id: int, lines: list[int], data: Mapping[str, Any], *, putting: bool) -> door.Outcome:
    said = _on(view, data) | {"payment_id": payment_id, "lines": lines}
    return running.put_back(**said) if putting else running.hold_out(**said, text=data["text"])


def _refuse(request: HttpRequest, view: View, verb: str) -> None:
    """Open a form only for whoever may send it: what the door would say is said at once. Of what was sent, the door
    says itself whether somebody was faster."""
    if not works_for(view.actor, "payments", view.group, view.turn):
        raise Forbidden(f"Only {view.team()} may do this.")
    refusal = door.may(view.actor, verb, view.case, view.turn, view.group)
    if refusal is not None and request.method != "POST":
        raise refusal
    if verb == "approve" and view.own_proposal and refusal is None:
        raise Forbidden("You proposed this run. Somebody else of the team approves it.")


def _totals(view: View) -> list[Row]:
    """What the person is about to answer for."""
    run = view.run
    return [
        Row("Payments and lines", f"{plural(run.payments_count, 'payment')}, {plural(run.lines_count, 'line')}"),
        Row("Excl VAT", money(run.excl)),
        Row("VAT", money(run.vat)),
        Row("Total", money(run.total)),
    ]


def _ids(request: HttpRequest) -> list[int]:
    return [int(each) for each in request.POST.getlist("lines") if each.isascii() and each.isdigit() and len(each) < 19]


def _ticked(request: HttpRequest, form: Any) -> bool:
    if _ids(request):
        return True
    form.add_error(None, "Tick at least one line")
    return False


def _seen(view: View, payment_id: int, rows: list[Shown]) -> None:
    engine.viewed_clients(view.actor, "payment_run.payment", payment_id, {each.line.client_id for each in rows})
