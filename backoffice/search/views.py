"""The council's search: what is found leads to its page."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.actions.present import status_tag
from backoffice.actuals.present import status_tag as week_tag
from backoffice.casework.states import state_tag
from backoffice.web import invoice_words, search
from backoffice.web.claimed import state_tag as claim_tag
from backoffice.web.disputed import state_tag as dispute_tag
from backoffice.web.gate import staff

PLACES = search.Places(
    "council",
    addresses={
        "contract_document": lambda hit: reverse("council:case", args=[hit.id]),
        "action": lambda hit: reverse("council:case", args=[hit.id]),
        "change_request": lambda hit: reverse("council:case", args=[hit.id]),
        "actuals": lambda hit: reverse("council:case", args=[hit.id]),
        "care_decision": lambda hit: reverse("council:case", args=[hit.id]),
        "dispute": lambda hit: reverse("council:case", args=[hit.id]),
        "scheduled_payment": lambda hit: reverse("council:case", args=[hit.id]),
        "payment_run": lambda hit: reverse("council:case", args=[hit.id]),
        "payment_stop": lambda hit: reverse("council:case", args=[hit.id]),
        "payment_debt": lambda hit: reverse("council:case", args=[hit.id]),
        "claim": lambda hit: reverse("council:case", args=[hit.id]),
        "visit": lambda hit: reverse("council:visit", args=[hit.id]),
        "invoice": lambda hit: reverse("council:case", args=[hit.id]),
        "credit_note": lambda hit: reverse("council:case", args=[hit.id]),
        "client": lambda hit: reverse("council:client", args=[hit.id]),
        "line": lambda hit: reverse("council:register_line", args=[hit.id]),
        "provider": lambda hit: f"{reverse('council:lines')}?provider={hit.id}&historical=on",
        "service": lambda hit: f"{reverse('council:lines')}?service={hit.id}&historical=on",
    },
    tags={
        "contract_document": state_tag,
        "action": status_tag,
        "dispute": dispute_tag,
        "actuals": week_tag,
        "claim": claim_tag,
        "invoice": invoice_words.tag,
        "credit_note": invoice_words.note_tag,
    },
)


@staff()
@sensitive_post_parameters("sought")
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The box by itself, and where every box is sent to."""
    return search.ask(request, PLACES)


@staff()
@require_GET
def found(request: HttpRequest, search_id: str) -> HttpResponse:
    """The results of one's own search."""
    return search.found(request, search_id, PLACES)
