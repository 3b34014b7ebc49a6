"""The workflow of a one-off claim: submit -> accept | query | reject; what is accepted is paid by the contract's next
payment (design, workflows §7)."""

from typing import ClassVar

from viewflow.this_object import this

from workflows.engine.flow import CaseFlow
from workflows.engine.nodes import Begin, End, ProviderTask, TeamTask


class ClaimFlow(CaseFlow):
    """One-off claim"""

    kind = "claim"
    amount_is = "in all"
    version = 1
    prefix = "CLM"
    function = "one_off_claims"

    begin = Begin().On("submit", this.check, by="provider")

    check = (
        TeamTask("Check a claim", desk="payments", clock="claims.check_within")
        .On("accept", this.end, by="payments")
        .On("query", this.respond, by="payments")
        .On("reject", this.end, by="payments")
    )

    respond = (
        ProviderTask("Answer a query about a claim", function="one_off_claims", clock="claims.answer_within")
        .On("answer", this.check, by="provider")
        .On("take", this.check, by="payments")
    )

    end = End()

    said: ClassVar = {
        "submit": "claimed it",
        "accept": "accepted it",
        "query": "asked about it",
        "reject": "rejected it",
        "answer": "answered the query",
        "take": "went on without an answer",
    }
