"""What of the register hangs on the profile."""

from collections.abc import Iterator

from workflows.council.schema import Council
from workflows.engine.stranding import gone, strands

from .models import ServiceLevel


@strands
def service_groups(council: Council) -> Iterator[str]:
    """Service levels whose group is gone."""
    kept = [group.key for group in council.service_groups]
    but = "{count} service levels are of it; keep it"
    yield from gone("the service group", ServiceLevel.objects.all(), "service_group", kept, but)
