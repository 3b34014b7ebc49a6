"""The cases behind a line of who had the ball. No client is named: a case has its reference."""

from typing import Any

from django.urls import reverse

from backoffice.casework.worklist import kind_words
from backoffice.web import sides
from backoffice.web.tables import Cell, ListTable
from backoffice.web.words import moment
from workflows.engine.clocks import minutes_in_words
from workflows.engine.models import HolderSpan
from workflows.insight import ball

WORDS = {"provider": "The provider", "system": "Concord", "nobody": "Nobody"}


def _who(row: HolderSpan) -> Any:
    return row.team.name if row.team else WORDS[row.holder]


class Stretches(ListTable):
    """Each stretch with its case."""

    case = Cell(
        "Case",
        lambda row: row.case.reference,
        second=lambda row: kind_words(row.case.kind),
        link=lambda row: reverse("council:case", args=[row.case_id]),
        more=lambda row: f"held from {moment(row.begun_at)}",
        name=True,
        nowrap=True,
    )
    provider = Cell("Provider", lambda row: row.case.organisation.name if not row.case.organisation.is_council else "")
    who = Cell("Had it", _who)
    begun = Cell("From", lambda row: moment(row.begun_at), nowrap=True)
    ended = Cell("Until", lambda row: moment(row.ended_at), nowrap=True)
    days = Cell(
        "Working days",
        lambda row: sides.days(ball.tenths(row.minutes, sides.day())),
        second=lambda row: minutes_in_words(row.minutes),
        number=True,
    )

    class Meta(ListTable.Meta):
        caption = "Stretches of holding, the latest first"
        empty = "Nothing that you may open ended in the time shown."
