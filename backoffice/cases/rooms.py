"""The lists of cases by kind: one entry of the navigation leads to all of them."""

from django.urls import reverse

from workflows.council.profile import current
from workflows.council.schema import Council
from workflows.parties.actor import Actor

#: Kind of case and the address of its list.
ROOMS = (
    ("contract_document", "council:cases"),
    ("action", "council:actions"),
    ("dispute", "council:disputes"),
    ("actuals", "council:actuals"),
    ("payment_run", "council:payment_runs"),
    ("care_decision", "council:care_decisions"),
    ("scheduled_payment", "council:payments"),
    ("invoice", "council:invoices"),
    ("credit_note", "council:credit_notes"),
    ("claim", "council:claims"),
)


def rooms(actor: Actor) -> list[tuple[str, str]]:
    """The lists that somebody may read, as (words, address)."""
    return [(list_name(kind), reverse(address)) for kind, address in ROOMS if kind in actor.reads]


def list_name(kind: str) -> str:
    """What the council calls the list of a kind of case; KeyError for a kind that has none."""
    return names(current())[kind]


def names(council: Council) -> dict[str, str]:
    """The lists by kind, in a council's words: those of the chapter in which providers meet the same cases."""
    return {
        "contract_document": council.chapters.contract_documents,
        "action": council.actions.name,
        "dispute": council.chapters.disputes,
        "actuals": council.actuals.name if council.actuals else "Actuals",
        "payment_run": "Payment runs",
        "care_decision": "Decisions on care",
        "scheduled_payment": council.payments.name if council.payments else "Scheduled payments",
        "payment_stop": "Payment stops",
        "invoice": council.invoices.name if council.invoices else "Invoices",
        "credit_note": "Credit notes",
        "claim": council.claims.name if council.claims else "Claims",
        "change_request": council.change_requests.name,
    }
