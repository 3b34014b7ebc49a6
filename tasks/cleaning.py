"""The daily clean: what Django, axes and the layout keep for a while, then the engine's own tables."""

from datetime import datetime, timedelta

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.utils import timezone

from backoffice.web.models import Draft
from workflows.council.profile import current
from workflows.engine import cleaning
from workflows.people.models import KnownDevice, OpenSession

#: A count of wrong passwords that has not locked anybody is forgotten after this time.
TRIES_KEPT = timedelta(days=30)
SIGN_INS_KEPT = timedelta(days=365)
DEVICES_KEPT = timedelta(days=365)


def clean(now: datetime | None = None) -> dict[str, int]:
    """Remove sessions, drafts, messages and files that nobody needs any more.

    Returns how many rows, by what they were. A lock-out stays until somebody lifts it.
    """
    moment = now or timezone.now()
    tries = AccessAttempt.objects.filter(failures_since_start__lt=current().sign_in.lock_after)
    old = {
        "sessions": OpenSession.objects.filter(expire_date__lt=moment),
        "devices": KnownDevice.objects.filter(used_at__lt=moment - DEVICES_KEPT),
        "drafts": Draft.objects.filter(expires_at__lt=moment),
        "wrong passwords": tries.filter(attempt_time__lt=moment - TRIES_KEPT),
        "sign-ins": AccessLog.objects.filter(attempt_time__lt=moment - SIGN_INS_KEPT),
        "failed sign-ins": AccessFailureLog.objects.filter(attempt_time__lt=moment - SIGN_INS_KEPT),
    }
    return {what: rows.delete()[0] for what, rows in old.items()} | cleaning.clean(moment)
