"""The payment file, as it was made, and the return file with what is wrong in it line by line."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.casework.asking import actor_of, works_for
from backoffice.casework.commanding import FLYING, onto
from backoffice.web.files import POLICY
from backoffice.web.gate import staff
from backoffice.web.words import plural
from workflows.engine import door
from workflows.engine import selectors as engine
from workflows.engine.errors import Forbidden, Refused
from workflows.parties.actor import Actor
from workflows.payments import paying, returning, run_selectors
from workflows.payments.returning import Faulty, Reading

from .forms import ReturnForm
from .present import KIND
from .showing import view_of_id
from .tables import Faults

MOST_FAULTS = 100


@staff(reads=KIND)
@require_GET
def give_out(request: HttpRequest, payment_run_id: int) -> HttpResponse:
    """The payment file of a run, as it was made; that it was taken is recorded."""
    view = view_of_id(actor_of(request), payment_run_id)
    content = paying.file_of(view.run)
    engine.viewed(view.actor, "payment_run.file", payment_run_id)
    answer = HttpResponse(content, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="payment-run-{view.run.number}.csv"'
    answer["Content-Security-Policy"] = POLICY
    return answer


@staff(reads=KIND)
@require_http_methods(["GET", "POST"])
def bring_in(request: HttpRequest, payment_run_id: int) -> HttpResponse:
    """Bring in what finance has paid: all of the file, or nothing and what is wrong with it."""
    actor = actor_of(request)
    view = view_of_id(actor, payment_run_id)
    back = reverse("council:case", args=[payment_run_id])
    why_not = door.may(actor, "mark_paid", view.case, view.turn, view.group)
    if not works_for(actor, "payments", view.group, view.turn):
        raise Forbidden(f"Only {view.team()} may do this.")
    if why_not is not None and request.method != "POST":
        raise why_not
    form = ReturnForm.of(request, initial={"task": view.turn.pk if view.turn else ""}, cancel=back)
    reading: Reading | None = None
    if request.method == "POST" and form.is_valid():
        try:
            _take(actor, payment_run_id, form.cleaned_data)
            return _done(request, payment_run_id)
        except Faulty as faulty:
            reading = faulty.reading
            form.add_error("file", "Nothing was taken over. What is wrong stands below, line by line")
        except FLYING:
            raise
        except Refused as refusal:
            onto(form, refusal, {"same": "file"})
    faults = reading.faults if reading else []
    context: dict[str, Any] = {
        "view": view, "case": view.case, "form": form, "how": returning.mapping(),
        "faults": Faults(faults[:MOST_FAULTS]) if faults else None, "more": max(len(faults) - MOST_FAULTS, 0),
    }  # fmt: skip
    return render(request, "backoffice/payment_runs/return.html", context)


def _take(actor: Actor, run_id: int, data: dict[str, Any]) -> None:
    returning.take(
        actor=actor,
        case_id=run_id,
        task_id=data["task"] or 0,
        content=data["file"].read(),
        key=str(data["client_key"]),
    )


def _done(request: HttpRequest, run_id: int) -> HttpResponse:
    newest = run_selectors.returned(run_id)[0]
    messages.success(request, f"The file was taken over: {plural(newest.payments_count, 'payment')}.")
    batches = [each for each in run_selectors.batches_of(run_id) if each.finished_at is None]
    return redirect("council:run_batch", batches[0].pk) if batches else redirect("council:case", run_id)
