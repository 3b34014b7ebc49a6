"""What of change requests hangs on the profile."""

from collections.abc import Iterator

from workflows.council.schema import Council
from workflows.engine.stranding import gone, strands

from .models import ChangeField, ChangeRequest


@strands
def reasons(council: Council) -> Iterator[str]:
    """Reasons that rejections give, of a whole request or of one field."""
    kept = [reason.key for reason in council.change_requests.reasons]
    what, but = "the reason to reject a change request", "{count} rejections give it; keep it"
    yield from gone(what, ChangeRequest.objects.exclude(reason=""), "reason", kept, but)
    yield from gone(what, ChangeField.objects.exclude(reason=""), "reason", kept, but)
