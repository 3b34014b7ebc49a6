"""What the register holds of a client besides the client's own row: line references, and rows of imported files."""

import re
from collections.abc import Iterable
from datetime import datetime

from workflows.engine.erase import with_client
from workflows.parties.models import Client

from .models import CarePackageLine, ImportRow


@with_client
def erase_register(client: Client, _now: datetime) -> Iterable[str]:
    """Take the client's reference off lines and imported rows; the words on the lines' streams go too.

    A line keeps its figures and days: they are evidence of what was paid, and name nobody.
    """
    lines = list(CarePackageLine.objects.select_for_update(no_key=True).filter(client=client).order_by("pk"))
    named = "|".join(re.escape(text) for text in [client.ss_ref, *(line.reference for line in lines)])
    ImportRow.objects.filter(raw__regex=rf"\y({named})\y").update(raw="", data={}, message="", problem="", issue="")
    for line in lines:
        line.reference = f"erased-{line.pk}"
    CarePackageLine.objects.bulk_update(lines, ["reference"])
    return [f"line:{line.pk}" for line in lines]
