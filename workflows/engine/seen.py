"""What a person has seen of what they were told."""

from workflows.parties.actor import Actor

from . import moment
from .models import Notice


def notices_seen(actor: Actor, up_to: int) -> int:
    """Mark the person's own notices up to an id as read, not newer ones, which nobody has seen; returns how many."""
    unread = Notice.objects.filter(user_id=actor.user_id, read_at__isnull=True, pk__lte=up_to)
    return unread.update(read_at=moment.now())
