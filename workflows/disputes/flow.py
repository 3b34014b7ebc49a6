"""The workflow of a dispute: raised -> response -> resolution (design, workflows §4)."""

from typing import ClassVar

from viewflow.this_object import this

from workflows.engine.flow import CaseFlow
from workflows.engine.nodes import Begin, End, ProviderTask, TeamTask


class DisputeFlow(CaseFlow):
    """Dispute"""

    kind = "dispute"
    amount_is = "in all"
    version = 1
    prefix = "DSP"
    function = "actuals"

    begin = Begin().On("raise", this.respond, by="payments|system")

    respond = (
        ProviderTask("Answer a dispute", function="actuals", clock="actuals.answer_within")
        .Stay("amend", by="provider")
        .On("answer", this.decide, by="provider")
        .On("take", this.decide, by="payments")
    )

    decide = (
        TeamTask("Decide a dispute", desk="payments", clock="actuals.decide_within")
        .Stay("decide_some", by="payments")
        .On("ask_again", this.respond, by="payments")
        .On("resolve", this.end, by="payments")
    )

    end = End()

    said: ClassVar = {
        "raise": "disputed it",
        "amend": "changed disputed actuals",
        "answer": "updated the request resolution",
        "take": "took it without an answer",
        "decide_some": "decided a part of it",
        "ask_again": "asked again",
        "resolve": "decided it",
    }
