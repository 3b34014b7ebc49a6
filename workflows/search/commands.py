"""Keeps what was asked, and forgets it."""

from datetime import datetime

from workflows.engine import moment
from workflows.engine.errors import Refused
from workflows.engine.searching import Asked
from workflows.parties.actor import Actor

from .models import KEPT_FOR, KeptSearch

TOO_SHORT = "Type at least 2 letters or figures of what you are looking for"


def keep(*, actor: Actor, text: str) -> KeptSearch:
    """Keep what a person typed for an hour, so that its page of results has an address; Refused when too short."""
    asked = Asked.read(text)
    if asked.too_short:
        raise Refused(TOO_SHORT, "too_short")
    now = moment.now()
    return KeptSearch.objects.create(
        user_id=actor.user_id,
        organisation_id=actor.organisation_id,
        text=asked.text,
        created_at=now,
        expires_at=now + KEPT_FOR,
    )


def forget(*, now: datetime | None = None) -> int:
    """Delete what is older than an hour; a job calls this. Returns how many there were."""
    return KeptSearch.objects.filter(expires_at__lte=now or moment.now()).delete()[0]
