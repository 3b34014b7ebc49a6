"""What of contract documents hangs on the profile."""

from collections.abc import Iterator

from workflows.council.schema import Council
from workflows.engine.stranding import gone, strands

from .models import DocumentVersion


@strands
def reasons(council: Council) -> Iterator[str]:
    """Reasons that rejections give."""
    kept = [reason.key for reason in council.contract_documents.reasons]
    rows = DocumentVersion.objects.exclude(reason="")
    yield from gone("the reason to reject a document", rows, "reason", kept, "{count} rejections give it; keep it")
