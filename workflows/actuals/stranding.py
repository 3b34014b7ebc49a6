"""What of weeks hangs on the profile."""

from collections.abc import Iterator

from django.db.models import Count, F, Func

from workflows.council.schema import Council
from workflows.engine.stranding import gone, strands

from .models import CareDecision, LineWeek


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
