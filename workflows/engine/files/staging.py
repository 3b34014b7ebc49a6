"""A file that was chosen in a form is kept at once, before it is known whether the form is right: staged.

It is its sender's alone, at the provider that they act for, and is wiped after a day unless something was made of it.
"""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet

from workflows.engine import moment, outbox, storage
from workflows.engine.models import Attachment
from workflows.parties.actor import Actor

from .checking import Uploaded, checked

KEPT_FOR = timedelta(days=1)
SCAN = "file.scan"
State = Attachment.State


def stage(actor: Actor, uploaded: Uploaded, kinds: Sequence[str] = ()) -> Attachment:
    """Check a file, keep it for its sender, and have it scanned where that is set; Refused says what is wrong."""
    file = checked(uploaded, kinds)
    scanned = settings.CLAMAV is not None
    row = Attachment(
        sender_id=actor.user_id,
        organisation_id=actor.organisation_id,
        name=file.name,
        content_type=file.content_type,
        size=len(file.content),
        salt=secrets.token_bytes(16),
        state=State.WAITING if scanned else State.READY,
        created_at=moment.now(),
    )
    with transaction.atomic():  # the bytes and who names them: the sweep never sees one without the other
        row.file.save(file.name, ContentFile(file.content), save=False)
        row.sha256 = storage.digest_of(file.content)
        row.save(force_insert=True)
        if scanned:
            outbox.put(SCAN, f"file:{row.pk}", {"file": row.pk})
    return row


def kept(actor: Actor, ids: Iterable[int]) -> list[Attachment]:
    """Those of these files that are the person's own and were sent in the last day, in the order that they came.

    Attached ones are among them: the same form sent twice must be recognised, not refused.
    """
    return list(_own(actor, ids).order_by("pk"))


def forget(actor: Actor, ids: Iterable[int]) -> int:
    """Wipe staged files that their sender does not want after all; returns how many. Attached ones stay."""
    return _wipe(_own(actor, ids))


def wipe(now: datetime | None = None) -> int:
    """Wipe what was staged more than a day ago; returns how many there were."""
    return _wipe(Attachment.objects.filter(created_at__lt=(now or moment.now()) - KEPT_FOR))


def _own(actor: Actor, ids: Iterable[int]) -> QuerySet[Attachment]:
    since = moment.now() - KEPT_FOR
    mine = Attachment.objects.filter(sender_id=actor.user_id, organisation_id=actor.organisation_id)
    return mine.filter(pk__in=list(ids), created_at__gte=since)


@transaction.atomic
def _wipe(rows: QuerySet[Attachment]) -> int:
    staged = rows.filter(attached_at=None).select_for_update(of=("self",), skip_locked=True)
    found = dict(staged.values_list("pk", "file"))
    Attachment.objects.filter(pk__in=found).delete()
    storage.drop_unnamed(name for name in found.values() if name)
    return len(found)
