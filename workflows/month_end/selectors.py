"""What managers of payments read before a run: what is ready, what is blocked, by cause and by holder, in pounds.

For whoever leads or manages a team of the payments desk, administers or audits; a provider does not know that there is
such a page. Every sum is one statement over rows that are kept with the payments (payments.waits) and weeks
(actuals.WeekMoney), never over their lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Case as When
from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum, Value
from django.db.models import When as If
from django.db.models.functions import Coalesce

from workflows.actuals.models import ActualWeek, Standing, WeekMoney
from workflows.actuals.rules import State as WeekState
from workflows.council.profile import current
from workflows.council.schema import Council
from workflows.engine import moment
from workflows.engine.calendar import LONDON, council_calendar
from workflows.engine.errors import Forbidden, NotFound
from workflows.parties.actor import Actor
from workflows.parties.models import Organisation, Team
from workflows.parties.teams import team_id
from workflows.payments.models import Confirmation, Rejected, ScheduledPayment
from workflows.payments.running import TAKEN

from . import causes
from .models import BlockedMoney
from .moments import Run, closes, coming, of_week

EVERYTHING = frozenset({"auditor", "administrator"})
ZERO = Decimal("0.00")
ORDER = ("-worth", "id")
#: So many weeks' cut-offs that are over are still told while weeks of theirs are not settled.
MOST_RUNS = 12


@dataclass(frozen=True, slots=True)
class Blocked:
    """What one holder holds up for one cause. `holder_id`: the provider, or the team."""

    key: str
    holder: str  # provider, team
    holder_id: int
    holder_name: str
    count: int  # rows of the list that it opens
    money: Decimal


@dataclass(frozen=True, slots=True)
class Ready:
    """What a run would pay now, and what stands beside it without holding anything up."""

    payments: int = 0  # or weeks of actuals that are checked
    money: Decimal = ZERO
    changed: int = 0  # are being worked out again: their figures may still move
    unconfirmed: int = 0
    unconfirmed_money: Decimal = ZERO
    rejected: int = 0
    rejected_money: Decimal = ZERO
    taken_back: int = 0  # payments less by what an earlier period left below zero
    taken_back_money: Decimal = ZERO
    waiting: int = 0  # payments that no run may take yet


@dataclass(frozen=True, slots=True)
class Board:
    """The page of one run: every pound of it is ready or blocked, once."""

    run: Run
    runs: tuple[Run, ...]
    ready: Ready
    blocked: tuple[Blocked, ...]

    @property
    def blocked_money(self) -> Decimal:
        """All that is blocked."""
        return sum((each.money for each in self.blocked), ZERO)

    def held_by(self, holder: str) -> Decimal:
        """What providers, or teams, hold up."""
        return sum((each.money for each in self.blocked if each.holder == holder), ZERO)


@dataclass(frozen=True, slots=True)
class Sums:
    """How many, and what they come to."""

    count: int
    money: Decimal


@dataclass(frozen=True, slots=True)
class Narrow:
    """What a list is narrowed by, as it stands in an address. `holder`: provider, team, or nothing."""

    cause: str = ""
    holder: str = ""
    holder_id: int | None = None


def payments_teams(council: Council) -> set[str]:
    """The keys of the teams that do the payments desk's work, for any service group."""
    return {council.desks["payments"]} | {route.team for route in council.routes if route.desk == "payments"}


def may_see(actor: Actor) -> bool:
    """Whether there is a month-end board for this person."""
    council = current()
    if not actor.is_staff or (council.payments is None and council.actuals is None):
        return False
    led = any(actor.manages(key) for key in payments_teams(council))
    return led or bool(actor.duties & EVERYTHING)


def may_remind(actor: Actor) -> bool:
    """Whether this person may send reminders: whoever leads or manages the work, and administrators; no auditor."""
    return may_see(actor) and "auditor" not in actor.duties


def may_list(actor: Actor) -> bool:
    """Whether this person may open the lists behind the figures: whoever reads payments, or weeks of actuals."""
    return may_see(actor) and bool(actor.reads & {"scheduled_payment", "actuals"})


def require(actor: Actor) -> None:
    """NotFound for providers, Forbidden for staff who lead no payments team."""
    if not actor.is_staff:
        raise NotFound
    if not may_see(actor):
        raise Forbidden("This page is for people who lead or manage a team that makes payments.")


def runs(actor: Actor, now: datetime) -> list[Run]:
    """The runs that are open or to come, the first to be paid first: what is past and not finalised leads."""
    require(actor)
    council, works, today = current(), council_calendar(), now.astimezone(LONDON).date()
    found = {each.key: each for each in coming(council, works, today)}
    opened = _open_runs() if council.payments is not None else _open_weeks(now)
    found.update({each.key: each for each in opened})
    weekly_only = council.payments is None
    shown = [each for each in found.values() if weekly_only or not each.is_weeks]
    return sorted(shown, key=lambda each: (each.pays, each.key))


def cut_offs(now: datetime) -> list[Run]:
    """The weekly cut-offs to come of a council that has pay days too: they pay nothing by themselves."""
    council = current()
    if council.payments is None:
        return []
    found = coming(council, council_calendar(), now.astimezone(LONDON).date())
    return [each for each in found if each.is_weeks]


def board(actor: Actor, now: datetime, key: str = "") -> Board:
    """The page of a run; of the next one that has something in it when none, or one that is not there, is named."""
    every, chosen = _chosen(actor, now, key)
    return Board(chosen, tuple(every), ready(chosen), tuple(blocked(chosen)))


def run_of(actor: Actor, now: datetime, key: str) -> Run:
    """The run that an address names; the next one when it names none that there is."""
    return _chosen(actor, now, key)[1]


def rows(run: Run, narrow: Narrow | None = None) -> QuerySet[BlockedMoney]:
    """What holds money of a run up; for a list whose reader is checked, with `ORDER`."""
    found = BlockedMoney.objects.filter(_of(run))
    if narrow is None:
        return found
    if narrow.cause:
        found = found.filter(key=narrow.cause)
    if narrow.holder:
        found = found.filter(holder=narrow.holder)
    if narrow.holder_id is not None and narrow.holder == "provider":
        found = found.filter(organisation=narrow.holder_id)
    elif narrow.holder_id is not None:
        desks = [each.key for each in causes.CAUSES if _desk_team(each.key) == narrow.holder_id]
        found = found.filter(Q(team=narrow.holder_id) | Q(team=None, key__in=desks))
    return found


def listed(actor: Actor, run: Run, narrow: Narrow) -> QuerySet[BlockedMoney]:
    """The list behind a figure, for whoever may open it."""
    require(actor)
    if not may_list(actor):
        raise Forbidden("You see these figures. The lists behind them name payments, which your work does not read.")
    return rows(run, narrow).select_related("organisation", "contract", "team", "about", "payment__case")


def summed(found: QuerySet[BlockedMoney]) -> Sums:
    """How many things a list has, and what they come to."""
    return Sums(**found.order_by().aggregate(count=Count("id"), money=Coalesce(Sum("worth"), Value(ZERO))))


def holder_name(holder: str, holder_id: int) -> str:
    """The name of a team or a provider; NotFound."""
    model: Any = Team if holder == "team" else Organisation
    name: str | None = model.objects.filter(pk=holder_id).values_list("name", flat=True).first()
    if name is None:
        raise NotFound
    return name


def desk_team_name(key: str) -> str:
    """The name of the team whose work a cause is when no case says whose turn it is."""
    council = current()
    own = council.desks[causes.BY_KEY[key].desk]
    return next(each.name for each in council.teams if each.key == own)


def blocked(run: Run) -> list[Blocked]:
    """What is blocked of a run, by cause and holder, most money first: one statement, and one for names."""
    of_provider = When(If(holder="provider", then=F("organisation")), default=Value(None))
    found: Any = rows(run).order_by().values("key", "holder", "team", provider=of_provider)
    sums = list(found.annotate(rows=Count("id"), money=Sum("worth")))
    teams = dict(Team.objects.values_list("pk", "name"))
    wanted = {each["provider"] for each in sums if each["provider"] is not None}
    providers = dict(Organisation.objects.filter(pk__in=wanted).values_list("pk", "name"))
    merged: dict[tuple[str, str, int], Blocked] = {}
    for each in sums:
        ours = each["holder"] == "team"
        holder_id = (each["team"] or _desk_team(each["key"])) if ours else each["provider"]
        name = (teams if ours else providers)[holder_id]
        same = (each["key"], each["holder"], holder_id)
        before = merged.get(same)
        count, money = (before.count, before.money) if before else (0, ZERO)
        merged[same] = Blocked(*same, name, count + each["rows"], money + each["money"])
    return sorted(merged.values(), key=lambda each: (-each.money, each.key, each.holder_name))


def ready(run: Run) -> Ready:
    """What a run would pay now, in two statements."""
    return _ready_weeks(run) if run.is_weeks else _ready_payments(run)


def _ready_payments(run: Run) -> Ready:
    due = ScheduledPayment.objects.filter(calendar=run.calendar, pay_on=run.pay_on, finalised_at=None)
    unconfirmed = Q(confirmation=Confirmation.UNCONFIRMED) & _asked_to_confirm()
    zero = Value(ZERO)
    found = due.aggregate(
        payments=Count("pk", filter=TAKEN),
        waiting=Count("pk", filter=~TAKEN),
        money=Coalesce(Sum("payable", filter=TAKEN), zero),
        changed=Count("pk", filter=Q(changed=True)),
        unconfirmed=Count("pk", filter=unconfirmed),
        unconfirmed_money=Coalesce(Sum("payable", filter=unconfirmed), zero),
        taken_back=Count("pk", filter=Q(carried_in__lt=0)),
        taken_back_money=Coalesce(Sum("carried_in"), zero),
    )
    wrong = Rejected.objects.filter(payment__in=due.values("pk"), answer=Rejected.Answer.OPEN).aggregate(
        rejected=Count("payment", distinct=True), rejected_money=Coalesce(Sum("at_stake"), zero)
    )
    return Ready(**found, **wrong)


def _ready_weeks(run: Run) -> Ready:
    """Of weeks that are checked, wholly or but for what is disputed."""
    weeks = ActualWeek.objects.filter(cut_off=run.cut_off).exclude(case__state=WeekState.EMPTY)
    money = WeekMoney.objects.filter(
        case__in=weeks.values("pk"), standing__in=[Standing.PAYABLE, Standing.DISPUTED]
    ).aggregate(all=Coalesce(Sum("payable_cost"), Value(ZERO)), weeks=Count("case", distinct=True))
    return Ready(payments=money["weeks"], money=money["all"])


def _of(run: Run) -> Q:
    """What of the view belongs to a run: a weekly cut-off has its own weeks, and those that it left behind."""
    if run.is_weeks:
        return Q(source="week", cut_off=run.cut_off)
    return Q(source="payment", calendar=run.calendar, pay_on=run.pay_on)


def _open_runs() -> list[Run]:
    """The pay days with payments that are not final, with their own dates."""
    module, works = current().payments, council_calendar()
    if module is None:
        return []
    names = {each.key: each.name for each in module.calendars}
    found: Any = ScheduledPayment.objects.filter(finalised_at=None).order_by().values("calendar", "pay_on")
    told = found.annotate(
        begin=Min("first"), end=Max("last"), visible=Min("visible_from"), until=Min("cut_off"), final=Min("finalise_on")
    )
    return [
        Run(
            each["calendar"], names.get(each["calendar"], each["calendar"]), each["begin"], each["end"],
            each["visible"], closes(each["until"], works), closes(each["final"], works), each["pay_on"],
        )
        for each in told
    ]  # fmt: skip


def _open_weeks(now: datetime) -> list[Run]:
    """The cut-offs that are over and of which weeks are not settled, the latest ones."""
    open_ = ActualWeek.objects.filter(
        cut_off__lte=now, case__finished=None, case__state__in=[WeekState.RECORDING, WeekState.SUBMITTED]
    )
    found = open_.order_by("-cut_off").values_list("week", "cut_off").distinct()[:MOST_RUNS]
    return [of_week(week, until) for week, until in found if until is not None]


def _chosen(actor: Actor, now: datetime, key: str) -> tuple[list[Run], Run]:
    every = runs(actor, now)
    if not every:
        raise NotFound
    return every, next((each for each in every if each.key == key), None) or _next(every)


def _next(every: Sequence[Run]) -> Run:
    """The first run to come that has payments in it; else the first that is late, else the first to come.

    Of weekly cut-offs the first to come.
    """
    now = moment.now()
    ahead = [each for each in every if each.pays > now or each.pay_on == now.astimezone(LONDON).date()]
    if every[0].is_weeks:
        return next(iter(ahead), every[-1])
    pays = set(ScheduledPayment.objects.filter(finalised_at=None).values_list("calendar", "pay_on").distinct())
    filled = [each for each in every if (each.calendar, each.pay_on) in pays]
    return next(iter([each for each in ahead if each in filled] or filled or ahead), every[0])


def _asked_to_confirm() -> Q:
    module = current().payments
    return Q() if module is not None and module.review == "confirm" else Q(pk__in=[])


def _desk_team(key: str) -> int:
    """The team whose work a cause is when no case says whose turn it is."""
    return team_id(current().desks[causes.BY_KEY[key].desk])
