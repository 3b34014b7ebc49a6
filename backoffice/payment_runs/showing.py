"""The pages of one run: its overview, its payments, and what of them needs a look."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from backoffice.cases.frame import frame, held_of, path_of
from backoffice.cases.view import CaseView
from backoffice.casework.asking import actor_of
from backoffice.web.gate import staff
from backoffice.web.paging import page_by_key
from workflows.engine import selectors as engine
from workflows.parties.actor import Actor
from workflows.payments import run_selectors
from workflows.payments.acting import profile

from .looking import chosen, shown, tabs
from .present import KIND, View
from .tables import Changes, Looks, Payments, Returned

LATEST = 6


def view_of_id(actor: Actor, case_id: int) -> View:
    """One run as somebody sees it now; NotFound."""
    return View(run_selectors.page(actor, case_id), actor)


def overview(request: HttpRequest, view: CaseView) -> HttpResponse:
    """What to do now, the control totals beside those of the pay day before, what moved most, the file."""
    assert isinstance(view, View)  # noqa: S101 (kinds.py gives a kind its own views)
    chapters = engine.story(f"case:{view.case.pk}")
    mapping = profile().file
    returned = run_selectors.returned(view.case.pk)
    context = frame(view, "case", len(chapters)) | {
        "figures": view.figures(),
        "before": view.page.before,
        "changes": Changes(run_selectors.changes(view.case.pk)),
        "percent": profile().unusual_percent,
        "file": view.file_rows(),
        "names_clients": mapping is not None and mapping.names_clients,
        "returned": Returned(returned) if returned else None,
        "batches": run_selectors.batches_of(view.case.pk),
        "entries": view.entries(chapters)[:LATEST],
        "events": len(chapters),
        "held": held_of(view),
        "path": path_of(view, chapters),
    }
    return render(request, "backoffice/payment_runs/overview.html", context)


@staff(reads=KIND)
@require_GET
def payments(request: HttpRequest, payment_run_id: int) -> HttpResponse:
    """The payments of a run, each beside what was paid before."""
    view = view_of_id(actor_of(request), payment_run_id)
    page = page_by_key(run_selectors.payments(payment_run_id), run_selectors.PAYMENT_ORDER, request.GET)
    reads = "scheduled_payment" in view.actor.reads
    for row in page.items:
        row["href"] = reverse("council:run_payment", args=[payment_run_id, row["pk"]])
        final = row["state"] != "current" and reads
        row["advice"] = reverse("council:remittance", args=[row["pk"]]) if final else ""
    context = frame(view, "run_payments") | {"table": Payments(page.items), "pages": page}
    return render(request, "backoffice/payment_runs/list.html", context | {"things": "payments"})


@staff(reads=KIND)
@require_GET
def looks(request: HttpRequest, payment_run_id: int) -> HttpResponse:
    """Lines that wait, that are held out, and adjustments that nobody has approved."""
    view, which = view_of_id(actor_of(request), payment_run_id), chosen(request)
    rows = run_selectors.looks(run_selectors.run_payments(payment_run_id), which)
    page = page_by_key(rows, run_selectors.LOOK_ORDER, request.GET)
    engine.viewed_clients(view.actor, "payment_run.looks", payment_run_id, {each.line.client_id for each in page.items})
    context = frame(view, "run_looks") | {
        "lists": tabs(view.page.looks, which),
        "table": Looks([shown(each) for each in page.items]),
        "pages": page,
        "things": "lines",
    }
    return render(request, "backoffice/payment_runs/list.html", context)
