"""The readers of weeks of actuals, already scoped to who asks."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from django.db.models import Count, F, Q, QuerySet, Sum

from workflows.council.actuals import Actuals, Kind
from workflows.engine import moment
from workflows.engine import selectors as engine
from workflows.engine.errors import NotFound
from workflows.engine.models import Case, Task
from workflows.parties.actor import Actor
from workflows.register.models import ServiceLevel

from .assessing import Assessment, Before, assess
from .entry import FilledRow, Row, merged, read
from .flow import ActualsFlow
from .history import before
from .models import ActualWeek, Authorisation, LineWeek, LineWeekVersion, Standing
from .module import module
from .pricing import level_prices
from .rules import NOTHING, days_of, kind_of
from .week import cost

FUNCTION = ActualsFlow.function
RELATED = ("line__client", "line__service", "line__service_level", "saved_by")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many lines of a week there are, and what they come to."""

    lines: int
    saved: int
    differing: int
    lacking: int
    disputed: int
    submitted: int
    planned: Decimal
    payable: Decimal
    planned_cost: Decimal
    payable_cost: Decimal


@dataclass(frozen=True)
class Line:
    """A line's week as a page shows it: its rows, and what the rules make of them."""

    week: LineWeek
    kind: Kind
    rows: tuple[Row, ...]
    before: Before
    found: Assessment

    @property
    def suspended(self) -> bool:
        """Whether the line is suspended throughout the week."""
        return self.week.standing == Standing.SUSPENDED

    @property
    def undecided(self) -> Decimal:
        """The money that hangs on a cause nobody has chosen yet: it is in no figure of what will be paid."""
        return sum((cost(self._without_cause(row), row.price) or NOTHING for row in self.rows), NOTHING)

    def _without_cause(self, row: Row) -> Decimal:
        """Units of a row that were not delivered and have no cause yet, where one must be chosen."""
        if without := sum((each.units for each in row.absent if not each.cause), NOTHING):
            return without
        explained = sum((each.units for each in row.absent), NOTHING)
        gap = sum(row.planned, NOTHING) - sum(row.actual, NOTHING) - explained
        return gap if gap > 0 and "cause" in self.found.lacks else NOTHING


@dataclass(frozen=True)
class Page:
    """A week with its lines, as far as a page shows them."""

    case: Case
    week: ActualWeek
    turn: Task | None
    lines: Sequence[Line]
    actuals: Actuals

    @cached_property
    def counts(self) -> "Counts":
        """The figures of the whole week; asked only where they are shown."""
        return counts(self.case.pk)

    @cached_property
    def days(self) -> tuple[date, ...]:
        """Its seven days."""
        return days_of(self.week.week)

    @property
    def is_late(self) -> bool:
        """Whether its cut-off has passed."""
        return self.week.cut_off is not None and self.week.cut_off < moment.now()

    @property
    def recording(self) -> bool:
        """Whether the provider has the turn to record it."""
        return self.turn is not None and self.turn.node == ActualsFlow.record.name


def cases(actor: Actor) -> QuerySet[Case]:
    """The weeks that this person may read."""
    module()
    return engine.cases(actor, FUNCTION).filter(kind=ActualsFlow.kind)


def weeks(actor: Actor, *, service_id: int | None = None, lot: str | None = None) -> QuerySet[ActualWeek]:
    """The weeks that this person may read, the newest first, with how many lines each has and how many are saved."""
    rows = ActualWeek.objects.filter(case__in=cases(actor)).select_related("case", "service")
    if service_id is not None:
        rows = rows.filter(service=service_id)
    if lot is not None:
        rows = rows.filter(lot=lot)
    lines = Count("case__line_weeks", filter=~Q(case__line_weeks__standing=Standing.SUSPENDED))
    return rows.annotate(
        lines=lines,
        untouched=Count("case__line_weeks", filter=Q(case__line_weeks__standing=Standing.GENERATED)),
        cost=Sum("case__line_weeks__payable_cost"),
    ).order_by("-week", "lot", "pk")


def places(actor: Actor) -> list[tuple[int, str, str]]:
    """The services and lots of this person's weeks by name: (service, its name, lot); suffolk-user-guide §2 step 3."""
    rows = ActualWeek.objects.filter(case__in=cases(actor)).values_list("service_id", "service__name", "lot")
    return list(rows.distinct().order_by("service__name", "lot"))


def next_week(actor: Actor) -> ActualWeek | None:
    """The week that awaits this person and is due first."""
    turns = engine.provider_turns(actor, [FUNCTION]).filter(kind=ActualsFlow.kind)
    rows = ActualWeek.objects.filter(case__in=turns.values("process")).select_related("case", "service")
    return rows.order_by(F("cut_off").asc(nulls_last=True), "week", "pk").first()


def awaiting(actor: Actor) -> tuple[int, datetime | None]:
    """How many weeks await the provider, and when the first is due; in one query."""
    turns = engine.provider_turns(actor, [FUNCTION]).filter(kind=ActualsFlow.kind)
    due = list(turns.order_by("due_at").values_list("due_at", flat=True))
    return len(due), next((each for each in due if each is not None), None)


def page(actor: Actor, case_id: int, *, only: Sequence[int] | None = None, tab: str = "all",
         first: int = 0, most: int | None = None) -> Page:  # fmt: skip
    """A week with its lines by name of the client: those of `only`, or of a tab (all, differences, needs).

    `first` and `most` cut a part of them. The queries are as many for one line as for three hundred.
    """
    actuals = module()
    case = (
        cases(actor)
        .select_related("organisation", "actual_week__service", "actual_week__submitted_by")
        .filter(pk=case_id)
        .first()
    )
    if case is None:
        raise NotFound
    rows = lines_of(case_id, tab)
    if only is not None:
        rows = rows.filter(pk__in=only)
    chosen = list(rows[first : first + most] if most is not None else rows)
    turn = case.task_set.filter(finished=None).select_related("team", "organisation", "owner").first()
    week = case.actual_week
    case.service = week.service
    return Page(case, week, turn, judged(actuals, week, chosen), actuals)


def as_filled(page: Page, filled: Mapping[int, tuple[Sequence[FilledRow], Collection[int]]]) -> Page:
    """The page as it would be if these rows (and rows to take out) were saved, by the id of the line's week.

    For the live answer beside a form, and for a form that comes back: nothing is written.
    """
    levels = {row.level for rows, _ in filled.values() for row in rows if row.level is not None}
    prices = level_prices([line.week.line for line in page.lines], levels, page.week.week)
    lines = [_as_filled(page, line, filled.get(line.week.pk), prices) for line in page.lines]
    return replace(page, lines=lines)


def _as_filled(page: Page, line: Line, filled: tuple[Sequence[FilledRow], Collection[int]] | None,
               prices: Mapping[int, Mapping[int, Decimal]]) -> Line:  # fmt: skip
    if filled is None:
        return line
    rows = merged(line.rows, filled[0], filled[1], page.week.week, prices.get(line.week.line_id, {}))
    return replace(line, rows=rows, found=assess(page.actuals, line.kind, page.week.week, rows, line.before))


def other_levels(line: Line) -> list[tuple[str, str]]:
    """The other service levels of a line's group that are recorded here in the same unit (suffolk-user-guide §2)."""
    own = line.week.line
    rows = ServiceLevel.objects.filter(service_group=own.service.group).exclude(pk=own.service_level_id)
    kinds = {each: kind_of(module(), own.service.group, each.key) for each in rows.order_by("name")}
    return [
        (str(each.pk), each.name) for each, kind in kinds.items() if kind is not None and kind.unit == line.kind.unit
    ]


def versions(line: Line) -> list[LineWeekVersion]:
    """A line's week as it was submitted, each time, the newest first."""
    return list(line.week.versions.select_related("by").order_by("-version"))


def lines_of(case_id: int, tab: str = "all") -> QuerySet[LineWeek]:
    """The lines' weeks of a case whose reader is checked, by client and line."""
    rows = LineWeek.objects.filter(case=case_id).select_related(*RELATED)
    if tab == "differences":
        rows = rows.filter(differs=True)
    if tab == "needs":
        rows = rows.filter(Q(lacking=True) | Q(unpriced=True))
    return rows.order_by("line__client__surname", "line__client__forename", "line__client_id", "line_id")


def judged(actuals: Actuals, week: ActualWeek, rows: Sequence[LineWeek]) -> list[Line]:
    """Lines' weeks with what the rules make of them now, in as many queries for one as for all."""
    known = before(actuals, [each.line_id for each in rows], week.week)
    return [line for each in rows if (line := _judged(actuals, week.week, each, known)) is not None]


def _judged(actuals: Actuals, week: date, row: LineWeek, known: Mapping[int, Before]) -> Line | None:
    kind = kind_of(actuals, row.line.service.group, row.line.service_level.key)
    if kind is None:
        return None
    rows, earlier = read(row.rows), replace(known[row.line_id], settled=row.settled)
    return Line(row, kind, rows, earlier, assess(actuals, kind, week, rows, earlier))


def counts(case_id: int) -> Counts:
    """The figures of a week whose reader is checked, in one query."""
    live = ~Q(standing=Standing.SUSPENDED)
    found = LineWeek.objects.filter(case=case_id).aggregate(
        lines=Count("pk", filter=live),
        saved=Count("pk", filter=live & ~Q(standing=Standing.GENERATED)),
        differing=Count("pk", filter=Q(differs=True)),
        lacking=Count("pk", filter=Q(lacking=True)),
        disputed=Count("pk", filter=Q(standing=Standing.DISPUTED)),
        submitted=Count("pk", filter=Q(standing=Standing.SUBMITTED)),
        planned=Sum("planned", default=Decimal(0)),
        payable=Sum("payable", default=Decimal(0)),
        planned_cost=Sum("planned_cost", default=Decimal(0)),
        payable_cost=Sum("payable_cost", default=Decimal(0)),
    )
    return Counts(**found)


def authorisations(line_id: int) -> QuerySet[Authorisation]:
    """What was authorised for a line that the reader may see, the newest first."""
    rows = Authorisation.objects.filter(line=line_id).select_related("recorded_by")
    return rows.order_by("-start", "-pk")
