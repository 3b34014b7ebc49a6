"""The remittance advice of a payment, as its provider has it."""

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from backoffice.casework.asking import actor_of
from backoffice.web.gate import staff
from backoffice.web.remittance import pages

READS = "scheduled_payment"


@staff(reads=READS)
@require_GET
def advice(request: HttpRequest, paid_id: int) -> HttpResponse:
    """One remittance advice."""
    context = pages.context(request, actor_of(request), paid_id, "council:remittance_file")
    run = context["payment"].run_id
    back = reverse("council:run_payments", args=[run]) if run else reverse("council:payment_runs")
    more = {"name": pages.name(), "back": back, "provider": context["payment"].case.organisation.name}
    return render(request, "backoffice/payment_runs/remittance.html", context | more)


@staff(reads=READS)
@require_GET
def file(request: HttpRequest, paid_id: int, form: str) -> FileResponse:
    """The same as PDF or spreadsheet."""
    return pages.file(request, actor_of(request), paid_id, form)
