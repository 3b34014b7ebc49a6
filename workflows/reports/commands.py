"""Keeps what was chosen for a report, and forgets it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from workflows.engine import moment
from workflows.parties.actor import Actor

from .models import KEPT_FOR, KeptQuestion


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
    """Delete the choices for reports that are older than 12 hours. Returns how many there were."""
    return KeptQuestion.objects.filter(expires_at__lte=now or moment.now()).delete()[0]
