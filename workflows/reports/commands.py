"""Keeps what was chosen for a report, and forgets it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from workflows.engine import moment
from workflows.engine.storage import drop_unnamed
from workflows.parties.actor import Actor

from .models import KEPT_FOR, KeptQuestion, MadeFile


def keep(*, actor: Actor, report: str, chosen: Mapping[str, Any]) -> KeptQuestion:
    """Keep what a person chose for 12 hours, so that the report has an address."""
    now = moment.now()
    return KeptQuestion.objects.create(
        user_id=actor.user_id,
        organisation_id=actor.organisation_id,
        report=report,
        chosen=dict(chosen),
        created_at=now,
        expires_at=now + KEPT_FOR,
    )


def forget(*, now: datetime | None = None) -> int:
    """Delete the choices for reports that are older than 12 hours, and files that are older than a day."""
    old = KeptQuestion.objects.filter(expires_at__lte=now or moment.now())
    names = list(MadeFile.objects.filter(question__in=old).exclude(file="").values_list("file", flat=True))
    gone = old.delete()[1].get("reports.KeptQuestion", 0)
    drop_unnamed(names)
    return gone
