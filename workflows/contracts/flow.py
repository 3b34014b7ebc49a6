"""The workflow of a contract document: publish -> agree | reject -> amend -> republish (design, workflows §1)."""

from typing import ClassVar

from viewflow.this_object import this

from workflows.engine.flow import CaseFlow
from workflows.engine.nodes import Begin, End, ProviderTask, TeamTask


class ContractDocumentFlow(CaseFlow):
    """Contract document"""

    kind = "contract_document"
    version = 1
    prefix = "contract_documents.prefix"  # ISO, ISC (norfolk-handbook §4, suffolk-user-guide §1)
    function = "contract_documents"

    publish = Begin().On("publish", this.respond, by="brokerage|system")

    respond = (
        ProviderTask(
            "Agree or reject",
            function="contract_documents",
            clock="contract_documents.respond_within",
        )
        .On("agree", this.end, by="provider")
        .On("reject", this.amend, by="provider")
        .Stay("attach", by="provider")
        .On("terminate", this.end, by="brokerage")
        .On("supersede", this.end, by="brokerage|system")
        .On("deem", this.end, by="system")
    )

    amend = (
        TeamTask(
            "Amend and republish",
            desk="brokerage",
            clock="contract_documents.amend_within",
        )
        .On("republish", this.respond, by="brokerage|system")
        .On("withdraw", this.end, by="brokerage")
        .On("terminate", this.end, by="brokerage")
        .On("supersede", this.end, by="brokerage|system")
    )

    end = End()

    afterwards: ClassVar = {"terminate": "brokerage", "attach": "provider"}
    said: ClassVar = {
        "publish": "published it",
        "agree": "agreed to it",
        "reject": "rejected it",
        "attach": "attached a signed copy",
        "republish": "published a new version",
        "withdraw": "withdrew it",
        "terminate": "terminated it",
        "supersede": "published a newer document",
        "deem": "took it as agreed, because nobody answered in time",
    }
