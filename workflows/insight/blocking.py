"""What it means for money that a turn is open: one table, in the words that people use for it.

Grounds: a contract document that is not agreed holds up the care's weekly cost (norfolk-handbook §4); weeks that are
not submitted or not checked, and disputes, hold up what they are worth (bedford-actuals-guide, bradford-supported-
living "Key Messages"); claims and invoices what they ask for. What is not here holds up nothing: a payment that its
provider rejects is paid all the same (norfolk-handbook §10), a run is the sum of its payments, and debts and credit
notes are owed to the council.
"""

from dataclasses import dataclass

from workflows.engine import registry


@dataclass(frozen=True, slots=True)
class Cause:
    """Why money waits."""

    key: str
    words: str


def _cause(key: str, words: str, kind: str, *nodes: str) -> dict[tuple[str, str], Cause]:
    return {(kind, node): Cause(key, words) for node in nodes}


#: By kind of case and step.
CAUSES: dict[tuple[str, str], Cause] = {
    **_cause("document_answer", "Contract document not agreed", "contract_document", "respond"),
    **_cause("document_amend", "Contract document to be put right", "contract_document", "amend"),
    **_cause("actuals_open", "Week of actuals not submitted", "actuals", "record"),
    **_cause("actuals_check", "Week of actuals not checked", "actuals", "check"),
    **_cause("dispute", "Dispute not decided", "dispute", "respond", "decide"),
    **_cause("hold", "Notice of a death, stay away or move not checked", "payment_stop", "check"),
    **_cause("claim", "Claim not decided", "claim", "check", "respond"),
    **_cause("invoice_draft", "Invoice not created", "invoice", "draft"),
    **_cause("invoice_pending", "Invoice not submitted", "invoice", "pending"),
    **_cause("invoice_check", "Invoice not accepted", "invoice", "check"),
}


def unit_of(kind: str) -> str:
    """What the amount of a kind of case is money of: "a week", "in one period", "in all"."""
    return str(registry.latest(kind).amount_is)
