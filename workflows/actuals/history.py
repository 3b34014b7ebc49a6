"""What went before a line's week, read for many lines at once: assessing.Before, in at most three queries."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Case, F, Q, Sum, When

from workflows.council.actuals import Actuals
from workflows.engine.arrays import any_of
from workflows.register.rules import Span

from .assessing import Before, Decided, occasions_of
from .entry import read
from .models import Authorisation, CareDecision, LineWeek
from .policy import Decision
from .rules import Occasion, sunday_of

#: A limit of weeks is counted over this many at most (council.actuals.Rule.paid_weeks).
LONGEST = timedelta(weeks=160)


def before(actuals: Actuals, lines: Collection[int], week: date) -> dict[int, Before]:
    """What went before this week for each of these lines."""
    if not lines:
        return {}
    stays, occasions = _weeks(actuals, lines, week)
    decided = _decided(lines)
    authorised = _authorised(lines, week) if actuals.over_plan == "allow_if_authorised" else {}
    return {
        line: Before(
            stays={cause: tuple(spans) for cause, spans in stays[line].items()},
            occasions=tuple(occasions[line]),
            decided=tuple(decided[line]),
            authorised=authorised.get(line, Decimal(0)),
        )
        for line in lines
    }


Stays = dict[int, dict[str, list[Span]]]
Occasions = dict[int, list[Occasion]]


def _weeks(actuals: Actuals, lines: Collection[int], week: date) -> tuple[Stays, Occasions]:
    """Earlier weeks with an absence, by line and cause (each counts whole), and the occasions before this week.

    Occasions are read as far back as any rule counts some in a row; their rows come with no other week.
    """
    stays: Stays = defaultdict(lambda: defaultdict(list))
    occasions: Occasions = defaultdict(list)
    back = max((rule.review_after or 0 for rule in actuals.rules), default=0)
    recent = Q(week__gte=week - timedelta(weeks=2 * back))
    rows = LineWeek.objects.filter(line__in=any_of(lines), week__lt=week, week__gte=week - LONGEST)
    rows = rows.filter(recent | ~Q(causes=[])).annotate(content=Case(When(recent, then=F("rows")), default=None))
    for line, monday, causes, content in rows.order_by("week").values_list("line_id", "week", "causes", "content"):
        for cause in causes:
            stays[line][cause].append(Span(monday, sunday_of(monday)))
        if back and content is not None:
            occasions[line] += occasions_of(monday, read(content))
    return stays, occasions


def _decided(lines: Collection[int]) -> dict[int, list[Decided]]:
    found: dict[int, list[Decided]] = defaultdict(list)
    rows = CareDecision.objects.filter(line__in=any_of(lines), raised="funding_decision", decided=True).order_by(
        "since", "pk"
    )
    for each in rows:
        found[each.line_id].append(Decided(each.cause, each.since, Decision(each.until)))
    return found


def _authorised(lines: Collection[int], week: date) -> dict[int, Decimal]:
    rows = Authorisation.objects.filter(
        line__in=any_of(lines), withdrawn_at=None, start__lte=sunday_of(week), end__gte=week
    )
    return dict(rows.values_list("line").annotate(units=Sum("units")).order_by())
