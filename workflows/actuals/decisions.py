"""The readers of what absences have set going, already scoped to who asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet

from workflows.engine import selectors as engine
from workflows.engine.errors import NotFound
from workflows.engine.models import Case, Task
from workflows.parties.actor import Actor

from .checking import UNPAID
from .flow import CareDecisionFlow
from .models import CareDecision, LineWeek, Standing
from .module import module
from .rules import NOTHING, Asking

WEEKS = 12


@dataclass(frozen=True)
class Found:
    """One of them: its line, its open turn, and the line's weeks since then."""

    case: Case
    turn: Task | None
    decision: CareDecision
    weeks: Sequence[LineWeek]

    @property
    def without(self) -> Sequence[LineWeek]:
        """The weeks that can still be paid and of which something will not be, as it stands."""
        return [each for each in self.weeks if each.standing != Standing.PAID and each.unpaid]  # type: ignore[attr-defined]

    @property
    def unpaid(self) -> Decimal:
        """What was planned in them and will not be paid as it stands."""
        return sum((each.unpaid for each in self.without), NOTHING)  # type: ignore[attr-defined]


def cases(actor: Actor) -> QuerySet[Case]:
    """Those that this person may read."""
    module()
    return engine.cases(actor, CareDecisionFlow.function).filter(kind=CareDecisionFlow.kind)


def found(actor: Actor, case_id: int) -> Found:
    """One of them; NotFound."""
    related = ("organisation", "service", "client", "holder_team")
    case = cases(actor).select_related(*related).filter(pk=case_id).first()
    if case is None:
        raise NotFound
    lines = ("line__client", "line__service", "line__service_level")
    decision = CareDecision.objects.select_related(*lines).get(pk=case_id)
    turn = next(iter(engine.open_turns(case_id)), None)
    weeks = LineWeek.objects.filter(line=decision.line_id, week__gte=decision.since).exclude(standing="suspended")
    told = weeks.select_related("case").annotate(unpaid=UNPAID).order_by("-week")
    return Found(case, turn, decision, list(told[:WEEKS]))


def listed(actor: Actor, *, every: bool = False) -> QuerySet[CareDecision]:
    """What is asked for now; or every one of them."""
    readable = cases(actor) if every else cases(actor).filter(state=Asking.OPEN)
    return CareDecision.objects.filter(case__in=readable)


def rows(decisions: QuerySet[CareDecision]) -> QuerySet[Any, Any]:
    """Plain rows with the names that a list shows; a line by its reference."""
    return decisions.order_by().values(
        "case_id",
        "raised",
        "cause",
        "since",
        "decided",
        "until",
        reference=F("case__reference"),
        state=F("case__state"),
        line_reference=F("line__reference"),
        organisation=F("case__organisation__name"),
    )
