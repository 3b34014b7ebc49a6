"""The lists of cases by kind: one entry of the navigation leads to all of them."""

from django.urls import reverse

from workflows.parties.actor import Actor

#: Kind of case, what its list is called, its address.
ROOMS = (
    ("contract_document", "Contract documents", "council:cases"),
    ("action", "Actions", "council:actions"),
    ("dispute", "Disputes", "council:disputes"),
    ("actuals", "Actuals", "council:actuals"),
    ("payment_run", "Payment runs", "council:payment_runs"),
    ("care_decision", "Decisions on care", "council:care_decisions"),
    ("scheduled_payment", "Scheduled payments", "council:payments"),
)


def rooms(actor: Actor) -> list[tuple[str, str]]:
    """The lists that somebody may read, as (words, address)."""
    return [(words, reverse(address)) for kind, words, address in ROOMS if kind in actor.reads]
