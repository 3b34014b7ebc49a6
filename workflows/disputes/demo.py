"""Gives the demo disputes in every state, of weeks that the demonstration has sent and nobody has checked yet.

Everything goes through the commands. Where there are disputes already, nothing is done: what people did stays.
"""

from collections.abc import Sequence

from workflows.actuals.models import ActualWeek, CareDecision, LineWeek, Standing
from workflows.council.profile import current
from workflows.engine.models import Task
from workflows.parties.actor import Actor
from workflows.parties.models import Membership, TeamMember, User
from workflows.parties.selectors import actor_for

from . import commands
from .flow import DisputeFlow
from .models import Dispute, DisputedRow
from .rules import Choice, Decision

REASON = "Fewer hours were delivered than planned. Please say why, or give the hours that were delivered."
RESPONSE = "The service user was with family that day; the visits were called off the evening before."
DECISION = "The notice came in time. The plan is paid this once."
#: How far the first disputes get, one each; where there are fewer, somebody has something to decide all the same.
FATES = ("answered", "raised", "decided")


def seed() -> int:
    """Raise a dispute in each state; returns how many."""
    payer = _payer()
    if current().actuals is None or payer is None or Dispute.objects.exists():
        return 0
    raisings = _raisings()
    return sum(_dispute(payer, week, ids, fate) for (week, ids), fate in zip(raisings, FATES, strict=False))


def _raisings() -> list[tuple[ActualWeek, list[int]]]:
    """The weeks with lines that differ, up to two of each; where those are few, line by line, and one is left to look
    at."""
    weeks = ActualWeek.objects.filter(case__state="submitted").select_related("case").order_by("-week", "pk")
    found = [(week, _differing(week)) for week in weeks if _provider(week) is not None]
    whole = [(week, ids) for week, ids in found if ids]
    single = [(week, [each]) for week, ids in whole for each in ids]
    return _stays_first(whole if len(whole) > len(FATES) else single[:-1] or single)


def _stays_first(raisings: Sequence[tuple[ActualWeek, list[int]]]) -> list[tuple[ActualWeek, list[int]]]:
    """Lines whose longer payment was asked about come where nothing is decided: paid as planned, an absence is none
    any more, and a stay whose decision waits would begin a week later."""
    asked = CareDecision.objects.filter(raised="funding_decision").values("line")
    staying = set(LineWeek.objects.filter(line__in=asked).values_list("pk", flat=True))
    stays = [each for each in raisings if staying.intersection(each[1])]
    others = [each for each in raisings if each not in stays]
    undecided = FATES.index("decided")
    return [*stays[:undecided], *others, *stays[undecided:]]


def _differing(week: ActualWeek) -> list[int]:
    lines = LineWeek.objects.filter(case=week.pk, standing=Standing.SUBMITTED, differs=True)
    return list(lines.order_by("pk").values_list("pk", flat=True)[:2])


def _dispute(payer: Actor, week: ActualWeek, ids: Sequence[int], fate: str) -> bool:
    """Dispute lines of a week, and let it get as far; False where nobody answers."""
    provider = _provider(week)
    if provider is None:
        return False
    key = f"demo:dispute:{ids[0]}"
    raised = commands.raise_dispute(
        actor=payer, week_id=week.pk, task_id=_turn(week.pk), lines=ids, reason=REASON, key=key
    )
    case_id = int(raised.answer["dispute"])
    if fate != "raised":
        turn = _turn(case_id)
        commands.answer(actor=provider, case_id=case_id, task_id=turn, text=RESPONSE, key=f"{key}:answer")
    if fate == "decided":
        rows = DisputedRow.objects.filter(dispute=case_id).order_by("pk").values_list("pk", flat=True)
        choices = [Choice(each, Decision.AS_PLANNED, DECISION) for each in rows]
        commands.decide(actor=payer, case_id=case_id, task_id=_turn(case_id), choices=choices, key=f"{key}:decide")
    return True


def _payer() -> Actor | None:
    team = current().team_for("payments", None)
    member = TeamMember.objects.filter(team__key=team, user__kind=User.Kind.STAFF).order_by("pk").first()
    return actor_for(member.user) if member else None


def _provider(week: ActualWeek) -> Actor | None:
    roles = [role.key for role in current().roles if DisputeFlow.function in role.edit]
    found = Membership.objects.filter(organisation=week.case.organisation_id, role__in=roles, service=None).first()
    return actor_for(found.user, week.case.organisation_id) if found else None


def _turn(case_id: int) -> int:
    return int(Task.objects.values_list("pk", flat=True).get(process=case_id, finished=None))
