"""What of claims hangs on the profile."""

from collections.abc import Iterator

from workflows.council.schema import Council
from workflows.engine.stranding import gone, strands

from .models import Claim


@strands
def kinds_and_reasons(council: Council) -> Iterator[str]:
    """Kinds that claims are of, and reasons that rejections give."""
    kinds = [each.key for each in council.claims.kinds] if council.claims else []
    yield from gone("the kind of claim", Claim.objects.all(), "kind", kinds, "{count} claims are of it; keep it")
    reasons = [each.key for each in council.claims.reasons] if council.claims else []
    given = Claim.objects.exclude(reason="")
    yield from gone("the reason to reject a claim", given, "reason", reasons, "{count} rejections give it; keep it")
