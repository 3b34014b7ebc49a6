"""What a person has seen of what they were told."""

from workflows.parties.actor import Actor

from . import moment
from .errors import NotFound
from .models import Notice


def notices_seen(actor: Actor, up_to: int, since: int = 0) -> int:
    """Mark the person's own notices of a range of ids as read; returns how many.

    Newer ones are left, which nobody has seen; `since` leaves older ones too, where a page shows the newest only.
    """
    unread = Notice.objects.filter(user_id=actor.user_id, read_at__isnull=True, pk__range=(since, up_to))
    return unread.update(read_at=moment.now())


def notice_seen(actor: Actor, notice_id: int) -> None:
    """Mark one of the person's own notices as read; again it stays as it was. NotFound when it is not theirs."""
    own = Notice.objects.filter(pk=notice_id, user_id=actor.user_id)
    if not own.exists():
        raise NotFound
    own.filter(read_at__isnull=True).update(read_at=moment.now())
