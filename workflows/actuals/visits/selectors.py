"""The readers of recorded visits; whoever asks has read the week before, which is where their reach is checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, F, OuterRef, Q, Sum

from workflows.actuals.models import LineWeek, RecordedVisit
from workflows.actuals.monitoring import Counted, Filling
from workflows.actuals.selectors import Line
from workflows.council.actuals import Actuals

from . import boxes


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
