"""Organisation and service details (norfolk-handbook §7): Edit, then Update, which sends a change request."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.web.gate import needs
from backoffice.web.pieces import Row
from workflows.changes import records, selectors
from workflows.changes.rules import BLOCK, LABELS, What
from workflows.changes.selectors import DETAILS
from workflows.parties.models import Organisation, Service

from ..asking import actor_of
from ..change_requests.asking import asked
from ..change_requests.forms import DetailsForm


@needs(DETAILS)
@require_GET
def details(request: HttpRequest) -> HttpResponse:
    """The organisation, where the person's role reaches all of it, and its services."""
    actor = actor_of(request)
    whole = actor.services_for(DETAILS) is None
    organisation = selectors.organisation(actor) if whole else None
    context = {
        "organisation": organisation,
        "rows": _rows(organisation) if organisation else [],
        "services": selectors.services(actor),
        "others": selectors.awaiting(actor) if whole else [],
        "may_ask": records.may_ask(actor, What.ORGANISATION, None),
    }
    return render(request, "portal/organisation/details.html", context)


@needs(DETAILS, "edit")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """New details of the organisation."""
    cancel = reverse("portal:organisation")
    return asked(request, DetailsForm, What.ORGANISATION, "portal/organisation/edit.html", cancel=cancel)


@needs(DETAILS)
@require_GET
def service(request: HttpRequest, service_id: int) -> HttpResponse:
    """One service."""
    actor = actor_of(request)
    found = selectors.service(actor, service_id)
    context = {
        "service": found,
        "rows": _rows(found),
        "others": selectors.awaiting(actor, service_id=service_id),
        "may_ask": records.may_ask(actor, What.SERVICE, service_id),
    }
    return render(request, "portal/organisation/service.html", context)


@needs(DETAILS, "edit")
@require_http_methods(["GET", "POST"])
def edit_service(request: HttpRequest, service_id: int) -> HttpResponse:
    """New details of a service."""
    cancel = reverse("portal:service", args=[service_id])
    template = "portal/organisation/edit.html"
    return asked(request, DetailsForm, What.SERVICE, template, cancel=cancel, service_id=service_id)


def _rows(record: Organisation | Service) -> list[Row]:
    return [Row(LABELS[field], str(getattr(record, field))) for field in ("name", *BLOCK)]
