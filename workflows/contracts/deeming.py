"""Takes unanswered documents as agreed, for councils whose profile says after how long; off everywhere else."""

from datetime import timedelta

from workflows.council.profile import current
from workflows.engine import moment
from workflows.engine.calendar import council_calendar
from workflows.engine.errors import Stale
from workflows.engine.models import Task
from workflows.parties.selectors import system_actor

from .commands import deem_accepted
from .flow import ContractDocumentFlow


def deem_due() -> int:
    """Deem every document whose time is over; returns how many. Whoever answers meanwhile wins."""
    after = current().contract_documents.deemed_accepted_after
    if after is None:
        return 0
    now = moment.now()
    open_turns = Task.objects.filter(
        kind=ContractDocumentFlow.kind,
        node=ContractDocumentFlow.respond.name,
        finished__isnull=True,
        created__lte=now - timedelta(days=after.count if after.unit == "day" else 0),
    )
    calendar, deemed = council_calendar(), 0
    for task_id, case_id, created in open_turns.values_list("pk", "process_id", "created"):
        if calendar.due(after, created) <= now:
            deemed += _deem(task_id, case_id)
    return deemed


def _deem(task_id: int, case_id: int) -> bool:
    try:
        deem_accepted(actor=system_actor(), case_id=case_id, task_id=task_id, key=f"deem:{task_id}")
    except Stale:
        return False
    return True
