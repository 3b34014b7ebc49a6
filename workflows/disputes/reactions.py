"""What the engine disputes by itself, for councils whose profile says so (`raised_by = "system"`)."""

from collections.abc import Mapping
from typing import Any

from workflows.actuals.flow import ActualsFlow
from workflows.actuals.models import LineWeek, Standing
from workflows.actuals.topics import DISPUTABLE
from workflows.council.profile import current
from workflows.engine.errors import Stale
from workflows.engine.models import Task
from workflows.engine.reactions import reacts_to
from workflows.parties.selectors import system_actor

from . import rules
from .commands import raise_dispute


@reacts_to(DISPUTABLE, name="disputes.raise")
def raise_by_rule(payload: Mapping[str, Any], key: str) -> None:
    """Dispute every submitted line of the week that the council's rules dispute; none is left when it comes again."""
    profile, week = current().actuals, payload["case"]
    if profile is None or profile.raised_by != "system":
        return
    rows = LineWeek.objects.filter(case=week, standing=Standing.SUBMITTED, disputable=True)
    lines = list(rows.order_by("pk").values_list("pk", flat=True))
    turn = Task.objects.filter(process=week, node=ActualsFlow.check.name, finished=None).first()
    if not lines or turn is None:
        return
    try:
        raise_dispute(
            actor=system_actor(), week_id=week, task_id=turn.pk, lines=lines,
            reason=rules.reason_by_itself(profile), key=key,
        )  # fmt: skip
    except Stale:
        return  # the week is with the provider again: what is submitted next is looked at then
