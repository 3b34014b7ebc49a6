"""The provider's remittance advice: choose a period, see it, print it, take it (norfolk-handbook §8)."""

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from backoffice.web.gate import needs
from backoffice.web.remittance import pages
from workflows.engine.errors import Forbidden
from workflows.parties.actor import Actor
from workflows.payments import remittance

from ..asking import actor_of
from .forms import RemittanceForm

MODULE = "payments"
NEEDED = "This report requires parameters. Please complete the fields above and press the View button."  # suffolk §5


@needs(module=MODULE)
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """The parameters; once a period is chosen, the report."""
    actor = _reader(request)
    payments = remittance.periods(actor)
    form = RemittanceForm(request.GET if request.GET else None, payments=payments, cancel=_back(actor))
    if request.GET and form.is_valid():
        asked = f"?{urlencode({'summary': 'on'})}" if form.cleaned_data["summary"] else ""
        return redirect(reverse("portal:remittance", args=[form.cleaned_data["period"]]) + asked)
    if not request.GET.get("period"):
        form.keep_only()  # the contract alone was chosen: its periods are what the page now offers
    context = {"form": form, "name": pages.name(), "needed": NEEDED, "some": bool(payments), "back": _back(actor)}
    return render(request, "portal/remittance/choose.html", context)


@needs(module=MODULE)
@require_GET
def advice(request: HttpRequest, paid_id: int) -> HttpResponse:
    """One remittance advice."""
    context = pages.context(request, _reader(request), paid_id, "portal:remittance_file")
    return render(request, "portal/remittance/advice.html", context | {"name": pages.name()})


@needs(module=MODULE)
@require_GET
def file(request: HttpRequest, paid_id: int, form: str) -> FileResponse:
    """The same as PDF or spreadsheet."""
    return pages.file(request, _reader(request), paid_id, form)


def _reader(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not remittance.may_read(actor):
        raise Forbidden("Your role includes neither reports nor payments. Ask whoever looks after your users.")
    return actor


def _back(actor: Actor) -> str:
    return reverse("portal:reports") if actor.may(remittance.REPORTS) else reverse("portal:home")
