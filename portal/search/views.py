"""The provider's search: its own documents, services and care package lines."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.web import claimed, disputed, invoice_words, search
from backoffice.web.gate import needs
from workflows.actions.rules import State as ActionState
from workflows.contracts.rules import State
from workflows.disputes.rules import State as DisputeState

from ..actions.tables import STATES as ACTION_STATES
from ..contract_documents.tables import STATES

PLACES = search.Places(
    "portal",
    addresses={
        "contract_document": lambda hit: reverse("portal:document", args=[hit.id]),
        "action": lambda hit: reverse("portal:action", args=[hit.id]),
        "change_request": lambda hit: reverse("portal:change_request", args=[hit.id]),
        "actuals": lambda hit: reverse("portal:actuals_week", args=[hit.id]),
        "dispute": lambda hit: reverse("portal:dispute", args=[hit.id]),
        "scheduled_payment": lambda hit: reverse("portal:payment", args=[hit.id]),
        "claim": lambda hit: reverse("portal:claim", args=[hit.id]),
        "visit": lambda hit: reverse("portal:visit", args=[hit.id]),
        "invoice": lambda hit: reverse("portal:invoice", args=[hit.id]),
        "credit_note": lambda hit: reverse("portal:credit_note", args=[hit.id]),
        "line": lambda hit: reverse("portal:line", args=[hit.id]),
        "service": lambda hit: f"{reverse('portal:lines')}?service={hit.id}",
    },
    tags={
        "contract_document": lambda state: STATES[State(state)],
        "action": lambda state: ACTION_STATES[ActionState(state)],
        "invoice": invoice_words.tag,
        "credit_note": invoice_words.note_tag,
        "dispute": lambda state: disputed.STATES[DisputeState(state)],
        "claim": claimed.state_tag,
    },
)


@needs()
@sensitive_post_parameters("sought")
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The box by itself, and where every box is sent to."""
    return search.ask(request, PLACES)


@needs()
@require_GET
def found(request: HttpRequest, search_id: str) -> HttpResponse:
    """The results of one's own search."""
    return search.found(request, search_id, PLACES)
