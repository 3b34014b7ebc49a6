"""What is looked after each minute: marks what has come to be at risk or past target, and climbs the ladder.

Set-based, and its cost follows what is newly due. Each step is a transaction of its own; a row that somebody is just
changing waits for the next sweep.
"""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from workflows.council.profile import current

from . import ladder, marks


def sweep(now: datetime | None = None) -> None:
    """Mark turns that are at risk and past target, and tell who is to know of them when the council works."""
    moment = now or timezone.now()
    rungs = current().escalation
    at_risk = [rung.key for rung in rungs if rung.at == "at_risk"]
    _mark(marks.MARK_AT_RISK, {"now": moment, "rungs": at_risk})
    _mark(marks.MARK_BREACHED, {"now": moment, "rungs": [rung.key for rung in rungs if rung.key not in at_risk]})
    ladder.climb(moment)


@transaction.atomic
def _mark(sql: str, parameters: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
