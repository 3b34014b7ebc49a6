"""What of weeks hangs on the profile."""

from collections.abc import Iterator

from django.db.models import Count, F, Func

from workflows.council.schema import Council
from workflows.engine.stranding import gone, strands

from .models import CareDecision, LineWeek
from .rules import kind_of


@strands
def causes(council: Council) -> Iterator[str]:
    """Causes that people have recorded, and about which something is to be decided."""
    kept = [each.key for each in council.actuals.causes] if council.actuals else []
    weeks = LineWeek.objects.exclude(causes=[]).annotate(cause=Func(F("causes"), function="unnest"))
    for cause, number in weeks.order_by().values("cause").annotate(count=Count("pk")).values_list("cause", "count"):
        if cause not in kept:
            yield f"- the cause {cause} is gone, but {number} weeks name it; keep it, and give its rules an end"
    but = "{count} decisions are about it; keep it, and give its rules an end"
    yield from gone("the cause", CareDecision.objects.all(), "cause", kept, but)


@strands
def kinds(council: Council) -> Iterator[str]:
    """Service levels of open weeks that would be of no kind of service any more."""
    actuals = council.actuals
    if actuals is None:
        return
    weeks = LineWeek.objects.filter(case__status="NEW").order_by("line__service__group", "line__service_level__key")
    levels = weeks.values_list("line__service__group", "line__service_level__key").annotate(count=Count("pk"))
    for group, level, number in levels:
        if kind_of(actuals, group, level) is None:
            yield (
                f"- {level} of {group} is of no kind in [[actuals.kinds]] any more, but {number} weeks of it are open;"
                " keep its kind until they are paid"
            )
