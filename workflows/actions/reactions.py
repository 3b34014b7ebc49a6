"""What actions do later: a closed one ends when it can no longer be reopened."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from workflows.engine.errors import Stale
from workflows.engine.models import Task
from workflows.engine.reactions import reacts_to
from workflows.parties.selectors import system_actor

from .commands import WINDOW_OVER, lapse
from .flow import ActionFlow


@reacts_to(WINDOW_OVER, name="actions.lapse")
def end_closed(payload: Mapping[str, Any], key: str) -> None:
    """End the case, unless it was reopened meanwhile (then a later closing has its own time)."""
    pause = Task.objects.filter(process=payload["case"], node=ActionFlow.closed.name, finished=None).first()
    if pause is None or pause.created != datetime.fromisoformat(payload["closed"]):
        return
    try:
        lapse(actor=system_actor(), case_id=payload["case"], task_id=pause.pk, key=key)
    except Stale:
        return
