"""The topic "notify": tells people of an event, on their home page and by a mail that several notices share.

Mails are coalesced by person, kind and hour, save for what protects an account: that is a mail of its own at once. Of
kinds that a person wants once a day, into one mail at the beginning of the next working day; of kinds that they want no
mail of, none. A notice may only join a mail that nobody has begun to send: a mail that is sent twice after a crash must
be the same mail.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from tasks.handlers import handles
from workflows.engine import notices, outbox
from workflows.engine.calendar import LONDON, council_calendar
from workflows.engine.models import Case, Notice, Outbox
from workflows.parties.audiences import people
from workflows.people import preferences
from workflows.people.models import NoticePreference

LONGEST_KEY = 100
DIGEST = "notice.digest"
How = NoticePreference.How


@handles("notify", database=True)
def notify(payload: Mapping[str, Any], key: str) -> None:
    """Tell the payload's audience; `kind`, `case` (or None), `figures` and `reference` say what."""
    told = _told(key)
    already = set(Notice.objects.filter(key=told).values_list("user_id", flat=True))
    users = [user for user in people(payload["audience"]).values_list("pk", flat=True) if user not in already]
    if not users:
        return
    mails = _mails(users, payload["kind"], told, timezone.now())
    case_id, text = payload.get("case"), _text(payload)
    Notice.objects.bulk_create(
        [
            Notice(
                user_id=user, kind=payload["kind"], case_id=case_id, text=text, key=told, mail_key=mails.get(user, "")
            )
            for user in users
        ],
        ignore_conflicts=True,
    )
    outbox.wake_after_commit()


def join_mails(users: Iterable[int], kind: str, now: datetime) -> dict[int, str]:
    """The mail that each person's notice goes into: this hour's if nobody has begun to send it, else a later one."""
    return _join(users, kind, ((f"{kind}:{hour:%Y%m%d%H}", due) for hour, due in _hours(now)))


def join_digests(users: Iterable[int], now: datetime) -> dict[int, str]:
    """The mail of the next working day that each person's notice goes into."""
    return _join(users, DIGEST, ((f"{DIGEST}:{at:%Y%m%d}", at) for at in _mornings(now)))


def _mails(users: Iterable[int], kind: str, told: str, now: datetime) -> dict[int, str]:
    """The mail for each person as they wish it; who wishes none is left out."""
    if notices.always(kind):
        return _join(users, kind, iter([(f"{kind}:{told}", now)]))
    wishes = preferences.of(users, kind)
    at_once = [user for user, how in wishes.items() if how == How.AT_ONCE]
    daily = [user for user, how in wishes.items() if how == How.DAILY]
    return join_mails(at_once, kind, now) | join_digests(daily, now)


def _join(users: Iterable[int], kind: str, times: Iterator[tuple[str, datetime]]) -> dict[int, str]:
    """Put each person's notice into the first mail that nobody has begun to send.

    The rows are locked, so that sending one waits until the notices that joined it are committed.
    """
    waiting = sorted(users)
    found: dict[int, str] = {}
    while waiting:
        name, due = next(times)
        keys = {f"mail:{user}:{name}": user for user in waiting}
        rows = [outbox.row("mail", key, {"user": user, "kind": kind}, due) for key, user in keys.items()]
        Outbox.objects.bulk_create(rows, ignore_conflicts=True)
        unsent = Outbox.objects.filter(topic="mail", key__in=keys, attempts=0, done_at=None).order_by("pk")
        found |= {keys[key]: key for key in unsent.select_for_update().values_list("key", flat=True)}
        waiting = [user for user in waiting if user not in found]
    return found


def _hours(now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """This hour with the end of its mail's wait for company, and the hours after it."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    yield hour, now + timedelta(seconds=settings.MAIL_WINDOW_SECONDS)
    while True:
        hour += timedelta(hours=1)
        yield hour, hour


def _mornings(now: datetime) -> Iterator[datetime]:
    """The beginnings of the working days after this one."""
    at = now
    while True:
        tomorrow = datetime.combine(at.astimezone(LONDON).date() + timedelta(days=1), time.min, LONDON)
        at = council_calendar().next_open(tomorrow)
        yield at


def _text(payload: Mapping[str, Any]) -> str:
    reference = payload.get("reference") or ""
    if not reference and payload.get("case"):
        reference = Case.objects.values_list("reference", flat=True).get(pk=payload["case"])
    return notices.line(payload["kind"], reference, payload.get("figures", {}))[:200]


def _told(key: str) -> str:
    """The outbox key, shortened to the notice's column."""
    return key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()
