"""The list of runs and of what is due, preparing a run, and how far a batch is."""

from datetime import date
from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.cases.rooms import rooms
from backoffice.casework.asking import actor_of
from backoffice.casework.batch_page import page_of
from backoffice.casework.commanding import carried
from backoffice.web.gate import staff, teams_of_desk
from backoffice.web.paging import page_by_key
from backoffice.web.pieces import Fact
from backoffice.web.words import date_words, money
from workflows.engine import selectors as engine
from workflows.engine.errors import NotFound, Refused
from workflows.parties.actor import Actor
from workflows.payments import run_selectors, running
from workflows.payments.acting import profile
from workflows.payments.run_selectors import Due

from .forms import PrepareForm
from .looking import Shown, chosen, shown, tabs
from .present import KIND
from .tables import Dues, Items, Looks, Runs


@staff(reads=KIND)
@require_GET
def runs(request: HttpRequest) -> HttpResponse:
    """What is due and in no run, and the runs."""
    actor = actor_of(request)
    page = page_by_key(run_selectors.runs(actor), ("-number",), request.GET)
    for run in page.items:
        run.href = reverse("council:case", args=[run.pk])
        run.calendar_name = _calendar(run.calendar)
    context = {"due": Dues(run_selectors.due(actor)), "table": Runs(page.items), "pages": page, "rooms": rooms(actor)}
    return render(request, "backoffice/payment_runs/runs.html", context)


@staff(reads=KIND)
@require_http_methods(["GET", "POST"])
def due(request: HttpRequest, calendar: str, day: str) -> HttpResponse:
    """What is due on a pay day, what of it waits and who has that; POST gathers it into a run."""
    actor, pay_on = actor_of(request), _day(day)
    form = PrepareForm.of(request, cancel=reverse("council:payment_runs"))
    if request.method == "POST" and form.is_valid():
        key = str(form.cleaned_data["client_key"])
        command = partial(running.prepare, actor=actor, calendar=_known(calendar), pay_on=pay_on, key=key)
        outcome = carried(form, command)
        if outcome is not None:
            messages.success(request, "The run is prepared. Nothing is finalised yet.")
            return redirect("council:case", outcome.case_id)
    found = _found(request, actor, calendar, pay_on)
    which = chosen(request)
    payments = run_selectors.due_payments(calendar, pay_on)
    rows = page_by_key(run_selectors.looks(payments, which), run_selectors.LOOK_ORDER, request.GET)
    lines = [shown(each) for each in rows.items]
    _seen(actor, lines)
    counts = {"waiting": found.lines, "held_out": found.held_out, "by_hand": found.by_hand}
    context = {
        "due": found,
        "facts": _facts(found),
        "form": form if _pays(actor) and found.payments else None,
        "tabs": tabs(counts, which),
        "table": Looks(lines, exclude=()),
        "pages": rows,
        "which": which,
    }
    return render(request, "backoffice/payment_runs/due.html", context)


@staff(reads=KIND)
@require_GET
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """How far finalising a run, or marking it as paid, is. It goes on when the browser is closed."""
    actor = actor_of(request)
    found = run_selectors.batch(actor, batch_id)
    finalises = found.kind == running.FINALISE
    words = "Finalised" if finalises else "Marked as paid"
    context = page_of(request, found, run_selectors.batch_items(found), of="payment", done=words)
    run = found.parameters["run"]
    for row in context["pages"].items:
        row["href"] = reverse("council:run_payment", args=[run, row["target"]]) if row["result"] == "done" else ""
    more = {"table": Items(context["pages"].items), "finalises": finalises, "run": run_selectors.page(actor, run)}
    return render(request, "backoffice/payment_runs/batch.html", context | more)


def _found(request: HttpRequest, actor: Actor, calendar: str, pay_on: date) -> Due:
    """What is due there; Refused where somebody was faster than what was sent, NotFound where nothing is due."""
    try:
        return run_selectors.due_on(actor, calendar, pay_on)
    except NotFound:
        if request.method != "POST":
            raise
        raise Refused("Somebody else has prepared this run meanwhile. It is among the runs.", "none") from None


def _facts(found: Due) -> list[Fact]:
    late = f"finalise by {date_words(found.finalise_on)}"
    return [
        Fact("Pay day", date_words(found.pay_on), late),
        Fact("Payments", f"{found.payments:,}", f"{found.rejected:,} rejected" if found.rejected else ""),
        Fact("Total Payable", money(found.payable)),
        Fact("Not paid while it waits", money(found.not_paid)),
    ]


def _seen(actor: Actor, lines: list[Shown]) -> None:
    engine.viewed_clients(actor, "payments.due", None, {each.line.client_id for each in lines})


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound from None


def _known(calendar: str) -> str:
    """A calendar of the profile; NotFound for any other."""
    if calendar not in {each.key for each in profile().calendars}:
        raise NotFound
    return calendar


def _calendar(key: str) -> str:
    """The calendar's name; its key where the profile has it no more."""
    return next((each.name for each in profile().calendars if each.key == key), key)


def _pays(actor: Actor) -> bool:
    """Whether one of the person's teams pays."""
    return bool(teams_of_desk("payments") & set(actor.teams))
