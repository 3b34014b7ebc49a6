"""What weeks of actuals need in the course of time: each is opened on its Monday, and closed when nothing was planned;
cut-offs follow the profile, and where a save is a submission the week is taken for checking at its cut-off.

Every step is idempotent and goes through the door case by case: whoever acts on a week meanwhile wins.
"""

from collections.abc import Callable
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from workflows.council.actuals import Actuals
from workflows.council.profile import current
from workflows.engine import moment
from workflows.engine.errors import Busy, Refused, Stale
from workflows.engine.models import Task
from workflows.parties.selectors import system_actor
from workflows.register.models import CarePackageLine, ServiceLevel

from . import commands
from .flow import ActualsFlow
from .models import ActualWeek, LineWeek, Standing
from .rules import WEEK, cut_off, kind_of, monday_of, sunday_of


def tend() -> dict[str, int]:
    """The regular job: everything below, as far as it is due now. Returns how many of each."""
    return {"opened": open_weeks(), "moved": move_cut_offs(), "closed": close_empty(), "taken": take_due()}


def open_weeks(*, since: date | None = None) -> int:
    """Open the present week of every service and lot with a live line that is recorded; returns how many were opened.

    The week before is looked at again, for a line that was entered late. `since`: the weeks from that day on.
    """
    actuals, this = current().actuals, monday_of(moment.today())
    if actuals is None:
        return 0
    first = monday_of(since) if since is not None else this - WEEK
    weeks = (first + number * WEEK for number in range((this - first) // WEEK + 1))
    return sum(_open(actuals, week) for week in weeks)


def places(actuals: Actuals, week: date) -> list[tuple[int, str]]:
    """The services and lots with a line in a week that is recorded here."""
    recorded = [_levels(actuals, each.service_group) for each in actuals.go_live if each.first_week <= week]
    if not recorded:
        return []
    live = Q(start__lte=sunday_of(week)) & (Q(end=None) | Q(end__gte=week))
    lines = CarePackageLine.objects.filter(live, reduce(or_, recorded))
    return list(lines.values_list("service_id", "lot").distinct().order_by("service_id", "lot"))


def _levels(actuals: Actuals, group: str) -> Q:
    levels = ServiceLevel.objects.values_list("pk", "key")
    kept = [pk for pk, key in levels if kind_of(actuals, group, key) is not None]
    return Q(service__group=group, service_level__in=kept)


def _open(actuals: Actuals, week: date) -> int:
    there = set(ActualWeek.objects.filter(week=week).values_list("service_id", "lot"))
    missing = [place for place in places(actuals, week) if place not in there]
    return sum(_opened(service, lot, week) for service, lot in missing)


def _opened(service: int, lot: str, week: date) -> bool:
    key = f"week:{service}:{lot}:{week}"
    try:
        commands.open_week(actor=system_actor(), service_id=service, lot=lot, week=week, key=key)
    except Busy:
        return False
    except Refused as refusal:
        if refusal.code != "open":  # somebody else opened it meanwhile
            raise
        return False
    return True


def move_cut_offs() -> int:
    """Let open weeks follow the moment that the profile announces; returns how many were moved."""
    actuals, moved = current().actuals, 0
    if actuals is None or actuals.cut_off is None:
        return 0
    for turn, week in _recording():
        until = cut_off(actuals.cut_off, week.week)
        if until is not None and until != week.cut_off:
            key = f"cut_off:{week.pk}:{week.case.version}"
            moved += _done(commands.move_cut_off, week, turn, until=until, key=key)
    return moved


def close_empty() -> int:
    """Close weeks that are over and in which nothing was planned; returns how many.

    Weeks that nobody generated are generated first: what was planned is not known before.
    """
    closed = 0
    for turn, week in _recording(week__lte=monday_of(moment.today()) - WEEK):
        if week.generated_at is None:
            _done(commands.generate, week, turn, key=f"generate:{week.pk}")
        if not LineWeek.objects.filter(case=week.pk).exclude(standing=Standing.SUSPENDED).exists():
            closed += _done(commands.close_empty, week, turn, key=f"close_empty:{week.pk}")
    return closed


def take_due() -> int:
    """Take weeks at their cut-off whose saves are their submission, or that need no confirmation when they are as
    planned (bedford-actuals-guide; design, workflows §6). Returns how many.
    """
    actuals, taken = current().actuals, 0
    if actuals is None:
        return 0
    on_save = actuals.submit_mode == "on_save"
    if not on_save and actuals.confirm_unchanged:
        return 0
    for turn, week in _recording(cut_off__lte=moment.now()):
        if on_save or not LineWeek.objects.filter(case=week.pk).filter(Q(differs=True) | Q(lacking=True)).exists():
            taken += _done(commands.take, week, turn, key=f"take:{turn}")
    return taken


def _done(verb: Callable[..., object], week: ActualWeek, turn: int, **said: Any) -> bool:
    """Whether a verb had its effect; somebody else's had it first when the turn is over or held."""
    try:
        verb(actor=system_actor(), case_id=week.pk, task_id=turn, **said)
    except (Stale, Busy):
        return False
    return True


def _recording(**asked: object) -> list[tuple[int, ActualWeek]]:
    """The open turns of weeks that are being recorded, with their weeks, the oldest first."""
    turns = Task.objects.filter(kind=ActualsFlow.kind, node=ActualsFlow.record.name, finished__isnull=True)
    by_case = dict(turns.values_list("process_id", "pk"))
    weeks = ActualWeek.objects.filter(pk__in=list(by_case), **asked).select_related("case").order_by("week", "pk")
    return [(by_case[week.pk], week) for week in weeks]
