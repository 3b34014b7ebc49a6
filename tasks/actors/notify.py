"""The topic "notify": tells people of an event, on their home page and by a mail that several notices share.

Mails are coalesced by person, kind and hour. A notice may only join a mail that nobody has begun to send: a mail that
is sent twice after a crash must be the same mail.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from tasks.handlers import handles
from workflows.engine import notices, outbox
from workflows.engine.models import Case, Notice, Outbox
from workflows.parties.audiences import people

LONGEST_KEY = 100


@handles("notify", database=True)
def notify(payload: Mapping[str, Any], key: str) -> None:
    """Tell the payload's audience; `kind`, `case` (or None), `figures` and `reference` say what."""
    told = _told(key)
    already = set(Notice.objects.filter(key=told).values_list("user_id", flat=True))
    users = [user for user in people(payload["audience"]).values_list("pk", flat=True) if user not in already]
    if not users:
        return
    mails = join_mails(users, payload["kind"], timezone.now())
    case_id, text = payload.get("case"), _text(payload)
    Notice.objects.bulk_create(
        [
            Notice(user_id=user, kind=payload["kind"], case_id=case_id, text=text, key=told, mail_key=mails[user])
            for user in users
        ],
        ignore_conflicts=True,
    )
    outbox.wake_after_commit()


def join_mails(users: Iterable[int], kind: str, now: datetime) -> dict[int, str]:
    """The mail that each person's notice goes into: this hour's if nobody has begun to send it, else a later one.

    The rows are locked, so that sending one waits until the notices that joined it are committed.
    """
    hour = now.replace(minute=0, second=0, microsecond=0)
    due = now + timedelta(seconds=settings.MAIL_WINDOW_SECONDS)
    waiting = sorted(users)
    found: dict[int, str] = {}
    while waiting:
        keys = {mail_key(user, kind, hour): user for user in waiting}
        rows = [outbox.row("mail", key, {"user": user, "kind": kind}, due) for key, user in keys.items()]
        Outbox.objects.bulk_create(rows, ignore_conflicts=True)
        unsent = Outbox.objects.filter(topic="mail", key__in=keys, attempts=0, done_at=None).order_by("pk")
        found |= {keys[key]: key for key in unsent.select_for_update().values_list("key", flat=True)}
        waiting = [user for user in waiting if user not in found]
        hour += timedelta(hours=1)
        due = hour
    return found


def mail_key(user_id: int, kind: str, hour: datetime) -> str:
    """The outbox key of a person's mail about a kind of thing in an hour."""
    return f"mail:{user_id}:{kind}:{hour:%Y%m%d%H}"


def _text(payload: Mapping[str, Any]) -> str:
    reference = payload.get("reference") or ""
    if not reference and payload.get("case"):
        reference = Case.objects.values_list("reference", flat=True).get(pk=payload["case"])
    return notices.line(payload["kind"], reference, payload.get("figures", {}))[:200]


def _told(key: str) -> str:
    """The outbox key, shortened to the notice's column."""
    return key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()
