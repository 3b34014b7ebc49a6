"""The readers of recorded visits. Who asks about a week's has read the week, which is where their reach is checked; one
visit by its number is scoped here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import JSONObject

from workflows.actuals.flow import ActualsFlow
from workflows.actuals.models import LineWeek, RecordedVisit
from workflows.actuals.monitoring import Counted, Filling
from workflows.actuals.selectors import Line
from workflows.council.actuals import Actuals
from workflows.council.profile import current
from workflows.engine import selectors as engine
from workflows.engine.errors import NotFound
from workflows.parties.actor import Actor

from . import boxes


def readable(actor: Actor) -> QuerySet[RecordedVisit]:
    """The recorded visits of the weeks that this person may read; none where visits do not come in."""
    actuals = current().actuals
    if actuals is None or actuals.monitoring is None:
        return RecordedVisit.objects.none()
    return RecordedVisit.objects.filter(Exists(_weeks(actor)))


def place_of(actor: Actor, visit_id: int) -> tuple[int, int]:
    """Where a visit is shown: its week's case, and the line's week; NotFound when this person does not read it."""
    place = _weeks(actor).values(place=JSONObject(case="case_id", line_week="pk"))[:1]
    found = readable(actor).filter(pk=visit_id).values_list(Subquery(place), flat=True).first()
    if found is None:
        raise NotFound
    return found["case"], found["line_week"]


def _weeks(actor: Actor) -> QuerySet[LineWeek]:
    """The line's week of a visit, where this person may read its case."""
    cases = engine.cases(actor, ActualsFlow.function).filter(kind=ActualsFlow.kind)
    return LineWeek.objects.filter(line=OuterRef("line"), week=OuterRef("week"), case__in=cases.order_by().values("pk"))


@dataclass(frozen=True, slots=True)
class Seen:
    """The visits of a line's week in their order, each with what it counts for, and what they make of the week."""

    visits: Sequence[tuple[RecordedVisit, Counted]]
    filling: Filling | None

    @property
    def number(self) -> int:
        """How many took place."""
        return sum(visit.minutes is not None for visit, _ in self.visits)

    @property
    def minutes(self) -> int:
        """How long they were together."""
        return sum(visit.minutes or 0 for visit, _ in self.visits)

    @property
    def counted(self) -> int:
        """How many minutes of it count."""
        return sum(each.minutes for _, each in self.visits)


def of_lines(actuals: Actuals, lines: Sequence[Line]) -> dict[int, Seen]:
    """The recorded visits of lines' weeks that somebody may read, by the line's week; in one query."""
    if actuals.monitoring is None or not lines:
        return {}
    weeks = {each.week.line_id: each.week for each in lines}
    of_service = RecordedVisit.objects.filter(line__service=OuterRef("line__service"), week=OuterRef("week"))
    rows = RecordedVisit.objects.filter(line__in=weeks, week=lines[0].week.week)
    visits = {each.pk: each for each in rows.annotate(last=of_service.order_by("-day").values("day")[:1])}
    known = boxes.Recorded()
    for each in visits.values():
        week = weeks[each.line_id]
        known.visits[week.pk].append(boxes.of_record(each))
        known.until[week.line.service_id, week.week] = (each.last - week.week).days
    found = boxes.fillings(actuals, weeks.values(), known)
    return {pk: _seen(filling, visits) for pk, filling in found.items() if filling.counted}


def _seen(filling: Filling, visits: Mapping[int, RecordedVisit]) -> Seen:
    return Seen([(visits[each.visit.id], each) for each in filling.counted if each.visit.id in visits], filling)


def sums(case_id: int) -> dict[int, tuple[int, int]]:
    """How many visits of each line of a week took place, and how many minutes they were, by the line's week."""
    rows = LineWeek.objects.filter(case=case_id, line__recorded_visits__week=F("week"))
    taken = Q(line__recorded_visits__minutes__isnull=False)
    found = rows.values_list("pk").annotate(
        number=Count("line__recorded_visits", filter=taken), minutes=Sum("line__recorded_visits__minutes", default=0)
    )
    return {pk: (number, minutes) for pk, number, minutes in found.order_by()}
