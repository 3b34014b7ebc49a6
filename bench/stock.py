"""The comparison: the same answer carried by viewflow as it comes, and Django's own `save()`.

Its flow, its tables, a lock that waits, and beside them the same document, event and receipt as the product writes.
"""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from django.utils import timezone
from viewflow import this
from viewflow.workflow import flow
from viewflow.workflow.lock import SelectForUpdateLock
from viewflow.workflow.models import Process

from workflows.contracts.models import ContractDocument, DocumentVersion
from workflows.engine.events import Draft
from workflows.engine.models import Receipt
from workflows.parties.models import User


def _page(_: object) -> None:
    """A task needs a page; the bench shows none."""


class StockFlow(flow.Flow):
    """The contract document in viewflow's own nodes: the answer is asked by a gateway."""

    process_class = Process
    lock_impl = SelectForUpdateLock(nowait=False)

    start = flow.StartHandle(this.opened).Next(this.respond)
    respond = flow.View(_page).Next(this.answered)
    answered = flow.If(lambda activation: activation.process.data["answer"] == "agree").Then(this.end).Else(this.amend)
    amend = flow.View(_page).Next(this.respond)
    end = flow.End()

    def opened(self, activation: Any) -> Process:
        """Nothing else is needed to open one."""
        return activation.process


def agreeing(case_id: int, user: User) -> Callable[[], object]:
    """Open a process (not timed), and return what agrees to the document of a case by it."""
    process = StockFlow.start.run()
    task = process.task_set.get(flow_task=StockFlow.respond)

    def agree() -> None:
        with StockFlow.lock(process.pk):
            task.refresh_from_db()
            activation = task.flow_task.activation_class(task)
            activation.process.data = {"answer": "agree"}
            activation.process.save()
            activation.assign(user)
            activation.start(SimpleNamespace(user=user))
            _answer(case_id, user)
            activation.execute()

    return agree


def _answer(case_id: int, user: User) -> None:
    """The document's own rows, the event and the receipt, each saved by itself."""
    now = timezone.now()
    version = DocumentVersion.objects.filter(document_id=case_id).latest("number")
    version.answer, version.answered_at, version.answered_by = "agreed", now, user
    version.save()
    document = ContractDocument.objects.get(pk=case_id)
    document.open = False
    document.save()
    draft = Draft(f"case:{case_id}", "contract_document.agree", user.pk, {"verb": "agree"})
    draft.seal(2, b"", now, case_id).save()
    Receipt(key=f"{user.pk}:{uuid4()}", body_hash=b"", case_id=case_id, answer={"version": 2}).save()
