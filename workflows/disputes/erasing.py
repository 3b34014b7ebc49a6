"""What disputes hold of a client, and how it goes: what was written about any of their rows, and amended comments.

Figures, decisions and dates stay: they are evidence of what was paid, and name nobody.
"""

from collections.abc import Iterable
from datetime import datetime

from workflows.actuals.entry import read, written
from workflows.engine.erase import with_client
from workflows.parties.models import Client

from .models import DisputedRow
from .rules import without_words


@with_client
def erase_disputes(client: Client, _now: datetime) -> Iterable[str]:
    """The streams of the disputes in which a line of the client is: their words may name any client of the dispute."""
    rows = list(DisputedRow.objects.filter(line_week__line__client=client).order_by("pk"))
    for each in rows:
        if each.amended is not None:
            each.amended = written(without_words(read(each.amended)))
    DisputedRow.objects.bulk_update(rows, ["amended"])
    return {f"case:{each.dispute_id}" for each in rows}
