"""What actuals do later: ask for what an absence sets going, tell a team that a week was recorded."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from workflows.actions.commands import open_action
from workflows.actions.rules import Asked, Related
from workflows.engine.errors import Stale
from workflows.engine.models import Case, Task
from workflows.engine.reactions import reacts_to
from workflows.parties.models import User
from workflows.parties.selectors import actor_for, system_actor

from . import deciding
from .flow import CareDecisionFlow
from .models import CareDecision, LineWeek
from .module import module
from .rules import Asking
from .topics import NOTICE, RAISED


@reacts_to(RAISED, name="actuals.ask")
def ask(payload: Mapping[str, Any], key: str) -> None:
    """Ask once for each line, cause and stay; what was asked because of an absence that was taken back lapses."""
    for line, raised, cause, since in payload["raised"]:
        own = f"{key}:{line}:{raised}:{cause}:{since}"
        day = date.fromisoformat(since)
        deciding.ask(actor=system_actor(), line_id=line, raised=raised, cause=cause, since=day, key=own)
    wanted = {(line, raised, cause) for line, raised, cause, _ in payload["raised"]}
    for each in _open(payload["lines"]):
        if (each.line_id, each.raised, each.cause) not in wanted and not _stands(each):
            _lapse(each.case_id, key)


@reacts_to(NOTICE, name="actuals.tell_team")
def tell_team(payload: Mapping[str, Any], key: str) -> None:
    """Send the action that tells a team (suffolk-user-guide §2), as the person who submitted the week."""
    notice = module().notice
    user = User.objects.get(pk=payload["user"])
    actor = actor_for(user, payload["organisation"])
    case = Case.objects.select_related("actual_week").get(pk=payload["case"])
    if notice is None or actor is None:
        return
    week = case.actual_week.week
    asked = Asked(
        type=notice.type,
        related=Related.SERVICE,
        entity=case.service_id,
        wanted_by=None,
        team=notice.team,
        title=f"{notice.title}: week beginning {week:%d/%m/%Y}",
        text=f"{case.reference}: the week of {week:%d/%m/%Y} was recorded and can be checked.",
    )
    open_action(actor=actor, asked=asked, key=key)


def _open(lines: list[int]) -> list[CareDecision]:
    rows = CareDecision.objects.filter(line__in=lines, case__state=Asking.OPEN, raised="funding_decision")
    return list(rows.order_by("pk"))


def _stands(decision: CareDecision) -> bool:
    """Whether the line still has an absence of the cause in the weeks from which on it was asked for."""
    weeks = LineWeek.objects.filter(line=decision.line_id, week__gte=decision.since)
    return weeks.filter(causes__contains=[decision.cause]).exists()


def _lapse(case_id: int, key: str) -> None:
    turn = Task.objects.filter(process=case_id, node=CareDecisionFlow.decide.name, finished=None).first()
    if turn is None:
        return
    try:
        deciding.lapse(actor=system_actor(), case_id=case_id, task_id=turn.pk, key=f"{key}:lapse:{case_id}")
    except Stale:
        return
