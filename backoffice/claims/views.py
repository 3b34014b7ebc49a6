"""The council's list of one-off claims."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from backoffice.cases.rooms import rooms
from backoffice.casework.asking import actor_of, day_in, number_in
from backoffice.web import claimed
from backoffice.web.clock import deadline
from backoffice.web.gate import staff
from backoffice.web.paging import page_by_key
from workflows.claims import selectors
from workflows.claims.commands import module
from workflows.claims.selectors import ORDER, STATUSES, Filters
from workflows.engine import moment
from workflows.engine import selectors as engine

from .present import KIND
from .tables import Claims


@staff(reads=KIND)
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """All claims, the newest first; the queue says what is due when."""
    actor, now, claims, asked = actor_of(request), moment.now(), module(), _asked(request)
    page = page_by_key(selectors.listed(actor, asked), ORDER, request.GET)
    for row in page.items:
        row |= {"clock": deadline(row["due_at"], now).tag if row["due_at"] else None}
    engine.viewed_clients(actor, "claims", None, {row["client_id"] for row in page.items if row["client_id"]})
    context = {
        "table": Claims(page.items),
        "pages": page,
        "asked": asked,
        "name": claimed.name(),
        "rooms": rooms(actor),
        "statuses": [("", "Any status"), *((str(key), words) for key, words in STATUSES.items())],
        "kinds": [("", "Anything"), *((each.key, each.label) for each in claims.kinds)],
        "providers": [("", "Any provider"), *((str(pk), name) for pk, name in selectors.organisations(actor))],
        "provider": str(asked.organisation_id or ""),
    }
    return render(request, "backoffice/claims/list.html", context)


def _asked(request: HttpRequest) -> Filters:
    status, kind = request.GET.get("status", ""), request.GET.get("kind", "")
    return Filters(
        status=status if status in STATUSES else "",
        kind=kind if module().kind(kind) else "",
        organisation_id=number_in(request, "provider"),
        first=day_in(request, "first"),
        last=day_in(request, "last"),
    )
