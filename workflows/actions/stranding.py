"""What of conversations hangs on the profile."""

from collections.abc import Iterator

from workflows.council.schema import Council
from workflows.engine.stranding import gone, strands

from .models import Action, TypeForProvider


@strands
def types(council: Council) -> Iterator[str]:
    """Types of conversations, and those that are switched on for a provider."""
    kept = [each.key for each in council.actions.types]
    but = "{count} conversations are of it; keep it, and let nobody begin one with begun_by = []"
    yield from gone("the type of action", Action.objects.all(), "type", kept, but)
    switched = [each.key for each in council.actions.types if each.per_provider]
    rows = TypeForProvider.objects.all()
    but = "{count} providers have it switched on; switch it off for them first"
    yield from gone("the switch of the type of action", rows, "type", switched, but)
