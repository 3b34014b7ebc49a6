"""What claims tell of a client: the claim itself. Its words lie on its case's stream and go with it (engine.erase)."""

from collections.abc import Collection

from workflows.engine.bundles import tells
from workflows.engine.holds import reaches

from .models import Claim


@reaches("client")
def claims_of(ids: Collection[int]) -> set[tuple[int, str]]:
    """The streams of the claims that are paid under the clients' lines."""
    rows = Claim.objects.filter(line__client__in=ids).values_list("line__client", "pk")
    return {(pk, f"case:{case}") for pk, case in rows}


tells(Claim, "line__client", "claims")
