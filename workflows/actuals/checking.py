"""What the finance team reads of actuals: the weeks that await its check, what of them needs a person, what it costs.

An exception is a line whose week is not as planned, or cannot be paid as it is. Everything else is counted, not listed.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, Func, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Greatest

from workflows.engine.models import Batch, BatchItem, Case, Task
from workflows.parties.actor import Actor

from .models import ActualWeek, LineWeek, Standing
from .rules import NOTHING, State
from .selectors import cases

EXCEPTION = Q(differs=True) | Q(disputable=True) | Q(lacking=True) | Q(unpriced=True)
LIVE = ~Q(standing=Standing.SUSPENDED)
#: What was planned and will not be paid as it stands.
UNPAID = Greatest(F("planned_cost") - F("payable_cost"), NOTHING)
ORDER = ("week", "case_id")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to."""

    organisation_id: int | None = None
    group: str = ""
    week: date | None = None
    differing: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """The lines of a week that are submitted, and their money."""

    lines: int = 0
    exceptions: int = 0
    planned: Decimal = NOTHING
    payable: Decimal = NOTHING
    clean_payable: Decimal = NOTHING
    unpaid: Decimal = NOTHING
    at_stake: Decimal = NOTHING

    @property
    def clean(self) -> int:
        """Lines that are as planned."""
        return self.lines - self.exceptions


FIGURES: Mapping[str, Any] = {
    "lines": Count("pk"),
    "exceptions": Count("pk", filter=EXCEPTION),
    "planned": Sum("planned_cost", default=NOTHING),
    "payable": Sum("payable_cost", default=NOTHING),
    "clean_payable": Sum("payable_cost", filter=~EXCEPTION, default=NOTHING),
    "unpaid": Sum(UNPAID, default=NOTHING),
    "at_stake": Sum("at_stake", default=NOTHING),
}


def to_check(actor: Actor, asked: Filters) -> QuerySet[ActualWeek]:
    """The weeks that await the check, as far as this person may read them."""
    return _narrowed(_weeks(actor, State.SUBMITTED), asked)


def not_submitted(actor: Actor, asked: Filters, now: datetime) -> QuerySet[ActualWeek]:
    """The weeks that a provider has not submitted although their cut-off has passed."""
    return _narrowed(_weeks(actor, State.RECORDING), asked).filter(cut_off__lt=now)


def rows(weeks: QuerySet[ActualWeek]) -> QuerySet[Any, Any]:
    """Weeks as plain rows with the names that a list shows."""
    return weeks.order_by().values(
        "case_id",
        "week",
        "lot",
        "cut_off",
        "submitted_at",
        reference=F("case__reference"),
        organisation=F("case__organisation__name"),
        organisation_id=F("case__organisation_id"),
        place=F("service__name"),
        group=F("service__group"),
    )


def turns_of(case_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """The open turn of each of these cases, in one query: until when it is due, whose it is."""
    turns = Task.objects.filter(process__in=case_ids, finished=None)
    found: QuerySet[Any, Any] = turns.values(
        "process_id", "due_at", "at_risk_at", "not_before", team_name=F("team__name"), owner_name=F("owner__name")
    )
    return {each["process_id"]: each for each in found}


#: What stands in a row whose case has no open turn.
NO_TURN: Mapping[str, Any] = dict.fromkeys(("due_at", "at_risk_at", "not_before", "team_name", "owner_name"))


def figures_of(case_ids: Collection[int], standing: Standing | None = Standing.SUBMITTED) -> dict[int, Figures]:
    """The figures of each of these weeks, in one query: of what is submitted, or (None) of all but suspended lines."""
    lines = LineWeek.objects.filter(LIVE, case__in=case_ids)
    if standing is not None:
        lines = lines.filter(standing=standing)
    found: QuerySet[Any, Any] = lines.order_by().values("case_id").annotate(**FIGURES)
    return {each.pop("case_id"): Figures(**each) for each in found}


def by_provider(weeks: QuerySet[ActualWeek]) -> list[dict[str, Any]]:
    """What needs a person by provider, who has most at stake first; with what of it is no absence: more than planned,
    less without a cause, no price, something missing."""
    lines = LineWeek.objects.filter(EXCEPTION, case__in=weeks.order_by().values("case_id"), standing=Standing.SUBMITTED)
    grouped = lines.order_by().values(name=F("case__organisation__name"), key=F("case__organisation_id"))
    more = Q(delivered__gt=F("planned"))
    silent = Q(differs=True, causes=[]) & ~more
    told: QuerySet[Any, Any] = grouped.annotate(
        weeks=Count("case", distinct=True),
        lines=Count("pk"),
        unpaid=Sum(UNPAID),
        more=Count("pk", filter=more),
        more_stake=Sum("at_stake", filter=more, default=NOTHING),
        silent=Count("pk", filter=silent),
        silent_stake=Sum("at_stake", filter=silent, default=NOTHING),
        unpriced=Count("pk", filter=Q(unpriced=True)),
        lacking=Count("pk", filter=Q(lacking=True)),
        at_stake=Sum("at_stake"),
    )
    return list(told.order_by("-at_stake", "name"))


def by_cause(weeks: QuerySet[ActualWeek]) -> list[dict[str, Any]]:
    """What needs a person by cause, as the profile's keys: what costs most first."""
    lines = LineWeek.objects.filter(EXCEPTION, case__in=weeks.order_by().values("case_id"), standing=Standing.SUBMITTED)
    caused = lines.order_by().annotate(cause=Func(F("causes"), function="unnest")).values("cause")
    told: QuerySet[Any, Any] = caused.annotate(lines=Count("pk"), at_stake=Sum("at_stake"), unpaid=Sum(UNPAID))
    return list(told.order_by("-at_stake", "cause"))


def clean_lines(case_id: int) -> list[int]:
    """The submitted lines of a week that are as planned, by id."""
    lines = LineWeek.objects.filter(~EXCEPTION, case=case_id, standing=Standing.SUBMITTED)
    return list(lines.order_by("pk").values_list("pk", flat=True))


def mondays(actor: Actor) -> list[date]:
    """The weeks that are not over, the newest first."""
    readable = cases(actor).filter(state__in=[State.RECORDING, State.SUBMITTED])
    found = ActualWeek.objects.filter(case__in=readable).order_by("-week").values_list("week", flat=True).distinct()
    return list(found[:60])


def not_charged(actor: Actor, first: date, last: date) -> QuerySet[LineWeek]:
    """The lines' weeks of these days with units that the client is not charged for, by client and week; only what was
    submitted, because anything else can still say something else."""
    told = {Standing.SUBMITTED, Standing.DISPUTED, Standing.PAYABLE, Standing.PAID}
    found = LineWeek.objects.filter(
        case__in=cases(actor), week__gte=first, week__lte=last, not_charged__gt=0, standing__in=told
    )
    related = ("line__client", "line__service__organisation", "line__service_level")
    return found.select_related(*related).order_by("line__client__ss_ref", "week", "line_id")


def named(actor: Actor, case_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """The reference and the Monday of those of these weeks that this person may read."""
    found = ActualWeek.objects.filter(case__in=cases(actor).filter(pk__in=case_ids))
    rows: QuerySet[Any, Any] = found.values("case_id", "week", reference=F("case__reference"))
    return {each.pop("case_id"): each for each in rows}


def items_of(batch: Batch) -> QuerySet[Any, Any]:
    """What became of each week of a batch, as plain rows."""
    return BatchItem.objects.filter(batch=batch).values("id", "result", "message", "target")


def reads(actor: Actor, case_ids: Collection[int]) -> set[int]:
    """Those of these weeks that this person may read."""
    return set(cases(actor).filter(pk__in=case_ids).values_list("pk", flat=True))


def _weeks(actor: Actor, state: State) -> QuerySet[ActualWeek]:
    readable: QuerySet[Case] = cases(actor).filter(state=state, finished=None)
    return ActualWeek.objects.filter(case__in=readable)


def _narrowed(weeks: QuerySet[ActualWeek], asked: Filters) -> QuerySet[ActualWeek]:
    if asked.organisation_id is not None:
        weeks = weeks.filter(case__organisation=asked.organisation_id)
    if asked.group:
        weeks = weeks.filter(service__group=asked.group)
    if asked.week is not None:
        weeks = weeks.filter(week=asked.week)
    if asked.differing:
        weeks = weeks.filter(Exists(LineWeek.objects.filter(EXCEPTION, case=OuterRef("case_id"))))
    return weeks
