"""Who does not use the portal is warned and then suspended (norfolk-handbook §1: "If you do not use the Portal for 60
days, your access will be suspended").

It is for providers' people, and for the council's own where its profile says after how many days. A daily job finds
them from how things are now, so that a day on which it did not run is made up for by the next.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from workflows.council.profile import current
from workflows.engine import moment, outbox
from workflows.engine.calendar import LONDON
from workflows.engine.models import Outbox
from workflows.engine.records import tell
from workflows.parties.models import User
from workflows.parties.selectors import system_actor

from . import sessions, standing
from .notices import UNUSED
from .rules import warning_due
from .writing import LEFT

#: People that one transaction takes.
PIECE = 500


def tend() -> dict[str, int]:
    """Warn and suspend whoever is due; returns how many of each. Nothing where the profile suspends nobody."""
    done = {"warned": 0, "suspended": 0}
    for kind, days in _sides():
        done["warned"] += _warn(kind, days)
        done["suspended"] += _suspend(kind, days)
    return done


def _sides() -> Iterator[tuple[str, int]]:
    """Whose unused access ends, and after how many days."""
    profile = current().sign_in
    if profile.suspend_after_days is not None:
        yield User.Kind.PROVIDER, profile.suspend_after_days
    if profile.staff_suspend_after_days is not None:
        yield User.Kind.STAFF, profile.staff_suspend_after_days


@transaction.atomic
def _warn(kind: str, days: int) -> int:
    """One notice for each warning that has come due, and only the last of those that came due together."""
    warnings, now = current().sign_in.suspension_warnings, moment.now()
    if not warnings:
        return 0
    since = now - timedelta(days=days)
    unused = _people(kind).filter(used_at__gt=since, used_at__lte=since + timedelta(days=max(warnings)))
    rows = [
        outbox.row("notify", f"{UNUSED}:{pk}:{used_at:%Y%m%d}:{warning}", _warning(pk, used_at + timedelta(days=days)))
        for pk, used_at in unused.values_list("pk", "used_at").order_by("pk")
        if (warning := warning_due(-((since - used_at) // timedelta(days=1)), warnings)) is not None
    ]
    known = set(Outbox.objects.filter(topic="notify", key__in=[row.key for row in rows]).values_list("key", flat=True))
    new = [row for row in rows if row.key not in known]
    Outbox.objects.bulk_create(new, ignore_conflicts=True, batch_size=PIECE)
    outbox.wake_after_commit()
    return len(new)


def _warning(user_id: int, ends: datetime) -> dict[str, object]:
    day = ends.astimezone(LONDON)
    return {
        "kind": UNUSED,
        "case": None,
        "reference": f"{day.day} {day:%B %Y}",
        "audience": {"user": user_id},
    }


def _suspend(kind: str, days: int) -> int:
    suspended = 0
    while some := _suspend_some(kind, days):
        suspended += some
    return suspended


@transaction.atomic
def _suspend_some(kind: str, days: int) -> int:
    """Suspend a piece of those who are due; what they had claimed goes back to its team."""
    now = moment.now()
    kept = _kept() if kind == User.Kind.STAFF else []
    due = _people(kind).filter(used_at__lte=now - timedelta(days=days)).exclude(pk__in=kept).order_by("pk")
    found = list(due.select_for_update(no_key=True, skip_locked=True).values_list("pk", flat=True)[:PIECE])
    if not found:
        return 0
    User.objects.filter(pk__in=found).update(is_active=False, suspended_at=now)
    sessions.end(found)
    system = system_actor()
    for pk in found:
        tell(f"user:{pk}", "user.suspended", system, {"unused_days": days})
    outbox.put(LEFT, f"suspended:{found[0]}:{now.isoformat()}", {"user": None})
    return len(found)


def _kept() -> list[int]:
    """The administrator who was here last: nobody could let anybody in again without one."""
    return standing.administrators(lock=True)[-1:]


def _people(kind: str) -> QuerySet[User]:
    return User.objects.filter(kind=kind, is_active=True)
