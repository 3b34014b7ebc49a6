"""What actuals hold of a client, and how it goes: every comment on their lines' weeks, as they are and as submitted,
and of recorded visits who came and at what time.

Figures, causes and dates stay: they are evidence of what was paid, and name nobody.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast, Concat

from workflows.engine.bundles import silent, tells
from workflows.engine.erase import with_cases, with_client
from workflows.engine.holds import reaches
from workflows.parties.models import Client

from .entry import Row, read, written
from .models import (
    ActualWeek,
    Authorisation,
    CareDecision,
    LineWeek,
    LineWeekVersion,
    RecordedVisit,
    WeekMoney,
    WeighedWeek,
)

PIECE = 500


@reaches("client")
def weeks_of(ids: Collection[int]) -> set[tuple[int, str]]:
    """The streams of the weeks in which a line of a client is: a question about a week may name any of its clients;
    and of what was decided about their care."""
    weeks = LineWeek.objects.filter(line__client__in=ids).values_list("line__client", "case").distinct()
    decisions = CareDecision.objects.filter(line__client__in=ids).values_list("line__client", "case")
    return {(pk, f"case:{case}") for pk, case in [*weeks, *decisions]}


@with_client
def erase_actuals(client: Client, _now: datetime) -> None:
    """Erase the comments in a client's rows, and who visited them at what time."""
    _erase_comments(Q(line__client=client))
    RecordedVisit.objects.filter(line__client=client).update(
        carer="", reference="", identity=Concat(Value("erased-"), Cast("pk", CharField())),
        planned_start=None, planned_end=None, actual_start=None, actual_end=None,
    )  # fmt: skip


@with_cases
def erase_weeks(ids: Collection[int], _now: datetime) -> None:
    """Erase the comments in the rows of some weeks."""
    _erase_comments(Q(case__in=ids))


def _erase_comments(of: Q) -> None:
    weeks = list(LineWeek.objects.filter(of).order_by("pk"))
    for each in weeks:
        each.rows = written(without_words(read(each.rows)))
    LineWeek.objects.bulk_update(weeks, ["rows"], batch_size=PIECE)
    versions = list(LineWeekVersion.objects.filter(line_week__in=[each.pk for each in weeks]).order_by("pk"))
    for version in versions:
        version.rows = written(without_words(read(version.rows)))
    LineWeekVersion.objects.bulk_update(versions, ["rows"], batch_size=PIECE)
    WeighedWeek.objects.filter(line_week_id__in=[each.pk for each in weeks]).update(facts="", rows=None)


def without_words(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows without what people wrote in them."""
    return tuple(
        replace(row, comment="", absent=tuple(replace(each, comment="") for each in row.absent)) for row in rows
    )


tells(LineWeek, "line__client", "weeks")
tells(LineWeekVersion, "line_week__line__client", "weeks-as-submitted")
tells(RecordedVisit, "line__client", "recorded-visits", others={"carer", "reference"})
tells(Authorisation, "line__client", "authorisations", others={"given_by"})
tells(CareDecision, "line__client", "care-decisions")
silent("A week of a whole service: what it says of one client is in weeks.csv.", ActualWeek, WeekMoney)
silent("A week being worked out from recorded visits: what it comes to is in weeks.csv.", WeighedWeek)
