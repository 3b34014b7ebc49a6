"""The virus scan: a worker asks clamd about what waits, and everything that holds the same bytes gets its verdict.

A refused file's bytes are deleted at once; its row stays, so that people see that it was refused, and why. While clamd
is away the outbox tries again; what it parks is sent on its way again as soon as clamd answers.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction

from workflows.engine import events, moment, notices, outbox, storage
from workflows.engine.models import Attachment, Outbox
from workflows.parties.selectors import system_actor

from . import clamd
from .staging import SCAN

State = Attachment.State
INFECTED = "The virus scan found something in it ({found}), so it was deleted."
TOO_LARGE = "It is too large for the virus scan, so it was deleted. Send a smaller one."
NOTICE = "file.refused"

notices.declare(
    NOTICE,
    one="{reference}: a file that you sent was refused by the virus scan",
    many="{count} files that you sent were refused by the virus scan",
    name="A file that I sent is refused by the virus scan",
    group="My account",
)


def scan(attachment_id: int) -> None:
    """Ask about one file and note the verdict; clamd.Away when there is none yet. Without a scanner it is ready."""
    row = Attachment.objects.filter(pk=attachment_id, state=State.WAITING).first()
    if row is None or row.erased_at is not None:
        return  # decided with another file of the same bytes, wiped, or erased
    if settings.CLAMAV is None:
        _decide(row, clamd.Verdict(clean=True))
        return
    with default_storage.open(str(row.file.name)) as content:
        verdict = clamd.scan(settings.CLAMAV, content.chunks(clamd.PIECE))
    _decide(row, verdict)


def retry(now: datetime | None = None) -> int:
    """Send scans that were given up on their way again, if clamd answers now; returns how many."""
    if settings.CLAMAV is not None and not clamd.ping(settings.CLAMAV):
        return 0
    with transaction.atomic():
        given_up = Outbox.objects.filter(topic=SCAN, done_at=None, parked_at__isnull=False)
        sent = given_up.update(parked_at=None, lease_until=None, due_at=now or moment.now())
        if sent:
            outbox.wake_after_commit()
    return sent


@transaction.atomic
def _decide(row: Attachment, verdict: clamd.Verdict) -> None:
    """Note the verdict on every file of the same bytes; a file that was good by older signatures is refused with it."""
    same = Attachment.objects.select_for_update().filter(sha256=row.sha256, erased_at=None).order_by("pk")
    if verdict.clean:
        waiting = same.filter(state=State.WAITING).values_list("pk", flat=True)
        Attachment.objects.filter(pk__in=list(waiting)).update(state=State.READY, decided_at=moment.now())
        return
    refused = list(same.exclude(state=State.REFUSED))
    reason = TOO_LARGE if verdict.too_large else INFECTED.format(found=verdict.found[:80])
    gone: dict[str, Any] = {"state": State.REFUSED, "reason": reason, "file": "", "decided_at": moment.now()}
    Attachment.objects.filter(pk__in=[each.pk for each in refused]).update(**gone)
    storage.drop_unnamed(str(each.file.name) for each in refused)
    _tell(refused, verdict)


def _tell(refused: Iterable[Attachment], verdict: clamd.Verdict) -> None:
    """Record each refusal, and tell the sender of what was already sent; a staged one is seen in its form."""
    system = system_actor().user_id
    for each in refused:
        facts = {"found": verdict.found, "too_large": verdict.too_large, "sha256": each.sha256, "case": each.case_id}
        events.record(f"file:{each.pk}", NOTICE, system, facts, at=moment.now())
        if each.case_id is not None:
            told = {"kind": NOTICE, "case": each.case_id, "audience": {"user": each.sender_id}}
            outbox.put("notify", f"file:{each.pk}:refused", told)
