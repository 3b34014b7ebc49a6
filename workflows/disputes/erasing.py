"""What disputes hold of a client, and how it goes: what was written about any of their rows, and amended comments.

Figures, decisions and dates stay: they are evidence of what was paid, and name nobody.
"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet

from workflows.actuals.entry import read, written
from workflows.engine.bundles import silent, tells
from workflows.engine.erase import with_cases, with_client
from workflows.engine.holds import reaches
from workflows.parties.models import Client

from .models import (
    Dispute,
    DisputedRow,
)
from .rules import without_words


@reaches("client")
def disputes_of(ids: Collection[int]) -> set[tuple[int, str]]:
    """The streams of the disputes in which a line of a client is: their words may name any client of the dispute."""
    rows = DisputedRow.objects.filter(line_week__line__client__in=ids)
    return {(pk, f"case:{case}") for pk, case in rows.values_list("line_week__line__client", "dispute").distinct()}


@with_client
def erase_disputes(client: Client, _now: datetime) -> None:
    """Erase the comments in what was amended of a client's rows."""
    _erase(DisputedRow.objects.filter(line_week__line__client=client))


@with_cases
def erase_disputes_of(ids: Collection[int], _now: datetime) -> None:
    """Erase the comments in what was amended in some disputes."""
    _erase(DisputedRow.objects.filter(dispute__in=ids))


def _erase(found: QuerySet[DisputedRow]) -> None:
    rows = list(found.order_by("pk"))
    for each in rows:
        if each.amended is not None:
            each.amended = written(without_words(read(each.amended)))
    DisputedRow.objects.bulk_update(rows, ["amended"])


tells(DisputedRow, "line_week__line__client", "disputed-rows")
silent("Of a week of a whole service: what it says of one client is in disputed-rows.csv.", Dispute)
