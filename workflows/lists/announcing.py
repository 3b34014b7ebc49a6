"""Notices above every page: an administrator writes them, they are shown for a time, and can be ended at once."""

from dataclasses import dataclass
from datetime import datetime

from workflows.engine import moment
from workflows.engine.atomic import command
from workflows.engine.errors import Invalid, NotFound, Refused
from workflows.engine.records import tell
from workflows.parties.actor import Actor

from . import rules, writing
from .models import Notice


@dataclass(frozen=True, slots=True)
class Written:
    """A notice as it was typed."""

    title: str
    text: str
    audience: str
    first: datetime | None
    last: datetime | None
    down_from: datetime | None = None
    down_until: datetime | None = None


def faults(written: Written) -> dict[str, str]:
    """What is wrong with it, by field."""
    down = (written.down_from, written.down_until)
    found = rules.faults_of_notice(written.title, written.text, written.first, written.last, moment.now(), down)
    return found if written.audience in Notice.Audience.values else found | {"audience": "Choose who reads it"}


@command
def announce(*, actor: Actor, written: Written, key: str) -> Notice:
    """Write a notice; the same client key is the same notice. Invalid with what is wrong, by field."""
    writing.may(actor)
    wrong, first, last = faults(written), written.first, written.last
    if wrong or first is None or last is None:
        raise Invalid(wrong)
    writing.changed()
    earlier = Notice.objects.filter(client_key=key).first()
    if earlier is not None:
        return earlier
    made = Notice.objects.create(
        title=written.title, text=written.text, audience=written.audience, first=first, last=last,
        down_from=written.down_from, down_until=written.down_until,
        made_by_id=actor.user_id, made_at=moment.now(), client_key=key,
    )  # fmt: skip
    facts = {"audience": made.audience, "first": made.first, "last": made.last,
             "down": [made.down_from, made.down_until]}  # fmt: skip
    tell(f"notice:{made.pk}", "notice.written", actor, facts, {"title": made.title, "text": made.text})
    return made


@command
def end_notice(*, actor: Actor, notice_id: int) -> None:
    """Take a notice away before its time; twice is once."""
    writing.may(actor)
    writing.changed()
    notice = Notice.objects.filter(pk=notice_id).first()
    if notice is None:
        raise NotFound
    if notice.ended_at is not None:
        return
    if notice.last <= moment.now():
        raise Refused("It is not shown any more.", "over")
    notice.ended_at = moment.now()
    notice.save(update_fields=["ended_at"])
    tell(f"notice:{notice.pk}", "notice.ended", actor, {})
